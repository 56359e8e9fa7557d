"""Street names in comparable form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo.address_fold import fold
from geo.address_words import (
    ARTICLES,
    DIRECTIONS,
    GLUED,
    LEAST_CORE,
    ORDINAL_ENDINGS,
    ORDINALS,
    SAINTS,
    TYPE_PAIRS,
    TYPES,
)

ORDINAL = re.compile(r"0*([0-9]+)(st|nd|rd|th)")
# Ways of writing one Cyrillic sound in Latin letters, brought to one of them.
_SOUNDS = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        ("shch|sch", "sh"),
        ("kh", "h"),
        ("ts|tz", "c"),
        ("j", "y"),
        ("yi|iy|yy|ii", "y"),
        ("w", "v"),
    )
)


@dataclass(frozen=True, slots=True)
class StreetName:
    """A street's name taken apart.

    `core` is the name without type and spaces, numbers first ("1tverskayayamskaya"); `kind` the code of its type or
    empty; `whole` both together, for names whose type was misspelt; `digits` the numbers in the name, which must agree.
    """

    core: str
    kind: str = ""
    digits: str = ""

    @property
    def whole(self) -> str:
        return self.core + sounded(self.kind)


@lru_cache(maxsize=65536)
def street_name(text: str) -> StreetName:
    """A street's name as it is written somewhere, in comparable form."""
    return name_of(fold(text).split())


def name_of(words: Sequence[str]) -> StreetName:
    """The same from folded words: type and name told apart, in whatever order they come."""
    words, kind = _without_kind(_plain_words(words))
    if not kind and words:
        words, kind = _unglued(words)
    numbers = [w for w in words if w.isdigit()]
    core = "".join([*numbers, *(w for w in words if not w.isdigit())])
    return StreetName(core=sounded(core), kind=kind, digits=" ".join(numbers))


def letter_pairs(name: StreetName) -> list[str]:
    """Pairs of neighbouring letters in a name and its beginning and end, by which misspelt names find each other.

    Pairs rather than threes: one wrong letter leaves nothing in common of the threes of a name as short as "Heils".
    """
    found = {f"_{text}_"[at : at + 2] for text in (name.core, name.whole) for at in range(len(text) + 1)}
    return sorted(found)


@lru_cache(maxsize=65536)
def sounded(text: str) -> str:
    """Letters for one sound made the same: "kh" and "h", "ts" and "c", "j" and "y"."""
    for spelling, sound in _SOUNDS:
        text = spelling.sub(sound, text)
    return text


def _plain_words(words: Sequence[str]) -> list[str]:
    """Ordinals as numbers, directions as letters, a leading St. as saint."""
    found: list[str] = []
    for at, word in enumerate(words):
        ordinal = ORDINAL.fullmatch(word)
        if ordinal:
            found.append(ordinal.group(1))
        elif word in ORDINALS:
            found.append(ORDINALS[word])
        elif word.isdigit():
            found.append(str(int(word)))
        elif word in ORDINAL_ENDINGS and found and found[-1].isdigit() and words[at - 1].isdigit():
            continue  # the "ya" of "1-ya"
        elif word in SAINTS and at == 0 and len(words) > 1:
            found.append("saint")
        elif word in ARTICLES and len(words) > 1:
            continue
        else:
            found.append(DIRECTIONS.get(word, word))
    return found


def _without_kind(words: list[str]) -> tuple[list[str], str]:
    """The name's words and the code of its type: the last word that is one, else the first."""
    for end in (len(words) - 2, 0):
        pair = TYPE_PAIRS.get((words[end], words[end + 1])) if len(words) > 2 else None
        if pair:
            return words[:end] + words[end + 2 :], pair
    if len(words) < 2:
        return words, ""
    places = [at for at, word in enumerate(words) if word in TYPES]
    if not places:
        return words, ""
    at = places[-1] if places[-1] > 0 and places[-1] == len(words) - 1 else places[0] if places[0] == 0 else places[-1]
    return words[:at] + words[at + 1 :], TYPES[words[at]]


def _unglued(words: list[str]) -> tuple[list[str], str]:
    """Hauptstrasse as haupt and strasse."""
    last = words[-1]
    for suffix in GLUED:
        if last.endswith(suffix) and len(last) - len(suffix) >= LEAST_CORE:
            return [*words[:-1], last[: -len(suffix)]], TYPES[suffix]
    return words, ""
