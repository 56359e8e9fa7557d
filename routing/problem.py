"""One rep's day: what is asked (`DayProblem`) and what is answered (`DayPlan`).

Times of day are whole seconds since the rep's local midnight, durations whole seconds (`routing/local_hours.py` brings
hours of other time zones, and of days on which the clocks change, to that). A place is a row of the travel matrix.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.travel import TravelMatrix
from routing.errors import BadProblemError


@dataclass(frozen=True, slots=True)
class Window:
    """When a visit may begin: `start_s` ≤ begin ≤ `end_s`, as in the published sets (the service may run past the end).

    Where the whole visit must lie inside opening hours, take `opening.for_service(service_s)`.
    """

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if self.start_s > self.end_s:
            raise BadProblemError(f"a window must not end before it starts, got {self.start_s}…{self.end_s} s")

    def for_service(self, service_s: int) -> "Window | None":
        """The moments to begin so that `service_s` ends within this window; None when it is too long for it."""
        return Window(self.start_s, self.end_s - service_s) if service_s <= self.end_s - self.start_s else None


@dataclass(frozen=True, slots=True)
class Lunch:
    """One unbroken pause that begins between `earliest_s` and `latest_s`.

    It may lie on any leg, at the place one comes from or goes to, and in waiting time, never inside a visit. A day
    that is over at `latest_s` needs none.
    """

    duration_s: int
    earliest_s: int
    latest_s: int

    def __post_init__(self) -> None:
        if self.duration_s <= 0:
            raise BadProblemError(f"a lunch needs a duration above 0, got {self.duration_s} s")
        if self.earliest_s > self.latest_s:
            raise BadProblemError(
                f"a lunch must not have to begin by {self.latest_s} s and not before {self.earliest_s} s"
            )


FIRST_ARRIVAL_TO_LAST_DEPARTURE = (1_000_000_000, 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Reload:
    """Where a rep may fill up again during the day, as often as needed, and how long that takes.

    The way there and on is driven as one leg: what it takes depends on when the rep leaves for the depot.
    """

    place: int
    duration_s: int

    def __post_init__(self) -> None:
        if self.duration_s < 0:
            raise BadProblemError(f"a reload's duration_s must not be negative, got {self.duration_s}")


@dataclass(frozen=True, slots=True)
class Shift:
    """A rep's working day, usually door to door: leaves `start_place` not before `start_s`, is home by `end_s`.

    `end_place` None: the day ends with the last visit, wherever that is. `max_drive_s` caps the day's driving, the
    way home included. The day may run up to `overtime_s` over; each second of it costs as much as `overtime_price`
    seconds of driving. `skills` are what the rep can do. `commute_s` (out, home) is how much of the first and of the
    last leg is the rep's own time, before the shift starts and after it ends: (0, 0) is door to door, (1800, 1800)
    counts what lies beyond half an hour, `FIRST_ARRIVAL_TO_LAST_DEPARTURE` counts neither leg. Who starts with a
    telephone visit is at work by then, and so is who drives to the depot first: that leg counts in full. `capacity`
    is how much load the rep can carry (None: no limit), full after every `reload` and at the start but for what is
    `given_out` already.
    """

    start_s: int
    end_s: int
    start_place: int
    end_place: int | None
    lunch: Lunch | None = None
    max_drive_s: int | None = None
    overtime_s: int = 0
    overtime_price: float = 1.0
    skills: frozenset[str] = frozenset()
    commute_s: tuple[int, int] = (0, 0)
    capacity: int | None = None
    reload: Reload | None = None
    given_out: int = 0

    def __post_init__(self) -> None:
        if min(self.capacity or 0, self.given_out) < 0:
            raise BadProblemError(
                f"loads must not be negative, got a capacity of {self.capacity}, {self.given_out} given out"
            )
        if self.reload is not None and self.capacity is None:
            raise BadProblemError("a reload needs a capacity to fill up to")
        if min(self.commute_s) < 0:
            raise BadProblemError(f"commute_s must not be negative, got {self.commute_s}")
        if self.start_s > self.end_s:
            raise BadProblemError(f"a shift must not end before it starts, got {self.start_s}…{self.end_s} s")
        if self.max_drive_s is not None and self.max_drive_s < 0:
            raise BadProblemError(f"max_drive_s must not be negative, got {self.max_drive_s}")
        if self.overtime_s < 0 or self.overtime_price < 0:
            raise BadProblemError(
                f"overtime must not be negative, got {self.overtime_s} s at a price of {self.overtime_price}"
            )


@dataclass(frozen=True, slots=True)
class Visit:
    """A candidate stop: `service_s` on site, begun inside one of the `windows` (none given: at any time).

    `prize_s` is what leaving it out costs, in seconds of driving; None: it must be served if at all possible.
    `access_s` (parking, gate, stairs) comes before the service, once for visits at the same place in a row. Only a
    rep with all of `skills` can make it. `place` None is a visit by telephone or video: it takes time but no way, and
    is made wherever the rep happens to be. `load` is what it takes off the vehicle.
    """

    place: int | None
    service_s: int
    windows: tuple[Window, ...] = ()
    prize_s: int | None = None
    access_s: int = 0
    skills: frozenset[str] = frozenset()
    load: int = 0

    def __post_init__(self) -> None:
        if self.load < 0:
            raise BadProblemError(f"load must not be negative, got {self.load}")
        if self.place is None and self.access_s:
            raise BadProblemError(f"a visit without a place has no access, got access_s {self.access_s}")
        if self.service_s < 0:
            raise BadProblemError(f"service_s must not be negative, got {self.service_s}")
        if self.access_s < 0:
            raise BadProblemError(f"access_s must not be negative, got {self.access_s}")
        if self.prize_s is not None and self.prize_s < 0:
            raise BadProblemError(f"prize_s must not be negative, got {self.prize_s}")
        for earlier, later in zip(self.windows, self.windows[1:], strict=False):
            if later.start_s <= earlier.end_s:
                raise BadProblemError(f"windows must be in order and apart, got {earlier} then {later}")


@dataclass(frozen=True, slots=True, eq=False)
class RushHours:
    """Whoever leaves at `start_s` or later and before `end_s` drives by this matrix instead of the day's."""

    start_s: int
    end_s: int
    matrix: TravelMatrix

    def __post_init__(self) -> None:
        if self.start_s >= self.end_s:
            raise BadProblemError(f"rush hours must end after they start, got {self.start_s}…{self.end_s} s")


