"""The least extra travel where one rep is overloaded: connected sets of accounts are packed into the takers' rooms.

An integer programme over single moves knows little about connectivity until cuts tell it; one over the sets that each
taker could be given (see `takers`) has it built in, and its linear bound is close. Every set that is connected, light
enough for its taker and no dearer than the list known is a column, every move of others that may help a variable; each
account is used once, each taker given one set. What the answer still lacks (the giver's rest or others' territories
falling apart) enters as separator cuts, until an answer holds or nothing up to the travel known is left.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from balancing.greedy import ENOUGH
from balancing.pieces import Cut, Present
from balancing.problem import MoveProblem
from balancing.shed import Overload
from balancing.takers import Given, Takers

ROUNDS = 12
NODES = 2_000
NODES_OF_SETS = 1_000_000
MOST_COLUMNS = 25_000
ROOM = 1e-6
"""Parts of a mean rep's load by which rooms are widened, so that rounding shuts nothing out."""

STEPS = 8
"""Loads for which it is said that what exceeds them needs a heavier account to leave."""
WINDOW = 1.1
"""A packing is looked for up to so many times the linear bound first, then up to so many times that: few columns."""

ALL_THE_WAY = 0.85

Variable = tuple[int, tuple[int, ...], float, int]
"""Who is given which accounts, by how much they are more than the room (parts of a mean rep's load), and how many moves
of others it takes to reach them."""


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
        packing = _Packing.of(overload, present, moves - others, others, best.travel)
        if packing is None:
            return None if not others else replace(best, bound=0.0)
        found = packing.best(best, rounds)
        best = replace(found, bound=min(found.bound, best.bound))
    return replace(best, bound=min(best.bound, best.travel))


@dataclass(slots=True, eq=False)
class _Packing:
    """The programme where the giver gives `given` accounts at most and `others` other accounts move."""

    overload: Overload
    present: Present
    given: int
    others: int
    variables: list[Variable]
    travel: NDArray[np.float64]
    cuts: dict[Cut, None] = field(default_factory=dict)
    tried: list[frozenset[int]] = field(default_factory=list)

    @classmethod
    def of(cls, overload: Overload, present: Present, given: int, others: int, most: float) -> "_Packing | None":
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
        return cls(overload, present, given, others, variables, np.array(travel))

    def best(self, known: Packed, rounds: int) -> Packed:
        """The least travel of this case, or `known` and the bound on it."""
        problem, bound = self.overload.problem, 0.0
        for _ in range(rounds):
            answer = _solved(self, known.travel, bound)
            if answer is None:  # nothing up to the travel known
                return replace(known, bound=known.travel)
            bound = max(bound, answer.bound)
            if answer.chosen is None:
                break
            owner = np.array(problem.owner)
            for number in answer.chosen:
                taker, accounts, *_ = self.variables[number]
                owner[list(accounts)] = taker
            broken = self.present.broken(problem, owner)
            if not broken and _fits(problem, owner):
                travel = problem.travel_of(owner)
                better = travel < known.travel - ENOUGH
                return Packed(owner if better else known.owner, min(travel, known.travel), bound)
            self.cuts |= dict.fromkeys(broken)
            if not broken:
                self.tried.append(frozenset(answer.chosen))
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


def _solved(packing: _Packing, most: float, bound: float) -> _Answer | None:
    """What packs best up to `most`; None when nothing does. Nothing packs below `bound`."""
    scale = max(most, ENOUGH)
    linear = _programme(packing, scale, 1.0, list(range(len(packing.variables))), "GLOP")
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


def _whole(packing: _Packing, scale: float, up_to: float, left: list[int], value: float) -> _Answer | None:
    programme = _programme(packing, scale, up_to, left, "SCIP")
    solver = programme.solver
    solver.SetSolverSpecificParametersAsString(f"limits/nodes = {NODES}\n")
    status = solver.Solve()
    if status == solver.INFEASIBLE:
        return None
    if status not in (solver.OPTIMAL, solver.FEASIBLE):
        return _Answer(None, value * scale)
    chosen = [number for number, column in programme.columns.items() if column.solution_value() > 0.5]
    return _Answer(chosen, max(value, solver.Objective().BestBound()) * scale)


@dataclass(slots=True, eq=False)
class _Programme:
    solver: Any
    columns: dict[int, Any]


