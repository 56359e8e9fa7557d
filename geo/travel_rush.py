"""Rush hours: travel times scaled by the hour of the week at which one sets out.

Road networks here know free-flow speeds only. Where a team has measured how much longer trips take at which hours, a
week of factors brings that in: one factor for all trips of a period, which moves whole days correctly but knows
nothing of single congested roads. `geo/travel_rush_file.py` reads the factors from a file.

A matrix is made for a period: `RushTimes(times, week).matrix(places, departing=Period.of(0, 7 * HOUR_S, 9 * HOUR_S))`.
A day with several periods is `day(places, weekday)`: the matrix of most hours, and others for the hours that differ.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_leg import Leg
from geo.travel_road import RoadTimes, Table
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
    """How much longer trips take than on empty roads, for each hour of the week; shape (168,), Monday 00:00 first.

    `source` says where the figures come from; it is shown wherever they are used.
    """

    factor: NDArray[np.float64]
    source: str = ""

    def __post_init__(self) -> None:
        if self.factor.shape != (HOURS,):
            raise ValueError(f"factor must have {HOURS} hours, got shape {self.factor.shape}")
        if not (np.isfinite(self.factor).all() and self.factor.min() > 0):
            raise ValueError("factors must be finite and above 0")
        self.factor.setflags(write=False)

    @classmethod
    def of(cls, spans: Mapping[str, float], *, source: str = "") -> "WeekProfile":
        """From spans such as {"Mo-Fr 07:00-09:00": 1.4}; hours no span names stay at 1, later spans win.

        Raises:
            ValueError: a span that cannot be read.
        """
        factor = np.ones(HOURS)
        for text, value in spans.items():
            factor[_hours(text)] = value
        return cls(factor, source)

    def during(self, *periods: Period) -> float:
        """The mean factor over some periods, each hour by the part of it that lies within them."""
        edges = np.arange(HOURS) * HOUR_S
        overlap = sum(
            (np.maximum(np.minimum(edges + HOUR_S, one.end_s) - np.maximum(edges, one.start_s), 0) for one in periods),
            start=np.zeros(HOURS),
        )
        return float(np.average(self.factor, weights=overlap))

    def of_day(self, weekday: int) -> NDArray[np.float64]:
        """The 24 factors of one day, 0 = Monday."""
        if not 0 <= weekday < len(DAYS):
            raise ValueError(f"weekday must be 0 (Monday) to 6, got {weekday}")
        return self.factor[weekday * DAY_HOURS : (weekday + 1) * DAY_HOURS]


def working_hours(weekdays: Iterable[int], start_s: int, end_s: int) -> tuple[Period, ...]:
    """The same hours on each of these days (0 = Monday), in seconds after midnight."""
    return tuple(Period.of(weekday, start_s, end_s) for weekday in sorted(set(weekdays)))


class RushHour(NamedTuple):
    """Whoever sets out at `start_s` or later and before `end_s` (seconds after midnight) travels by this matrix."""

    start_s: int
    end_s: int
    matrix: TravelMatrix


class DayTravel(NamedTuple):
    """Travel through one day: the matrix of most hours, and in order those stretches of it that differ."""

    matrix: TravelMatrix
    rush: tuple[RushHour, ...]


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
    """A source of travel times seen through a week's profile; satisfies `RoadTimes` for the periods it was made for.

    Without a period times are those of empty roads; `matrix` may be asked for another one. Distances never change.
    """

    def __init__(self, times: RoadTimes, profile: WeekProfile, *departing: Period) -> None:
        self._times = times
        self._profile = profile
        self._factor = profile.during(*departing) if departing else 1.0

    @property
    def source(self) -> str:
        return self._source(self._times.source, self._factor)

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        return self._times.snap(places)

    def matrix(self, places: Sequence[Place], *, departing: Period | None = None) -> TravelMatrix:
        """Times for those who set out within `departing`, else within the periods these times were made for."""
        factor = self._factor if departing is None else self._profile.during(departing)
        return self._by(self._times.matrix(places), factor)

    def day(self, places: Sequence[Place], weekday: int, hours: tuple[int, int] = (0, DAY_HOURS)) -> DayTravel:
        """Travel on one day of the week (0 = Monday), whenever one sets out; computed once, however many periods.

        Only the hours from the first until before the second are looked at: earlier and later it is as at their ends.
        """
        return self.week(places, (weekday,), hours)[weekday]

    def week(
        self, places: Sequence[Place], weekdays: Iterable[int], hours: tuple[int, int] = (0, DAY_HOURS)
    ) -> dict[int, DayTravel]:
        """The same for several days of the week; days that are alike share their matrices."""
        free, alike = self._times.matrix(places), dict[bytes, DayTravel]()
        found = {}
        for weekday in sorted(set(weekdays)):
            factors = self._profile.of_day(weekday).copy()
            factors[: hours[0]], factors[hours[1] :] = factors[hours[0]], factors[hours[1] - 1]
            key = factors.tobytes()
            if key not in alike:
                alike[key] = self._day(free, factors, hours)
            found[weekday] = alike[key]
        return found

    def _day(self, free: TravelMatrix, factors: NDArray[np.float64], hours: tuple[int, int]) -> DayTravel:
        values, counts = np.unique(factors[hours[0] : hours[1]], return_counts=True)
        usual = float(values[counts.argmax()])
        edges = [0, *(np.flatnonzero(np.diff(factors)) + 1).tolist(), DAY_HOURS]
        matrices = {float(value): self._by(free, float(value)) for value in values}
        rush = tuple(
            RushHour(start * HOUR_S, end * HOUR_S, matrices[float(factors[start])])
            for start, end in pairwise(edges)
            if factors[start] != usual
        )
        return DayTravel(matrices[usual], rush)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        free = self._times.table(sources, targets)
        return Table(scaled(free.duration_s, self._factor), free.distance_m)

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        return tuple(
            leg if leg.duration_s < 0 else Leg(round(leg.duration_s * self._factor), leg.distance_m, leg.line)
            for leg in self._times.legs(places)
        )

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return self._times.route(places)

    def _by(self, free: TravelMatrix, factor: float) -> TravelMatrix:
        source = self._source(free.source, factor)
        return replace(free, duration_s=scaled(free.duration_s, factor), source=source)

    def _source(self, free: str, factor: float) -> str:
        measured = f" ({self._profile.source})" if self._profile.source else ""
        return f"{free}; times by {factor:.2f} for the hours{measured}"


def scaled(duration_s: NDArray[np.int32], factor: float) -> NDArray[np.int32]:
    """Whole seconds times a factor; what cannot be reached stays so."""
    return np.where(duration_s < 0, duration_s, np.rint(duration_s * factor)).astype(np.int32)
