"""Among the lists with the fewest moves, one with the least extra travel: the second aim, never at the first's cost.

Where one rep alone is overloaded, sets of accounts are packed (see `packing`). Else, every list cheaper in travel
than the one known holds no single move that alone is dearer, and an account joins a rep at most as many steps away as
there are moves: the moves that are left go into an integer programme that fixes the number of moves. It ends with the
least travel, or with a bound and a gap that is stated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from balancing.exact import Programme
from balancing.greedy import ENOUGH
from balancing.packing import least_packed
from balancing.pieces import Adjacency, Present
from balancing.problem import MoveProblem
from balancing.shed import Overload, overloaded_alone
from balancing.takers import accounts_between

WORK = 1.6
SLICE = 0.8
ROUNDS = 25
MOST_PAIRS = 12_000
FINE = 1e-5
"""Parts of the travel known that do not count: the programme rounds to whole units."""


@dataclass(frozen=True, slots=True, eq=False)
class LeastTravel:
    """A division with as many moves as before, its extra travel, and what any such division has at least."""

    owner: NDArray[np.int32]
    travel: float
    bound: float

    @property
    def proven(self) -> bool:
        return self.bound >= self.travel * (1 - 2 * FINE) - ENOUGH


def least_travel(
    problem: MoveProblem, near: Adjacency, owner: NDArray[np.int32], *, scale: float, seed: int
) -> LeastTravel:
    """The best division with as many moves as `owner`; `scale`: how much longer than by default to look."""
    moves = int((owner != problem.owner).sum())
    best = LeastTravel(owner, problem.travel_of(owner), 0.0)
    price = problem.price_of(owner)
    present = Present.of(problem, near, price + float(problem.prices[0]))
    giver = None if _capped(problem) else overloaded_alone(problem)
    if giver is not None and moves and scale:
        packed = least_packed(problem, present, giver, owner)
        if packed is not None:
            return LeastTravel(packed.owner, packed.travel, packed.bound)
    work = WORK * scale
    for _ in range(ROUNDS if moves and scale else 0):
        pairs = _pairs(problem, near, best, moves)
        if best.proven or len(pairs) > MOST_PAIRS or work <= 0:
            break
        answer, work = _improve(problem, present, pairs, best, price, work, seed)
        if answer.travel >= best.travel - ENOUGH:
            best = answer
            break
        best = answer
    return best


def _capped(problem: MoveProblem) -> bool:
    """True where a list must keep caps or hold certain moves, of which sets of accounts know nothing."""
    caps = problem.most_given is not None or problem.most_taken is not None
    return caps or bool(problem.budgets) or bool(problem.required)


def _pairs(problem: MoveProblem, near: Adjacency, best: LeastTravel, moves: int) -> list[tuple[int, int]]:
    """All moves that a better division may hold."""
    assert problem.extra_travel is not None
    able = problem.possible & (problem.extra_travel <= best.travel + ENOUGH)
    giver = _giver(problem)
    if giver is not None:
        able &= _by_what_must_go(problem, near, giver, moves)
    elif problem.contiguous:
        for rep in range(problem.reps):
            own = np.flatnonzero(problem.owner == rep)
            if len(own):
                steps = dijkstra(problem.neighbours, indices=own, min_only=True, unweighted=True, limit=moves)
                able[:, rep] &= np.isfinite(steps)
    moved = np.flatnonzero(best.owner != problem.owner)
    able[moved, best.owner[moved]] = True
    return [(account, rep) for account, rep in np.argwhere(able).tolist()]


def _giver(problem: MoveProblem) -> int | None:
    """The one rep out of the band where it is above it and all the others are inside."""
    if not problem.contiguous and problem.loads.shape[1] == 1:
        low, high = problem.limits()
        now = problem.rep_loads(problem.owner)
        over = np.flatnonzero(now[:, 0] > high[:, 0] + ENOUGH)
        return int(over[0]) if len(over) == 1 and (now >= low - ENOUGH).all() else None
    return overloaded_alone(problem)


def _by_what_must_go(problem: MoveProblem, near: Adjacency, giver: int, moves: int) -> NDArray[np.bool_]:
    """(n, reps) moves that leave room for those that the overloaded rep's accounts must make: few others can move."""
    if not problem.contiguous:
        _, high = problem.limits()
        over = float((problem.rep_loads(problem.owner) - high)[giver, 0])
        heaviest = np.cumsum(np.sort(problem.loads[(problem.owner == giver) & problem.movable, 0])[::-1])
        spare = moves - int(np.searchsorted(heaviest, over - ENOUGH)) - 1
        able = np.ones((len(problem), problem.reps), dtype=np.bool_)
        return able if spare > 0 else able & (problem.owner == giver)[:, None]
    spare = moves - Overload.of(problem, near, giver).fewest(moves)
    able = np.zeros((len(problem), problem.reps), dtype=np.bool_)
    for taker in range(problem.reps):
        able[:, taker] = accounts_between(problem, near, giver, taker) <= spare
    able[:, giver] = accounts_between(problem, near, giver, giver) <= spare
    return able


def _improve(
    problem: MoveProblem,
    present: Present,
    pairs: list[tuple[int, int]],
    best: LeastTravel,
    price: float,
    work: float,
    seed: int,
) -> tuple[LeastTravel, float]:
    """Solve over `pairs`, adding cuts, until something better is found, nothing better is left or the work is done."""
    programme = Programme(problem, present, pairs, price, travel_most=best.travel)
    bound = best.bound
    while work > 0:
        answer = programme.solve(best.owner, min(work, SLICE), seed)
        work -= max(answer.work, 0.01)
        if answer.owner is None:  # nothing up to the travel known, or too little work
            bound = best.travel if answer.bound == np.inf else max(bound, answer.bound)
            break
        bound = max(bound, min(answer.bound, best.travel))
        broken = present.broken(problem, answer.owner) if problem.contiguous else []
        if not broken:
            travel = problem.travel_of(answer.owner)
            better = travel < best.travel - ENOUGH and _fine(problem, answer.owner, price)
            if better:
                best = LeastTravel(answer.owner, travel, min(bound, travel))
            return LeastTravel(best.owner, best.travel, min(bound, best.travel)), work if better else 0.0
        programme.add(cut for one in broken for cut in present.layers(problem, one, programme.moves or {}))
    return LeastTravel(best.owner, best.travel, min(bound, best.travel)), work


def _fine(problem: MoveProblem, owner: NDArray[np.int32], price: float) -> bool:
    low, high = problem.limits()
    room = ENOUGH * np.maximum((low + high) / 2, 1e-12)
    loads = problem.rep_loads(owner)
    inside = bool(((loads <= high + room) & (loads >= low - room)).all())
    return inside and problem.keeps_caps(owner) and problem.price_of(owner) <= price + ENOUGH
