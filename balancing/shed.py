"""The proof for one overloaded rep: every list of fewer moves is looked at, by what each neighbour can be given.

Where one rep alone is out of the band, any list of moves consists of accounts that this rep gives away and of others
that make room for them or join them. Few accounts are heavy, so there are few sets of at most s accounts that reach the
border and carry enough; a search over connected sets with a bound on what is still in reach finds them all. Per taker
the sets are tabled, by how many other moves make room for them; the takers are combined under the budget, and what
comes through is completed by other moves or refuted. Nothing is assumed about ways: a set may reach its taker sideways
through accounts that others give.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from balancing.complete import Completion, complete
from balancing.pieces import Adjacency, Present
from balancing.problem import MoveProblem
from balancing.shed_kernel import Giver, Options, combine, heavy_sets

EFFORT = 3_000_000
TABLED = 6
"""Sizes for which the heaviest set is searched; beyond, a taker's room is the bound."""
TABLE_EFFORT = 100_000
MOST_SETS = 100_000
MOST_WAYS = 4_000
SLACK = 1e-9
MOST_GIVEN = 30
ROUGH = 1e-3
"""A table ends when the room is filled up to this part of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A cheaper division, or None; `proven`: without one there is none."""

    owner: NDArray[np.int32] | None
    proven: bool


