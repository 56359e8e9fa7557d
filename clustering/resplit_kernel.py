"""Dividing two neighbouring zones anew by a straight line.

In a balanced power diagram any two zones are separated by a line; so the accounts of a pair are pooled and cut along
the best of many directions. It undoes what single moves cannot: a boundary that runs the wrong way as a whole.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clustering.arrays import Accounts, Floats, Ints, Limits

ROUNDING = 1e-9  # of a zone's mean load


class Members(NamedTuple):
    """The accounts of each zone, as rows of one array."""

    ptr: Ints  # (k + 1,)
    account: Ints  # (n,)


class Cut(NamedTuple):
    """The pool in the order of the best direction; the first `size` go to the first zone of the pair if `forward`."""

    cost: float
    order: Ints
    size: int
    forward: bool


@njit(cache=True)
def _pool(members: Members, a: int, b: int) -> Ints:
    first = members.ptr[a + 1] - members.ptr[a]
    pool = np.empty(first + members.ptr[b + 1] - members.ptr[b], np.int64)
    for r in range(first):
        pool[r] = members.account[members.ptr[a] + r]
    for r in range(first, len(pool)):
        pool[r] = members.account[members.ptr[b] + r - first]
    return pool


@njit(cache=True)
def _is_free(accounts: Accounts, pool: Ints) -> bool:
    for i in pool:
        if accounts.locked[i] >= 0 or accounts.home[i] >= 0:
            return False
        if accounts.barred_ptr[i] < accounts.barred_ptr[i + 1]:
            return False
    return True


@njit(cache=True)
def _sums(accounts: Accounts, pool: Ints, totals: Floats) -> None:
    """Fill `totals` with weight, moments and loads of the pool, in this order."""
    totals[:] = 0
    for i in pool:
        _add(accounts, i, totals)


@njit(cache=True)
def _add(accounts: Accounts, i: int, totals: Floats) -> None:
    weight = accounts.weight[i]
    totals[0] += weight
    axes = accounts.xy.shape[1]
    for axis in range(axes):
        totals[1 + axis] += weight * accounts.xy[i, axis]
    for q in range(accounts.load.shape[1]):
        totals[1 + axes + q] += accounts.load[i, q]


@njit(cache=True)
def _spread_cost(totals: Floats, part: Floats, axes: int) -> float:
    """The inertia of both sides, up to a term that is the same for every cut."""
    here, there = 0.0, 0.0
    for q in range(1, 1 + axes):
        here += part[q] ** 2
        there += (totals[q] - part[q]) ** 2
    return float(-here / part[0] - there / (totals[0] - part[0]))


@njit(cache=True)
def _strain(limits: Limits, totals: Floats, part: Floats, one: int, other: int) -> float:
    """Load outside the limits when `part` is zone `one` and the rest is zone `other`."""
    strain = 0.0
    first = len(totals) - len(limits.unit)
    for q in range(len(limits.unit)):
        load = part[first + q]
        rest = totals[first + q] - load
        strain += limits.unit[q] * max(0.0, load - limits.high[one, q], limits.low[one, q] - load)
        strain += limits.unit[q] * max(0.0, rest - limits.high[other, q], limits.low[other, q] - rest)
    return strain


@njit(cache=True)
def reach(along: Floats, load: Floats, row: Ints, start: int, before: float, goal: float) -> tuple[int, float]:
    """Reorder `row[start:]` so that those least `along` come first as long as `before` plus their load is up to `goal`.

    How many rows then come first, and what they carry; among themselves they are in no order (quickselect by weight).
    """
    stop = len(row)
    while start < stop:
        pivot = along[row[(start + stop) // 2]]
        same, at, above = start, start, stop
        less, equal = 0.0, 0.0
        while at < above:
            i = row[at]
            if along[i] < pivot:
                row[at], row[same] = row[same], i
                less += load[i]
                same += 1
                at += 1
            elif along[i] > pivot:
                above -= 1
                row[at], row[above] = row[above], i
            else:
                equal += load[i]
                at += 1
        if before + less > goal:
            stop = same
        elif before + less + equal <= goal:
            start, before = above, before + less + equal
        else:
            start, before = same, before + less
            while before + load[row[start]] <= goal:
                before += load[row[start]]
                start += 1
            break
    return start, before


@njit(cache=True)
def _window(limits: Limits, total: float, a: int, b: int, strain: float) -> tuple[float, float]:
    """The loads of the first metric one side may have, whichever zone it becomes; all of them if there is strain.

    A pair within its limits is cut within them again: outside, the penalty is dearer than any gain.
    """
    if strain > 0.0:
        return -np.inf, np.inf
    low, high = limits.low[:, 0], limits.high[:, 0]
    least = min(max(low[a], total - high[b]), max(low[b], total - high[a]))
    most = max(min(high[a], total - low[b]), min(high[b], total - low[a]))
    return least - ROUNDING, most + ROUNDING


@njit(cache=True)
def _best_cut(
    accounts: Accounts,
    limits: Limits,
    pool: Ints,
    a: int,
    b: int,
    directions: Floats,
    cut: Cut,
    strain: float,
    penalty: float,
) -> Cut:
    """The best of all cuts across the `directions` (q, axes) if it beats `cut`, else `cut`."""
    axes = accounts.xy.shape[1]
    totals = np.empty(1 + axes + len(limits.unit))
    part = np.empty_like(totals)
    _sums(accounts, pool, totals)
    least, most = _window(limits, totals[1 + axes], a, b, strain)
    along, row = np.empty(len(pool)), np.arange(len(pool))
    load = accounts.load[pool, 0]
    for direction in directions:
        for r in range(len(pool)):
            along[r] = 0.0
            for axis in range(axes):
                along[r] += accounts.xy[pool[r], axis] * direction[axis]
        first, before = reach(along, load, row, 0, 0.0, least)
        last, before = reach(along, load, row, first, before, most)
        row[first:last] = row[first:last][np.argsort(along[row[first:last]])]
        _sums(accounts, pool[row[:first]], part)
        for size in range(first, min(last, len(pool) - 1) + 1):
            if size > first:
                _add(accounts, pool[row[size - 1]], part)
            if size == 0:
                continue
            cost = _spread_cost(totals, part, axes)
            if cost >= cut.cost - 1e-9:
                continue
            forward = _strain(limits, totals, part, a, b)
            backward = _strain(limits, totals, part, b, a)
            cost += penalty * min(forward, backward)
            if cost < cut.cost - 1e-9:
                cut = Cut(cost, pool[row], size, forward <= backward)
    return cut


@njit(cache=True)
def _present(
    accounts: Accounts, limits: Limits, label: Ints, pool: Ints, a: int, b: int, between: Floats
) -> tuple[float, float]:
    """The spread cost and the strain of the pair as it is; writes the way from centre to centre to `between`."""
    axes = accounts.xy.shape[1]
    totals = np.empty(1 + axes + len(limits.unit))
    part = np.zeros(1 + axes + len(limits.unit))
    _sums(accounts, pool, totals)
    for i in pool:
        if label[i] == a:
            _add(accounts, i, part)
    for axis in range(axes):
        q = 1 + axis
        between[axis] = (totals[q] - part[q]) / (totals[0] - part[0]) - part[q] / part[0]
    return _spread_cost(totals, part, axes), _strain(limits, totals, part, a, b)


@njit(cache=True)
def _is_whole(accounts: Accounts, slot: Ints, order: Ints, start: int, stop: int) -> bool:
    """True when the accounts order[start:stop] hang together; `slot` is scratch of zeros and left so."""
    for r in range(start, stop):
        slot[order[r]] = 1
    queue = np.empty(stop - start, np.int64)
    queue[0] = order[start]
    slot[order[start]] = 0
    head, tail = 0, 1
    while head < tail:
        x = queue[head]
        head += 1
        for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
            u = accounts.near[e]
            if slot[u] == 1:
                slot[u] = 0
                queue[tail] = u
                tail += 1
    for r in range(start, stop):
        slot[order[r]] = 0
    return tail == stop - start


@njit(cache=True)
def resplit(
    accounts: Accounts,
    limits: Limits,
    label: Ints,
    members: Members,
    pairs: Ints,
    directions: Floats,
    contiguous: bool,
    penalty: float,
    touched: NDArray[np.bool_],
) -> int:
    """Cut each pair of zones anew where it gains; how many were. A zone is cut at most once, `touched` marks it."""
    slot = np.zeros(len(label), np.int64)
    accepted = 0
    directions = directions.copy()  # the last one is for the way between the two centres
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        if touched[a] or touched[b]:
            continue
        pool = _pool(members, a, b)
        if not _is_free(accounts, pool):
            continue
        cost, strain = _present(accounts, limits, label, pool, a, b, directions[-1])
        present = Cut(cost + penalty * strain, pool, 0, True)
        cut = _best_cut(accounts, limits, pool, a, b, directions, present, strain, penalty)
        if cut.size == 0:
            continue
        if contiguous and not (
            _is_whole(accounts, slot, cut.order, 0, cut.size)
            and _is_whole(accounts, slot, cut.order, cut.size, len(pool))
        ):
            continue
        for r in range(len(pool)):
            label[cut.order[r]] = a if (r < cut.size) == cut.forward else b
        touched[a] = True
        touched[b] = True
        accepted += 1
    return accepted
