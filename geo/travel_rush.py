"""Rush hours: travel times scaled by the hour of the week at which one sets out.

Road networks here know free-flow speeds only. Where a team has measured how much longer trips take at which hours, a
week of factors brings that in: one factor for all trips of a period, which moves whole days correctly but knows
nothing of single congested roads.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_leg import Leg, joined
from geo.travel_road import RoadTimes, Table, matrix_of
from geo.travel_snap import Snap

HOURS = 168
HOUR_S = 3_600
DAY_HOURS = 24
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SPAN = re.compile(r"(?P<day>\w\w)(?:-(?P<last_day>\w\w))? (?P<hour>\d\d?):00-(?P<last_hour>\d\d?):00")


@dataclass(frozen=True, slots=True)
class Period:
    """When one sets out: from `start_s` until before `end_s`, in seconds after Monday 00:00, local time."""

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s <= HOURS * HOUR_S:
            raise ValueError(f"a period must lie within one week and end after it starts, got {self}")

    @classmethod
    def of(cls, weekday: int, start_s: int, end_s: int) -> "Period":
        """A part of one day: `weekday` 0 = Monday, times in seconds after midnight."""
        if not 0 <= weekday < len(DAYS):
            raise ValueError(f"weekday must be 0 (Monday) to 6, got {weekday}")
        midnight_s = weekday * DAY_HOURS * HOUR_S
        return cls(midnight_s + start_s, midnight_s + end_s)


@dataclass(frozen=True, slots=True, eq=False)
class WeekProfile:
    """How much longer trips take than on empty roads, for each hour of the week; shape (168,), Monday 00:00 first."""

    factor: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.factor.shape != (HOURS,):
            raise ValueError(f"factor must have {HOURS} hours, got shape {self.factor.shape}")
        if not (np.isfinite(self.factor).all() and self.factor.min() > 0):
            raise ValueError("factors must be finite and above 0")
        self.factor.setflags(write=False)

    @classmethod
    def of(cls, spans: Mapping[str, float]) -> "WeekProfile":
        """From spans such as {"Mo-Fr 07:00-09:00": 1.4}; hours no span names stay at 1, later spans win.

        Raises:
            ValueError: a span that cannot be read.
        """
        factor = np.ones(HOURS)
        for text, value in spans.items():
            factor[_hours(text)] = value
        return cls(factor)

    def during(self, period: Period) -> float:
        """The mean factor over a period, each hour by the part of it that lies within."""
        edges = np.arange(HOURS) * HOUR_S
        overlap = np.minimum(edges + HOUR_S, period.end_s) - np.maximum(edges, period.start_s)
        return float(np.average(self.factor, weights=np.maximum(overlap, 0)))


def _hours(text: str) -> list[int]:
    match = SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a span such as 'Mo-Fr 07:00-09:00', got {text!r}")
    days = [DAYS.index(day) if day in DAYS else -1 for day in (match["day"], match["last_day"] or match["day"])]
    hours = [int(match["hour"]), int(match["last_hour"])]
    if -1 in days or days[0] > days[1] or not 0 <= hours[0] < hours[1] <= DAY_HOURS:
        raise ValueError(f"days must be {', '.join(DAYS)} in this order and hours rise up to 24, got {text!r}")
    return [day * DAY_HOURS + hour for day in range(days[0], days[1] + 1) for hour in range(*hours)]


class RushTimes:
    """A source of travel times seen through a week's profile; satisfies `RoadTimes` for the period it was made for.

    Without a period times are those of empty roads; `matrix` may be asked for another one.
    """

    def __init__(self, times: RoadTimes, profile: WeekProfile, departing: Period | None = None) -> None:
        self._times = times
        self._profile = profile
        self._departing = departing

    @property
    def source(self) -> str:
        return f"{self._times.source}, times by {self._factor(self._departing):.2f} for the hour"

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        return self._times.snap(places)

    def matrix(self, places: Sequence[Place], *, departing: Period | None = None) -> TravelMatrix:
        """Times for those who set out within `departing`; distances stay as they are."""
        if departing is not None:
            return RushTimes(self._times, self._profile, departing).matrix(places)
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        free = self._times.table(sources, targets)
        scaled = np.rint(free.duration_s * self._factor(self._departing)).astype(np.int32)
        return Table(np.where(free.duration_s < 0, free.duration_s, scaled), free.distance_m)

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        factor = self._factor(self._departing)
        return tuple(
            leg if leg.duration_s < 0 else Leg(round(leg.duration_s * factor), leg.distance_m, leg.line)
            for leg in self._times.legs(places)
        )

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def _factor(self, departing: Period | None) -> float:
        return 1.0 if departing is None else self._profile.during(departing)
