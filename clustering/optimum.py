"""The global optimum of a small problem: over all centres, not only those of a plan.

A division is a choice of columns, each a set of units within the load limits with its own cost (inertia around its
mean, or distances to its median). The linear programme over all columns is solved by column generation (du Merle,
Hansen, Jaumard & Mladenović 2000); new columns come from a search over where the centre may lie: a square of the plane
is split in four until a knapsack relaxation shows that no set around a centre in it can pay. The dual value is a bound
that holds for every division, contiguous or not. With what the bound leaves open, all columns that could still belong
to a better division are listed and the best choice among them is made exactly (Baldacci, Christofides & Mingozzi 2008).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from clustering.optimum_case import Case, Column, Floats, allowed, case_of, column_of, keeps_limits
from clustering.optimum_search import list_all, price_out
from clustering.plan import Certificate, ZonePlan
from clustering.problem import ZoneProblem

ROUNDS = 400
CLOSE = 1e-7
"""Relative to the cost: nearer is equal."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """What is known of the best division of all. No division costs less than `lower_bound`; `cost` is the best found
    (`zone` says which), `proven` that the two meet. `gap` = cost of the plan asked about / lower_bound - 1.
    """

    zone: NDArray[np.int32]
    cost: float
    lower_bound: float
    gap: float
    proven: bool

    def certificate(self, plan: ZonePlan) -> Certificate:
        """The plan's certificate with this bound, which holds wherever centres lie."""
        holds_for = "any division into so many zones within the load limits, whatever its centres, of whole accounts"
        cost = plan.certificate.cost
        return Certificate(cost, min(self.lower_bound, cost), self.gap, holds_for)


def global_optimum(problem: ZoneProblem, plan: ZonePlan) -> Optimum | None:
    """The best division of all, or how near to it the plan provably is; None where that cannot be said.

    It can for up to 60 units with one metric, limits alike for all zones, and no locks, names, bans, fixed centres,
    present zones or travel times. The work is bounded by counts, not by time: the same problem gives the same answer.
    """
    case = case_of(problem)
    if case is None or not keeps_limits(case, plan):
        return None
    start = [column_of(case, np.flatnonzero(plan.zone == zone)) for zone in range(case.zones)]
    best = sum(column.cost for column in start)
    columns, bound, price = _generate(case._replace(graph=None), start, best)
    chosen, _ = _choose(case, columns, start)
    cost = sum(column.cost for column in chosen)
    if cost > bound + CLOSE * max(cost, 1e-12):
        listed = list_all(case, price, cost - bound)
        if listed is not None:
            chosen, exact = _choose(case, {**columns, **listed}, chosen)
            cost = sum(column.cost for column in chosen)
            bound = cost if exact else bound
    bound = min(bound, cost)
    zone = np.empty(len(case.xy), np.int32)
    for number, column in enumerate(chosen):
        zone[list(column.members)] = number
    proven = cost <= bound + CLOSE * max(cost, 1e-12)
    gap = plan.certificate.cost / (bound * case.unit) - 1 if bound > 0 else 0.0
    return Optimum(zone, cost * case.unit, bound * case.unit, max(gap, 0.0), proven)


def _generate(case: Case, start: list[Column], best: float) -> tuple[dict[tuple[int, ...], Column], float, Floats]:
    """Columns, the largest bound and its prices: (n + 1,) of units and of one zone more.

    Contiguity is left out here: it would leave the search for columns among too many sets that fall apart.
    """
    columns = {column.members: column for column in start}
    for row in range(len(case.xy)):  # single units, dear, so that the programme can always be solved
        columns.setdefault((-1 - row,), Column((-1 - row,), 10 * best + 1))
    bound, prices = 0.0, np.zeros(len(case.xy) + 1)
    for _ in range(ROUNDS):
        price, value = _master(case, list(columns.values()))
        least, found = price_out(case, price[:-1], price[-1])
        lower = value + case.zones * min(least, 0.0)
        if lower > bound:
            bound, prices = lower, np.append(price[:-1], price[-1] + min(least, 0.0))
        fresh = [column for column in found if column.members not in columns]
        if not fresh or value - bound <= CLOSE * max(best, 1e-12):
            break
        columns |= {column.members: column for column in fresh}
    return {key: column for key, column in columns.items() if key[0] >= 0}, bound, prices


def _master(case: Case, columns: list[Column]) -> tuple[Floats, float]:
    """Prices of the units and of a zone, and the value, of the linear programme over these columns."""
    from scipy.optimize import linprog

    n = len(case.xy)
    rows, cols, ones = [], [], []
    for index, column in enumerate(columns):
        for member in column.members:
            rows.append(member if member >= 0 else -1 - member)
            cols.append(index)
            ones.append(1.0)
        if column.members[0] >= 0:
            rows.append(n)
            cols.append(index)
            ones.append(1.0)
    matrix = csr_array((ones, (rows, cols)), shape=(n + 1, len(columns)))
    right = np.append(np.ones(n), case.zones)
    cost = np.array([column.cost for column in columns])
    answer: Any = linprog(cost, A_eq=matrix, b_eq=right, method="highs-ds")  # type: ignore[call-overload]
    if answer.status != 0:  # zones left over: artificial units alone cover all
        return np.append(np.zeros(n), 0.0), 0.0
    return np.asarray(answer.eqlin.marginals), float(answer.fun)


def _choose(case: Case, columns: dict[tuple[int, ...], Column], known: list[Column]) -> tuple[list[Column], bool]:
    """The cheapest choice of columns that covers every unit once, by CP-SAT, and whether that is proven; else `known`.

    The search is bounded by its own count of work, which is the same on every machine.
    """
    from ortools.sat.python import cp_model

    usable = [column for column in columns.values() if allowed(case, np.array(column.members))]
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in usable]
    covers: list[list[int]] = [[] for _ in case.xy]
    for index, column in enumerate(usable):
        for member in column.members:
            covers[member].append(index)
    for each in covers:
        model.add_exactly_one([take[index] for index in each])
    model.add(sum(take) == case.zones)
    best = sum(column.cost for column in known)
    scale = 1e9 / max(best, 1e-12)
    model.minimize(sum(round(column.cost * scale) * take[index] for index, column in enumerate(usable)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = 20.0
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return known, False
    chosen = [column for index, column in enumerate(usable) if solver.value(take[index])]
    better = sum(column.cost for column in chosen) < best
    return chosen if better else known, status == cp_model.OPTIMAL
