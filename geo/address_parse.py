"""An address as written, taken apart as far as that is possible without knowing any street."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from geo.address import Address
from geo.address_fold import fold, plain
from geo.address_number import HouseNumber, pieces, read_number
from geo.address_street import ORDINAL, StreetName, name_of
from geo.address_words import BERTHS, ENGLISH, KILOMETRES, NUMBER_MARKERS, PART_MARKERS, TYPES, UNIT_MARKERS

LONGEST_LINE = 300  # characters of a line that are read; no address is longer
LONGEST_NAME = 6  # words
MOST_WORDS = 40
_SPLIT = re.compile(r"[,;\n\t|()]+")
_WORD = re.compile(r"[a-z0-9]+|[/\-–&+#]")
_APOSTROPHES = re.compile("['`´‘’ʼʹ′\"]")
_CORNER = re.compile(
    r"\s*(?:&|\+|@|\s(?:and|und|og|at|ecke|hj(?:o|oe)rnet(?: af)?|ugol|i|ja)\s|\b(?:corner of|ugol)\b|/(?=\s*[a-z]))\s*"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or joining sign of an address line; `part` counts the pieces between commas."""

    text: str
    part: int
    unit: bool = False  # belongs to a flat, floor or stall inside a house

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring words `first` … `last - 1` of one part, read as a street's name."""

    first: int
    last: int
    name: StreetName


@dataclass(frozen=True)
class Query:
    """An address ready to be looked up."""

    words: tuple[Word, ...]
    city: str
    postcode: str

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """All ways to take some neighbouring words for a street's name."""
        return tuple(self._windows())

    def _windows(self) -> Iterator[Window]:
        for first, start in enumerate(self.words):
            if not start.is_word or start.unit:
                continue
            taken: list[str] = []
            for last in range(first, len(self.words)):
                word = self.words[last]
                if word.part != start.part or word.unit or len(taken) == LONGEST_NAME:
                    break
                if not word.is_word:
                    continue
                taken.append(word.text)
                if _is_name(taken):
                    yield Window(first, last + 1, name_of(taken))

    def numbers(self, window: Window, postcodes: Container[str]) -> list[HouseNumber]:
        """House numbers the address may mean if its street is in `window`: the likeliest first.

        Right behind the name or right before it, before it first if the street's type is English; else at the start of
        a part of its own; else anywhere. A number that is a known postcode is left out while there is another.
        """
        part = self.words[window.first].part
        behind = self._from(window.last) if self._goes_on(window) else None
        before = list(self._until(window.first))
        beside = [*before, behind] if window.name.kind in ENGLISH else [behind, *before]
        starts = [self._from(at) for at in self._part_starts() if self.words[at].part != part]
        anywhere = [self._from(at) for at in range(len(self.words)) if not window.first <= at < window.last]
        for place in (beside, starts, anywhere):
            found = [n for n in dict.fromkeys(place) if n is not None and str(n.main) != self.postcode]
            likely = [n for n in found if n.key not in postcodes]
            if likely:
                return likely
        return []

    def _goes_on(self, window: Window) -> bool:
        return window.last < len(self.words) and self.words[window.last].part == self.words[window.first].part

    def _from(self, at: int) -> HouseNumber | None:
        """The house number that starts at a word, if one does; "10th" is a street's."""
        if at >= len(self.words) or ORDINAL.fullmatch(self.words[at].text):
            return None
        read = read_number(self._pieces(at))
        return read[0] if read else None

    def _until(self, end: int) -> Iterator[HouseNumber]:
        """House numbers that end right before a word; the longest first."""
        start = end
        while start > 0 and self.words[start - 1].part == self.words[end].part:
            start -= 1
        for at in range(start, end):
            words = [p for word in self.words[at:end] if not word.unit for p in pieces(word.text)]
            read = read_number(words)
            if read and read[1] == len(words):
                yield read[0]
                return

    def _pieces(self, first: int) -> list[str]:
        """Pieces from a word on, to the end of its part; parts of the house ("корп. 2") may follow behind a comma."""
        found: list[str] = []
        for at in range(first, len(self.words)):
            word = self.words[at]
            follows = at + 1 < len(self.words) and self.words[at + 1].text.isdigit() and word.text in PART_MARKERS
            new_part = at > first and word.part != self.words[at - 1].part
            if word.unit or (new_part and not follows):
                break
            found += pieces(word.text)
        return found

    def _part_starts(self) -> list[int]:
        return [at for at, word in enumerate(self.words) if at == 0 or self.words[at - 1].part != word.part]


