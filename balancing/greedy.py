"""The quick answer: move border accounts one by one, then take back what turns out not to be needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from balancing.problem import MoveProblem

EVEN_OUT = 0.05
"""How much evening out counts against getting into the band: lets load travel through a rep that has enough."""
ENOUGH = 1e-9


@dataclass(slots=True, eq=False)
class Division:
    """Who owns what at this moment of a search, with the loads that follow from it."""

    problem: MoveProblem
    owner: NDArray[np.int32]
    loads: NDArray[np.float64]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, problem: MoveProblem, owner: NDArray[np.int32]) -> "Division":
        counts = np.bincount(owner, minlength=problem.reps)
        return cls(problem, owner.copy(), problem.rep_loads(owner), counts)

    def move(self, account: int, to: int) -> None:
        load, before = self.problem.loads[account], self.owner[account]
        self.loads[before] -= load
        self.loads[to] += load
        self.count[before] -= 1
        self.count[to] += 1
        self.owner[account] = to

    def may_leave(self, account: int) -> bool:
        """True when the account's territory gets no more pieces without it, and does not vanish."""
        rep = self.owner[account]
        if self.count[rep] <= 1:
            return False
        if not self.problem.contiguous:
            return True
        near = [int(other) for other in self._near(account) if self.owner[other] == rep]
        return len(near) <= 1 or self._hang_together(near, account)

    def borders(self, account: int, rep: int) -> bool:
        """True when a neighbour of the account belongs to `rep`."""
        return not self.problem.contiguous or bool((self.owner[self._near(account)] == rep).any())

    def _near(self, account: int) -> NDArray[np.int32]:
        graph = self.problem.neighbours
        return np.asarray(graph.indices[graph.indptr[account] : graph.indptr[account + 1]])

    def _hang_together(self, near: list[int], without: int) -> bool:
        """Can all of `near` be reached from the first of them inside the territory, not through `without`?"""
        rep, wanted = self.owner[without], set(near[1:])
        seen, stack = {without, near[0]}, [near[0]]
        while stack and wanted:
            for other in self._near(stack.pop()).tolist():
                if other not in seen and self.owner[other] == rep:
                    seen.add(other)
                    stack.append(other)
                    wanted.discard(other)
        return not wanted


def greedy(problem: MoveProblem, start: NDArray[np.int32] | None = None) -> NDArray[np.int32]:
    """A division into the band, or as near as single moves lead: (n,) owners; the present ones where nothing helps.

    `start`: owners to go on from instead of the present ones.
    """
    low, high = problem.limits()
    target = np.maximum((low + high) / 2, 1e-12)
    now = Division.of(problem, problem.owner if start is None else start)
    for account, rep in problem.required:
        if now.owner[account] != rep:
            now.move(account, rep)
    while True:
        found = _best_move(now, low, high, target)
        if found is None:
            break
        now.move(*found)
    take_back(now, low, high)
    return now.owner


def violation(
    loads: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each row of loads is out of its band, in parts of the target, summed over metrics."""
    outside = np.maximum(loads - high, 0) + np.maximum(low - loads, 0)
    return np.asarray((outside / target).sum(axis=-1))


def take_back(now: Division, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    """Return moved accounts to their present rep while nobody gets further out of the band, dearest first."""
    problem = now.problem
    target = np.maximum((low + high) / 2, 1e-12)
    moved = np.flatnonzero(now.owner != problem.owner)
    order = moved[np.lexsort((moved, problem.loads[moved, 0], -problem.pair_prices[moved, now.owner[moved]]))]
    kept = {account for account, _ in problem.required}
    changed = True
    while changed:
        changed = False
        for account in order.tolist():
            home, here = problem.owner[account], now.owner[account]
            if home == here or account in kept or not now.borders(account, home) or not now.may_leave(account):
                continue
            pair, load = [here, home], problem.loads[account]
            before = violation(now.loads[pair], low[pair], high[pair], target[pair]).sum()
            after_loads = now.loads[pair] + np.array([[-1.0], [1.0]]) * load
            if violation(after_loads, low[pair], high[pair], target[pair]).sum() <= before + ENOUGH:
                now.move(account, home)
                changed = True


def _best_move(
    now: Division, low: NDArray[np.float64], high: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[int, int] | None:
    account, to = _candidates(now)
    within = _within_caps(now, account, to)
    account, to = account[within], to[within]
    if not len(account):
        return None
    here, load = now.owner[account], now.problem.loads[account]
    gain = _score(now.loads[here], low[here], high[here], target[here])
    gain -= _score(now.loads[here] - load, low[here], high[here], target[here])
    gain += _score(now.loads[to], low[to], high[to], target[to])
    gain -= _score(now.loads[to] + load, low[to], high[to], target[to])
    out = violation(now.loads, low, high, target) > ENOUGH
    if not out.any():
        return None
    per_price = gain / now.problem.pair_prices[account, to]
    for place in np.lexsort((account, -per_price)).tolist():
        if gain[place] <= ENOUGH:
            return None
        if now.may_leave(int(account[place])):
            return int(account[place]), int(to[place])
    return None


def _score(
    loads: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(violation(loads, low, high, target) + EVEN_OUT * ((loads / target - 1) ** 2).sum(axis=-1))


def _candidates(now: Division) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Movable accounts and the reps they border on; without contiguity, every other rep."""
    problem = now.problem
    if problem.contiguous:
        edges = problem.neighbours.tocoo()
        crossing = now.owner[edges.row] != now.owner[edges.col]
        pairs = np.unique(edges.row[crossing].astype(np.int64) * problem.reps + now.owner[edges.col[crossing]])
    else:
        rows = np.flatnonzero(problem.movable)
        pairs = (rows[:, None] * problem.reps + np.arange(problem.reps)).ravel()
        pairs = pairs[pairs % problem.reps != now.owner[pairs // problem.reps]]
    account, to = pairs // problem.reps, pairs % problem.reps
    kept = np.zeros(len(problem), dtype=np.bool_)
    kept[[one for one, _ in problem.required]] = True
    fine = problem.possible[account, to] | ((problem.owner[account] == to) & problem.movable[account])
    fine &= ~kept[account]
    return account[fine], to[fine]


def _within_caps(now: Division, account: NDArray[np.int64], to: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the moves leave the caps per rep and the budgets kept; going back home always does."""
    problem = now.problem
    moved = now.owner != problem.owner
    home = to == problem.owner[account]
    fine = np.ones(len(account), dtype=np.bool_)
    if problem.most_given is not None:
        given = np.bincount(problem.owner[moved], minlength=problem.reps)
        fine &= moved[account] | (given < problem.most_given)[problem.owner[account]]
    if problem.most_taken is not None:
        taken = np.bincount(now.owner[moved], minlength=problem.reps)
        fine &= (taken < problem.most_taken)[to]
    for budget in problem.budgets:
        spent = float(budget.amount[moved].sum())
        fine &= moved[account] | (spent + budget.amount[account] <= budget.most)
    return np.asarray(fine | home)
