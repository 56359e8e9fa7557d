"""An address that was looked up: where it is and how well that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from geo.place import Place

FAR_FROM_ROAD_M = 150.0
"""A place farther than this from every road is for a person to look at."""


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

    `score` lies between 0 and 1, and so does each of `scores`, which are those of the address's fields ("street",
    "number", "city", "postcode"; only what both sides know). `source` names the data and its version; `attribution`
    is to be shown with the place; `why` is a sentence for a person. `runner_up` is the next likely answer and
    `runner_up_m` how far it lies away, None without one. `doubts` say what makes the answer ambiguous. `snap_m` is how
    far the nearest road is, None where no roads are known.
    """

    place: Place | None
    level: Level
    score: float
    source: str
    why: str = ""
    scores: Mapping[str, float] = field(default_factory=dict, hash=False)
    runner_up: str = ""
    runner_up_m: float | None = None
    doubts: tuple[str, ...] = ()
    snap_m: float | None = None
    attribution: str = ""

    def __post_init__(self) -> None:
        if (self.place is None) != (self.level is Level.NONE):
            raise ValueError(f"a place and its level must agree, got {self.place} at level {self.level}")
        if not 0 <= self.score <= 1:
            raise ValueError(f"score must be between 0 and 1, got {self.score}")

    @property
    def review(self) -> tuple[str, ...]:
        """Why a person should settle this place with a pin; empty when nobody needs to look.

        A pin is settled, unless its address is another one now, which is a doubt.
        """
        if self.level is Level.MANUAL:
            return self.doubts
        reasons = list(self.doubts)
        if self.level is Level.NONE:
            reasons.append("no place was found")
        elif not self.level.at_least(Level.INTERPOLATED):
            reasons.append(f"known to {self.level} level only")
        if self.snap_m is not None and self.snap_m > FAR_FROM_ROAD_M:
            reasons.append(f"{self.snap_m:,.0f} m from the nearest road")
        return tuple(reasons)

    @property
    def needs_review(self) -> bool:
        """Whether it belongs on the list that people settle with a pin."""
        return bool(self.review)
