"""An address that was looked up: where it is and how well that is known."""

from dataclasses import dataclass
from enum import StrEnum

from geo.place import Place


class Level(StrEnum):
    """How exactly a place is known, best first."""

    GIVEN = "given"  # coordinates came with the record
    MANUAL = "manual"  # a person set the pin
    ROOFTOP = "rooftop"
    INTERPOLATED = "interpolated"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    NONE = "none"

    def at_least(self, other: "Level") -> bool:
        """True when this level is as exact as `other`, or more."""
        order = tuple(Level)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class Located:
    """The answer of a geocoder to one address; `place` is None exactly when `level` is `none`.

    `score` lies between 0 and 1; `source` names the data and its version; `why` is a sentence for a person.
    """

    place: Place | None
    level: Level
    score: float
    source: str
    why: str = ""

    def __post_init__(self) -> None:
        if (self.place is None) != (self.level is Level.NONE):
            raise ValueError(f"a place and its level must agree, got {self.place} at level {self.level}")
        if not 0 <= self.score <= 1:
            raise ValueError(f"score must be between 0 and 1, got {self.score}")
