"""What a plan hangs on, in words and figures: loads that turn out differently, and what every lock costs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from balancing import MoveProblem, suggest_moves
from clustering import lock_prices, stability
from geo.limits import Limits
from planning.options import Progress, silent
from planning.ownership import NOBODY
from planning.result_quality import LockCost, PlanRobustness
from planning.solved import Solved
from planning.territories import Territories

NOISE = 0.1
TRIALS = 5
MOST_LOCKS = 10
"""So many locks are tried: those that look dearest."""
LEAST = 5e-4
"""A smaller change of a deviation, a twentieth of a per cent, is none."""
SEARCH = Limits(iterations=1)


def robustness_of(solved: Solved, progress: Progress = silent) -> PlanRobustness:
    """Noise of ±10 % in the hours of every account, and the plan without each lock.

    Territories built anew are built again from where they are; repaired ones are repaired again from where they are.
    Hours are those the territories were made of; days are not planned again.
    """
    progress("trying other loads", 0, TRIALS)
    if solved.uses_repair and solved.repaired is not None and solved.repaired.problem is not None:
        return _of_repair(solved, solved.repaired.problem, progress)
    return _of_zones(solved, solved.rebuilt, progress)


def _of_zones(solved: Solved, territories: Territories, progress: Progress) -> PlanRobustness:
    problem, zones, joined = territories.problem, territories.zones, territories.joined
    assert problem is not None and zones is not None and territories.rep_of_zone is not None
    found = stability(problem, zones, noise=NOISE, trials=TRIALS, seed=solved.measure.options.seed)
    locked = 0 if problem.locked is None else int((problem.locked >= 0).sum())
    progress("trying locks", 0, min(locked, MOST_LOCKS))
    names = [solved.measure.reps[rep].name for rep in territories.rep_of_zone]
    row_of = np.arange(len(problem)) if joined is None else _first_rows(joined.unit, solved.demand.locked)
    return PlanRobustness(
        noise=NOISE,
        trials=TRIALS,
        deviation_planned=zones.max_deviation,
        deviation_unchanged=found.deviation_unchanged,
        deviation_after=found.deviation_rebuilt,
        kept=found.kept,
        locked=locked,
        locks=tuple(
            LockCost(
                account=int(solved.demand.account[row_of[price.account]]),
                rep=names[price.zone],
                goes_to=names[price.goes_to],
                closer=price.saving if price.saving > LEAST else 0.0,
            )
            for price in lock_prices(problem, zones, most=MOST_LOCKS)
        ),
    )


def _first_rows(unit: NDArray[np.int64], wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each unit one of its accounts, a wanted one where it has one."""
    order = np.argsort(wanted, kind="stable")
    first = np.zeros(int(unit.max()) + 1, np.int64)
    first[unit[order]] = order
    return first


def _of_repair(solved: Solved, problem: MoveProblem, progress: Progress) -> PlanRobustness:
    """The repaired plan under noise, and its list of transfers without each lock."""
    rng = np.random.default_rng(solved.measure.options.seed)
    owner, seed = solved.chosen.owner, solved.measure.options.seed
    unchanged, after, kept = [], [], []
    for number in range(TRIALS):
        progress("trying other loads", number, TRIALS)
        load = problem.loads * rng.uniform(1 - NOISE, 1 + NOISE, problem.loads.shape)
        noisy = replace(problem, load=load.reshape(problem.load.shape), owner=owner)
        answer = suggest_moves(noisy, limits=SEARCH, seed=seed)
        unchanged.append(_deviation(noisy, answer.before))
        after.append(_deviation(noisy, answer.after))
        kept.append(1 - len(answer.moves) / len(noisy))
    held = _locked(solved)
    return PlanRobustness(
        noise=NOISE,
        trials=TRIALS,
        deviation_planned=_deviation(problem, problem.rep_loads(owner)),
        deviation_unchanged=float(np.mean(unchanged)),
        deviation_after=float(np.mean(after)),
        kept=float(np.mean(kept)),
        locked=len(held),
        locks=tuple(_without_locks(solved, problem, held, progress)),
        repaired=True,
    )


def _locked(solved: Solved) -> NDArray[np.int64]:
    """Accounts locked to the rep they have today."""
    demand, bindings = solved.demand, solved.bindings
    held = demand.locked & (bindings.named == NOBODY) & (solved.ownership.present_in_plan != NOBODY)
    return np.flatnonzero(held)


def _without_locks(
    solved: Solved, problem: MoveProblem, held: NDArray[np.int64], progress: Progress
) -> Sequence[LockCost]:
    """How many transfers fewer each lock's opening allows; the largest accounts of the fullest reps are tried."""
    low_high = problem.rep_loads(problem.owner)[:, 0] / (problem.share * problem.loads[:, 0].sum())
    over = low_high[problem.owner[held]] - 1
    tried = held[np.lexsort((held, -problem.loads[held, 0] * np.maximum(over, 0)))][:MOST_LOCKS]
    assert solved.repaired is not None
    reps, given = solved.measure.reps, solved.repaired.proposal
    costs = []
    for number, row in enumerate(tried.tolist()):
        progress("trying locks", number, len(tried))
        locked = np.array(problem.locked)
        locked[row] = False
        answer = suggest_moves(replace(problem, locked=locked), limits=SEARCH, seed=solved.measure.options.seed)
        goes_to = next((move.to_rep for move in answer.moves if move.account == row), int(problem.owner[row]))
        fewer = max(0, len(given.moves) - len(answer.moves)) if answer.feasible and given.feasible else 0
        nearer = 0.0 if given.feasible else _deviation(problem, given.after) - _deviation(problem, answer.after)
        costs.append(
            LockCost(
                account=int(solved.demand.account[row]),
                rep=reps[problem.owner[row]].name,
                goes_to=reps[goes_to].name,
                fewer_transfers=fewer,
                nearer=nearer if nearer > LEAST else 0.0,
            )
        )
    return sorted(costs, key=lambda cost: (-cost.fewer_transfers, -cost.nearer, cost.account))


def _deviation(problem: MoveProblem, loads: NDArray[np.float64]) -> float:
    target = np.outer(problem.share, problem.loads.sum(axis=0))
    return float(np.abs(loads / np.maximum(target, 1e-300) - 1).max(initial=0.0))
