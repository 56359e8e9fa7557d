"""Two accounts on the move at once, where one alone finds no room: ejection chains of length two.

When zones stand at their limits a move that would gain is often barred because the zone it goes to is full or the zone
it leaves would run short. Then another account, from anywhere on the border of that zone, makes room by going on to
any third zone or fills the gap by coming from one (ejection chains: Glover 1996; for generalised assignment Yagiura,
Ibaraki & Glover 2004). Costs are exact, with centres that move along, as in `boundary_kernel.py`.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Ints, Limits, Zones
from clustering.boundary_kernel import (
    Flags,
    Sweep,
    allowed,
    border_change,
    change,
    has_news,
    holds_without,
    stay_price,
    touches,
)
from clustering.totals_kernel import NOBODY, excess, fill_totals, shift

STEP = 1e-9  # smaller gains, and smaller loads outside the limits, are rounding


class Lists(NamedTuple):
    """The accounts of each zone as a doubly linked list."""

    first: Ints  # (k,)
    after: Ints  # (n,)
    before: Ints  # (n,)


class Relay(NamedTuple):
    """The second account of a pair: what the pair changes, who it is, where it goes; nobody: there is none."""

    delta: float
    account: int
    zone: int


@njit(cache=True)
def link(lists: Lists, i: int, z: int) -> None:
    lists.after[i] = lists.first[z]
    lists.before[i] = NOBODY
    if lists.first[z] >= 0:
        lists.before[lists.first[z]] = i
    lists.first[z] = i


@njit(cache=True)
def unlink(lists: Lists, i: int, z: int) -> None:
    if lists.before[i] >= 0:
        lists.after[lists.before[i]] = lists.after[i]
    else:
        lists.first[z] = lists.after[i]
    if lists.after[i] >= 0:
        lists.before[lists.after[i]] = lists.before[i]


@njit(cache=True)
def lists_of(label: Ints, zones: int) -> Lists:
    lists = Lists(np.full(zones, NOBODY, np.int64), np.empty(len(label), np.int64), np.empty(len(label), np.int64))
    for i in range(len(label) - 1, -1, -1):
        link(lists, i, label[i])
    return lists


@njit(cache=True)
def strain(accounts: Accounts, limits: Limits, zones: Zones, z: int, out: int, into: int) -> float:
    """How much load outside the limits zone z gains by an exchange; below zero: loses."""
    return excess(accounts, limits, zones, z, out, into) - excess(accounts, limits, zones, z, NOBODY, NOBODY)


@njit(cache=True)
def best_onward(
    accounts: Accounts, limits: Limits, zones: Zones, lists: Lists, label: Ints, i: int, b: int, start: float
) -> Relay:
    """Who leaves zone b for anywhere when i comes, at the least cost; `start` is what i's leaving changes."""
    best, chosen, target = -STEP, NOBODY, NOBODY
    a = label[i]
    j = lists.first[b]
    while j >= 0:
        if accounts.locked[j] < 0 and strain(accounts, limits, zones, b, j, i) <= STEP:
            here = np.inf  # the cost of the exchange in b, worked out once it is needed
            last = b
            for e in range(accounts.near_ptr[j], accounts.near_ptr[j + 1]):
                c = label[accounts.near[e]]
                if c in (b, last) or not allowed(accounts, j, c):
                    continue
                last = c
                out = i if c == a else NOBODY
                if strain(accounts, limits, zones, c, out, j) > STEP:
                    continue
                if here == np.inf:
                    here = change(accounts, zones, b, j, i)
                delta = here + change(accounts, zones, c, out, j) + stay_price(accounts, j, b, c)
                delta += stay_price(accounts, i, a, b) + (0.0 if c == a else start)
                delta += border_change(accounts, label, i, b, j) + border_change(accounts, label, j, c, i)
                if delta < best and (c == a or strain(accounts, limits, zones, a, i, NOBODY) <= STEP):
                    best, chosen, target = delta, j, c
        j = lists.after[j]
    return Relay(best, chosen, target)


