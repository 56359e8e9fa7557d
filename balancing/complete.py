"""Can a list that fixes what one rep gives away be completed by a few moves of others' accounts?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from balancing.exact import Programme
from balancing.greedy import ENOUGH
from balancing.pieces import Present
from balancing.problem import MoveProblem

WORK = 0.2
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Completion:
    """A division in the band and connected, or None; `certain`: without one there is none."""

    owner: NDArray[np.int32] | None
    certain: bool


def complete(problem: MoveProblem, present: Present, rep: int, owner: NDArray[np.int32], left: int) -> Completion:
    """Complete `owner` by at most `left` moves of accounts that are not `rep`'s; the rest of `rep`'s stay."""
    if _good(problem, present, owner):
        return Completion(owner, True)
    if left == 0:
        return Completion(None, True)
    if left == 1:
        return _by_one(problem, present, rep, owner)
    return _by_programme(problem, present, owner, _pairs(problem, rep, owner, left), left)


def _good(problem: MoveProblem, present: Present, owner: NDArray[np.int32]) -> bool:
    return (
        problem.keeps_caps(owner) and _in_band(problem, problem.rep_loads(owner)) and not present.broken(problem, owner)
    )


def _in_band(problem: MoveProblem, loads: NDArray[np.float64]) -> bool:
    low, high = problem.limits()
    room = ENOUGH * np.maximum((low + high) / 2, 1e-12)
    return bool(((loads <= high + room) & (loads >= low - room)).all())


def _pairs(problem: MoveProblem, rep: int, owner: NDArray[np.int32], left: int) -> NDArray[np.int64]:
    """(m, 2) moves of others' accounts to reps within `left` steps: farther ones need more moves to be joined."""
    near = np.zeros((len(problem), problem.reps), dtype=np.bool_)
    for taker in range(problem.reps):
        own = np.flatnonzero(owner == taker)
        steps = dijkstra(problem.neighbours, indices=own, min_only=True, unweighted=True, limit=left)
        near[:, taker] = np.isfinite(steps)
    near[np.arange(len(problem)), problem.owner] = False
    near &= problem.possible & (problem.owner != rep)[:, None]
    return np.argwhere(near)


def _by_one(problem: MoveProblem, present: Present, rep: int, owner: NDArray[np.int32]) -> Completion:
    low, high = problem.limits()
    loads = problem.rep_loads(owner)
    slack = ENOUGH * np.maximum((low + high) / 2, 1e-12)
    low, high = low - slack, high + slack
    out = np.flatnonzero(((loads > high) | (loads < low)).any(axis=1)).tolist()
    if len(out) > 2:
        return Completion(None, True)
    account = np.flatnonzero(problem.movable & (problem.owner != rep))
    after = loads[owner[account]] - problem.loads[account]
    account = account[((after >= low[owner[account]]) & (after <= high[owner[account]])).all(axis=1)]
    for taker in range(problem.reps):
        giver = owner[account]
        covers = np.ones(len(account), dtype=np.bool_)
        for one in out:
            covers &= (giver == one) | (taker == one)
        some = account[covers & (giver != taker)]
        with_it = loads[taker] + problem.loads[some]
        for one in some[((with_it >= low[taker]) & (with_it <= high[taker])).all(axis=1)].tolist():
            division = owner.copy()
            division[one] = taker
            if any(owner[other] == taker for other in present.near[one]) and _good(problem, present, division):
                return Completion(division, True)
    return Completion(None, True)


def _by_programme(
    problem: MoveProblem, present: Present, owner: NDArray[np.int32], pairs: NDArray[np.int64], left: int
) -> Completion:
    fixed = np.flatnonzero(owner != problem.owner)
    given = [(account, int(owner[account])) for account in fixed.tolist()]
    price = float(problem.prices[0]) * (len(given) + left)
    programme = Programme(problem, present, [*given, *((account, to) for account, to in pairs.tolist())], price)
    programme.fix(given)
    for _ in range(ROUNDS):
        answer = programme.solve(owner, WORK, 0)
        if answer.owner is None:
            return Completion(None, answer.bound == np.inf)
        if _good(problem, present, answer.owner):
            return Completion(answer.owner, True)
        cuts = present.broken(problem, answer.owner)
        if not cuts:
            return Completion(None, False)
        programme.add(cuts)
    return Completion(None, False)
