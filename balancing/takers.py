"""What every other rep could be given of one overloaded rep's accounts, and what all together could carry at most."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from balancing.pieces import Adjacency
from balancing.problem import MoveProblem
from balancing.shed_kernel import Giver, heavy_sets

if TYPE_CHECKING:
    from balancing.shed import Overload

EFFORT = 3_000_000
TABLED = 6
"""Sizes for which the heaviest set is searched; beyond, a taker's room is the bound."""
TABLE_EFFORT = 100_000
MOST_SETS = 100_000
ROUGH = 1e-3
"""A table ends when the room is filled up to this part of it."""
SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A taker with the help of others' moves: `free` of them make room, `bridge` join the taker to reach the border.

    `least` and `most`: the load that a set of this case has; `loads`: what one of at most s accounts carries at most.
    """

    taker: int
    free: int
    bridge: int
    border: NDArray[np.int64]
    least: float
    most: float
    loads: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Given:
    """One set that a taker may be given: places among the giver's accounts, and what else it needs."""

    accounts: tuple[int, ...]
    free: int
    bridge: int
    load: float


@dataclass(frozen=True, slots=True, eq=False)
class Takers:
    """All cases where the rep gives `given` accounts at most and `others` other accounts move.

    One move may make room for one taker and be the bridge of another, so both are counted apart, each up to `others`.
    """

    overload: "Overload"
    given: int
    others: int
    cases: list[Case]
    rests: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def of(cls, overload: "Overload", given: int, others: int) -> "Takers":
        problem = overload.problem
        room = (problem.limits()[1] - problem.rep_loads(problem.owner))[:, 0] / overload.unit + SLACK
        absorbed = _absorbed(overload, np.delete(room, overload.rep).max(), given) if others else 0.0
        cases = []
        for taker in range(problem.reps):
            if taker == overload.rep:
                continue
            away = overload.away(taker)
            theirs = np.sort(problem.loads[(problem.owner == taker) & problem.movable, 0])[::-1] / overload.unit
            rooms = [float(room[taker]) + _freed(theirs, free, absorbed, others) for free in range(others + 1)]
            for bridge in range(others + 1):
                border = overload.border((away <= bridge) & (problem.owner != overload.rep))
                if not len(border):
                    continue
                loads = [_best_loads(overload.giver, border, rooms[0], given)]
                if others:
                    loads.append(_best_loads(overload.giver, border, rooms[-1], given))
                for free, most in enumerate(rooms):
                    least = rooms[free - 1] if free else 0.0
                    if not free or most > least:
                        best = np.minimum(loads[min(free, 1)], most)
                        cases.append(Case(taker, free, bridge, border, least, most, best))
        return cls(overload, given, others, cases)

    def best(self, without: set[int]) -> NDArray[np.float64]:
        """What all takers but some carry: (given + 1, others + 1, others + 1) by accounts, room made and bridges."""
        top = self.others + 1
        total = np.zeros((self.given + 1, top, top))
        for taker in sorted({case.taker for case in self.cases} - without):
            alone = np.zeros_like(total)
            for case in self.cases:
                if case.taker == taker:
                    part = alone[:, case.free :, case.bridge :]
                    np.maximum(part, case.loads[:, None, None], out=part)
            joined = total.copy()
            for free in range(top):
                for bridge in range(top):
                    for count in range(1, self.given + 1):
                        part = joined[count:, free:, bridge:]
                        before = total[: self.given + 1 - count, : top - free, : top - bridge]
                        np.maximum(part, before + alone[count, free, bridge], out=part)
            total = joined
        return total

    def sets(
        self, travel: NDArray[np.float64] | None = None, most: float = np.inf, effort: int = EFFORT
    ) -> dict[int, list[Given]] | None:
        """Every set worth giving to each taker; None when there are too many.

        travel: (giver's accounts, reps) what giving an account adds to the driving, `most`: as much of it at most.
        effort: nodes of the search, for all takers together.
        """
        found: dict[int, list[Given]] = {}
        none = np.zeros(len(self.overload.accounts))
        for case in self.cases:
            need = self._needed(case)
            ways = none if travel is None else np.ascontiguousarray(travel[:, case.taker])
            others = self._travel_of_rest(travel, case)
            members, size, load, count, nodes = heavy_sets(
                self.overload.giver, case.border, case.most, need, False, MOST_SETS, effort, ways, most - others
            )
            if nodes < 0 or count > MOST_SETS:
                return None
            effort -= nodes
            own = found.setdefault(case.taker, [])
            own += [
                Given(tuple(sorted(members[row, : size[row]].tolist())), case.free, case.bridge, float(load[row]))
                for row in range(count)
            ]
        return {taker: list(_undominated(own)) for taker, own in found.items() if own}

    def _travel_of_rest(self, travel: NDArray[np.float64] | None, case: Case) -> float:
        """What the other takers' accounts add to the driving at least: the cheapest parts of accounts, per load."""
        load = self.overload.giver.load
        reps = sorted({one.taker for one in self.cases} - {case.taker})
        rest = self.overload.need - case.most
        if travel is None or not reps or rest <= 0:
            return 0.0
        least = travel[:, reps].min(axis=1)
        order = np.argsort(least / np.maximum(load, SLACK), kind="stable")
        carried = np.cumsum(load[order])
        return float(np.interp(rest, np.append(0.0, carried), np.append(0.0, np.cumsum(least[order]))))

    def _needed(self, case: Case) -> NDArray[np.float64]:
        """What a set of s accounts carries at least, or the others cannot carry the rest: s = 0…given."""
        if case.taker not in self.rests:
            self.rests[case.taker] = self.best({case.taker})
        rest = self.rests[case.taker]
        sizes = np.arange(self.given + 1)
        need = self.overload.need - rest[self.given - sizes, self.others - case.free, self.others - case.bridge]
        need = np.maximum(need, case.least)
        need[0] = np.inf
        need[need > case.most] = np.inf
        return np.asarray(need)


