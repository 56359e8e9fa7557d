"""The way from one stop to the next."""

from dataclasses import dataclass

from geo.place import Place
from geo.travel import UNREACHABLE


@dataclass(frozen=True, slots=True)
class Leg:
    """Travel from one place to the next; both figures are -1 where one cannot travel, and `line` is then straight."""

    duration_s: int
    distance_m: int
    line: tuple[Place, ...]

    @classmethod
    def impossible(cls, start: Place, end: Place) -> "Leg":
        return cls(UNREACHABLE, UNREACHABLE, (start, end))


def joined(legs: tuple[Leg, ...], places: tuple[Place, ...]) -> tuple[Place, ...]:
    """One line through all legs, without the doubled points where two meet; the places alone if there is no leg."""
    line: list[Place] = []
    for leg in legs:
        line.extend(leg.line[1:] if line and line[-1] == leg.line[0] else leg.line)
    return tuple(line) or places
