"""One rep's day: what is asked (`DayProblem`) and what is answered (`DayPlan`).

Times of day are whole seconds after local midnight, durations whole seconds. A place is a row of the travel matrix.
"""

from collections.abc import Iterable
from dataclasses import dataclass

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
class Shift:
    """A rep's working day, usually door to door: leaves `start_place` not before `start_s`, is home by `end_s`.

    `end_place` None: the day ends with the last visit, wherever that is. `max_drive_s` caps the day's driving, the
    way home included. The day may run up to `overtime_s` over; each second of it costs as much as `overtime_price`
    seconds of driving. `skills` are what the rep can do. `commute_s` (out, home) is how much of the first and of the
    last leg is the rep's own time, before the shift starts and after it ends: (0, 0) is door to door, (1800, 1800)
    counts what lies beyond half an hour, `FIRST_ARRIVAL_TO_LAST_DEPARTURE` counts neither leg.
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

    def __post_init__(self) -> None:
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
    rep with all of `skills` can make it.
    """

    place: int
    service_s: int
    windows: tuple[Window, ...] = ()
    prize_s: int | None = None
    access_s: int = 0
    skills: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
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
class DayProblem:
    """The candidates of one rep's day, the travel between them and the shift they must fit into.

    `order` holds pairs (earlier, later) of visits: where both are made, the later one is not made before the earlier.
    """

    matrix: TravelMatrix
    visits: tuple[Visit, ...]
    shift: Shift
    order: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        for earlier, later in self.order:
            if earlier == later or not all(0 <= visit < len(self.visits) for visit in (earlier, later)):
                raise BadProblemError(
                    f"order must name two of the {len(self.visits)} visits, got {earlier} and {later}"
                )
        check_places(self.matrix, (visit.place for visit in self.visits), "visit")
        ends = (self.shift.start_place, self.shift.end_place)
        check_places(self.matrix, (place for place in ends if place is not None), "shift's place")


def check_places(matrix: TravelMatrix, places: Iterable[int], what: str) -> None:
    """Raise `BadProblemError` for the first of `places` that is not a row of the matrix."""
    for number, place in enumerate(places):
        if not 0 <= place < len(matrix):
            raise BadProblemError(f"{what} {number} is at row {place} of a matrix of {len(matrix)} places")


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit in the plan; `drive_s` is the leg that leads here, `start_s` when the service (after access) begins."""

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

    `drive_s` includes the way home, `service_s` the access to each place. `lunch` is (from, to) in seconds after
    midnight. `proven`: no plan costs less for the stated model. A day without stops starts and ends at the shift's
    start.
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
