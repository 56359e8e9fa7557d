"""What an address index answers: a place, how well it is known, and which address of the index it is."""

from dataclasses import dataclass

from geo.address import Address
from geo.located import Located


@dataclass(frozen=True, slots=True)
class AddressAnswer(Located):
    """A `Located` that says more: `matched` is the address as the index knows it, `entity` its id in the source."""

    matched: Address | None = None
    entity: str = ""
