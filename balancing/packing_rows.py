"""The integer programme of a packing: sets of accounts for the takers and moves of others, row by row."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from balancing.pieces import Cut, Present
from balancing.shed import Overload

ROOM = 1e-6
"""Parts of a mean rep's load by which rooms are widened, so that rounding shuts nothing out."""
STEPS = 8
"""Loads for which it is said that what exceeds them needs a heavier account to leave."""
Variable = tuple[int, tuple[int, ...], float, int]
"""Who is given which accounts, by how much they are more than the room (parts of a mean rep's load), and how many moves
of others it takes to reach them."""


@dataclass(slots=True, eq=False)
class Packing:
    """The programme where the giver gives `given` accounts at most and `others` other accounts move."""

    overload: Overload
    present: Present
    given: int
    others: int
    variables: list[Variable]
    travel: NDArray[np.float64]
    cuts: dict[Cut, None] = field(default_factory=dict)
    tried: list[frozenset[int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Programme:
    """The programme as a solver holds it: its variables by their number in the packing."""

    solver: Any
    columns: dict[int, Any]


def programme(packing: Packing, scale: float, up_to: float, numbers: list[int], kind: str) -> Programme:
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
    return Programme(solver, columns)


@dataclass(slots=True, eq=False)
class _Rows:
    solver: Any
    packing: Packing
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