def _is_name(words: list[str]) -> bool:
    """Whether words can be a street's name at all: not a bare number, nor a bare "street" or "no."."""
    if all(word.isdigit() for word in words):
        return False
    return len(words) > 1 or (words[0] not in TYPES and words[0] not in NUMBER_MARKERS)


def parse(address: Address) -> Query:
    """The query of an address; the line may hold city and postcode too, in any order."""
    line = plain(_APOSTROPHES.sub("", address.line[:LONGEST_LINE]))
    words: list[Word] = []
    for part, text in enumerate(filter(str.strip, _SPLIT.split(line))):
        words += [Word(fold(t) or t, part) for t in _WORD.findall(text)]
    return Query(tuple(_units_marked(words[:MOST_WORDS])), fold(address.city), postcode_of(address.postcode))


def postcode_of(text: str) -> str:
    """A postcode folded; of an American one only the five digits every writer gives."""
    code = fold(text)
    return code[:5] if re.fullmatch("[0-9]{5} ?[0-9]{4}", code) else code


def corner_parts(line: str) -> tuple[str, str] | None:
    """The two streets of a corner ("Market St & 5th St", "угол Тверской и Моховой"); None where there is no corner."""
    text = plain(_APOSTROPHES.sub("", line[:LONGEST_LINE]))
    sides = [side.strip(" ,;-") for side in _CORNER.split(_SPLIT.split(text.strip(" ,"))[0])]
    sides = [side for side in sides if re.search("[a-z]", side) or re.search(r"[0-9](?:st|nd|rd|th)\b", side)]
    return (sides[0], sides[1]) if len(sides) == 2 else None


def kilometre(line: str) -> tuple[float, str] | None:
    """The kilometre and the road of "МКАД, 41-й км" or "41 км МКАД"; None where none is given."""
    text = plain(line[:LONGEST_LINE])
    unit = "|".join(sorted(KILOMETRES, key=len, reverse=True))
    found = re.search(rf"([0-9]+(?:[.,][0-9]+)?)\s*(?:-?\s*(?:y|oy|i|go|th))?\s*(?:{unit})\b", text)
    if not found:
        return None
    road = (text[: found.start()] + " " + text[found.end() :]).strip(" ,.;-")
    return float(found.group(1).replace(",", ".")), road


def _units_marked(words: list[Word]) -> Iterator[Word]:
    """The words with flats, stalls and piers marked: "2nd floor", "apt 5", "#273", "кв. 12", "Pier 39", "K-01"."""
    inside: set[int] = set()
    for at, word in enumerate(words):
        behind = words[at + 1] if at + 1 < len(words) and words[at + 1].part == word.part else None
        before = words[at - 1] if at and words[at - 1].part == word.part else None
        berth = word.text in BERTHS and not before and behind and behind.text[0].isdigit()
        if (word.text == "#" and behind) or berth:
            inside |= {at, at + 1}
        elif word.text in "-–" and before and behind and _is_code(before.text) and behind.text[0].isdigit():
            inside |= {at - 1, at, at + 1}
        elif word.text in UNIT_MARKERS:
            if behind and _is_label(behind.text):
                inside |= {at, at + 1}
            elif before and before.text[0].isdigit() and not (at >= 2 and words[at - 2].text in PART_MARKERS):
                alone = at < 2 or words[at - 2].part != word.part
                inside |= {at, at - 1} if alone or not before.text.isdigit() else {at}
    yield from (Word(word.text, word.part, at in inside) for at, word in enumerate(words))


def _is_code(text: str) -> bool:
    """Whether a word before a hyphen and a number is a letter or two that make a code with it, as on a stall."""
    return len(text) <= 2 and text.isalpha() and text not in NUMBER_MARKERS and text not in PART_MARKERS


def _is_label(text: str) -> bool:
    return text[0].isdigit() or len(text) == 1
