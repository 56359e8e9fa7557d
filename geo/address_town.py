"""Towns that an address mentions."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.address_parse import Query

LONGEST_TOWN = 5  # words
LEAST_START = 4  # letters of a town's first words that may stand for it
LEAST_FUZZY = 6  # shorter names must be spelt right


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `first` … `last - 1` name one of `towns` (folded names); `first` = `last` = -1 for the city's own field."""

    first: int
    last: int
    towns: frozenset[str]


class TownNames:
    """The towns of an index by all forms in which they are written.

    "København" stands for "København K", "København N" and so on; "SF" for San Francisco.
    """

    def __init__(self, names: Sequence[str], identity: Callable[[str], Hashable | None] = lambda name: None) -> None:
        """From folded names; names with the same `identity` mean one town ("copenhagen" and "kobenhavn")."""
        forms: dict[str, set[str]] = {name: {name} for name in names}
        for name in names:
            for form in _short_forms(name):
                forms.setdefault(form, set()).add(name)
        for one, other in _same(names, identity):
            forms[one].add(other)
            forms[other].add(one)
        self._forms = {form: frozenset(towns) for form, towns in forms.items()}
        self._long = [form for form in sorted(self._forms) if len(form) >= LEAST_FUZZY]

    def called(self, text: str) -> frozenset[str]:
        """The towns that go by this name, allowing for a misspelling in a long one."""
        if text in self._forms:
            return self._forms[text]
        if len(text) >= LEAST_FUZZY:
            close = process.extractOne(text, self._long, scorer=OSA.distance, score_cutoff=2 if len(text) > 8 else 1)
            if close:
                return self._forms[close[0]]
        return frozenset()

    def mentions(self, query: Query) -> list[Mention]:
        """The city's field, and every run of words of the line that names a town; the longest runs only."""
        found = []
        if query.city and (towns := self.called(query.city)):
            found.append(Mention(-1, -1, towns))
        at = 0
        while at < len(query.words):
            mention = self._at(query, at)
            if mention:
                found.append(mention)
            at = mention.last if mention else at + 1
        return found

    def _at(self, query: Query, first: int) -> Mention | None:
        """The longest run of words from `first` on that names a town."""
        if not query.words[first].text.isalpha():
            return None
        best, text = None, ""
        for last in range(first, min(first + LONGEST_TOWN, len(query.words))):
            word = query.words[last]
            if word.part != query.words[first].part or word.unit:
                break
            if word.is_word:
                text = f"{text} {word.text}".strip()
                towns = self.called(text)
                best = Mention(first, last + 1, towns) if towns else best
        return best


def _short_forms(name: str) -> Iterator[str]:
    """The first words of a name of several, and its initials."""
    words = name.split()
    for count in range(1, len(words)):
        start = " ".join(words[:count])
        if len(start) >= LEAST_START:
            yield start
    if len(words) > 1:
        yield "".join(word[0] for word in words)
        yield " ".join(word[0] for word in words)


def _same(names: Sequence[str], identity: Callable[[str], Hashable | None]) -> Iterator[tuple[str, str]]:
    """Pairs of names for one town: of the same identity, or one with words of the other cut short."""
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        known = identity(name)
        if known is not None:
            groups["known", known].append(name)
        groups["first word", name.split()[0]].append(name)
    for key, members in groups.items():
        by_identity = isinstance(key, tuple) and key[0] == "known"
        yield from (pair for pair in combinations(members, 2) if by_identity or _cut_short(*pair))


def _cut_short(one: str, other: str) -> bool:
    """Whether the words of two names are alike, or one is the beginning of the other: "a d" and "an der"."""
    pairs = list(zip(one.split(), other.split(), strict=False))
    return len(one.split()) == len(other.split()) and all(a.startswith(b) or b.startswith(a) for a, b in pairs)
