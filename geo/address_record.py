"""What an address index is built from: house numbers, ranges of a block's side, streets, kilometre posts.

Whoever reads a source (an OpenStreetMap extract, a government's centreline file) turns each object into one of these
and hands them to `geo.address_build.build_address_index`. Names are kept as written; folding is the index's work.
"""

from dataclasses import dataclass
from enum import StrEnum

from geo.place import Place


class Side(StrEnum):
    """A side of the street, seen by someone who walks along the line from its first point to its last."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class AddressPoint:
    """One house number with a position of its own.

    `street` may be the name of a village or square where houses are numbered without streets. `number` is written as
    found ("12a", "5/7 к2", "12-14"). `entity` is the source's own id ("node/123"), for the sentence that says why.
    """

    street: str
    number: str
    place: Place
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """House numbers along one side of one block: `first` stands at the line's first point, `last` at its last.

    `first` may be above `last` where numbers fall along the line. A range whose ends are both odd (even) holds only
    odd (even) numbers. A side without houses is not recorded; give a `StreetLine` then.
    """

    street: str
    first: int
    last: int
    side: Side
    line: tuple[Place, ...]
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    entity: str = ""

    def __post_init__(self) -> None:
        if len(self.line) < 2:
            raise ValueError(f"line of {self.street!r} must have two points or more, got {len(self.line)}")
        if self.first < 0 or self.last < 0:
            raise ValueError(f"house numbers must not be negative, got {self.first}–{self.last} on {self.street!r}")


@dataclass(frozen=True, slots=True)
class StreetLine:
    """A piece of a named street, whether or not anything on it has a number.

    Lines of different streets that share a point (to 1e-6 degrees) make a corner, so give lines that meet at nodes.
    """

    street: str
    line: tuple[Place, ...]
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    entity: str = ""

    def __post_init__(self) -> None:
        if len(self.line) < 2:
            raise ValueError(f"line of {self.street!r} must have two points or more, got {len(self.line)}")


@dataclass(frozen=True, slots=True)
class KilometrePost:
    """A post on a road with its distance from the road's start; `street` is the road's name or its number."""

    street: str
    distance_km: float
    place: Place
    city: str = ""
    region: str = ""
    country: str = ""
    entity: str = ""


AddressRecord = AddressPoint | AddressRange | StreetLine | KilometrePost
