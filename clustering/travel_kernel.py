"""Moving accounts between zones where each account has a cost of its own for every zone (travel times to a centre)."""

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints, Limits, Zones
from clustering.boundary_kernel import DEAREST, PATIENCE, Flags, Sweep, allowed, has_news, stay_price, stays_whole
from clustering.totals_kernel import NOBODY, excess, fill_totals, shift, total_excess

STEP = 1e-9  # smaller gains are rounding


@njit(cache=True)
def cheapest_partner(
    accounts: Accounts, limits: Limits, zones: Zones, cost: Floats, label: Ints, i: int, b: int, penalty: float
) -> tuple[float, int]:
    """The account of zone b within two steps of i whose exchange with i lowers the cost most: (change, account)."""
    a = label[i]
    now = excess(accounts, limits, zones, a, NOBODY, NOBODY) + excess(accounts, limits, zones, b, NOBODY, NOBODY)
    gain = cost[i, b] - cost[i, a] + stay_price(accounts, i, a, b)
    best, partner = 0.0, NOBODY
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        middle = accounts.near[e]
        for f in range(accounts.near_ptr[middle], accounts.near_ptr[middle + 1]):
            u = accounts.near[f]
            if label[u] != b or u == i or not allowed(accounts, u, a):
                continue
            then = excess(accounts, limits, zones, a, i, u) + excess(accounts, limits, zones, b, u, i)
            delta = gain + cost[u, a] - cost[u, b] + stay_price(accounts, u, b, a) + penalty * (then - now)
            if delta < best:
                best, partner = delta, u
    return best, partner


@njit(cache=True)
def cheapest_move(
    accounts: Accounts, limits: Limits, zones: Zones, cost: Floats, label: Ints, i: int, penalty: float
) -> tuple[int, int]:
    """The best zone next to i to move it to, and whom to exchange it with: (zone or -1, account or -1)."""
    a = label[i]
    target, partner = NOBODY, NOBODY
    best, last = -STEP, a
    relief = excess(accounts, limits, zones, a, i, NOBODY) - excess(accounts, limits, zones, a, NOBODY, NOBODY)
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        b = label[accounts.near[e]]
        if b in (a, last) or not allowed(accounts, i, b):
            continue
        last = b
        strain = excess(accounts, limits, zones, b, NOBODY, i) - excess(accounts, limits, zones, b, NOBODY, NOBODY)
        gain = cost[i, b] - cost[i, a] + stay_price(accounts, i, a, b)
        delta = gain + penalty * (relief + strain)
        if delta < best:
            best, target, partner = delta, b, NOBODY
        if gain < 0 and relief + strain > 0:
            delta, u = cheapest_partner(accounts, limits, zones, cost, label, i, b, penalty)
            if delta < best:
                best, target, partner = delta, b, u
    return target, partner


@njit(cache=True)
def sweep_costs(
    accounts: Accounts,
    limits: Limits,
    zones: Zones,
    cost: Floats,
    label: Ints,
    walk: Sweep,
    penalty: float,
    changed: Flags,
) -> Flags:
    """Give each account near a changed zone its best move or exchange; which zones changed now."""
    news = changed.copy()
    again = np.zeros_like(changed)
    for i in range(len(label)):
        a = label[i]
        if accounts.locked[i] >= 0 or zones.members[a] <= 1 or not has_news(accounts, label, news, i):
            continue
        b, partner = cheapest_move(accounts, limits, zones, cost, label, i, penalty)
        if b < 0 or (walk.contiguous and not stays_whole(accounts, label, i, b, partner, walk.stamp, walk.queue)):
            continue
        shift(accounts, zones, label, i, b)
        if partner >= 0:
            shift(accounts, zones, label, partner, a)
        news[a], news[b], again[a], again[b] = True, True, True, True
    return again


@njit(cache=True)
def polish_costs(
    accounts: Accounts,
    limits: Limits,
    zones: Zones,
    cost: Floats,
    label: Ints,
    contiguous: bool,
    penalty: float,
    passes: int,
) -> float:
    """Move and exchange until nothing gains any more or `passes` are over; the load outside the limits that is left.

    While there is any the penalty grows by half in every pass, up to `DEAREST`; ends, too, when `PATIENCE` passes have
    brought no less (both as in `boundary_kernel.polish`).
    """
    n = len(label)
    walk = Sweep(contiguous, np.zeros(n + 1, np.int64), np.empty(n, np.int64))
    changed = np.ones(len(zones.weight), np.bool_)
    fill_totals(accounts, zones, label)
    left = total_excess(accounts, limits, zones)
    least, since = left, 0
    for _ in range(passes):
        changed = sweep_costs(accounts, limits, zones, cost, label, walk, penalty, changed)
        fill_totals(accounts, zones, label)
        left = total_excess(accounts, limits, zones)
        since = 0 if left < least else since + 1
        least = min(least, left)
        if left > STEP:
            if since > PATIENCE:
                break
            penalty = max(penalty, min(1.5 * penalty, DEAREST))
            for z in range(len(changed)):
                changed[z] = changed[z] or excess(accounts, limits, zones, z, NOBODY, NOBODY) > 0.0
        elif not changed.any():
            break
    return left