def _undominated(sets: list[Given]) -> Iterator[Given]:
    """Each set once, or several times where it needs less of one kind of help and more of the other."""
    kept: dict[tuple[int, ...], list[Given]] = {}
    for one in sorted(sets, key=lambda one: (one.free + one.bridge, one.accounts)):
        have = kept.setdefault(one.accounts, [])
        if not any(other.free <= one.free and other.bridge <= one.bridge for other in have):
            have.append(one)
            yield one


def _absorbed(overload: "Overload", room: float, given: int) -> float:
    """What one rep can take in at most from others: another rep its room, the giver no more than can go on from it."""
    heaviest = np.cumsum(np.sort(overload.giver.load)[::-1])
    beyond = float(heaviest[min(given, len(heaviest)) - 1]) - overload.need if len(heaviest) and given else 0.0
    if beyond <= room:
        return room
    need = np.full(given + 1, np.inf)
    need[given] = overload.need + room
    none = np.zeros(len(overload.accounts))
    border = overload.anywhere()
    *_, found, nodes = heavy_sets(overload.giver, border, np.inf, need, True, 0, EFFORT // 10, none, np.inf)
    return beyond if nodes < 0 else max(float(need[given]) - overload.need, room) if found else room


def _freed(theirs: NDArray[np.float64], free: int, absorbed: float, others: int) -> float:
    """The room that `free` moves of a rep's accounts (heaviest first) make at most.

    With two moves in all, what leaves is also no more than `free` reps take in: of the reps that moves tie together,
    those with too much and those that take in are one more than the moves at most.
    """
    heaviest = float(theirs[:free].sum())
    if others > 2 or not free:
        return heaviest
    if free == 1:
        return float(theirs[theirs <= absorbed].max(initial=0.0))
    return min(heaviest, free * absorbed)


def _best_loads(giver: Giver, border: NDArray[np.int64], most: float, given: int) -> NDArray[np.float64]:
    """What sets of at most s accounts carry at most, s = 0…given; beyond the sizes that were searched, the room."""
    best = np.full(given + 1, most)
    best[0] = 0.0
    none = np.zeros(len(giver.load))
    for size in range(1, min(TABLED, given) + 1):
        need = np.full(size + 1, np.inf)
        need[size] = best[size - 1]
        nodes = heavy_sets(giver, border, most, need, True, 0, TABLE_EFFORT, none, np.inf)[4]
        if nodes < 0:
            break
        best[size] = need[size]
        if best[size] > most - most * ROUGH:
            best[size] = most
            break
    return np.asarray(best)


def accounts_between(problem: MoveProblem, near: Adjacency, giver: int, taker: int) -> NDArray[np.int64]:
    """(n,) how many accounts of others must join the taker for it to reach each account, that one included; its own
    and the giver's count nothing."""
    far = len(problem) + 1
    away = np.full(len(problem), far, dtype=np.int64)
    free = ((problem.owner == taker) | (problem.owner == giver)).tolist()
    passable = (problem.movable | (problem.owner == taker)).tolist()
    own = np.flatnonzero(problem.owner == taker)
    away[own] = 0
    queue = deque(own.tolist())
    while queue:
        account = queue.popleft()
        for other in near[account]:
            if not passable[other]:
                continue
            steps = int(away[account]) + (0 if free[other] else 1)
            if steps < away[other]:
                away[other] = steps
                if free[other]:
                    queue.appendleft(other)
                else:
                    queue.append(other)
    return away
