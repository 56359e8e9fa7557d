"""House numbers: 12, 12a, 12-14, 1007 1/2, 5к2 стр. 1."""

import re
from dataclasses import dataclass

from geo.address_fold import plain
from geo.address_words import NUMBER_MARKERS, PART_MARKERS

LARGEST = 99_999
_PIECES = re.compile(r"[0-9]+|[a-z]+|[/\-–;,+&#]")
MOST_IN_RANGE = 20


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number in comparable form: the number itself and what follows it ("a", "-14", "k2s1", "/7")."""

    main: int
    suffix: str = ""

    @property
    def key(self) -> str:
        return f"{self.main}{self.suffix}"

    def unlike(self, suffix: str) -> int:
        """How far another suffix is from this one, counted in letters and numbers of parts: "c" is 1 from "b"."""
        return sum(abs(mine - other) for mine, other in zip(_places(self.suffix), _places(suffix), strict=True))


def _places(suffix: str) -> tuple[int, ...]:
    """A suffix as numbers: its letter's place in the alphabet, then the numbers of its parts."""
    letter = re.match(r"[a-z](?![0-9])", suffix)
    numbers = dict(re.findall(r"([a-z/\-])([0-9]+)", suffix))
    return (ord(letter.group()) - ord("a") + 1 if letter else 0, *(int(numbers.get(sign, 0)) for sign in "ksl/-"))


def pieces(text: str) -> list[str]:
    """Digits, letters and joining signs of a text, one after the other: "5/7 к2" is 5, /, 7, k, 2."""
    return _PIECES.findall(plain(text))


def house_number(text: str) -> HouseNumber | None:
    """The house number that a text starts with, perhaps behind a marker such as "д." or "No."; None without one."""
    found = read_number(pieces(text))
    return found[0] if found else None


def house_numbers(text: str) -> list[HouseNumber]:
    """All house numbers a source gives for one place: "12;14" two, "12-16" the range and 12, 14, 16 in it."""
    found: dict[str, HouseNumber] = {}
    for each in re.split(r"[;,]", text):
        number = house_number(each)
        if number is None:
            continue
        found.setdefault(number.key, number)
        last = re.fullmatch(r"-([0-9]+)[a-z]?", number.suffix)
        if last and number.main < int(last.group(1)) <= number.main + MOST_IN_RANGE:
            for main in range(
                number.main, int(last.group(1)) + 1, 2 if (int(last.group(1)) - number.main) % 2 == 0 else 1
            ):
                found.setdefault(str(main), HouseNumber(main))
    return list(found.values())


def read_number(words: list[str]) -> tuple[HouseNumber, int] | None:
    """The house number at the start of a list of pieces, and how many pieces it takes; None without one."""
    at = 0
    while at < len(words) and words[at] in NUMBER_MARKERS:
        at += 1
    if at >= len(words) or not words[at].isdigit() or not 0 < int(words[at]) <= LARGEST:
        return None
    main = int(words[at])
    suffix, at = _letter(words, at + 1)
    while at < len(words):
        more = _joined(words, at) or _part(words, at)
        if more is None:
            break
        suffix, at = suffix + more[0], more[1]
    return HouseNumber(main, suffix), at


def _letter(words: list[str], at: int) -> tuple[str, int]:
    """A single letter behind the number, unless it starts "k 2" or another part of the house."""
    if at >= len(words) or not re.fullmatch("[a-z]", words[at]):
        return "", at
    if words[at] in PART_MARKERS and at + 1 < len(words) and words[at + 1].isdigit():
        return "", at
    return words[at], at + 1


def _joined(words: list[str], at: int) -> tuple[str, int] | None:
    """A second number behind a stroke or dash, with its letter: "-14", "/7b"; or the half of "1007 1/2"."""
    if words[at : at + 3] == ["1", "/", "2"]:
        return "/2", at + 3
    if words[at] in "/-–" and at + 1 < len(words):
        if words[at + 1].isdigit():
            letter, end = _letter(words, at + 2)
            return f"{'/' if words[at] == '/' else '-'}{int(words[at + 1])}{letter}", end
        if len(words[at + 1]) == 1:
            return words[at + 1], at + 2
    return None


def _part(words: list[str], at: int) -> tuple[str, int] | None:
    """A part of the house with its number: "k2", "s1"."""
    code = PART_MARKERS.get(words[at])
    if code is None or at + 1 >= len(words) or not words[at + 1].isdigit():
        return None
    letter, end = _letter(words, at + 2)
    return f"{code}{int(words[at + 1])}{letter}", end
