"""The integer programme over moves, solved by CP-SAT: connectivity enters as cuts where an answer lacks it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from balancing.pieces import Cut, Present
from balancing.problem import MoveProblem

LOAD_UNITS = 1_000_000
PRICE_UNITS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The owners that the programme ends with (None: none found), what any other costs at least, and the work done.

    `finished`: nothing cheaper is left in the programme.
    """

    owner: NDArray[np.int32] | None
    bound: float
    work: float
    finished: bool = False


@dataclass(slots=True, eq=False)
class Programme:
    """Moves (account, rep) to choose from, so that loads lie in the band and known cuts hold.

    Loads and prices become integers: bands are widened by the rounding and prices rounded down, so that the bound
    holds for the true figures. Answers must be looked at with the true loads. `most`: only answers up to this price.
    `travel_most`: the cheapest is then the one with the least extra travel, up to this much.
    """

    problem: MoveProblem
    present: Present
    pairs: list[tuple[int, int]]
    most: float = np.inf
    travel_most: float | None = None
    model: Any = None
    moves: dict[tuple[int, int], Any] | None = None
    away: dict[int, list[Any]] | None = None
    price_unit: float = 1.0

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.model = cp_model.CpModel()
        self.moves = {pair: self.model.new_bool_var("") for pair in self.pairs}
        self.away = defaultdict(list)
        for (account, _), move in self.moves.items():
            self.away[account].append(move)
        for choices in self.away.values():
            if len(choices) > 1:
                self.model.add_at_most_one(choices)
        self._bands()
        self._caps()
        self._price()
        if self.problem.contiguous:
            self._next_to_each_other()

    def _bands(self) -> None:
        assert self.moves is not None
        low, high = self.problem.limits()
        now = self.problem.rep_loads(self.problem.owner)
        mean = np.maximum(self.problem.loads.sum(axis=0) / self.problem.reps, 1e-12)
        units = np.rint(self.problem.loads / mean * LOAD_UNITS).astype(np.int64)
        inflow, outflow = defaultdict(list), defaultdict(list)
        for (account, rep), move in self.moves.items():
            inflow[rep].append((account, move))
            outflow[int(self.problem.owner[account])].append((account, move))
        for rep in range(self.problem.reps):
            for metric in range(units.shape[1]):
                rounding = (len(inflow[rep]) + len(outflow[rep]) + 1) // 2 + 1
                least = int(np.floor((low[rep, metric] - now[rep, metric]) / mean[metric] * LOAD_UNITS)) - rounding
                most = int(np.ceil((high[rep, metric] - now[rep, metric]) / mean[metric] * LOAD_UNITS)) + rounding
                weighted = [(int(units[a, metric]), move) for a, move in inflow[rep]]
                weighted += [(-int(units[a, metric]), move) for a, move in outflow[rep]]
                self.model.add_linear_constraint(sum(weight * move for weight, move in weighted), least, most)

    def _caps(self) -> None:
        """Caps per rep on accounts given and taken, on what changes hands in all, and what must come true."""
        assert self.moves is not None
        for pair in self.problem.required:
            if pair in self.moves:
                self.model.add(self.moves[pair] == 1)
        for rep in range(self.problem.reps):
            if self.problem.most_given is not None:
                given = [move for (a, _), move in self.moves.items() if self.problem.owner[a] == rep]
                self.model.add(sum(given) <= int(self.problem.most_given[rep]))
            if self.problem.most_taken is not None:
                taken = [move for (_, to), move in self.moves.items() if to == rep]
                self.model.add(sum(taken) <= int(self.problem.most_taken[rep]))
        for budget in self.problem.budgets:
            unit = max(float(np.max(budget.amount)), 1e-12) / LOAD_UNITS
            amount = np.floor(np.asarray(budget.amount) / unit).astype(np.int64)
            spent = sum(int(amount[account]) * move for (account, _), move in self.moves.items())
            self.model.add(spent <= int(np.floor(budget.most / unit + 1e-6)))

    def _price(self) -> None:
        assert self.moves is not None
        prices = self.problem.pair_prices
        self.price_unit = float(prices[0, 0]) if self.problem.same_price else float(prices.mean()) / PRICE_UNITS
        cost = np.floor(prices / self.price_unit + 1e-9).astype(np.int64)
        total = sum(int(cost[pair]) * move for pair, move in self.moves.items())
        if np.isfinite(self.most):
            self.model.add(total <= int(np.floor(self.most / self.price_unit + 1e-6)))
        if self.travel_most is None:
            self.model.minimize(total)
        else:
            self._travel(self.travel_most)

    def _travel(self, most: float) -> None:
        """Ask for the least extra travel; units are small parts of what is known, rounded down."""
        assert self.moves is not None and self.problem.extra_travel is not None
        self.price_unit = max(most, 1e-9) / PRICE_UNITS
        parts = np.floor(self.problem.extra_travel / self.price_unit).astype(np.int64)
        total = sum(int(parts[pair]) * move for pair, move in self.moves.items())
        self.model.minimize(total)
        self.model.add(total <= PRICE_UNITS)

    def _next_to_each_other(self) -> None:
        """An account joins a rep only with a neighbour that is the rep's: what every connected answer fulfils."""
        assert self.moves is not None
        for (account, rep), move in self.moves.items():
            near = self.present.near[account]
            if not any(self.problem.owner[other] == rep for other in near) and self.present.members[rep]:
                joined = [self.moves[other, rep] for other in near if (other, rep) in self.moves]
                self.model.add_bool_or([*joined, move.negated()])

    def add(self, cuts: Iterable[Cut]) -> None:
        """Rules that connected answers fulfil."""
        assert self.moves is not None and self.away is not None
        for cut in cuts:
            clause: list[Any] = []
            fulfilled = False
            for accounts, owned in ((cut.inside, False), (cut.separator, True)):
                for account in accounts:
                    fulfilled |= self._literal(clause, account, cut.rep, owned)
            if not fulfilled:
                self.model.add_bool_or(clause)

    def fix(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Moves that every answer makes."""
        assert self.moves is not None
        for pair in pairs:
            self.model.add(self.moves[pair] == 1)

    def _literal(self, clause: list[Any], account: int, rep: int, owned: bool) -> bool:
        """Add "the rep owns the account" (or not) to a clause; True when that is certain."""
        assert self.moves is not None and self.away is not None
        if self.problem.owner[account] == rep:
            leaving = self.away.get(account, [])
            if owned and len(leaving) > 1:
                stays = self.model.new_bool_var("")
                self.model.add(sum(leaving) + stays == 1)
                clause.append(stays)
            elif owned and leaving:
                clause.append(leaving[0].negated())
            elif not owned:
                clause.extend(leaving)
            return owned and not leaving
        move = self.moves.get((account, rep))
        if move is not None:
            clause.append(move if owned else move.negated())
        return move is None and not owned

    def solve(self, hint: NDArray[np.int32], work: float, seed: int) -> Answer:
        """The cheapest answer; none, and an infinite bound, when there is none up to `most`.

        `work`: CP-SAT's deterministic time, a second or two of one core per unit.
        """
        from ortools.sat.python import cp_model

        assert self.moves is not None
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = work
        solver.parameters.linearization_level = 2
        self.model.clear_hints()
        for (account, rep), move in self.moves.items():
            self.model.add_hint(move, int(hint[account] == rep))
        status = solver.solve(self.model)
        done = float(solver.response_proto.deterministic_time)
        if status == cp_model.INFEASIBLE:
            return Answer(None, np.inf, done)
        bound = solver.best_objective_bound * self.price_unit
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(None, max(bound, 0.0), done)
        owner = np.array(self.problem.owner)
        for (account, rep), move in self.moves.items():
            if solver.value(move):
                owner[account] = rep
        return Answer(owner, bound, done, status == cp_model.OPTIMAL)
