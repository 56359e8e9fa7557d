"""A call cycle: what is asked (`CycleProblem`) and what is answered (`CyclePlan`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.errors import BadProblemError
from routing.problem import DayPlan, Shift, Window, check_places

WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Client:
    """An account of one rep. `visits_per_year` need not divide the horizon.

    `windows`: for each weekday (Monday = 0) when a visit may begin; None = any time on any day, a weekday that is
    missing or has no window = closed that day. `priority` weighs what is given up first when hours run short.
    `weekdays`: the sets of weekdays a week's visits may fall on, say ((0, 2), (1, 3)); () = any. `closed_on`: its
    holidays and absences. `not_before`: no visit earlier, whatever is due. `alternate_weeks`: 0 = only in the first,
    third, … week of the cycle (A weeks), 1 = only in the others (B weeks).
    """

    place: int
    service_s: int
    visits_per_year: float
    last_visit: date | None = None
    windows: Mapping[int, tuple[Window, ...]] | None = None
    priority: float = 1.0
    weekdays: tuple[tuple[int, ...], ...] = ()
    closed_on: frozenset[date] = frozenset()
    not_before: date | None = None
    alternate_weeks: int | None = None

    def __post_init__(self) -> None:
        if self.service_s < 0:
            raise BadProblemError(f"service_s must not be negative, got {self.service_s}")
        if not 0 <= self.visits_per_year < float("inf"):
            raise BadProblemError(f"visits_per_year must be 0 or more, got {self.visits_per_year}")
        if not self.priority > 0:
            raise BadProblemError(f"priority must be above 0, got {self.priority}")
        if self.alternate_weeks not in (None, 0, 1):
            raise BadProblemError(f"alternate_weeks must be 0 or 1, got {self.alternate_weeks}")

    @property
    def interval_days(self) -> float:
        """Days from one visit to the next: the year counts 52 weeks."""
        return WEEKS_A_YEAR * 7 / self.visits_per_year if self.visits_per_year else float("inf")

    def windows_on(self, day: date) -> tuple[Window, ...] | None:
        """When a visit may begin that day: () at any time, None not at all."""
        if self.weekdays and not any(day.weekday() in together for together in self.weekdays):
            return None
        if day in self.closed_on or (self.not_before is not None and day < self.not_before):
            return None
        if self.windows is None:
            return ()
        return tuple(self.windows.get(day.weekday(), ())) or None


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A day the rep works. Holidays and absences are simply missing."""

    date: date
    shift: Shift


@dataclass(frozen=True, slots=True)
class CycleRules:
    """How regular the visits are, and what it is worth.

    A visit may lie `tolerance` (a share of the interval) before or after its ideal date, and no two of a client closer
    than `least_gap` of it. Another weekday than usual costs `weekday_price_s` seconds of driving, a whole interval off
    the ideal date `spacing_price_s`, and a week's service beyond its even share `level_price` for every second.
    """

    tolerance: float = 0.25
    least_gap: float = 0.4
    weekday_price_s: int = 300
    spacing_price_s: int = 600
    level_price: float = 1.0
    most_patterns: int = 48


@dataclass(frozen=True, slots=True, eq=False)
class CycleProblem:
    """One rep's clients and working days over `weeks` weeks from `starts_on`; days in order, inside the horizon.

    A and B weeks count from `cycle_began` (None = the horizon's start).
    """

    matrix: TravelMatrix
    clients: tuple[Client, ...]
    days: tuple[WorkDay, ...]
    starts_on: date
    weeks: int
    rules: CycleRules = field(default_factory=CycleRules)
    cycle_began: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "clients", tuple(self.clients))
        object.__setattr__(self, "days", tuple(self.days))
        if self.weeks < 1:
            raise BadProblemError(f"weeks must be 1 or more, got {self.weeks}")
        last = self.starts_on + timedelta(days=7 * self.weeks - 1)
        for day in self.days:
            if not self.starts_on <= day.date <= last:
                raise BadProblemError(f"working days must lie in {self.starts_on}…{last}, got {day.date}")
        for earlier, later in zip(self.days, self.days[1:], strict=False):
            if later.date <= earlier.date:
                raise BadProblemError(f"working days must be in order, got {earlier.date} then {later.date}")
        check_places(self.matrix, (client.place for client in self.clients), "client")
        ends = ((day.shift.start_place, day.shift.end_place) for day in self.days)
        check_places(self.matrix, (place for pair in ends for place in pair if place is not None), "shift's place")

    def windows_on(self, client: Client, day: date) -> tuple[Window, ...] | None:
        """When a visit to the client may begin that day: () at any time, None not at all."""
        week = (day - (self.cycle_began or self.starts_on)).days // 7
        if client.alternate_weeks is not None and week % 2 != client.alternate_weeks:
            return None
        return client.windows_on(day)

    def offset(self, day: int) -> int:
        """Days from the start of the horizon to working day number `day`."""
        return (self.days[day].date - self.starts_on).days


@dataclass(frozen=True, slots=True)
class CycleUnserved:
    """Visits of a client that are due but not planned, and the first thing that blocks them."""

    client: int
    visits: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class CyclePlan:
    """A plan for every working day (aligned with the problem's days; `stop.visit` is the client).

    `due` and `planned` count visits per client; a visit due after the horizon is in neither. `notes` say what was
    capped and why.
    """

    days: tuple[DayPlan, ...]
    due: NDArray[np.int32]
    planned: NDArray[np.int32]
    unserved: tuple[CycleUnserved, ...]
    drive_s: int
    service_s: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.due.setflags(write=False)
        self.planned.setflags(write=False)
