"""The least extra travel where one rep is overloaded: connected sets of accounts are packed into the takers' rooms.

An integer programme over single moves knows little about connectivity until cuts tell it; one over the sets that each
taker could be given (see `takers`) has it built in, and its linear bound is close. Every set that is connected, light
enough for its taker and no dearer than the list known is a column, every move of others that may help a variable; each
account is used once, each taker given one set. What the answer still lacks (the giver's rest or others' territories
falling apart) enters as separator cuts, until an answer holds or nothing up to the travel known is left.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from balancing.greedy import ENOUGH
from balancing.packing_rows import ROOM, Packing, Variable, programme
from balancing.pieces import Present
from balancing.problem import MoveProblem
from balancing.shed import Overload
from balancing.takers import Given, Takers

ROUNDS = 12
NODES = 2_000
NODES_OF_SETS = 1_000_000
MOST_COLUMNS = 25_000

WINDOW = 1.1
"""A packing is looked for up to so many times the linear bound first, then up to so many times that: few columns."""

ALL_THE_WAY = 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The best division found (or the one known), its extra travel, and what any as short has at least."""

    owner: NDArray[np.int32]
    travel: float
    bound: float


def least_packed(
    problem: MoveProblem, present: Present, giver: int, known: NDArray[np.int32], rounds: int = ROUNDS
) -> Packed | None:
    """The least extra travel with no more moves than `known`; None where there are too many sets to look at."""
    overload = Overload.of(problem, present.near, giver)
    moves = int((known != problem.owner).sum())
    best = Packed(known, problem.travel_of(known), np.inf)
    for others in range(moves - overload.fewest(moves) + 1):
        packing = _packing(overload, present, moves - others, others, best.travel)
        if packing is None:
            return None if not others else replace(best, bound=0.0)
        found = _best(packing, best, rounds)
        best = replace(found, bound=min(found.bound, best.bound))
    return replace(best, bound=min(best.bound, best.travel))


def _packing(overload: Overload, present: Present, given: int, others: int, most: float) -> Packing | None:
    """The programme for so many moves; None where there are too many sets to look at."""
    problem = overload.problem
    assert problem.extra_travel is not None
    extra = problem.extra_travel[overload.accounts]
    sets = Takers.of(overload, given, others).sets(extra, most * (1 + ROOM) + ENOUGH, NODES_OF_SETS)
    if sets is None:
        return None
    room = (problem.limits()[1] - problem.rep_loads(problem.owner))[:, 0] / overload.unit
    variables = [_variable(overload, room, taker, one) for taker, own in sorted(sets.items()) for one in own]
    variables = [one for one in variables if all(problem.possible[account, one[0]] for account in one[1])]
    if others:
        pairs = _helping(overload, variables, others, most)
        variables += [(rep, (account,), 0.0, 0) for account, rep in pairs]
    if len(variables) > MOST_COLUMNS:
        return None
    travel = [float(problem.extra_travel[list(accounts), taker].sum()) for taker, accounts, *_ in variables]
    return Packing(overload, present, given, others, variables, np.array(travel))


def _best(packing: Packing, known: Packed, rounds: int) -> Packed:
    """The least travel of this case, or `known` and the bound on it."""
    problem, bound = packing.overload.problem, 0.0
    for _ in range(rounds):
        answer = _solved(packing, known.travel, bound)
        if answer is None:  # nothing up to the travel known
            return replace(known, bound=known.travel)
        bound = max(bound, answer.bound)
        if answer.chosen is None:
            break
        owner = np.array(problem.owner)
        for number in answer.chosen:
            taker, accounts, *_ = packing.variables[number]
            owner[list(accounts)] = taker
        broken = packing.present.broken(problem, owner)
        if not broken and _fits(problem, owner):
            travel = problem.travel_of(owner)
            better = travel < known.travel - ENOUGH
            return Packed(owner if better else known.owner, min(travel, known.travel), bound)
        packing.cuts |= dict.fromkeys(broken)
        if not broken:
            packing.tried.append(frozenset(answer.chosen))
    return replace(known, bound=min(bound, known.travel))


