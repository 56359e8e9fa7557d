"""What a chain of moves looks at: zones outside their limits on the way, and who may move next."""

from math import inf
from typing import NamedTuple

from numba import njit

from clustering.arrays import Accounts, Ints, Limits, Zones
from clustering.boundary_kernel import Sweep, allowed, change, holds_without, stay_price, touches
from clustering.relay_kernel import STEP, Lists
from clustering.totals_kernel import NOBODY, excess


class Search(NamedTuple):
    """Where the chains of one first move are looked for; `touched` are the zones whose load has changed."""

    lists: Lists
    walk: Sweep
    touched: Ints  # (3,) -1 for none
    looks: Ints  # (1,) how many are left
    who: Ints  # (2, c) scratch for the moves of the second and of the third account
    where: Ints
    group: Ints  # (BRANCH,) the first account and those it takes along


@njit(cache=True)
def excess_of(accounts: Accounts, limits: Limits, zones: Zones, touched: Ints) -> float:
    """Load outside the limits of the zones touched, each counted once."""
    total = 0.0
    for q in range(len(touched)):
        seen = touched[q] < 0
        for p in range(q):
            seen = seen or touched[p] == touched[q]
        if not seen:
            total += excess(accounts, limits, zones, touched[q], NOBODY, NOBODY)
    return total


@njit(cache=True)
def worst_of(accounts: Accounts, limits: Limits, zones: Zones, touched: Ints) -> int:
    """The zone touched that is farthest outside its limits; -1 where all are inside."""
    worst, most = NOBODY, STEP
    for z in touched:
        if z >= 0:
            over = excess(accounts, limits, zones, z, NOBODY, NOBODY)
            if over > most:
                worst, most = z, over
    return worst


@njit(cache=True)
def carries_too_much(limits: Limits, zones: Zones, z: int) -> bool:
    """True when zone z has to lose load rather than gain some."""
    over, short = 0.0, 0.0
    for q in range(len(limits.unit)):
        over = max(over, zones.load[z, q] - limits.high[z, q])
        short = max(short, limits.low[z, q] - zones.load[z, q])
    return over > short


@njit(cache=True)
def hopeless(accounts: Accounts, limits: Limits, zones: Zones, touched: Ints) -> bool:
    """True when no single move can help: two zones carry too much, or two too little."""
    over, short = 0, 0
    for q in range(len(touched)):
        z = touched[q]
        if z >= 0 and excess(accounts, limits, zones, z, NOBODY, NOBODY) > STEP:
            if carries_too_much(limits, zones, z):
                over += 1
            else:
                short += 1
    return over > 1 or short > 1


@njit(cache=True)
def left_after(
    accounts: Accounts, limits: Limits, zones: Zones, touched: Ints, now: float, j: int, here: int, there: int
) -> float:
    """Load outside the limits of the zones touched and of `here` and `there` once j has gone from one to the other."""
    left = now
    for z in (here, there):
        known = False
        for t in touched:
            known = known or t == z
        if known:
            left -= excess(accounts, limits, zones, z, NOBODY, NOBODY)
    left += excess(accounts, limits, zones, here, j, NOBODY)
    return left + excess(accounts, limits, zones, there, NOBODY, j)


@njit(cache=True)
def move_delta(accounts: Accounts, zones: Zones, j: int, here: int, there: int) -> float:
    """What j's going from one zone to the other costs; endless where it is the last account there."""
    if zones.members[here] <= 1:
        return inf
    return (
        change(accounts, zones, here, j, NOBODY)
        + change(accounts, zones, there, NOBODY, j)
        + stay_price(accounts, j, here, there)
    )


@njit(cache=True)
def may_go(accounts: Accounts, zones: Zones, label: Ints, walk: Sweep, j: int, there: int) -> bool:
    """True when j's going breaks no zone apart and empties none."""
    if zones.members[label[j]] <= 1:
        return False
    if not walk.contiguous:
        return True
    return touches(accounts, label, j, there, NOBODY) and holds_without(accounts, label, j, walk.stamp, walk.queue)


@njit(cache=True)
def candidates(accounts: Accounts, label: Ints, lists: Lists, v: int, out: bool, who: Ints, where: Ints) -> int:
    """Write the moves out of zone v (or into it) of accounts on its border to `who` and `where`; how many."""
    size = 0
    x = lists.first[v]
    while x >= 0:
        last = v
        for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
            u = accounts.near[e]
            c = label[u]
            if label[x] != v or c == v or size == len(who):
                continue
            if out and c != last and accounts.locked[x] < 0 and allowed(accounts, x, c):
                who[size], where[size] = x, c
                size += 1
                last = c
            if not out and accounts.locked[u] < 0 and allowed(accounts, u, v):
                who[size], where[size] = u, v
                size += 1
        x = lists.after[x]
    return size
