"""Moving accounts across zone boundaries, one at a time or two against each other, with centres that move along.

The cost of a zone with a free centre is its inertia, sum(w |x|²) - |sum(w x)|² / sum(w), so the change caused by one
account is exact without touching the others (Hartigan & Wong 1979). Load outside the limits costs `penalty` per unit.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clustering.arrays import Accounts, Ints, Limits, Zones
from clustering.totals_kernel import NOBODY, excess, fill_totals, shift, total_excess

DEAREST = 1e7  # penalty per unit of excess (in means of a zone)
PATIENCE = 20  # passes
Flags = NDArray[np.bool_]


class Sweep(NamedTuple):
    """Whether zones must stay whole, and scratch for finding out."""

    contiguous: bool
    stamp: Ints  # (n + 1,)
    queue: Ints  # (n,)


@njit(cache=True)
def _term(accounts: Accounts, zones: Zones, z: int, i: int, sign: float) -> float:
    """What account i adds to the cost of zone z, apart from the move of a free centre."""
    square = 0.0
    for axis in range(accounts.xy.shape[1]):
        off = accounts.xy[i, axis] - (zones.centre[z, axis] if zones.pinned[z] else 0.0)
        square += off * off
    return float(sign * accounts.weight[i] * square)


@njit(cache=True)
def change(accounts: Accounts, zones: Zones, z: int, out: int, into: int) -> float:
    """How much the cost of zone z rises when `out` leaves and `into` comes (-1: nobody)."""
    terms = 0.0
    if out >= 0:
        terms += _term(accounts, zones, z, out, -1.0)
    if into >= 0:
        terms += _term(accounts, zones, z, into, 1.0)
    if zones.pinned[z]:
        return terms
    weight = zones.weight[z]
    weight_out = accounts.weight[out] if out >= 0 else 0.0
    weight_in = accounts.weight[into] if into >= 0 else 0.0
    before, after = 0.0, 0.0
    for axis in range(accounts.xy.shape[1]):
        moment = zones.moment[z, axis]
        before += moment * moment
        moment += weight_in * accounts.xy[into, axis] - weight_out * accounts.xy[out, axis]
        after += moment * moment
    gained = before / weight if weight > 0 else 0.0
    return float(terms + gained - after / (weight - weight_out + weight_in))


@njit(cache=True)
def stay_price(accounts: Accounts, i: int, a: int, b: int) -> float:
    """What leaving or finding again its present zone costs account i on the way from a to b."""
    home = accounts.home[i]
    if home == a:
        return float(accounts.price[i])
    return float(-accounts.price[i]) if home == b else 0.0


@njit(cache=True)
def border_change(accounts: Accounts, label: Ints, i: int, z: int, but: int) -> float:
    """What borders cost more once i is in zone z: more for each neighbour it is parted from, less for each it joins.

    Its neighbour `but` is left out: who changes places with i is parted from it before and after.
    """
    if len(accounts.border) == 0:
        return 0.0
    more = 0.0
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        u = accounts.near[e]
        if u == but:
            continue
        if label[u] == label[i]:
            more += accounts.border[e]
        elif label[u] == z:
            more -= accounts.border[e]
    return float(more)


@njit(cache=True)
def allowed(accounts: Accounts, i: int, z: int) -> bool:
    if accounts.locked[i] >= 0:
        return bool(accounts.locked[i] == z)
    free = True
    for e in range(accounts.barred_ptr[i], accounts.barred_ptr[i + 1]):
        free = free and accounts.barred_zone[e] != z
    return free


@njit(cache=True)
def touches(accounts: Accounts, label: Ints, i: int, z: int, but: int) -> bool:
    """True when a neighbour of i other than `but` is in zone z."""
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        u = accounts.near[e]
        if label[u] == z and u != but:
            return True
    return False


@njit(cache=True)
def holds_without(accounts: Accounts, label: Ints, i: int, stamp: Ints, queue: Ints) -> bool:
    """True when the zone of i does not fall apart (any further) without i.

    Searches from one neighbour of i in the zone until all the others are met. The last entry of `stamp` is a clock.
    """
    zone = label[i]
    stamp[-1] += 1
    now = stamp[-1]
    needed = 0
    first = -1
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        u = accounts.near[e]
        if label[u] == zone and u != i:
            needed += 1
            first = u
    if needed <= 1:
        return True
    stamp[i] = now
    stamp[first] = now
    queue[0] = first
    head, tail = 0, 1
    while head < tail:
        x = queue[head]
        head += 1
        if _is_near(accounts, i, x):
            needed -= 1
            if needed == 0:
                return True
        for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
            u = accounts.near[e]
            if label[u] == zone and stamp[u] != now:
                stamp[u] = now
                queue[tail] = u
                tail += 1
    return False


@njit(cache=True)
def _is_near(accounts: Accounts, i: int, x: int) -> bool:
    found = False
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        found = found or accounts.near[e] == x
    return found


@njit(cache=True)
def best_partner(
    accounts: Accounts, limits: Limits, zones: Zones, label: Ints, i: int, b: int, penalty: float
) -> tuple[float, int]:
    """The account of zone b within two steps of i whose exchange with i lowers the cost most: (change, account)."""
    a = label[i]
    now = excess(accounts, limits, zones, a, NOBODY, NOBODY) + excess(accounts, limits, zones, b, NOBODY, NOBODY)
    best, partner = 0.0, NOBODY
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        middle = accounts.near[e]
        for f in range(accounts.near_ptr[middle], accounts.near_ptr[middle + 1]):
            u = accounts.near[f]
            if label[u] != b or u == i or not allowed(accounts, u, a):
                continue
            then = excess(accounts, limits, zones, a, i, u) + excess(accounts, limits, zones, b, u, i)
            delta = penalty * (then - now)
            delta += change(accounts, zones, a, i, u) + change(accounts, zones, b, u, i)
            delta += stay_price(accounts, i, a, b) + stay_price(accounts, u, b, a)
            delta += border_change(accounts, label, i, b, u) + border_change(accounts, label, u, a, i)
            if delta < best:
                best, partner = delta, u
    return best, partner


@njit(cache=True)
def best_move(accounts: Accounts, limits: Limits, zones: Zones, label: Ints, i: int, penalty: float) -> tuple[int, int]:
    """The best zone next to i to move it to, and whom to exchange it with: (zone or -1, account or -1)."""
    a = label[i]
    target, partner = NOBODY, NOBODY
    best = -1e-9
    leave = change(accounts, zones, a, i, NOBODY)
    relief = excess(accounts, limits, zones, a, i, NOBODY) - excess(accounts, limits, zones, a, NOBODY, NOBODY)
    last = a
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        b = label[accounts.near[e]]
        if b in (a, last) or not allowed(accounts, i, b):
            continue
        last = b
        strain = excess(accounts, limits, zones, b, NOBODY, i) - excess(accounts, limits, zones, b, NOBODY, NOBODY)
        gain = leave + change(accounts, zones, b, NOBODY, i) + stay_price(accounts, i, a, b)
        gain += border_change(accounts, label, i, b, NOBODY)
        delta = gain + penalty * (relief + strain)
        if delta < best:
            best, target, partner = delta, b, NOBODY
        if gain < 0 and relief + strain > 0:
            delta, u = best_partner(accounts, limits, zones, label, i, b, penalty)
            if delta < best:
                best, target, partner = delta, b, u
    return target, partner


@njit(cache=True)
def stays_whole(accounts: Accounts, label: Ints, i: int, b: int, partner: int, stamp: Ints, queue: Ints) -> bool:
    """True when neither zone falls apart by the move of i to b (in exchange for `partner`)."""
    if not holds_without(accounts, label, i, stamp, queue):
        return False
    if partner < 0:
        return True
    if not holds_without(accounts, label, partner, stamp, queue):
        return False
    return touches(accounts, label, partner, label[i], i) and touches(accounts, label, i, b, partner)


@njit(cache=True)
def has_news(accounts: Accounts, label: Ints, changed: Flags, i: int) -> bool:
    """True when the zone of i or one it touches has changed, so that a move may gain that did not before."""
    news = bool(changed[label[i]])
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        news = news or bool(changed[label[accounts.near[e]]])
    return news


@njit(cache=True)
def sweep(
    accounts: Accounts, limits: Limits, zones: Zones, label: Ints, walk: Sweep, penalty: float, changed: Flags
) -> Flags:
    """Give each account near a changed zone its best move or exchange; which zones changed now."""
    news = changed.copy()
    again = np.zeros_like(changed)
    for i in range(len(label)):
        a = label[i]
        if accounts.locked[i] >= 0 or zones.members[a] <= 1 or not has_news(accounts, label, news, i):
            continue
        b, partner = best_move(accounts, limits, zones, label, i, penalty)
        if b < 0 or (walk.contiguous and not stays_whole(accounts, label, i, b, partner, walk.stamp, walk.queue)):
            continue
        shift(accounts, zones, label, i, b)
        if partner >= 0:
            shift(accounts, zones, label, partner, a)
        news[a], news[b], again[a], again[b] = True, True, True, True
    return again


@njit(cache=True)
def polish(
    accounts: Accounts, limits: Limits, zones: Zones, label: Ints, contiguous: bool, penalty: float, passes: int
) -> float:
    """Move and exchange accounts until nothing gains any more or `passes` are over; the excess that is left.

    While load lies outside the limits the penalty grows by half in every pass, so that balance wins in the end; it
    stops at `DEAREST`, since beyond it rounding errors of the load would look like gains. Ends, too, when `PATIENCE`
    passes have brought no less excess.
    """
    n = len(label)
    walk = Sweep(contiguous, np.zeros(n + 1, np.int64), np.empty(n, np.int64))
    changed = np.ones(len(zones.weight), np.bool_)
    fill_totals(accounts, zones, label)
    left = total_excess(accounts, limits, zones)
    least, since = left, 0
    for _ in range(passes):
        changed = sweep(accounts, limits, zones, label, walk, penalty, changed)
        fill_totals(accounts, zones, label)
        left = total_excess(accounts, limits, zones)
        since = 0 if left < least else since + 1
        least = min(least, left)
        if left > 1e-9:
            if since > PATIENCE:
                break
            penalty = max(penalty, min(1.5 * penalty, DEAREST))
            for z in range(len(changed)):
                changed[z] = changed[z] or excess(accounts, limits, zones, z, NOBODY, NOBODY) > 0.0
        elif not changed.any():
            break
    return left
