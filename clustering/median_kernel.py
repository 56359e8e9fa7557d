"""Zones around medians while accounts come and go, each zone's median always the best of its accounts.

For every account the weighted distance to all others of its zone is kept (`away`); so the cost of a zone after an
account has come or gone, with the best median for what is left, costs one pass over the zone.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints, Limits, Zones
from clustering.boundary_kernel import stay_price
from clustering.totals_kernel import NOBODY, excess


class Medians(NamedTuple):
    """The state of the search; changed in place."""

    label: Ints  # (n,)
    member: Ints  # (k, room) the accounts of each zone
    slot: Ints  # (n,) where in `member`
    away: Floats  # (n,) sum over its zone of weight × distance to this account
    median: Ints  # (k,) account, or -1 where the centre is pinned
    cost: Floats  # (k,)
    totals: Zones


@njit(cache=True)
def distance(accounts: Accounts, i: int, j: int) -> float:
    x = accounts.xy[i, 0] - accounts.xy[j, 0]
    y = accounts.xy[i, 1] - accounts.xy[j, 1]
    return float(np.sqrt(x * x + y * y))


@njit(cache=True)
def _to_pin(accounts: Accounts, totals: Zones, i: int, z: int) -> float:
    x = accounts.xy[i, 0] - totals.centre[z, 0]
    y = accounts.xy[i, 1] - totals.centre[z, 1]
    return float(accounts.weight[i] * np.sqrt(x * x + y * y))


@njit(cache=True)
def start(accounts: Accounts, state: Medians) -> None:
    """Fill the state from its labels."""
    totals = state.totals
    totals.members[:] = 0
    totals.load[:] = 0
    for i in range(len(state.label)):
        _enter(accounts, state, i, state.label[i])
    for z in range(len(state.cost)):
        refresh(accounts, state, z)


@njit(cache=True)
def _enter(accounts: Accounts, state: Medians, i: int, z: int) -> None:
    totals = state.totals
    state.member[z, totals.members[z]] = i
    state.slot[i] = totals.members[z]
    totals.members[z] += 1
    state.label[i] = z
    for q in range(accounts.load.shape[1]):
        totals.load[z, q] += accounts.load[i, q]


@njit(cache=True)
def _leave(accounts: Accounts, state: Medians, i: int) -> None:
    z = state.label[i]
    totals = state.totals
    totals.members[z] -= 1
    last = state.member[z, totals.members[z]]
    state.member[z, state.slot[i]] = last
    state.slot[last] = state.slot[i]
    for q in range(accounts.load.shape[1]):
        totals.load[z, q] -= accounts.load[i, q]


@njit(cache=True)
def refresh(accounts: Accounts, state: Medians, z: int) -> None:
    """Count `away`, cost and median of zone z anew."""
    size = state.totals.members[z]
    for r in range(size):
        state.away[state.member[z, r]] = 0.0
    for r in range(size):
        i = state.member[z, r]
        for s in range(r + 1, size):
            j = state.member[z, s]
            gap = distance(accounts, i, j)
            state.away[i] += accounts.weight[j] * gap
            state.away[j] += accounts.weight[i] * gap
    _choose_median(accounts, state, z)


@njit(cache=True)
def _choose_median(accounts: Accounts, state: Medians, z: int) -> None:
    if state.totals.pinned[z]:
        state.cost[z] = 0.0
        for r in range(state.totals.members[z]):
            state.cost[z] += _to_pin(accounts, state.totals, state.member[z, r], z)
        state.median[z] = NOBODY
        return
    best = np.inf
    for r in range(state.totals.members[z]):
        i = state.member[z, r]
        if state.away[i] < best:
            best = state.away[i]
            state.median[z] = i
    state.cost[z] = best if best < np.inf else 0.0


@njit(cache=True)
def cost_after(accounts: Accounts, state: Medians, z: int, out: int, into: int) -> float:
    """The cost of zone z with its best median once `out` has left and `into` has come (-1: nobody)."""
    totals = state.totals
    if totals.pinned[z]:
        cost = state.cost[z]
        if out >= 0:
            cost -= _to_pin(accounts, totals, out, z)
        if into >= 0:
            cost += _to_pin(accounts, totals, into, z)
        return float(cost)
    best = np.inf
    own = 0.0
    for r in range(totals.members[z]):
        j = state.member[z, r]
        if j == out:
            continue
        cost = state.away[j]
        if out >= 0:
            cost -= accounts.weight[out] * distance(accounts, j, out)
        if into >= 0:
            gap = distance(accounts, j, into)
            cost += accounts.weight[into] * gap
            own += accounts.weight[j] * gap
        best = min(best, cost)
    if into >= 0:
        best = min(best, own)
    return float(best)


@njit(cache=True)
def may_enter(accounts: Accounts, i: int, z: int) -> bool:
    free = bool(accounts.locked[i] < 0)
    for e in range(accounts.barred_ptr[i], accounts.barred_ptr[i + 1]):
        free = free and bool(accounts.barred_zone[e] != z)
    return free


@njit(cache=True)
def rise(accounts: Accounts, limits: Limits, state: Medians, i: int, b: int, partner: int, penalty: float) -> float:
    """How much cost and penalty rise when i goes to zone b (and `partner` comes to the zone of i; -1: nobody)."""
    a = state.label[i]
    totals = state.totals
    strain = excess(accounts, limits, totals, a, i, partner) - excess(accounts, limits, totals, a, NOBODY, NOBODY)
    strain += excess(accounts, limits, totals, b, partner, i) - excess(accounts, limits, totals, b, NOBODY, NOBODY)
    delta = penalty * strain + stay_price(accounts, i, a, b)
    if partner >= 0:
        delta += stay_price(accounts, partner, b, a)
    delta += cost_after(accounts, state, a, i, partner) - state.cost[a]
    return float(delta + cost_after(accounts, state, b, partner, i) - state.cost[b])


@njit(cache=True)
def carry_out(accounts: Accounts, state: Medians, i: int, b: int, partner: int) -> None:
    a = state.label[i]
    _leave(accounts, state, i)
    _add_away(accounts, state, a, i, -1.0)
    if partner >= 0:
        _leave(accounts, state, partner)
        _add_away(accounts, state, b, partner, -1.0)
        _join(accounts, state, a, partner)
    _join(accounts, state, b, i)
    _choose_median(accounts, state, a)
    _choose_median(accounts, state, b)


@njit(cache=True)
def _add_away(accounts: Accounts, state: Medians, z: int, i: int, sign: float) -> None:
    """Tell the accounts of zone z that i has come (1) or gone (-1)."""
    weight = sign * accounts.weight[i]
    for r in range(state.totals.members[z]):
        j = state.member[z, r]
        state.away[j] += weight * distance(accounts, i, j)


@njit(cache=True)
def _join(accounts: Accounts, state: Medians, z: int, i: int) -> None:
    own = 0.0
    for r in range(state.totals.members[z]):
        j = state.member[z, r]
        own += accounts.weight[j] * distance(accounts, i, j)
    _add_away(accounts, state, z, i, 1.0)
    _enter(accounts, state, i, z)
    state.away[i] = own