@njit(cache=True)
def best_refill(
    accounts: Accounts, limits: Limits, zones: Zones, lists: Lists, label: Ints, i: int, b: int, finish: float
) -> Relay:
    """Who comes to the zone of i from a third zone when i leaves for b; `finish` is what i's coming changes."""
    best, chosen = -STEP, NOBODY
    a = label[i]
    x = lists.first[a]
    while x >= 0:
        for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
            j = accounts.near[e]
            c = label[j]
            if c in (a, b) or accounts.locked[j] >= 0 or zones.members[c] <= 1 or x == i or not allowed(accounts, j, a):
                continue
            if strain(accounts, limits, zones, a, i, j) > STEP or strain(accounts, limits, zones, c, j, NOBODY) > STEP:
                continue
            delta = finish + change(accounts, zones, a, i, j) + change(accounts, zones, c, j, NOBODY)
            delta += stay_price(accounts, i, a, b) + stay_price(accounts, j, c, a)
            delta += border_change(accounts, label, i, b, j) + border_change(accounts, label, j, a, i)
            if delta < best:
                best, chosen = delta, j
        x = lists.after[x]
    return Relay(best, chosen, a)


@njit(cache=True)
def best_relay(
    accounts: Accounts, limits: Limits, zones: Zones, lists: Lists, label: Ints, i: int
) -> tuple[int, int, int]:
    """The best pair of moves that begins with i: (its zone, the other account, the other's zone)."""
    a = label[i]
    leave = change(accounts, zones, a, i, NOBODY)
    best, target, partner, onward = -STEP, NOBODY, NOBODY, NOBODY
    last = a
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        b = label[accounts.near[e]]
        if b in (a, last) or not allowed(accounts, i, b):
            continue
        last = b
        come = change(accounts, zones, b, NOBODY, i)
        if leave + come + stay_price(accounts, i, a, b) + border_change(accounts, label, i, b, NOBODY) >= 0:
            continue
        found = best_onward(accounts, limits, zones, lists, label, i, b, leave)
        if found.delta < best:
            best, target, partner, onward = found.delta, b, found.account, found.zone
        if strain(accounts, limits, zones, b, NOBODY, i) <= STEP:
            found = best_refill(accounts, limits, zones, lists, label, i, b, come)
            if found.delta < best:
                best, target, partner, onward = found.delta, b, found.account, found.zone
    return target, partner, onward


@njit(cache=True)
def pair_stays_whole(accounts: Accounts, label: Ints, i: int, b: int, j: int, c: int, stamp: Ints, queue: Ints) -> bool:
    """True when no zone falls apart by i going to b and j going to c."""
    if not holds_without(accounts, label, i, stamp, queue) or not holds_without(accounts, label, j, stamp, queue):
        return False
    return touches(accounts, label, i, b, j) and touches(accounts, label, j, c, i)


@njit(cache=True)
def relay(accounts: Accounts, limits: Limits, zones: Zones, label: Ints, contiguous: bool, passes: int) -> int:
    """Move accounts in pairs until nothing gains any more or `passes` are over; how many pairs moved.

    No load outside the limits is added.
    """
    n = len(label)
    walk = Sweep(contiguous, np.zeros(n + 1, np.int64), np.empty(n, np.int64))
    lists = lists_of(label, len(zones.weight))
    fill_totals(accounts, zones, label)
    news = np.ones(len(zones.weight), np.bool_)
    moved = 0
    for _ in range(passes):
        again: Flags = np.zeros_like(news)
        for i in range(n):
            a = label[i]
            if accounts.locked[i] >= 0 or zones.members[a] <= 1 or not has_news(accounts, label, news, i):
                continue
            b, j, c = best_relay(accounts, limits, zones, lists, label, i)
            if b < 0 or (contiguous and not pair_stays_whole(accounts, label, i, b, j, c, walk.stamp, walk.queue)):
                continue
            d = label[j]
            for account, zone in ((i, b), (j, c)):
                unlink(lists, account, label[account])
                link(lists, account, zone)
                shift(accounts, zones, label, account, zone)
            for z in (a, b, c, d):
                news[z], again[z] = True, True
            moved += 1
        if not again.any():
            break
        news = again
        fill_totals(accounts, zones, label)
    return moved
