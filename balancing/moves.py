"""The fewest, or cheapest, transfers that bring every rep's load into the band."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from balancing.greedy import ENOUGH, greedy
from balancing.least_travel import LeastTravel, least_travel
from balancing.problem import Move, MoveProblem, Proposal
from balancing.search import search
from geo.limits import Limits


def suggest_moves(
    problem: MoveProblem, *, limits: Limits = Limits(), seed: int = 0, start: NDArray[np.int32] | None = None
) -> Proposal:
    """Suggest transfers for `problem`; the same problem and seed give the same list.

    `start`: owners to set out from instead of the present ones, where a good division is known.

    The quick answer is always found; `limits` bounds the search for something cheaper (rounds, 0 for none), which never
    ends with anything dearer. The bound holds for all reassignments in which no territory gets more pieces than it has
    now and none of its pieces consists of new accounts only; without contiguity, for all reassignments. Where the
    problem has `extra_travel`, the list is then exchanged for one with as many moves and less of it.
    """
    found = search(problem, greedy(problem, start), lower_bound(problem), limits, seed)
    second: LeastTravel | None = None
    if problem.extra_travel is not None and np.isfinite(found.cost):
        scale = found.effort.scale if found.effort.left() else 0.0
        second = least_travel(problem, found.near, found.owner, scale=scale, seed=seed)
        found.owner = second.owner
    low, high = problem.limits()
    before, after = problem.rep_loads(problem.owner), problem.rep_loads(found.owner)
    moves = tuple(_moves(problem, found.owner, before, high))
    cost = sum(move.price for move in moves)
    feasible = bool(np.isfinite(found.cost))
    impossible = not feasible and not np.isfinite(found.bound)
    bound = min(found.bound, cost) if feasible else lower_bound(problem) if impossible else found.bound
    return Proposal(
        moves=moves,
        before=before,
        after=after,
        feasible=feasible,
        proven_minimal=feasible and found.proven,
        lower_bound=cost if feasible and found.proven else bound,
        gap=max(cost / bound - 1, 0.0) if bound > 0 and feasible and not found.proven else 0.0,
        notes=() if feasible else tuple(_shortfalls(problem, after, low, high, impossible)),
        extra_travel=second.travel if second else None,
        travel_bound=second.bound if second else 0.0,
        travel_proven=second is not None and second.proven,
    )


def lower_bound(problem: MoveProblem) -> float:
    """What any list of moves into the band costs at least, contiguous or not.

    Every rep above the band must give away its excess, and every rep below must be given what it lacks: a knapsack to
    be covered by the cheapest accounts, solved as a linear programme (the cheapest per load first). One move serves at
    most one giver and one taker, so the larger of the two sums holds. With all prices 1 it is rounded up.
    """
    low, high = problem.limits()
    loads = problem.rep_loads(problem.owner)
    best = 0.0
    whole = problem.same_price and float(problem.prices[0]) == 1
    for metric in range(loads.shape[1]):
        given = taken = 0.0
        for rep in range(problem.reps):
            own = (problem.owner == rep) & problem.movable
            other = (problem.owner != rep) & problem.movable
            given += _cover(problem, metric, own, loads[rep, metric] - high[rep, metric], whole)
            taken += _cover(problem, metric, other, low[rep, metric] - loads[rep, metric], whole)
        best = max(best, given, taken)
    return max(best, sum(float(problem.pair_prices[pair]) for pair in problem.required if problem.possible[pair]))


def _cover(problem: MoveProblem, metric: int, among: NDArray[np.bool_], amount: float, whole: bool) -> float:
    """The least price of accounts whose load covers `amount`; infinite amounts cannot be covered and count as all."""
    if amount <= ENOUGH:
        return 0.0
    load, price = problem.loads[among, metric], problem.prices[among]
    useful = load > 0
    load, price = load[useful], price[useful]
    order = np.argsort(price / load, kind="stable")
    covered = np.cumsum(load[order])
    last = int(np.searchsorted(covered, amount))
    if last >= len(order):
        return float(price.sum())
    before = float(covered[last - 1]) if last else 0.0
    part = (amount - before) / float(load[order[last]])
    return float(price[order[:last]].sum()) + (1.0 if whole else part * float(price[order[last]]))


def _moves(
    problem: MoveProblem, owner: NDArray[np.int32], before: NDArray[np.float64], high: NDArray[np.float64]
) -> list[Move]:
    moved = np.flatnonzero(owner != problem.owner)
    moves = []
    for account in moved.tolist():
        here, to = int(problem.owner[account]), int(owner[account])
        moves.append(
            Move(
                account,
                here,
                to,
                float(problem.pair_prices[account, to]),
                _reason(problem, account, to, before, high),
                _terms(problem, account, to),
            )
        )
    return moves


def _terms(problem: MoveProblem, account: int, to: int) -> tuple[tuple[str, float], ...]:
    """The parts of a move's price, by name."""
    parts = {name: np.asarray(part) for name, part in (problem.terms or {}).items()}
    return tuple((name, float(part[account, to] if part.ndim == 2 else part[account])) for name, part in parts.items())


def _reason(problem: MoveProblem, account: int, to: int, before: NDArray[np.float64], high: NDArray[np.float64]) -> str:
    here = int(problem.owner[account])
    theirs = np.flatnonzero(problem.owner == to)
    share = float(problem.loads[account, 0]) / max(float(before[here, 0]), 1e-12)
    relief = "relieves an overloaded rep of" if (before[here] > high[here]).any() else "passes on"
    if not len(theirs):
        return f"{relief} {share:.1%} of the rep's load; the new rep has no accounts yet"
    away = float(cKDTree(problem.xy_m[theirs]).query(problem.xy_m[account])[0])
    far = f"{away:.0f} m" if away < 1000 else f"{away / 1000:.1f} km"
    return f"{relief} {share:.1%} of the rep's load; lies {far} from the new rep's nearest account"


def _shortfalls(
    problem: MoveProblem,
    after: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    impossible: bool,
) -> list[str]:
    out = np.flatnonzero(((after > high) | (after < low)).any(axis=1))
    locked = int((~problem.movable).sum())
    capped = bool(problem.budgets) or problem.most_given is not None or problem.most_taken is not None
    caps = "; caps on transfers hold" if capped else ""
    largest = float((problem.loads / np.maximum((high - low).min(axis=0), 1e-12)).max())
    why = (
        "no reassignment that keeps the territories together brings everyone into it"
        if impossible
        else "no transfers that keep the territories together and bring everyone into it were found"
    )
    return [
        f"{len(out)} of {problem.reps} reps stay outside the band: {why} "
        f"({locked} of the accounts may not move{caps}; "
        f"the largest account is {largest:.1f} times the width of the band)"
    ]
