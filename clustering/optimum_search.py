"""The search for columns over where their centres may lie.

A square of the plane is split in four until a knapsack relaxation shows that no set around a centre in it can pay; with
medians the squares are points.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clustering.optimum_case import Case, Column, Floats, allowed, column_of
from clustering.optimum_kernel import TOO_MANY, relaxed, sets_below

COLUMNS_A_ROUND = 30
MOST_COLUMNS = 20_000
MOST_CELLS = 6_000
MOST_SETS = 400  # listed at once in one square; with more, it is split
NODES = 20_000
TINY = 1e-10


class _Cell(NamedTuple):
    """A square of the plane in which a centre may lie; with medians a point."""

    x: float
    y: float
    half: float


def _first_cells(case: Case) -> list[_Cell]:
    if case.power == 1:
        return [_Cell(float(x), float(y), 0.0) for x, y in np.unique(case.xy, axis=0)]
    low, high = case.xy.min(axis=0), case.xy.max(axis=0)
    half = float(np.max(high - low)) / 2 + 1e-9
    middle = (low + high) / 2
    return [_Cell(float(middle[0]), float(middle[1]), half)]


def _quarters(cell: _Cell) -> list[_Cell]:
    half = cell.half / 2
    return [_Cell(cell.x + dx * half, cell.y + dy * half, half) for dx in (-1, 1) for dy in (-1, 1)]


def _margins(case: Case, cell: _Cell, price: Floats) -> Floats:
    """What each unit would cost at least in a set whose centre lies in the cell, less its price."""
    off = np.maximum(np.abs(case.xy - [cell.x, cell.y]) - cell.half, 0.0)
    away2 = (off**2).sum(axis=1)
    return np.asarray(case.weight * (away2 if case.power == 2 else np.sqrt(away2)) - price)


def _ordered(case: Case, margin: Floats) -> NDArray[np.intp]:
    """Units by margin per load, the most worthwhile first."""
    return np.argsort(margin / np.maximum(case.load, 1e-12 * case.high), kind="stable")


def _least(case: Case, margin: Floats) -> float:
    """The least sum of margins of a set within the load limits, one unit in part."""
    order = _ordered(case, margin)
    return float(relaxed(margin[order], case.load[order], 0, case.low, case.high))


def _rounded(case: Case, margin: Floats) -> NDArray[np.intp]:
    """A whole set near the least one: best margin per load first, as long as it fits."""
    taken, load = [], 0.0
    for row in _ordered(case, margin):
        if load + case.load[row] <= case.high and (margin[row] < 0 or load < case.low):
            taken.append(row)
            load += case.load[row]
    return np.sort(np.array(taken, dtype=np.intp))


def _sets(case: Case, margin: Floats, most: float, nodes: int) -> list[NDArray[np.intp]] | None:
    """All sets within the load limits whose margins sum to `most` or less; None when they are too many to list."""
    order = _ordered(case, margin)
    out = np.zeros((MOST_SETS, len(order)), np.int64)
    count = sets_below(margin[order], case.load[order], case.low, case.high, most, nodes, out)
    return None if count == TOO_MANY else [np.sort(order[out[row] == 1]) for row in range(count)]


def price_out(case: Case, price: Floats, zone_price: float) -> tuple[float, list[Column]]:
    """A bound on the least reduced cost of any column, and columns whose reduced cost is below 0."""
    found: dict[tuple[int, ...], tuple[float, Column]] = {}
    least = 0.0
    heap: list[tuple[float, int, _Cell]] = []
    count = 0

    def note(columns: list[Column]) -> None:
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
            note([column_of(case, members) for members in sets if allowed(case, members)])
    return least, _best(found)


def _best(found: dict[tuple[int, ...], tuple[float, Column]]) -> list[Column]:
    return [column for _, column in sorted(found.values(), key=lambda each: each[0])[:COLUMNS_A_ROUND]]


def _followed(case: Case, members: NDArray[np.intp], price: Floats) -> list[Column]:
    """The set, and the sets that come of moving the centre to its mean, where they are allowed."""
    columns = []
    for _ in range(6):
        if not len(members):
            break
        if allowed(case, members):
            columns.append(column_of(case, members))
        if case.power == 1:
            break
        centre = case.weight[members] @ case.xy[members] / case.weight[members].sum()
        again = _rounded(case, _margins(case, _Cell(float(centre[0]), float(centre[1]), 0.0), price))
        if np.array_equal(again, members):
            break
        members = again
    return columns


def list_all(case: Case, price: Floats, room: float) -> dict[tuple[int, ...], Column] | None:
    """Every allowed column whose reduced cost at these prices is at most `room`; None where they are too many."""
    room = room * (1 + 1e-9) + TINY
    found: dict[tuple[int, ...], Column] = {}
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
            if key not in found and allowed(case, members):
                column = column_of(case, members)
                if column.cost - float(price[list(key)].sum()) - price[-1] <= room:
                    found[key] = column
        if len(found) > MOST_COLUMNS:
            return None
    return found
