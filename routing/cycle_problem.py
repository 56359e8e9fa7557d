"""A call cycle: what is asked (`CycleProblem`) and what is answered (`CyclePlan`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.cycle_client import WEEKS_A_YEAR as WEEKS_A_YEAR
from routing.cycle_client import Client as Client
from routing.cycle_client import Promise as Promise
from routing.errors import BadProblemError
from routing.problem import DayPlan, DayProblem, RushHours, Shift, Visit, Window, check_places, check_rush


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A day that a rep works; reps who share a cycle have numbers. Holidays and absences are simply missing."""

    date: date
    shift: Shift
    rep: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class HourlyTravel:
    """Travel on one day of the week: the matrix of most hours, and the rush hours that differ from it."""

    matrix: TravelMatrix
    rush: tuple[RushHours, ...] = ()

    def __post_init__(self) -> None:
        check_rush(self.rush, self.matrix)


@dataclass(frozen=True, slots=True)
class CycleRules:
    """How regular the visits are, how surely promises are kept, and what it is worth.

    A visit may lie `tolerance` (a share of the interval) before or after its ideal date, and no two of a client closer
    than `least_gap` of it. Another weekday than usual costs `weekday_price_s` seconds of driving, a whole interval off
    the ideal date `spacing_price_s`, and a week's service beyond its even share `level_price` for every second.

    Every hour beyond `hour_slack_s` away from the time of day a client is used to costs `hour_price_s`; with
    `same_hour` those without one get the mean of their own visits. A visit by another rep than the client's, or than
    its other visits, costs `rep_price_s`. A night away from home costs `night_price_s` (None: there are none), and
    there are at most `most_nights` in a row. A day with any visit costs `day_price_s`, so that no rep is sent out for
    one short visit that another day has room for. Clients with promised dates are planned `margin_s` before it would
    be too late for their hours, where all promises can be kept so: others may take longer than thought.
    """

    tolerance: float = 0.25
    least_gap: float = 0.4
    weekday_price_s: int = 300
    spacing_price_s: int = 600
    level_price: float = 1.0
    most_patterns: int = 48
    hour_price_s: int = 120
    hour_slack_s: int = 3600
    same_hour: bool = False
    rep_price_s: int = 900
    night_price_s: int | None = None
    most_nights: int = 4
    margin_s: int = 0
    day_price_s: int = 1800


