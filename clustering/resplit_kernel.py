"""Dividing two neighbouring zones anew by a straight line.

In a balanced power diagram any two zones are separated by a line; so the accounts of a pair are pooled and cut along
the best of many directions. It undoes what single moves cannot: a boundary that runs the wrong way as a whole.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clustering.arrays import Accounts, Floats, Ints, Limits


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
    """Fill `totals` with weight, both moments and the loads of the pool."""
    totals[:] = 0
    for i in pool:
        _add(accounts, i, totals)


@njit(cache=True)
def _add(accounts: Accounts, i: int, totals: Floats) -> None:
    weight = accounts.weight[i]
    totals[0] += weight
    totals[1] += weight * accounts.xy[i, 0]
    totals[2] += weight * accounts.xy[i, 1]
    for q in range(accounts.load.shape[1]):
        totals[3 + q] += accounts.load[i, q]


@njit(cache=True)
def _spread_cost(totals: Floats, part: Floats) -> float:
    """The inertia of both sides, up to a term that is the same for every cut."""
    rest = totals[0] - part[0]
    x, y = totals[1] - part[1], totals[2] - part[2]
    return float(-(part[1] ** 2 + part[2] ** 2) / part[0] - (x * x + y * y) / rest)


@njit(cache=True)
def _strain(limits: Limits, totals: Floats, part: Floats, one: int, other: int) -> float:
    """Load outside the limits when `part` is zone `one` and the rest is zone `other`."""
    strain = 0.0
    for q in range(len(limits.unit)):
        load = part[3 + q]
        rest = totals[3 + q] - load
        strain += limits.unit[q] * max(0.0, load - limits.high[one, q], limits.low[one, q] - load)
        strain += limits.unit[q] * max(0.0, rest - limits.high[other, q], limits.low[other, q] - rest)
    return strain


@njit(cache=True)
def _best_cut(
    accounts: Accounts,
    limits: Limits,
    pool: Ints,
    a: int,
    b: int,
    angles: Floats,
    cut: Cut,
    penalty: float,
) -> Cut:
    """The best of all cuts in the directions `angles` if it beats `cut`, else `cut`."""
    totals = np.empty(3 + len(limits.unit))
    part = np.empty_like(totals)
    _sums(accounts, pool, totals)
    along = np.empty(len(pool))
    for angle in angles:
        x, y = np.cos(angle), np.sin(angle)
        for r in range(len(pool)):
            along[r] = accounts.xy[pool[r], 0] * x + accounts.xy[pool[r], 1] * y
        order = pool[np.argsort(along)]
        part[:] = 0
        for r in range(len(pool) - 1):
            _add(accounts, order[r], part)
            cost = _spread_cost(totals, part)
            if cost >= cut.cost - 1e-9:
                continue
            forward = _strain(limits, totals, part, a, b)
            backward = _strain(limits, totals, part, b, a)
            cost += penalty * min(forward, backward)
            if cost < cut.cost - 1e-9:
                cut = Cut(cost, order, r + 1, forward <= backward)
    return cut


@njit(cache=True)
def _present(accounts: Accounts, limits: Limits, label: Ints, pool: Ints, a: int, b: int) -> Floats:
    """The spread cost and the strain of the pair as it is, and its two centres."""
    totals = np.empty(3 + len(limits.unit))
    part = np.zeros(3 + len(limits.unit))
    _sums(accounts, pool, totals)
    for i in pool:
        if label[i] == a:
            _add(accounts, i, part)
    rest = totals - part
    return np.array(
        [
            _spread_cost(totals, part),
            _strain(limits, totals, part, a, b),
            np.arctan2(rest[2] / rest[0] - part[2] / part[0], rest[1] / rest[0] - part[1] / part[0]),
        ]
    )


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
    angles: Floats,
    contiguous: bool,
    penalty: float,
    touched: NDArray[np.bool_],
) -> int:
    """Cut each pair of zones anew where it gains; how many were. A zone is cut at most once, `touched` marks it."""
    slot = np.zeros(len(label), np.int64)
    accepted = 0
    directions = np.append(angles, 0.0)
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        if touched[a] or touched[b]:
            continue
        pool = _pool(members, a, b)
        if not _is_free(accounts, pool):
            continue
        now = _present(accounts, limits, label, pool, a, b)
        directions[-1] = now[2]
        present = Cut(now[0] + penalty * now[1], pool, 0, True)
        cut = _best_cut(accounts, limits, pool, a, b, directions, present, penalty)
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
