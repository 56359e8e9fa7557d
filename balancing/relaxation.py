"""The linear relaxation: what any list of moves costs at least, and which moves no cheap list can hold."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from balancing.pieces import Cut, Present, parts, ring
from balancing.problem import MoveProblem

MOST_NEW_COLUMNS = 4000
VIOLATED = 0.02
HELD = 1e-6
CLOSE_AGAIN = 0.02
"""Looking again for moves to rule out pays when the bound has risen by this part of what is left."""


@dataclass(slots=True, eq=False)
class Relaxation:
    """A linear programme over moves (account, rep) that grows by columns and cuts as they are found to matter.

    Any row prices y give a bound (Lagrange): the rows' sides priced at y, and for every account the most negative
    reduced cost of its moves, at most one of which can be made. So the bound holds for all moves, in the programme or
    not, and does not hang on the solver's tolerances. `open` (n, reps): moves that an answer cheaper than `below` may
    hold. Loads are in parts of a mean rep's.
    """

    problem: MoveProblem
    present: Present
    below: float
    step: float
    open: NDArray[np.bool_]
    bound: float = 0.0
    reduced: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    cuts: dict[Cut, Any] = field(default_factory=dict)
    columns: dict[tuple[int, int], Any] = field(default_factory=dict)
    solver: Any = None
    load_rows: list[list[Any]] = field(default_factory=list)
    once_rows: dict[int, Any] = field(default_factory=dict)
    by_pair: dict[tuple[int, int], list[tuple[Any, float]]] = field(default_factory=lambda: defaultdict(list))
    by_account: dict[int, list[tuple[Any, float]]] = field(default_factory=lambda: defaultdict(list))
    of_account: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    loads: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    least: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    most: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    dear: float = 0.0
    pivots: int = 0
    closed_at: float = -np.inf

    def __post_init__(self) -> None:
        from ortools.linear_solver import pywraplp

        problem = self.problem
        mean = np.maximum(problem.loads.sum(axis=0) / problem.reps, 1e-12)
        low, high = problem.limits()
        now = problem.rep_loads(problem.owner)
        self.loads = problem.loads / mean
        self.least, self.most = (low - now) / mean, (high - now) / mean
        self.dear = 1000.0 * float(problem.pair_prices.max())
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        for rep in range(problem.reps):
            rows = []
            for metric in range(self.loads.shape[1]):
                row = self.solver.Constraint(float(self.least[rep, metric]), float(self.most[rep, metric]))
                for sign in (1.0, -1.0):  # what the columns so far cannot do, at a price
                    slack = self.solver.NumVar(0.0, self.solver.infinity(), "")
                    row.SetCoefficient(slack, sign)
                    self.solver.Objective().SetCoefficient(slack, self.dear)
                rows.append(row)
            self.load_rows.append(rows)

    def add_columns(self, pairs: NDArray[np.int64]) -> None:
        """Let the programme use moves: (m, 2) account and rep."""
        for account, rep in pairs.tolist():
            if (account, rep) in self.columns:
                continue
            column = self.solver.NumVar(0.0, 1.0, "")
            self.solver.Objective().SetCoefficient(column, float(self.problem.pair_prices[account, rep]))
            here = int(self.problem.owner[account])
            for metric, load in enumerate(self.loads[account].tolist()):
                self.load_rows[rep][metric].SetCoefficient(column, load)
                self.load_rows[here][metric].SetCoefficient(column, -load)
            for row, weight in (*self.by_pair[account, rep], *self.by_account[account]):
                row.SetCoefficient(column, row.GetCoefficient(column) + weight)
            if account in self.once_rows:
                self.once_rows[account].SetCoefficient(column, 1.0)
            self.columns[account, rep] = column
            self.of_account[account].append(column)

    def add_cut(self, cut: Cut) -> None:
        """inside all owned - separator owned <= inside - 1, in terms of moves."""
        if cut in self.cuts:
            return
        owner, most = self.problem.owner, len(cut.inside) - 1.0
        row = self.solver.Constraint(-self.solver.infinity(), most)
        for accounts, sign in ((cut.inside, 1.0), (cut.separator, -1.0)):
            for account in accounts:
                if owner[account] == cut.rep:  # owned unless moved away
                    most -= sign
                    self.by_account[account].append((row, -sign))
                    for column in self.of_account[account]:
                        row.SetCoefficient(column, row.GetCoefficient(column) - sign)
                else:
                    self.by_pair[account, cut.rep].append((row, sign))
                    if (account, cut.rep) in self.columns:
                        column = self.columns[account, cut.rep]
                        row.SetCoefficient(column, row.GetCoefficient(column) + sign)
        row.SetUb(most)
        self.cuts[cut] = row

    def solve(self) -> dict[tuple[int, int], float] | None:
        """Moves and how much of each is made, after taking in every column that pays; None when the solver gave up."""
        made: dict[tuple[int, int], float] = {}
        for _ in range(12):
            if self.solver.Solve() != self.solver.OPTIMAL:
                return None
            self.pivots += int(self.solver.iterations())
            made = {pair: value for pair, column in self.columns.items() if (value := column.solution_value()) > HELD}
            self._price()
            paying = np.argwhere(self.open & (self.reduced < -HELD))
            fresh = np.array([pair for pair in paying.tolist() if tuple(pair) not in self.columns], dtype=np.int64)
            if not len(fresh):
                break
            order = np.argsort(self.reduced[fresh[:, 0], fresh[:, 1]], kind="stable")
            self.add_columns(fresh[order[:MOST_NEW_COLUMNS]])
        return made

    def _price(self) -> None:
        """Reduced costs of all moves, and the bound that follows; the best bound so far is kept."""
        y = np.array([[row.dual_value() for row in rows] for rows in self.load_rows])
        y = np.clip(y, -self.dear, self.dear)
        owner = self.problem.owner
        worth = self.loads @ y.T
        reduced = self.problem.pair_prices - worth + worth[np.arange(len(owner)), owner][:, None]
        total = float(np.where(y > 0, y * self.least, y * self.most).sum())
        price = {}
        for row in self.cuts.values():
            price[row.index()] = value = min(row.dual_value(), 0.0)
            total += value * row.Ub()
        for (account, rep), entries in self.by_pair.items():
            reduced[account, rep] -= sum(weight * price[row.index()] for row, weight in entries)
        for account, entries in self.by_account.items():
            reduced[account] -= sum(weight * price[row.index()] for row, weight in entries)
        best = np.minimum(np.where(self.open, reduced, np.inf).min(axis=1), 0.0)
        bound = total + float(best.sum())
        self.reduced = reduced
        self.bound = max(self.bound, bound)
        self._close(reduced - best[:, None], bound)

    def _close(self, extra: NDArray[np.float64], bound: float) -> None:
        """Rule out moves that would lift the bound to what is known already, with the way they need to be joined."""
        room = self.below - self.step - bound + 1e-6
        if bound < self.closed_at + CLOSE_AGAIN * room:
            return
        self.closed_at = bound
        for rep in range(self.problem.reps):
            weight = np.where(self.open[:, rep], extra[:, rep], np.inf)
            if self.problem.contiguous:
                weight = self._way(rep, np.maximum(weight, 0.0))
            self.open[:, rep] &= weight <= room
        for (account, rep), column in self.columns.items():
            if not self.open[account, rep]:
                column.SetUb(0.0)

    def _way(self, rep: int, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least sum of weights along a way from the rep's present territory to every account, ends included."""
        own = np.fromiter(self.present.members[rep], dtype=np.int64)
        if not len(own):
            return weight
        graph = csr_array(self.problem.neighbours).tocoo()
        usable = np.isfinite(weight[graph.col])
        rows, columns = graph.row[usable], graph.col[usable]
        steps = csr_array((weight[columns] + 1e-12, (rows, columns)), shape=graph.shape)
        return np.asarray(dijkstra(steps, indices=np.sort(own), min_only=True))

    def violated(self, made: dict[tuple[int, int], float]) -> list[Cut]:
        """Cuts that the present fractional answer breaks: parts that hang together at some level but on nothing."""
        owner = self.problem.owner
        gone: dict[int, float] = defaultdict(float)
        joined: dict[int, dict[int, float]] = defaultdict(dict)
        for (account, rep), value in made.items():
            gone[account] += value
            joined[rep][account] = value
        touched = sorted({int(owner[account]) for account in gone} | set(joined))
        found: list[Cut] = []
        for rep in touched:
            held = {account: 1.0 - gone.get(account, 0.0) for account in self.present.members[rep]} | joined[rep]
            found += self._violated_rep(rep, held)
        return found

    def _violated_rep(self, rep: int, held: dict[int, float]) -> list[Cut]:
        levels = sorted({round(value, 2) for value in held.values() if 0.01 < value < 0.99} | {0.01, 0.99})
        chosen = levels if len(levels) <= 8 else [levels[place * (len(levels) - 1) // 7] for place in range(8)]
        found: dict[Cut, None] = {}
        for level in chosen:
            inside = {account for account, value in held.items() if value >= level - 0.005}
            for part in parts(self.present.near, inside):
                if not self.present.loose(rep, part):
                    continue
                around = ring(self.present.near, part)
                through = sum(held.get(account, 0.0) for account in around)
                top = sorted(part, key=lambda account: (-held[account], account))[:3]
                found |= {Cut(rep, (a,), tuple(sorted(around))): None for a in top if held[a] > through + VIOLATED}
        return list(found)

    def once(self, made: dict[tuple[int, int], float]) -> int:
        """Add the rule that an account moves at most once where it is broken; how often it was."""
        total: dict[int, float] = defaultdict(float)
        for (account, _), value in made.items():
            total[account] += value
        broken = [account for account, value in total.items() if value > 1 + HELD and account not in self.once_rows]
        for account in broken:
            row = self.solver.Constraint(-self.solver.infinity(), 1.0)
            for column in self.of_account[account]:
                row.SetCoefficient(column, 1.0)
            self.once_rows[account] = row
        return len(broken)
