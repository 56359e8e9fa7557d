"""One day as the solvers see it: rows 0…n-1 are the visits, row n the start, row n+1 the end.

Every solver of a day minimises, in seconds, driving + the prizes of what is left out + the price of overtime, and
among equal plans ends earliest. A visit without a prize counts `REQUIRED_S`, more than any day of driving.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from routing.problem import DayProblem, Reload, Shift, Visit, Window

REQUIRED_S = 10_000_000
NO_LIMIT_S = 1_000_000_000

Ints = NDArray[np.int64]
Durations = NDArray[np.int32]


class DayArrays(NamedTuple):
    """The numbers a compiled kernel takes, seconds throughout; a leg of -1 is forbidden.

    `drive_s` is what a leg costs, `leg_s` the working time it takes (with access, without commuting), both (ways,
    n + 3, n + 3); `way_s` is (ways, 3): first and last moment to set out, and whether it fills up (1) or not (0).
    `windows_s` is (n, most windows of a visit, 2), padded with windows that are never open; `followers` has, as bits,
    the visits that must not come before; `remote` visits have no place; `load` is counted against `capacity`;
    `span_s` is the shift's start, its end, and the end of overtime; `lunch_s` is duration, earliest and latest start
    (duration 0: none). Up to `commute_out_s` of the first leg lie before the shift.
    """

    drive_s: Ints
    leg_s: Ints
    way_s: Ints
    service_s: Ints
    windows_s: Ints
    prize_s: Ints
    followers: Ints
    remote: NDArray[np.bool_]
    load: Ints
    capacity: int
    given_out: int
    commute_out_s: int
    span_s: Ints
    lunch_s: Ints
    max_drive_s: int
    overtime_permille: int


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Legs for whoever sets out between two moments, straight on or by way of the depot (`fills_up`).

    Rows and columns as in the model and one more, n+2: the start for whoever has been at work before the first leg,
    to whom no commuting is given.
    """

    from_s: int
    until_s: int
    fills_up: bool
    drive_s: list[list[int]]
    leg_s: list[list[int]]


@dataclass(frozen=True, eq=False)
class DayModel:
    """The same day in plain lists, for the code that is not compiled.

    `ways` are the choices on every leg where there is more than one (rush hours, reloads) or where visits without a
    place make a difference; without them `drive_s` and `leg_s` are all there is, with them the least of all ways.
    """

    drive_s: list[list[int]]
    leg_s: list[list[int]]
    service_s: list[int]
    windows: list[tuple[Window, ...]]
    prize_s: list[int]
    order: list[tuple[int, int]]
    start_s: int
    end_s: int
    last_s: int
    lunch_s: tuple[int, int, int]
    max_drive_s: int
    overtime_permille: int
    ways: tuple[Way, ...] = ()
    remote: frozenset[int] = frozenset()
    load: tuple[int, ...] = ()
    capacity: int | None = None
    given_out: int = 0
    commute_out_s: int = 0

    def __len__(self) -> int:
        return len(self.service_s)

    @property
    def start(self) -> int:
        return len(self)

    @property
    def end(self) -> int:
        return len(self) + 1

    @property
    def fills_up(self) -> bool:
        """Whether there is a depot to fill up at."""
        return any(way.fills_up for way in self.ways)

    def cost_s(self, order: Sequence[int]) -> int:
        """Driving along `order` plus the prizes of the visits that are not in it; no look at the clock.

        With several ways this is the least it can be.
        """
        return self.driving_s(order) + sum(self.prize_s) - sum(self.prize_s[visit] for visit in order)

    def driving_s(self, order: Sequence[int]) -> int:
        """Start to end along `order`; nothing without a visit."""
        path = [self.start, *(visit for visit in order if visit not in self.remote), self.end]
        return sum(self.drive_s[a][b] for a, b in pairwise(path)) if order else 0

    def overtime_cost_s(self, end_s: int) -> int:
        """What ending then costs beside the driving."""
        return max(0, end_s - self.end_s) * self.overtime_permille // 1000

    @cached_property
    def arrays(self) -> DayArrays:
        """For the compiled kernels."""
        most = max((len(windows) for windows in self.windows), default=1)
        padded = np.full((len(self), most, 2), (NO_LIMIT_S, -1), np.int64)
        for visit, windows in enumerate(self.windows):
            for k, window in enumerate(windows):
                padded[visit, k] = window.start_s, window.end_s
        followers = np.zeros(len(self), np.int64)
        for earlier, later in self.order:
            followers[earlier] |= 1 << later
        ways = self.ways or (Way(0, NO_LIMIT_S, False, self.drive_s, self.leg_s),)
        return DayArrays(
            np.array([way.drive_s for way in ways], np.int64),
            np.array([way.leg_s for way in ways], np.int64),
            np.array([(way.from_s, way.until_s, way.fills_up) for way in ways], np.int64),
            np.array(self.service_s, np.int64),
            padded,
            np.array(self.prize_s, np.int64),
            followers,
            np.array([visit in self.remote for visit in range(len(self))], np.bool_),
            np.array(self.load or [0] * len(self), np.int64),
            NO_LIMIT_S if self.capacity is None else self.capacity,
            self.given_out,
            self.commute_out_s,
            np.array((self.start_s, self.end_s, self.last_s), np.int64),
            np.array(self.lunch_s, np.int64),
            self.max_drive_s,
            self.overtime_permille,
        )