def _variable(overload: Overload, room: NDArray[np.float64], taker: int, one: Given) -> Variable:
    accounts = tuple(overload.accounts[list(one.accounts)].tolist())
    return taker, accounts, max(one.load - float(room[taker]) - ROOM, 0.0) if one.free else 0.0, one.bridge


def _helping(overload: Overload, sets: list[Variable], others: int, most: float) -> list[tuple[int, int]]:
    """Moves of others' accounts that may be part of a list with `others` of them.

    One alone is needless unless it makes room for a set, is the bridge of one, or joins the giver.
    """
    problem = overload.problem
    assert problem.extra_travel is not None
    room = (problem.limits()[1] - problem.rep_loads(problem.owner))[:, 0]
    room[overload.rep] = np.inf
    able = problem.possible & (problem.extra_travel <= most + ENOUGH) & (problem.owner != overload.rep)[:, None]
    if others == 1:
        able &= problem.loads[:, :1] <= room + ROOM * overload.unit  # nobody makes room for it
        crowded, reached = {one[0] for one in sets if one[2]}, {one[0] for one in sets if one[3]} | {overload.rep}
        able &= np.isin(problem.owner, list(crowded))[:, None] | np.isin(np.arange(problem.reps), list(reached))
    for rep in range(problem.reps):
        able[:, rep] &= overload.away(rep) <= others
    return [(account, rep) for account, rep in np.argwhere(able).tolist()]


@dataclass(frozen=True, slots=True)
class _Answer:
    chosen: list[int] | None
    bound: float


def _solved(packing: Packing, most: float, bound: float) -> _Answer | None:
    """What packs best up to `most`; None when nothing does. Nothing packs below `bound`."""
    scale = max(most, ENOUGH)
    linear = programme(packing, scale, 1.0, list(range(len(packing.variables))), "GLOP")
    if linear.solver.Solve() != linear.solver.OPTIMAL:
        return None
    value = linear.solver.Objective().Value()
    extra = {number: value + column.reduced_cost() for number, column in linear.columns.items()}
    value = max(value, bound / scale)
    up_to = _window(value)
    while True:
        # a column that lifts the linear bound above `up_to` belongs to no packing up to there
        left = [number for number, least in extra.items() if least <= up_to + ROOM]
        answer = _whole(packing, scale, up_to, left, value)
        if answer is not None or up_to == 1.0:
            return answer
        value, up_to = up_to, _window(up_to)


def _window(value: float) -> float:
    """How far to look beyond `value`, in parts of the travel known; all the way where little would be left."""
    up_to = max(value, ROOM) * WINDOW
    return up_to if up_to < ALL_THE_WAY else 1.0


def _whole(packing: Packing, scale: float, up_to: float, left: list[int], value: float) -> _Answer | None:
    whole = programme(packing, scale, up_to, left, "SCIP")
    solver = whole.solver
    solver.SetSolverSpecificParametersAsString(f"limits/nodes = {NODES}\n")
    status = solver.Solve()
    if status == solver.INFEASIBLE:
        return None
    if status not in (solver.OPTIMAL, solver.FEASIBLE):
        return _Answer(None, value * scale)
    chosen = [number for number, column in whole.columns.items() if column.solution_value() > 0.5]
    return _Answer(chosen, max(value, solver.Objective().BestBound()) * scale)


def _fits(problem: MoveProblem, owner: NDArray[np.int32]) -> bool:
    low, high = problem.limits()
    room = ENOUGH * np.maximum((low + high) / 2, 1e-12)
    loads = problem.rep_loads(owner)
    return bool(((loads <= high + room) & (loads >= low - room)).all()) and problem.keeps_caps(owner)