def _programme(packing: _Packing, scale: float, up_to: float, numbers: list[int], kind: str) -> _Programme:
    """The programme over some of the variables; travel in parts of `scale`, `up_to` so much of it."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver(kind)
    columns: dict[int, Any] = {}
    for number in numbers:
        columns[number] = solver.NumVar(0.0, 1.0, "") if kind == "GLOP" else solver.BoolVar("")
        solver.Objective().SetCoefficient(columns[number], float(packing.travel[number]) / scale)
    rows = _Rows(solver, packing, columns)
    rows.add(-np.inf, up_to + ROOM, {number: float(packing.travel[number]) / scale for number in numbers})
    rows.once()
    rows.rooms()
    rows.helped()
    rows.beside()
    for cut in packing.cuts:
        rows.cut(cut)
    for tried in packing.tried:
        rows.add(1.0 - len(tried), np.inf, {number: -1.0 if number in tried else 1.0 for number in numbers})
    return _Programme(solver, columns)


@dataclass(slots=True, eq=False)
class _Rows:
    solver: Any
    packing: _Packing
    columns: dict[int, Any]

    def add(self, least: float, most: float, weights: dict[int, float]) -> None:
        row = self.solver.Constraint(
            -self.solver.infinity() if least == -np.inf else least, self.solver.infinity() if most == np.inf else most
        )
        for number, weight in weights.items():
            if number in self.columns:
                row.SetCoefficient(self.columns[number], weight)

    def once(self) -> None:
        """Every account moves once at most, every taker is given one set at most, and the counts hold."""
        packing, owner = self.packing, self.packing.overload.problem.owner
        by_account: dict[int, dict[int, float]] = defaultdict(dict)
        by_taker: dict[int, dict[int, float]] = defaultdict(dict)
        sizes: dict[int, float] = {}
        moves: dict[int, float] = {}
        for number in self.columns:
            taker, accounts, *_ = packing.variables[number]
            for account in accounts:
                by_account[account][number] = 1.0
            if owner[accounts[0]] == packing.overload.rep:
                by_taker[taker][number] = 1.0
                sizes[number] = float(len(accounts))
            else:
                moves[number] = 1.0
        for group in (*by_account.values(), *by_taker.values()):
            self.add(-np.inf, 1.0, group)
        self.add(-np.inf, float(packing.given), sizes)
        self.add(-np.inf, float(packing.others), moves)

    def rooms(self) -> None:
        """Everybody ends in the band; in parts of a mean rep's load, widened by ROOM.

        A set alone fits its taker's room, so that only the giver and those whom other moves touch need a row.
        """
        packing, problem = self.packing, self.packing.overload.problem
        low, high = problem.limits()
        now, unit = problem.rep_loads(problem.owner), packing.overload.unit
        flow: dict[int, dict[int, float]] = defaultdict(dict)
        touched = {packing.overload.rep}
        for number in self.columns:
            taker, accounts, *_ = packing.variables[number]
            home = int(problem.owner[accounts[0]])
            load = float(problem.loads[list(accounts), 0].sum()) / unit
            flow[taker][number] = load
            flow[home][number] = -load
            touched |= {taker, home} if home != packing.overload.rep else set()
        for rep in sorted(touched):
            least, most = (float(side[rep, 0] - now[rep, 0]) / unit for side in (low, high))
            self.add(least - ROOM, most + ROOM, flow[rep])

    def helped(self) -> None:
        """A set that needs room or a bridge comes with moves of others that leave its taker, or join it.

        With `others` moves, one of them carries the mean of what is too much at least.
        """
        packing, problem = self.packing, self.packing.overload.problem
        sets: dict[int, list[tuple[float, int]]] = defaultdict(list)
        leave: dict[int, list[tuple[float, int]]] = defaultdict(list)
        join: dict[int, dict[int, float]] = defaultdict(dict)
        for number in self.columns:
            taker, accounts, excess, bridge = packing.variables[number]
            if problem.owner[accounts[0]] != packing.overload.rep:
                load = float(problem.loads[accounts[0], 0]) / packing.overload.unit
                leave[int(problem.owner[accounts[0]])].append((load, number))
                join[taker][number] = 1.0
            else:
                sets[taker].append((excess / max(packing.others, 1), number))
                join[taker][number] = -float(bridge)
        for taker, own in sets.items():
            steps = sorted({load for load, _ in leave[taker]})
            for least in [0.0, *steps[:: max(len(steps) // STEPS, 1)]]:
                needing = {number: -1.0 for excess, number in own if excess > least}
                if needing:
                    helping = {number: 1.0 for load, number in leave[taker] if load > least}
                    self.add(0.0, np.inf, needing | helping)
            if any(weight < 0 for weight in join[taker].values()):
                self.add(0.0, np.inf, join[taker])

    def beside(self) -> None:
        """A single account joins a rep only with a neighbour that is the rep's, or becomes it."""
        packing, owner = self.packing, self.packing.overload.problem.owner
        joining: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number in self.columns:
            taker, accounts, *_ = packing.variables[number]
            for account in accounts:
                joining[account, taker].append(number)
        for number in self.columns:
            taker, accounts, *_ = packing.variables[number]
            near = packing.present.near[accounts[0]]
            if owner[accounts[0]] != packing.overload.rep and not any(owner[other] == taker for other in near):
                ways = {way: 1.0 for other in near for way in joining[other, taker]}
                self.add(0.0, np.inf, {number: -1.0} | ways)

    def cut(self, cut: Cut) -> None:
        """Not all of `inside` owned by the rep, or one of `separator`."""
        owner = self.packing.overload.problem.owner
        inside, separator = set(cut.inside), set(cut.separator)
        held = sum(owner[account] == cut.rep for account in cut.separator)
        missing = sum(owner[account] != cut.rep for account in cut.inside)
        weights = {}
        for number in self.columns:
            taker, accounts, *_ = self.packing.variables[number]
            change = (taker == cut.rep) - int(owner[accounts[0]] == cut.rep)
            if change:
                touched = len(separator.intersection(accounts)) - len(inside.intersection(accounts))
                if touched:
                    weights[number] = float(change * touched)
        self.add(1.0 - float(held + missing), np.inf, weights)


def _fits(problem: MoveProblem, owner: NDArray[np.int32]) -> bool:
    low, high = problem.limits()
    room = ENOUGH * np.maximum((low + high) / 2, 1e-12)
    loads = problem.rep_loads(owner)
    return bool(((loads <= high + room) & (loads >= low - room)).all()) and problem.keeps_caps(owner)
