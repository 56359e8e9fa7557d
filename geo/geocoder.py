"""What every geocoder offers."""

from collections.abc import Sequence
from typing import Protocol

from geo.address import Address
from geo.located import Located


class Geocoder(Protocol):
    """Turns addresses into places. One answer per address, in the same order; never raises for an unknown address."""

    def geocode(self, addresses: Sequence[Address]) -> Sequence[Located]: ...