def day_model(problem: DayProblem, visits: Sequence[int] | None = None) -> DayModel:
    """The day with only these of the problem's visits (all by default), in this order."""
    picked = list(range(len(problem.visits))) if visits is None else list(visits)
    chosen = [problem.visits[k] for k in picked]
    row_of = {visit: row for row, visit in enumerate(picked)}
    shift, lunch = problem.shift, problem.shift.lunch
    remote = frozenset(row for row, visit in enumerate(chosen) if visit.place is None)
    ways = ways_of(problem, chosen)
    drive_s, leg_s = least([way.drive_s for way in ways]), least([way.leg_s for way in ways])
    any_time = (Window(shift.start_s, NO_LIMIT_S),)
    return DayModel(
        drive_s=drive_s,
        leg_s=leg_s,
        service_s=[visit.service_s for visit in chosen],
        windows=[visit.windows or any_time for visit in chosen],
        prize_s=[REQUIRED_S if visit.prize_s is None else visit.prize_s for visit in chosen],
        order=[(row_of[a], row_of[b]) for a, b in problem.order if a in row_of and b in row_of],
        start_s=shift.start_s,
        end_s=shift.end_s,
        last_s=shift.end_s + shift.overtime_s,
        lunch_s=(lunch.duration_s, lunch.earliest_s, lunch.latest_s) if lunch else (0, 0, 0),
        max_drive_s=NO_LIMIT_S if shift.max_drive_s is None else shift.max_drive_s,
        overtime_permille=round(shift.overtime_price * 1000),
        ways=ways if len(ways) > 1 or remote else (),
        remote=remote,
        load=tuple(visit.load for visit in chosen),
        capacity=shift.capacity,
        given_out=shift.given_out,
        commute_out_s=shift.commute_s[0],
    )


def least(legs_s: Sequence[list[list[int]]]) -> list[list[int]]:
    """The shortest of every leg over all ways; -1 where there is none."""
    if len(legs_s) == 1:
        return legs_s[0]
    stacked = np.array(legs_s, np.int64)
    shortest = np.where(stacked < 0, NO_LIMIT_S, stacked).min(axis=0)
    return cast(list[list[int]], np.where(shortest == NO_LIMIT_S, -1, shortest).tolist())


def ways_of(problem: DayProblem, chosen: Sequence[Visit]) -> tuple[Way, ...]:
    """Every way to make a leg: in and out of the rush hours, straight on and by way of the depot."""
    spans = list(day_parts(problem))
    straight = [Way(a, b, False, *travel(problem.shift, chosen, duration_s)) for a, b, duration_s in spans]
    reload = problem.shift.reload
    if reload is None:
        return tuple(straight)
    return *straight, *(Way(a, b, True, *reloading(problem.shift, chosen, d, reload)) for a, b, d in spans)


def day_parts(problem: DayProblem) -> Iterator[tuple[int, int, Durations]]:
    """First and last moment of every part of the day with travel times of its own, and these."""
    from_s = 0
    for hours in problem.rush:
        if from_s < hours.start_s:
            yield from_s, hours.start_s - 1, problem.matrix.duration_s
        yield hours.start_s, hours.end_s - 1, hours.matrix.duration_s
        from_s = hours.end_s
    yield from_s, NO_LIMIT_S, problem.matrix.duration_s


def travel(shift: Shift, chosen: Sequence[Visit], duration_s: Durations) -> tuple[list[list[int]], list[list[int]]]:
    """Driving between the model's rows, and the working time of each leg: with access wherever it leads to another
    place, without what the rep commutes in his own time. Rows without a place stand at the start."""
    rows = places_of(shift, chosen)
    drive_s = duration_s[np.ix_(rows, rows)].astype(np.int64)
    if shift.end_place is None:
        drive_s[:, -2] = 0
    own_s = np.zeros_like(drive_s)
    own_s[-3] = np.minimum(drive_s[-3], shift.commute_s[0])
    own_s[:, -2] = np.minimum(drive_s[:, -2], shift.commute_s[1])
    access_s = access_of(chosen) * (rows[:, None] != rows[None, :])
    return drive_s.tolist(), np.where(drive_s < 0, drive_s, drive_s + access_s - own_s).tolist()


def reloading(
    shift: Shift, chosen: Sequence[Visit], duration_s: Durations, reload: Reload
) -> tuple[list[list[int]], list[list[int]]]:
    """The same by way of the depot, which is left full; never on the way home."""
    rows = places_of(shift, chosen)
    there_s, onward_s = duration_s[rows, reload.place][:, None], duration_s[reload.place, rows][None, :]
    drive_s = np.where((there_s < 0) | (onward_s < 0), -1, there_s.astype(np.int64) + onward_s)
    drive_s[:, -3:] = -1
    access_s = access_of(chosen) * (rows[None, :] != reload.place)
    return drive_s.tolist(), np.where(drive_s < 0, drive_s, drive_s + access_s + reload.duration_s).tolist()


def places_of(shift: Shift, chosen: Sequence[Visit]) -> Ints:
    """Where the rows of a way are."""
    end_place = shift.start_place if shift.end_place is None else shift.end_place
    visits = (shift.start_place if visit.place is None else visit.place for visit in chosen)
    return np.array([*visits, shift.start_place, end_place, shift.start_place], np.int64)


def access_of(chosen: Sequence[Visit]) -> Ints:
    return np.array([*(visit.access_s for visit in chosen), 0, 0, 0], np.int64)