@dataclass(frozen=True, slots=True, eq=False)
class Overload:
    """One overloaded rep's accounts for the search, heaviest first; loads in parts of a mean rep's."""

    problem: MoveProblem
    near: Adjacency
    rep: int
    accounts: NDArray[np.int64]
    giver: Giver
    need: float

    @classmethod
    def of(cls, problem: MoveProblem, near: Adjacency, rep: int) -> "Overload":
        """Only the accounts that may move: nothing hangs on the others."""
        unit = max(float(problem.loads[:, 0].sum()) / problem.reps, 1e-12)
        own = np.flatnonzero((problem.owner == rep) & problem.movable)
        accounts = own[np.lexsort((own, -problem.loads[own, 0]))]
        number = {account: place for place, account in enumerate(accounts.tolist())}
        lists = [[number[other] for other in near[account] if other in number] for account in accounts.tolist()]
        ends = np.cumsum([0, *(len(one) for one in lists)])
        joined = np.array([other for one in lists for other in one], dtype=np.int64)
        over = problem.rep_loads(problem.owner)[rep, 0] - problem.limits()[1][rep, 0]
        giver = Giver(ends.astype(np.int64), joined, problem.loads[accounts, 0] / unit)
        return cls(problem, near, rep, accounts, giver, float(over) / unit - SLACK)

    def border(self, within: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Accounts beside others that are `within`, heaviest first."""
        return np.array(
            [place for place, account in enumerate(self.accounts) if any(within[o] for o in self.near[account])],
            dtype=np.int64,
        )

    def fewest(self, most: int) -> int:
        """How many accounts the rep gives away at least, whoever takes them; `most` when that is not found sooner.

        Where some rep has no accounts yet, a territory may begin anywhere.
        """
        anywhere = np.bincount(self.problem.owner, minlength=self.problem.reps).min() == 0
        border = self.border(self.problem.owner != self.rep) if not anywhere else np.arange(len(self.accounts))
        for size in range(1, most):
            need = np.full(size + 1, np.inf)
            need[size] = self.need
            *_, found, nodes = heavy_sets(self.giver, border, np.inf, need, True, 0, EFFORT // 10)
            if found or nodes < 0:
                return size
        return most


def overloaded_alone(problem: MoveProblem) -> int | None:
    """The one rep out of the band where it is above it, accounts cost the same and hang together; else None."""
    if not problem.contiguous or problem.loads.shape[1] != 1 or not problem.same_price:
        return None
    low, high = problem.limits()
    now = problem.rep_loads(problem.owner)
    over, under = np.flatnonzero(now[:, 0] > high[:, 0] + SLACK), now[:, 0] < low[:, 0] - SLACK
    whole = np.bincount(problem.owner, minlength=problem.reps).min() > 0
    return int(over[0]) if len(over) == 1 and not under.any() and whole else None


def fewest_given(problem: MoveProblem, near: Adjacency) -> float:
    """What the overloaded reps' accounts cost at least, each rep by itself and whoever takes them.

    No account is given by two reps, so the sum holds; it is what their sets of accounts that reach the border cost.
    """
    over = problem.rep_loads(problem.owner)[:, 0] > problem.limits()[1][:, 0] + SLACK
    least = float(problem.prices[problem.movable].min(initial=np.inf))
    if not over.any() or not np.isfinite(least):
        return 0.0
    reps = np.flatnonzero(over).tolist()
    return least * sum(Overload.of(problem, near, rep).fewest(MOST_GIVEN) for rep in reps)


def fewer_moves(problem: MoveProblem, present: Present, rep: int, most: int) -> Finding:
    """A division with at most `most` moves, or the proof that there is none; neither where that takes too long."""
    overload = Overload.of(problem, present.near, rep)
    spare = most - overload.fewest(most + 1)
    if spare < 0:
        return Finding(None, True)
    takers = _Takers.of(overload, most, spare)
    ways = takers.ways()
    if ways is None:
        return Finding(None, False)
    proven = True
    for way in ways:
        owner = np.array(problem.owner)
        for taker, accounts in way:
            owner[accounts] = taker
        left = most - sum(len(accounts) for _, accounts in way)
        answer: Completion = complete(problem, present, rep, owner, left)
        if answer.owner is not None:
            return Finding(answer.owner, True)
        proven &= answer.certain
    return Finding(None, proven)


Way = list[tuple[int, NDArray[np.int64]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Takers:
    """Who may be given what: per (taker, other moves that make room) the border, the room, and the best per size."""

    overload: Overload
    budget: int
    spare: int
    cases: list[tuple[int, int, NDArray[np.int64], float, NDArray[np.float64]]]

    @classmethod
    def of(cls, overload: Overload, budget: int, spare: int) -> "_Takers":
        problem = overload.problem
        unit = max(float(problem.loads[:, 0].sum()) / problem.reps, 1e-12)
        room = (problem.limits()[1] - problem.rep_loads(problem.owner))[:, 0] / unit + SLACK
        cases = []
        for taker in range(problem.reps):
            if taker == overload.rep:
                continue
            away = accounts_between(problem, overload.near, overload.rep, taker)
            theirs = np.sort(problem.loads[(problem.owner == taker) & problem.movable, 0])[::-1] / unit
            for others in range(spare + 1):
                border = overload.border((away <= others) & (problem.owner != overload.rep))
                if len(border):
                    most = float(room[taker] + theirs[:others].sum())
                    cases.append((taker, others, border, most, _best_loads(overload.giver, border, most, budget)))
        return cls(overload, budget, spare, cases)

    def best(self, without: set[int]) -> NDArray[np.float64]:
        """What all takers but some carry, by moves and how many of them are others': (budget + 1, spare + 1)."""
        shape = (self.budget + 1, self.spare + 1)
        total = np.zeros(shape)
        for taker in sorted({case[0] for case in self.cases} - without):
            alone = np.zeros(shape)
            for other, others, _, _, loads in self.cases:
                if other == taker:
                    more = loads[: self.budget + 1 - others, None]
                    alone[others:, others:] = np.maximum(alone[others:, others:], more)
            joined = total.copy()
            for moves in range(self.budget + 1):
                for others in range(min(moves, self.spare) + 1):
                    here = alone[: self.budget + 1 - moves, : self.spare + 1 - others]
                    joined[moves:, others:] = np.maximum(joined[moves:, others:], total[moves, others] + here)
            total = joined
        return total

    def ways(self) -> list[Way] | None:
        """All ways to share out what must go; None when there are too many to look at."""
        need, giver = self.overload.need, self.overload.giver
        sets: dict[int, list[tuple[NDArray[np.int64], int, int, float]]] = {}
        for taker, others, border, most, _ in self.cases:
            rest = self.best({taker})
            sizes = self.budget - others
            least = need - rest[sizes - np.arange(sizes + 1), self.spare - others]
            least[0] = np.inf
            least[least > most] = np.inf
            members, size, load, found, nodes = heavy_sets(giver, border, most, least, False, MOST_SETS, EFFORT)
            if nodes < 0 or found > MOST_SETS:
                return None
            for row in range(found):
                sets.setdefault(taker, []).append((members[row, : size[row]], int(size[row]), others, float(load[row])))
        order = sorted(sets, key=lambda taker: (len(sets[taker]), taker))
        all_sets = [one for taker in order for one in sorted(sets[taker], key=lambda one: -one[3])]
        options = Options(
            _bits([one[0] for one in all_sets], len(giver.load)),
            np.array([one[1] for one in all_sets], dtype=np.int64),
            np.array([one[2] for one in all_sets], dtype=np.int64),
            np.array([one[3] for one in all_sets]),
            np.cumsum([0, *(len(sets[taker]) for taker in order)]).astype(np.int64),
        )
        most_left = np.stack([self.best(set(order[:place])) for place in range(len(order) + 1)])
        chosen, found, nodes = combine(options, most_left, need, MOST_WAYS, 10 * EFFORT)
        if nodes < 0 or found > MOST_WAYS:
            return None
        ways: dict[tuple[tuple[int, ...], ...], Way] = {}
        for row in chosen.tolist():
            way = [
                (t, np.sort(self.overload.accounts[all_sets[o][0]])) for t, o in zip(order, row, strict=True) if o >= 0
            ]
            ways[tuple((taker, *accounts.tolist()) for taker, accounts in way)] = way
        return sorted(ways.values(), key=lambda way: sum(len(accounts) for _, accounts in way))


def _best_loads(giver: Giver, border: NDArray[np.int64], most: float, budget: int) -> NDArray[np.float64]:
    """What sets of at most s accounts carry at most, s = 0…budget; beyond the sizes that were searched, the room."""
    best = np.full(budget + 1, most)
    best[0] = 0.0
    for size in range(1, min(TABLED, budget) + 1):
        need = np.full(size + 1, np.inf)
        need[size] = best[size - 1]
        nodes = heavy_sets(giver, border, most, need, True, 0, TABLE_EFFORT)[4]
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


def _bits(sets: list[NDArray[np.int64]], accounts: int) -> NDArray[np.uint64]:
    bits = np.zeros((len(sets), accounts // 64 + 1), dtype=np.uint64)
    for row, members in enumerate(sets):
        for member in members.tolist():
            bits[row, member // 64] |= np.uint64(1) << np.uint64(member % 64)
    return bits