@dataclass(frozen=True, slots=True, eq=False)
class DayProblem:
    """The candidates of one rep's day, the travel between them and the shift they must fit into.

    `order` holds pairs (earlier, later) of visits: where both are made, the later one is not made before the earlier.
    `rush` holds the hours in which `matrix` is not what the roads are like, in order and apart. A rep may wait until
    they are over, so setting out later never means arriving earlier.
    """

    matrix: TravelMatrix
    visits: tuple[Visit, ...]
    shift: Shift
    order: tuple[tuple[int, int], ...] = ()
    rush: tuple[RushHours, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        check_order(self.order, len(self.visits))
        check_rush(self.rush, self.matrix)
        check_places(self.matrix, (visit.place for visit in self.visits), "visit")
        check_places(self.matrix, shift_places(self.shift), "shift's place")


def shift_places(shift: Shift) -> tuple[int | None, ...]:
    """Start, end and depot, as far as they are given."""
    return shift.start_place, shift.end_place, None if shift.reload is None else shift.reload.place


def check_places(matrix: TravelMatrix, places: Iterable[int | None], what: str) -> None:
    """Raise `BadProblemError` for the first of `places` that is not a row of the matrix; None is none."""
    for number, place in enumerate(places):
        if place is not None and not 0 <= place < len(matrix):
            raise BadProblemError(f"{what} {number} is at row {place} of a matrix of {len(matrix)} places")


def check_order(order: Iterable[tuple[int, int]], visits: int) -> None:
    """Raise `BadProblemError` for a pair that does not name two visits."""
    for earlier, later in order:
        if earlier == later or not all(0 <= visit < visits for visit in (earlier, later)):
            raise BadProblemError(f"order must name two of the {visits} visits, got {earlier} and {later}")


def check_rush(rush: tuple[RushHours, ...], matrix: TravelMatrix) -> None:
    """Raise `BadProblemError` for rush hours out of order, or over other places or roads than the matrix."""
    for earlier, later in pairwise(rush):
        if later.start_s < earlier.end_s:
            raise BadProblemError(
                f"rush hours must be in order and apart, got {earlier.start_s}…{earlier.end_s} s "
                f"then {later.start_s}…{later.end_s} s"
            )
    for hours in rush:
        if not np.array_equal(hours.matrix.duration_s < 0, matrix.duration_s < 0):
            raise BadProblemError(
                f"rush hours {hours.start_s}…{hours.end_s} s need the same places and roads as the day's matrix "
                f"({len(matrix)} places), got {len(hours.matrix)} places"
            )


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit in the plan; `drive_s` is the leg that leads here (by way of the depot after a reload), `start_s` when
    the service (after access) begins."""

    visit: int
    arrive_s: int
    start_s: int
    depart_s: int
    drive_s: int


@dataclass(frozen=True, slots=True)
class Unserved:
    """A visit left out, and the first thing that blocks it, in words."""

    visit: int
    reason: str


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day in order. `end_s - start_s` = drive + service + wait + lunch, door to door with overtime and commuting.

    `drive_s` includes the way home, `service_s` the access to each place and reloading. `lunch` is (from, to) in
    seconds after midnight. `proven`: no plan costs less for the stated model. A day without stops starts and ends at
    the shift's start. `reloads` are the stops (positions in `stops`) on the way to which the rep fills up.
    """

    stops: tuple[Stop, ...]
    unserved: tuple[Unserved, ...]
    start_s: int
    end_s: int
    drive_s: int
    service_s: int
    wait_s: int
    lunch: tuple[int, int] | None
    proven: bool
    reloads: tuple[int, ...] = ()
