"""Addresses as people write them: a seeded set of faulty spellings of known addresses.

Each class changes one thing: the order, abbreviations, one or two typing mistakes in the street's name, transliteration
from Cyrillic, words that do not belong, or no city.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from anyascii import anyascii

from geo.place import Place

SHORT = (
    ("улица", "ул."), ("переулок", "пер."), ("проспект", "пр-т"), ("проезд", "пр-д"), ("бульвар", "б-р"),
    ("площадь", "пл."), ("набережная", "наб."), ("шоссе", "ш."), ("Straße", "Str."), ("straße", "str."),
    ("Platz", "Pl."), ("platz", "pl."), ("Plads", "Pl."), ("Boulevard", "Blvd"), ("Street", "St"), ("Avenue", "Ave"),
    ("Road", "Rd"), ("Drive", "Dr"), ("Court", "Ct"), ("Lane", "Ln"), ("Place", "Pl"), ("Circle", "Cir"),
)  # fmt: skip
LATIN, CYRILLIC = "aeionrst", "аеионрст"


@dataclass(frozen=True, slots=True)
class Known:
    """An address whose place is known; `places` are all places the source has for this very address."""

    street: str
    number: str
    city: str
    postcode: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Messy:
    """One faulty spelling of a known address, on one line."""

    kind: str
    line: str
    known: Known


def messy_set(known: Sequence[Known], each: int, seed: int) -> list[Messy]:
    """So many addresses of every class, drawn afresh for each."""
    chance = Random(seed)
    found = []
    for kind, write in KINDS.items():
        for address in chance.sample(known, min(each, len(known))):
            found.append(Messy(kind, write(address, chance), address))
    return found


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _clean(a: Known, _: Random) -> str:
    return _joined(f"{a.street} {a.number}", a.city, a.postcode)


def _reorder(a: Known, _: Random) -> str:
    return _joined(a.postcode, a.city, f"{a.number} {a.street}")


def _abbreviated(a: Known, _: Random) -> str:
    street = a.street
    for long, short in SHORT:
        street = street.replace(long, short)
    return _joined(f"{a.number} {street}", a.city)


def _one_typo(a: Known, chance: Random) -> str:
    return _joined(f"{typo(a.street, chance)} {a.number}", a.city)


def _two_typos(a: Known, chance: Random) -> str:
    return _joined(f"{typo(typo(a.street, chance), chance)} {a.number}", a.city)


def _transliterated(a: Known, _: Random) -> str:
    return _joined(anyascii(f"{a.street} {a.number}"), anyascii(a.city))


def _noise(a: Known, _: Random) -> str:
    return _joined("Att. warehouse", f"{a.street.upper()} {a.number}", "2nd floor", a.city)


def _no_city(a: Known, _: Random) -> str:
    return f"{a.street} {a.number}"


def typo(text: str, chance: Random) -> str:
    """A letter dropped, swapped with the next or replaced; never the first. Short names are left alone."""
    letters = [at for at, letter in enumerate(text) if letter.isalpha()]
    if len(letters) < 5:
        return text
    at, way = chance.choice(letters[1:]), chance.randrange(3)
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + chance.choice(CYRILLIC if re.match("[а-яё]", text[at], re.I) else LATIN) + text[at + 1 :]


KINDS: dict[str, Callable[[Known, Random], str]] = {
    "clean": _clean,
    "reordered": _reorder,
    "abbreviated": _abbreviated,
    "one typo": _one_typo,
    "two typos": _two_typos,
    "transliterated": _transliterated,
    "noise words": _noise,
    "no city": _no_city,
}