@dataclass(frozen=True, slots=True, eq=False)
class CycleProblem:
    """The clients and working days of one rep over `weeks` weeks from `starts_on`; days in order, inside the horizon.

    Reps may share a cycle: then a date has a day for each of them, in order of their numbers. A and B weeks count from
    `cycle_began` (None = the horizon's start). Driving and visits of a rep's week take at most `most_week_s`. Nights
    away from home are spent at one of `lodgings` (places; none given: wherever a client is). Where travel depends on
    the hour, `by_hour` has it for each weekday (Monday = 0); `matrix` is then what it is on average.
    """

    matrix: TravelMatrix
    clients: tuple[Client, ...]
    days: tuple[WorkDay, ...]
    starts_on: date
    weeks: int
    rules: CycleRules = field(default_factory=CycleRules)
    cycle_began: date | None = None
    most_week_s: int | None = None
    lodgings: tuple[int, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    """What the days are called on which nobody works: for the reasons only."""
    by_hour: Mapping[int, HourlyTravel] = field(default_factory=dict)

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
            if (later.date, later.rep) <= (earlier.date, earlier.rep):
                raise BadProblemError(f"working days must be in order, got {earlier.date} then {later.date}")
        check_places(self.matrix, (client.place for client in self.clients), "client")
        check_places(self.matrix, self.lodgings, "lodging")
        for weekday, travel in self.by_hour.items():
            if weekday not in range(7) or len(travel.matrix) != len(self.matrix):
                raise BadProblemError(
                    f"by_hour must have weekdays 0…6 and {len(self.matrix)} places, got {weekday} and "
                    f"{len(travel.matrix)} places"
                )
        ends = ((day.shift.start_place, day.shift.end_place) for day in self.days)
        check_places(self.matrix, (place for pair in ends for place in pair if place is not None), "shift's place")

    def windows_on(self, client: Client, day: date) -> tuple[Window, ...] | None:
        """When a visit to the client may begin that day: () at any time, None not at all."""
        week = (day - (self.cycle_began or self.starts_on)).days // 7
        out_of_turn = client.alternate_weeks is not None and week % 2 != client.alternate_weeks
        if out_of_turn and client.appointment_on(day) is None:
            return None
        return client.windows_on(day)

    def visit(self, client: int, day: int, prize_s: int | None = None) -> Visit:
        """A visit to the client on working day number `day`, on which it must not be closed."""
        asked = self.clients[client]
        windows = self.windows_on(asked, self.days[day].date) or ()
        return Visit(asked.place, asked.service_s, windows, prize_s, load=asked.load)

    def day_of(self, day: int, visits: Sequence[Visit]) -> DayProblem:
        """Working day number `day` with these visits, on the roads as they are on its weekday."""
        work = self.days[day]
        travel = self.by_hour.get(work.date.weekday()) or HourlyTravel(self.matrix)
        return DayProblem(travel.matrix, tuple(visits), work.shift, (), travel.rush)

    def offset(self, day: int) -> int:
        """Days from the start of the horizon to working day number `day`."""
        return (self.days[day].date - self.starts_on).days

    def week(self, day: int) -> int:
        """Which of the reps' weeks working day number `day` belongs to: a rep's weeks follow each other."""
        return self.days[day].rep * self.weeks + self.offset(day) // 7

    @property
    def reps(self) -> int:
        """How many reps share the cycle."""
        return 1 + max((day.rep for day in self.days), default=0)

    @property
    def ends_on(self) -> date:
        """The first day after the horizon."""
        return self.starts_on + timedelta(days=7 * self.weeks)


@dataclass(frozen=True, slots=True)
class CycleUnserved:
    """Visits of a client that are due but not planned, and the first thing that blocks them.

    `never`: not even a day with nothing else on it could hold one.
    """

    client: int
    visits: int
    reason: str
    never: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A visit made by telephone or video: on working day number `day`, from `start_s` on, from wherever the rep is."""

    client: int
    day: int
    start_s: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that the plan does not keep, and why."""

    client: int
    promise: Promise
    reason: str


@dataclass(frozen=True, slots=True)
class Night:
    """The night after working day number `day` is spent at `place`, where the rep's next working day begins."""

    day: int
    place: int


@dataclass(frozen=True, slots=True)
class MostVisits:
    """No plan makes more than `visits` of the `due` visits in person. `clash`: clients that no plan serves as often as
    each wants, whatever becomes of the others (empty where it takes many to see it)."""

    visits: int
    due: int
    clash: tuple[int, ...] = ()

    def said(self, name: Callable[[int], str] = "client {}".format) -> str:
        """The same in a sentence."""
        names = [name(client) for client in self.clash]
        why = ""
        if names:
            together = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
            why = f": {together} do not fit in together"
        return f"proven: no plan makes more than {self.visits} of the {self.due} visits due{why}"


@dataclass(frozen=True, slots=True, eq=False)
class CyclePlan:
    """A plan for every working day (aligned with the problem's days; `stop.visit` is the client).

    `due` and `planned` count visits in person per client, `calls_due` those by telephone or video, of which `calls`
    are made; a visit due after the horizon is in none of them. `unserved` are visits, `uncalled` calls that found no
    room. `broken` names every promise that is not kept; `nights` those spent away from home; `notes` say what was
    capped and why. `most` is the bound that no plan exceeds, where it is proven that not all visits can be made.
    """

    days: tuple[DayPlan, ...]
    due: NDArray[np.int32]
    planned: NDArray[np.int32]
    unserved: tuple[CycleUnserved, ...]
    drive_s: int
    service_s: int
    notes: tuple[str, ...] = ()
    calls_due: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    calls: tuple[Call, ...] = ()
    uncalled: tuple[CycleUnserved, ...] = ()
    broken: tuple[Broken, ...] = ()
    nights: tuple[Night, ...] = ()
    most: MostVisits | None = None

    def __post_init__(self) -> None:
        self.due.setflags(write=False)
        self.planned.setflags(write=False)
        self.calls_due.setflags(write=False)
