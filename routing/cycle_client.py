"""A client of a call cycle: how often it is visited, when it is open, what it was promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from routing.errors import BadProblemError
from routing.problem import Window

WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Promise:
    """A visit the client was promised on one of the days `first`…`last`: an appointment, or "by the 12th".

    An appointment (`first` = `last`) opens the client on its day; with a `window` the visit begins in it, without one
    in the usual hours, or at any time where there are none that day. Breaking the promise costs `price_s` seconds of
    driving; None: it is kept if at all possible. One that is not kept is always named (`CyclePlan.broken`).
    """

    first: date
    last: date
    window: Window | None = None
    price_s: int | None = None

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadProblemError(f"a promise must not end before it begins, got {self.first}…{self.last}")
        if self.price_s is not None and self.price_s < 0:
            raise BadProblemError(f"price_s must not be negative, got {self.price_s}")

    @property
    def is_appointment(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Client:
    """An account of one rep, or of the reps who share the cycle. `visits_per_year` need not divide the horizon.

    `windows`: for each weekday (Monday = 0) when a visit may begin; None = any time on any day, a weekday that is
    missing or has no window = closed that day; on the dates of `exceptions` these windows hold instead (none = closed).
    `priority` weighs what is given up first when hours run short.
    `weekdays`: the sets of weekdays a week's visits may fall on, say ((0, 2), (1, 3)); () = any. `closed_on`: its
    holidays and absences. `not_before`: no visit earlier, whatever is due. `alternate_weeks`: 0 = only in the first,
    third, … week of the cycle (A weeks), 1 = only in the others (B weeks).

    `visits_by_month`: twelve numbers, January first, where the frequency differs by month; whole numbers are kept
    month by month, and `visits_per_year` is their sum. `min_gap_days`: no two visits closer, come what may. Of the
    visits a year `remote_share` are made by telephone or video, `remote_s` long, without travel; `calls_since` the last
    visit in person some were (then `last_visit` is the last of them). `promises` are dates
    given to the client; `contract`: the frequency itself was promised, so it is given up last. `usual_s`: the time of
    day it is used to, after midnight. `rep`: whose client it is. `load`: what a visit takes off the rep's vehicle.
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
    visits_by_month: tuple[float, ...] = ()
    min_gap_days: int = 0
    remote_share: float = 0.0
    remote_s: int = 900
    calls_since: int = 0
    promises: tuple[Promise, ...] = ()
    contract: bool = False
    usual_s: int | None = None
    rep: int | None = None
    load: int = 0
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.visits_by_month:
            if len(self.visits_by_month) != 12 or min(self.visits_by_month) < 0:
                raise BadProblemError(f"visits_by_month must be twelve numbers from 0, got {self.visits_by_month}")
            object.__setattr__(self, "visits_per_year", float(sum(self.visits_by_month)))
        if not 0 <= self.remote_share <= 1:
            raise BadProblemError(f"remote_share must lie between 0 and 1, got {self.remote_share}")
        if self.min_gap_days < 0 or self.remote_s < 0:
            raise BadProblemError(
                f"min_gap_days and remote_s must not be negative, got {self.min_gap_days} and {self.remote_s}"
            )
        if self.service_s < 0 or self.load < 0:
            raise BadProblemError(f"service_s and load must not be negative, got {self.service_s} and {self.load}")
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

    @property
    def visit_rate(self) -> float:
        """Visits in person a year."""
        return self.visits_per_year * (1 - self.remote_share)

    def appointment_on(self, day: date) -> Promise | None:
        """The appointment made for that day."""
        return next((promise for promise in self.promises if promise.is_appointment and promise.first == day), None)

    def windows_on(self, day: date) -> tuple[Window, ...] | None:
        """When a visit may begin that day: () at any time, None not at all."""
        agreed = self.appointment_on(day)
        if agreed is not None:
            return (agreed.window,) if agreed.window else self.usual_windows(day) or ()
        if self.weekdays and not any(day.weekday() in together for together in self.weekdays):
            return None
        if day in self.closed_on or (self.not_before is not None and day < self.not_before):
            return None
        return self.usual_windows(day)

    def usual_windows(self, day: date) -> tuple[Window, ...] | None:
        """The client's own hours of that date: () any, None closed."""
        if day in self.exceptions:
            return tuple(self.exceptions[day]) or None
        return () if self.windows is None else tuple(self.windows.get(day.weekday(), ())) or None
