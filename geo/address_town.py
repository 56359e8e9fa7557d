"""Towns that an address mentions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.address_parse import Query

LONGEST_TOWN = 5  # words
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

    def __init__(self, names: Sequence[str]) -> None:
        forms: dict[str, set[str]] = defaultdict(set)
        for name in names:
            words = name.split()
            forms[name].add(name)
            for count in range(1, len(words)):
                start = " ".join(words[:count])
                if len(start) >= 4:
                    forms[start].add(name)
            if len(words) > 1:
                forms["".join(word[0] for word in words)].add(name)
                forms[" ".join(word[0] for word in words)].add(name)
        for name in names:  # a name in full means itself before it abbreviates another, yet also its districts
            forms[name].add(name)
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
