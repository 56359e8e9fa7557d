"""An address in comparable form, without any index: what the search for duplicates compares."""

import re
from dataclasses import dataclass

from geo.address import Address
from geo.address_fold import fold
from geo.address_number import HouseNumber
from geo.address_parse import Query, Window, parse, postcode_of
from geo.address_street import name_of


@dataclass(frozen=True, slots=True)
class AddressKey:
    """Parts of an address in comparable form; empty where nothing is given.

    `street` is the name without its type ("haupt" of "Hauptstr."), `kind` the code of that type, `number` is 12a or
    5k2, `unit` what is said of flat or floor. Keys of one address written in two ways are mostly equal; compare
    `street` letter by letter to allow for misspellings.
    """

    street: str = ""
    kind: str = ""
    number: str = ""
    unit: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def text(self) -> str:
        """All parts in one line, in a fixed order."""
        return " ".join(filter(None, (self.street, self.kind, self.number, self.city, self.postcode, self.country)))


def normalise(address: Address) -> AddressKey:
    """The comparable form of an address.

    The street is the first piece of the line, between commas, that has a name with a type or next to a house number;
    words before that are taken for a company or building. City and postcode are taken from their own fields only,
    since without an index they cannot be told from a street.
    """
    query = parse(address)
    window, number = _street(query)
    unit = "".join(word.text for word in query.words if word.unit and word.text.isalnum())
    return AddressKey(
        street=window.name.core if window else "",
        kind=window.name.kind if window else "",
        number=number.key if number else "",
        unit=unit,
        city=fold(address.city),
        postcode=postcode_of(address.postcode).replace(" ", ""),
        country=fold(address.country),
    )


def _street(query: Query) -> tuple[Window | None, HouseNumber | None]:
    """The name of the likeliest piece of the line, and the house number beside it."""
    best: tuple[tuple[bool, bool, int], Window, HouseNumber | None] | None = None
    for part in sorted({word.part for word in query.words}):
        words = [at for at, word in enumerate(query.words) if word.part == part and not word.unit and word.is_word]
        names = [at for at in words if not query.words[at].text[0].isdigit() or _is_ordinal(query.words[at].text)]
        if not names:
            continue
        window = _longest(query, names)
        numbers = query.numbers(window, ())
        rank = (bool(window.name.kind) and bool(numbers), bool(numbers), -part)
        if best is None or rank > best[0]:
            best = rank, window, numbers[0] if numbers else None
    return (best[1], best[2]) if best else (None, None)


def _longest(query: Query, names: list[int]) -> Window:
    """The run of words that is likeliest a name: one with a type, else the longest, of equals the first."""
    runs: list[list[int]] = []
    for at in names:
        if runs and all(not query.words[k].text[0].isdigit() for k in range(runs[-1][-1] + 1, at)):
            runs[-1].append(at)
        else:
            runs.append([at])
    windows = [Window(run[0], run[-1] + 1, name_of([query.words[at].text for at in run])) for run in runs]
    return max(windows, key=lambda window: (bool(window.name.kind), window.last - window.first))


def _is_ordinal(word: str) -> bool:
    return re.fullmatch("[0-9]+(st|nd|rd|th)", word) is not None
