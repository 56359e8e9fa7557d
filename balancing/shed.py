"""The proof for one overloaded rep: every list of fewer moves is looked at, by what each neighbour can be given.

Where one rep alone is out of the band, any list of moves consists of accounts that this rep gives away and of others
that make room for them or join them. Few accounts are heavy, so there are few sets of at most s accounts that reach the
border and carry enough; a search over connected sets with a bound on what is still in reach finds them all. Per taker
the sets are tabled, by how many other moves make room for them; the takers are combined under the budget, and what
comes through is completed by other moves or refuted. Nothing is assumed about ways: a set may reach its taker sideways
through accounts that others give.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from balancing.complete import Completion, complete
from balancing.pieces import Adjacency, Present
from balancing.problem import MoveProblem
from balancing.shed_kernel import Giver, Options, combine, heavy_sets
from balancing.takers import EFFORT, SLACK, Takers, accounts_between

MOST_WAYS = 4_000
MOST_GIVEN = 30


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
    unit: float
    ways: dict[int, NDArray[np.int64]] = field(default_factory=dict)

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
        return cls(problem, near, rep, accounts, giver, float(over) / unit - SLACK, unit)

    def border(self, within: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Accounts beside others that are `within`, heaviest first."""
        return np.array(
            [place for place, account in enumerate(self.accounts) if any(within[o] for o in self.near[account])],
            dtype=np.int64,
        )

    def away(self, taker: int) -> NDArray[np.int64]:
        """See `accounts_between`; worked out once for every taker."""
        if taker not in self.ways:
            self.ways[taker] = accounts_between(self.problem, self.near, self.rep, taker)
        return self.ways[taker]

    def anywhere(self) -> NDArray[np.int64]:
        """Accounts at the border to any other rep; all, where some rep has none yet and may begin anywhere."""
        begins = np.bincount(self.problem.owner, minlength=self.problem.reps).min() == 0
        return np.arange(len(self.accounts)) if begins else self.border(self.problem.owner != self.rep)

    def fewest(self, most: int) -> int:
        """How many accounts the rep gives away at least, whoever takes them; `most` when that is not found sooner."""
        border, none = self.anywhere(), np.zeros(len(self.accounts))
        for size in range(1, most):
            need = np.full(size + 1, np.inf)
            need[size] = self.need
            *_, found, nodes = heavy_sets(self.giver, border, np.inf, need, True, 0, EFFORT // 10, none, np.inf)
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
    proven = True
    for others in range(spare + 1):
        ways = _ways(Takers.of(overload, most - others, others))
        if ways is None:
            return Finding(None, False)
        for way in ways:
            owner = np.array(problem.owner)
            for taker, accounts in way:
                owner[accounts] = taker
            answer: Completion = complete(problem, present, rep, owner, others)
            if answer.owner is not None:
                return Finding(answer.owner, True)
            proven &= answer.certain
    return Finding(None, proven)


Way = list[tuple[int, NDArray[np.int64]]]


def _ways(takers: Takers) -> list[Way] | None:
    """All ways to share out what must go; None when there are too many to look at."""
    overload = takers.overload
    sets = takers.sets()
    if sets is None:
        return None
    order = sorted(sets, key=lambda taker: (len(sets[taker]), taker))
    all_sets = [one for taker in order for one in sorted(sets[taker], key=lambda one: -one.load)]
    options = Options(
        _bits([one.accounts for one in all_sets], len(overload.accounts)),
        np.array([len(one.accounts) for one in all_sets], dtype=np.int64),
        np.array([one.free for one in all_sets], dtype=np.int64),
        np.array([one.bridge for one in all_sets], dtype=np.int64),
        np.array([one.load for one in all_sets]),
        np.cumsum([0, *(len(sets[taker]) for taker in order)]).astype(np.int64),
    )
    most_left = np.stack([takers.best(set(order[:place])) for place in range(len(order) + 1)])
    chosen, found, nodes = combine(options, most_left, overload.need, MOST_WAYS, 10 * EFFORT)
    if nodes < 0 or found > MOST_WAYS:
        return None
    ways: dict[tuple[tuple[int, ...], ...], Way] = {}
    for row in chosen.tolist():
        way = [
            (t, np.sort(overload.accounts[list(all_sets[o].accounts)]))
            for t, o in zip(order, row, strict=True)
            if o >= 0
        ]
        ways[tuple((taker, *accounts.tolist()) for taker, accounts in way)] = way
    return sorted(ways.values(), key=lambda way: sum(len(accounts) for _, accounts in way))


def _bits(sets: Sequence[tuple[int, ...]], accounts: int) -> NDArray[np.uint64]:
    bits = np.zeros((len(sets), accounts // 64 + 1), dtype=np.uint64)
    for row, members in enumerate(sets):
        for member in members:
            bits[row, member // 64] |= np.uint64(1) << np.uint64(member % 64)
    return bits
