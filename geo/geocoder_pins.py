"""Places that a person has set, by address: they come before every geocoder and nothing replaces them."""

from collections.abc import Mapping, Sequence

from geo.address import Address
from geo.address_normal import AddressKey, normalise
from geo.located import Level, Located
from geo.place import Place

SOURCE = "set by a person"


def pinned(place: Place, *, by: str = "", note: str = "") -> Located:
    """The answer that a pin is; `by` says who set it, or in which file it stands."""
    why = "a person set this place" + (f": {note}" if note else "")
    return Located(place, Level.MANUAL, 1.0, f"{SOURCE} ({by})" if by else SOURCE, why)


class PinGeocoder:
    """Answers for addresses that have a pin, however they are written; level `none` for all others."""

    def __init__(self, pins: Mapping[Address, Located]) -> None:
        """From answers at level `manual`, by the address they were set for."""
        wrong = [found.level for found in pins.values() if found.level is not Level.MANUAL]
        if wrong:
            raise ValueError(f"a pin is a place at level manual, got {wrong[0]}")
        self._pins = {key: found for address, found in pins.items() if (key := _key(address)) is not None}

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order."""
        nothing = Located(None, Level.NONE, 0.0, SOURCE, "no pin is set for this address")
        return [self._pins.get(key, nothing) if (key := _key(each)) else nothing for each in addresses]


def _key(address: Address) -> AddressKey | None:
    """The address in comparable form; None where it names no street, which is too little to tell places apart."""
    key = normalise(address)
    return key if key.street else None
