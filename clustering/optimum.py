"""The global optimum of a small problem: over all centres, not only those of a plan.

A division is a choice of columns, each a set of units within the load limits with its own cost (inertia around its
mean, or distances to its median). The linear programme over all columns is solved by column generation (du Merle,
Hansen, Jaumard & Mladenović 2000); new columns come from a search over where the centre may lie: a square of the plane
is split in four until a knapsack relaxation shows that no set around a centre in it can pay. The dual value is a bound
that holds for every division, contiguous or not. With what the bound leaves open, all columns that could still belong
to a better division are listed and the best choice among them is made exactly (Baldacci, Christofides & Mingozzi 2008).
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clustering.neighbourhood import search_graph, spots_of
from clustering.optimum_kernel import TOO_MANY, relaxed, sets_below
from clustering.plan import Certificate, ZonePlan
from clustering.problem import Objective, ZoneProblem

Floats = NDArray[np.float64]
MOST_UNITS = 60
ROUNDS = 400
COLUMNS_A_ROUND = 30
MOST_COLUMNS = 20_000
MOST_CELLS = 6_000
MOST_SETS = 400  # listed at once in one square; with more, it is split
NODES = 20_000
TINY = 1e-10
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


class _Column(NamedTuple):
    members: tuple[int, ...]
    cost: float


class _Case(NamedTuple):
    """The problem in units of its own: lengths over `length_m`, weights over their sum."""

    xy: Floats  # (n, 2)
    weight: Floats
    load: Floats  # (n,)
    low: float
    high: float
    zones: int
    power: int  # 2: inertia; 1: medians
    graph: csr_array | None
    unit: float  # cost of the problem per cost here


def global_optimum(problem: ZoneProblem, plan: ZonePlan) -> Optimum | None:
    """The best division of all, or how near to it the plan provably is; None where that cannot be said.

    It can for up to 60 units with one metric, limits alike for all zones, and no locks, names, bans, fixed centres,
    present zones or travel times. The work is bounded by counts, not by time: the same problem gives the same answer.
    """
    case = _case(problem)
    if case is None or not _keeps_limits(case, plan):
        return None
    start = [_column(case, np.flatnonzero(plan.zone == zone)) for zone in range(case.zones)]
    best = sum(column.cost for column in start)
    columns, bound, price = _generate(case._replace(graph=None), start, best)
    chosen, _ = _choose(case, columns, start)
    cost = sum(column.cost for column in chosen)
    if cost > bound + CLOSE * max(cost, 1e-12):
        listed = _list_all(case, price, cost - bound)
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


def _case(problem: ZoneProblem) -> _Case | None:
    n = len(problem)
    bound = (problem.locked, problem.named, problem.current, problem.travel, problem.centres_m)
    alike = problem.share is None or np.ptp(problem.share) < 1e-9
    if n > MOST_UNITS or problem.loads.shape[1] > 1 or problem.xy_m.shape[1] != 2 or not alike:
        return None
    if any(value is not None for value in bound) or (problem.forbidden is not None and len(problem.forbidden)):
        return None
    low, high = problem.limits()
    if np.ptp(low) > 1e-9 * max(high.max(), 1.0) or np.ptp(high) > 1e-9 * max(high.max(), 1.0):
        return None
    length_m = max(float(np.ptp(problem.xy_m, axis=0).max()), 1.0)
    mass = float(problem.weights.sum())
    power = 1 if problem.objective is Objective.MEDIAN else 2
    graph = search_graph(spots_of(problem), np.arange(n)) if problem.contiguous else None
    slack = 1e-9 * float(problem.loads.sum())
    return _Case(
        xy=(problem.xy_m - problem.xy_m.mean(axis=0)) / length_m,
        weight=problem.weights / mass,
        load=problem.loads[:, 0],
        low=float(low[0, 0]) - slack,
        high=float(high[0, 0]) + slack,
        zones=problem.zones,
        power=power,
        graph=graph,
        unit=mass * length_m**power,
    )


def _keeps_limits(case: _Case, plan: ZonePlan) -> bool:
    loads = np.bincount(plan.zone, case.load, case.zones)
    whole = plan.contiguity_breaks == 0 or case.graph is None
    return bool((loads >= case.low).all() and (loads <= case.high).all() and whole)


def _column(case: _Case, members: NDArray[np.intp]) -> _Column:
    weight, xy = case.weight[members], case.xy[members]
    if case.power == 2:
        centre = weight @ xy / weight.sum()
        cost = float(weight @ ((xy - centre) ** 2).sum(axis=1))
    else:
        away = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))
        cost = float((weight @ away).min())
    return _Column(tuple(int(row) for row in np.sort(members)), cost)


def _allowed(case: _Case, members: NDArray[np.intp]) -> bool:
    load = float(case.load[members].sum())
    if not (len(members) and case.low <= load <= case.high):
        return False
    if case.graph is None or len(members) == 1:
        return True
    return int(connected_components(case.graph[members][:, members], directed=False)[0]) == 1


def _generate(case: _Case, start: list[_Column], best: float) -> tuple[dict[tuple[int, ...], _Column], float, Floats]:
    """Columns, the largest bound and its prices: (n + 1,) of units and of one zone more.

    Contiguity is left out here: it would leave the search for columns among too many sets that fall apart.
    """
    columns = {column.members: column for column in start}
    for row in range(len(case.xy)):  # single units, dear, so that the programme can always be solved
        columns.setdefault((-1 - row,), _Column((-1 - row,), 10 * best + 1))
    bound, prices = 0.0, np.zeros(len(case.xy) + 1)
    for _ in range(ROUNDS):
        price, value = _master(case, list(columns.values()))
        least, found = _price_out(case, price[:-1], price[-1])
        lower = value + case.zones * min(least, 0.0)
        if lower > bound:
            bound, prices = lower, np.append(price[:-1], price[-1] + min(least, 0.0))
        fresh = [column for column in found if column.members not in columns]
        if not fresh or value - bound <= CLOSE * max(best, 1e-12):
            break
        columns |= {column.members: column for column in fresh}
    return {key: column for key, column in columns.items() if key[0] >= 0}, bound, prices


def _master(case: _Case, columns: list[_Column]) -> tuple[Floats, float]:
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


class _Cell(NamedTuple):
    """A square of the plane in which a centre may lie; with medians a point."""

    x: float
    y: float
    half: float


def _first_cells(case: _Case) -> list[_Cell]:
    if case.power == 1:
        return [_Cell(float(x), float(y), 0.0) for x, y in np.unique(case.xy, axis=0)]
    low, high = case.xy.min(axis=0), case.xy.max(axis=0)
    half = float(np.max(high - low)) / 2 + 1e-9
    middle = (low + high) / 2
    return [_Cell(float(middle[0]), float(middle[1]), half)]


def _quarters(cell: _Cell) -> list[_Cell]:
    half = cell.half / 2
    return [_Cell(cell.x + dx * half, cell.y + dy * half, half) for dx in (-1, 1) for dy in (-1, 1)]


def _margins(case: _Case, cell: _Cell, price: Floats) -> Floats:
    """What each unit would cost at least in a set whose centre lies in the cell, less its price."""
    off = np.maximum(np.abs(case.xy - [cell.x, cell.y]) - cell.half, 0.0)
    away2 = (off**2).sum(axis=1)
    return np.asarray(case.weight * (away2 if case.power == 2 else np.sqrt(away2)) - price)


def _ordered(case: _Case, margin: Floats) -> NDArray[np.intp]:
    """Units by margin per load, the most worthwhile first."""
    return np.argsort(margin / np.maximum(case.load, 1e-12 * case.high), kind="stable")


def _least(case: _Case, margin: Floats) -> float:
    """The least sum of margins of a set within the load limits, one unit in part."""
    order = _ordered(case, margin)
    return float(relaxed(margin[order], case.load[order], 0, case.low, case.high))


def _rounded(case: _Case, margin: Floats) -> NDArray[np.intp]:
    """A whole set near the least one: best margin per load first, as long as it fits."""
    taken, load = [], 0.0
    for row in _ordered(case, margin):
        if load + case.load[row] <= case.high and (margin[row] < 0 or load < case.low):
            taken.append(row)
            load += case.load[row]
    return np.sort(np.array(taken, dtype=np.intp))


def _sets(case: _Case, margin: Floats, most: float, nodes: int) -> list[NDArray[np.intp]] | None:
    """All sets within the load limits whose margins sum to `most` or less; None when they are too many to list."""
    order = _ordered(case, margin)
    out = np.zeros((MOST_SETS, len(order)), np.int64)
    count = sets_below(margin[order], case.load[order], case.low, case.high, most, nodes, out)
    return None if count == TOO_MANY else [np.sort(order[out[row] == 1]) for row in range(count)]


def _price_out(case: _Case, price: Floats, zone_price: float) -> tuple[float, list[_Column]]:
    """A bound on the least reduced cost of any column, and columns whose reduced cost is below 0."""
    found: dict[tuple[int, ...], tuple[float, _Column]] = {}
    least = 0.0
    heap: list[tuple[float, int, _Cell]] = []
    count = 0

    def note(columns: list[_Column]) -> None:
        nonlocal least
        for column in columns:
            reduced = column.cost - float(price[list(column.members)].sum()) - zone_price
            least = min(least, reduced)
            if reduced < -TINY:
                found[column.members] = (reduced, column)

    cells = _first_cells(case)
    while cells or heap:
        for cell in cells:
            margin = _margins(case, cell, price)
            heappush(heap, (_least(case, margin) - zone_price, count, cell))
            count += 1
        cells = []
        lower, _, cell = heappop(heap)
        if lower >= least - TINY or count > MOST_CELLS:
            return min(lower, least), _best(found)
        note(_followed(case, _rounded(case, _margins(case, _Cell(cell.x, cell.y, 0.0), price)), price))
        sets = _sets(case, _margins(case, cell, price), least + zone_price - TINY, NODES)
        if sets is None and cell.half > 1e-6:
            cells = _quarters(cell)
        elif sets is None:
            return min(lower, least), _best(found)
        else:
            note([_column(case, members) for members in sets if _allowed(case, members)])
    return least, _best(found)


def _best(found: dict[tuple[int, ...], tuple[float, _Column]]) -> list[_Column]:
    return [column for _, column in sorted(found.values(), key=lambda each: each[0])[:COLUMNS_A_ROUND]]


def _followed(case: _Case, members: NDArray[np.intp], price: Floats) -> list[_Column]:
    """The set, and the sets that come of moving the centre to its mean, where they are allowed."""
    columns = []
    for _ in range(6):
        if not len(members):
            break
        if _allowed(case, members):
            columns.append(_column(case, members))
        if case.power == 1:
            break
        centre = case.weight[members] @ case.xy[members] / case.weight[members].sum()
        again = _rounded(case, _margins(case, _Cell(float(centre[0]), float(centre[1]), 0.0), price))
        if np.array_equal(again, members):
            break
        members = again
    return columns


def _list_all(case: _Case, price: Floats, room: float) -> dict[tuple[int, ...], _Column] | None:
    """Every allowed column whose reduced cost at these prices is at most `room`; None where they are too many."""
    room = room * (1 + 1e-9) + TINY
    found: dict[tuple[int, ...], _Column] = {}
    todo, count = _first_cells(case), 0
    while todo:
        cell = todo.pop()
        count += 1
        margin = _margins(case, cell, price[:-1])
        if _least(case, margin) - price[-1] > room:
            continue
        sets = _sets(case, margin, room + price[-1], NODES)
        if sets is None:
            if count > MOST_CELLS or cell.half <= 1e-6:
                return None
            todo += _quarters(cell)
            continue
        for members in sets:
            key = tuple(int(row) for row in members)
            if key not in found and _allowed(case, members):
                column = _column(case, members)
                if column.cost - float(price[list(key)].sum()) - price[-1] <= room:
                    found[key] = column
        if len(found) > MOST_COLUMNS:
            return None
    return found


def _choose(case: _Case, columns: dict[tuple[int, ...], _Column], known: list[_Column]) -> tuple[list[_Column], bool]:
    """The cheapest choice of columns that covers every unit once, by CP-SAT, and whether that is proven; else `known`.

    The search is bounded by its own count of work, which is the same on every machine.
    """
    from ortools.sat.python import cp_model

    usable = [column for column in columns.values() if _allowed(case, np.array(column.members))]
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
