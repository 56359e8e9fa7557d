"""One day as the solvers see it: rows 0…n-1 are the visits, row n the start, row n+1 the end.

Every solver of a day minimises, in seconds, driving + the prizes of what is left out + the price of overtime, and
among equal plans ends earliest. A visit without a prize counts `REQUIRED_S`, more than any day of driving.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.problem import DayProblem, Visit, Window

REQUIRED_S = 10_000_000
NO_LIMIT_S = 1_000_000_000

Ints = NDArray[np.int64]


class DayArrays(NamedTuple):
    """The numbers a compiled kernel takes, seconds throughout; a leg of -1 is forbidden.

    `drive_s` is what a leg costs, `leg_s` the working time it takes (with access, without commuting). `windows_s` is
    (n, most windows of a visit, 2), padded with windows that are never open; `followers` has, as bits, the visits
    that must not come before; `span_s` is the shift's start, its end, and the end of overtime; `lunch_s` is duration,
    earliest and latest start (duration 0: none).
    """

    drive_s: Ints
    leg_s: Ints
    service_s: Ints
    windows_s: Ints
    prize_s: Ints
    followers: Ints
    span_s: Ints
    lunch_s: Ints
    max_drive_s: int
    overtime_permille: int


@dataclass(frozen=True, eq=False)
class DayModel:
    """The same day in plain lists, for the code that is not compiled."""

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

    def __len__(self) -> int:
        return len(self.service_s)

    @property
    def start(self) -> int:
        return len(self)

    @property
    def end(self) -> int:
        return len(self) + 1

    def cost_s(self, order: Sequence[int]) -> int:
        """Driving along `order` plus the prizes of the visits that are not in it; no look at the clock."""
        return self.driving_s(order) + sum(self.prize_s) - sum(self.prize_s[visit] for visit in order)

    def driving_s(self, order: Sequence[int]) -> int:
        """Start to end along `order`; nothing without a visit."""
        path = [self.start, *order, self.end]
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
        return DayArrays(
            np.array(self.drive_s, np.int64),
            np.array(self.leg_s, np.int64),
            np.array(self.service_s, np.int64),
            padded,
            np.array(self.prize_s, np.int64),
            followers,
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
    drive_s, leg_s = travel(problem, chosen)
    any_time = (Window(shift.start_s, NO_LIMIT_S),)
    return DayModel(
        drive_s=drive_s.tolist(),
        leg_s=leg_s.tolist(),
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
    )


def travel(problem: DayProblem, chosen: Sequence[Visit]) -> tuple[Ints, Ints]:
    """Driving between the model's rows, and the working time of each leg: with access wherever it leads to another
    place, without what the rep commutes in his own time."""
    shift = problem.shift
    end_place = shift.start_place if shift.end_place is None else shift.end_place
    rows = np.array([*(visit.place for visit in chosen), shift.start_place, end_place], np.int64)
    drive_s = problem.matrix.duration_s[np.ix_(rows, rows)].astype(np.int64)
    if shift.end_place is None:
        drive_s[:, -1] = 0
    access_s = np.array([*(visit.access_s for visit in chosen), 0, 0], np.int64)
    elsewhere = rows[:, None] != rows[None, :]
    own_s = np.zeros_like(drive_s)
    own_s[-2] = np.minimum(drive_s[-2], shift.commute_s[0])
    own_s[:, -1] = np.minimum(drive_s[:, -1], shift.commute_s[1])
    return drive_s, np.where(drive_s < 0, drive_s, drive_s + access_s * elsewhere - own_s)
