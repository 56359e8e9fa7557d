"""Up to three moves at once for accounts that would gain most elsewhere: ejection chains one longer than a pair.

Where a heavy account stands in the wrong zone, no single account makes room for it: then two others have to move, out
of the zone that gets too much or into the one that gets too little (ejection chains as in `relay_kernel.py`). The first
account takes along whoever it would cut off. Every move is whole by itself: in this order no zone falls apart. Costs
are exact, with centres that move along.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints, Limits, Zones
from clustering.boundary_kernel import Flags, Sweep, allowed, holds_without, touches
from clustering.chain_state_kernel import (
    Search,
    candidates,
    carries_too_much,
    excess_of,
    hopeless,
    left_after,
    may_go,
    move_delta,
    worst_of,
)
from clustering.relay_kernel import STEP, Lists, link, lists_of, unlink
from clustering.totals_kernel import NOBODY, excess, fill_totals, shift

LOOKS = 100_000  # moves looked at for one chain, at most
BRANCH = 12  # accounts that move together, at most
CROWD = 4_000  # moves on the border of one zone that are looked at, at most


class Step(NamedTuple):
    """One more move of a chain: what the chain changes with it, who moves, where to; nobody: there is none."""

    delta: float
    account: int
    zone: int


@njit(cache=True)
def last_step(
    accounts: Accounts,
    limits: Limits,
    zones: Zones,
    label: Ints,
    search: Search,
    sofar: float,
    best: float,
    i: int,
    k: int,
) -> Step:
    """The cheapest move of anyone but i and k that brings all zones touched back inside, where that is below `best`."""
    v = worst_of(accounts, limits, zones, search.touched)
    now = excess_of(accounts, limits, zones, search.touched)
    found, zone = NOBODY, NOBODY
    who, where = search.who[1], search.where[1]
    out = carries_too_much(limits, zones, v)
    size = candidates(accounts, label, search.lists, v, out, who, where)
    search.looks[0] -= size
    for r in range(size):
        j, c = who[r], where[r]
        gone, come = (j, NOBODY) if out else (NOBODY, j)
        if excess(accounts, limits, zones, v, gone, come) > STEP or j in (i, k):
            continue
        delta = sofar + move_delta(accounts, zones, j, label[j], c)
        if delta >= best or left_after(accounts, limits, zones, search.touched, now, j, label[j], c) > STEP:
            continue
        if may_go(accounts, zones, label, search.walk, j, c):
            best, found, zone = delta, j, c
    return Step(best, found, zone)


@njit(cache=True)
def branch(accounts: Accounts, label: Ints, i: int, b: int, walk: Sweep, group: Ints) -> int:
    """Write i, and the accounts that would be cut off from most of its zone without it, to `group`; how many.

    0 where they are too many or one of them may not go to zone b.
    """
    group[0] = i
    if not walk.contiguous or holds_without(accounts, label, i, walk.stamp, walk.queue):
        return 1
    walk.stamp[-1] += 1
    now, zone, queue = walk.stamp[-1], label[i], walk.queue
    walk.stamp[i] = now
    most, start, stop, tail = 0, 0, 0, 0
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        first = accounts.near[e]
        if label[first] != zone or walk.stamp[first] == now:
            continue
        head = tail
        begin = tail
        queue[tail] = first
        walk.stamp[first] = now
        tail += 1
        while head < tail:
            x = queue[head]
            head += 1
            for f in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
                u = accounts.near[f]
                if label[u] == zone and walk.stamp[u] != now:
                    walk.stamp[u] = now
                    queue[tail] = u
                    tail += 1
        if tail - begin > most:
            most, start, stop = tail - begin, begin, tail
    if tail - most + 1 > len(group):
        return 0
    size = 1
    for q in range(tail):
        if not start <= q < stop:
            u = queue[q]
            if accounts.locked[u] >= 0 or not allowed(accounts, u, b):
                return 0
            group[size] = u
            size += 1
    return size


@njit(cache=True)
def best_chain(
    accounts: Accounts, limits: Limits, zones: Zones, label: Ints, search: Search, i: int, b: int, chain: Ints
) -> tuple[float, int]:
    """What the best chain that begins with i going to zone b changes, and how many accounts go along with i.

    The second and the third move go to `chain` (2, 2), -1 for none; the first accounts are in `search.group`.
    """
    a = label[i]
    size = branch(accounts, label, i, b, search.walk, search.group)
    if size == 0 or zones.members[a] <= size or not touches(accounts, label, i, b, NOBODY):
        return 0.0, 0
    gain = 0.0
    for q in range(size):
        gain += move_delta(accounts, zones, search.group[q], a, b)
        shift(accounts, zones, label, search.group[q], b)
    best = best_rest(accounts, limits, zones, label, search, gain, a, b, chain)
    for q in range(size):
        shift(accounts, zones, label, search.group[q], a)
    return best, size


@njit(cache=True)
def best_rest(
    accounts: Accounts,
    limits: Limits,
    zones: Zones,
    label: Ints,
    search: Search,
    gain: float,
    a: int,
    b: int,
    chain: Ints,
) -> float:
    """The rest of the best chain once its first accounts have gone from a to b: what it changes, 0 where none gains."""
    best, i = -STEP, search.group[0]
    chain[:] = NOBODY
    search.touched[:] = NOBODY
    search.touched[0], search.touched[1] = a, b
    now = excess_of(accounts, limits, zones, search.touched)
    v = worst_of(accounts, limits, zones, search.touched)
    if v < 0:
        return gain if gain < -STEP else 0.0
    who, where = search.who[0], search.where[0]
    size = candidates(accounts, label, search.lists, v, carries_too_much(limits, zones, v), who, where)
    for r in range(size):
        j, c = who[r], where[r]
        d = label[j]
        if j == i or search.looks[0] <= 0:
            continue
        sofar = gain + move_delta(accounts, zones, j, d, c)
        if sofar >= best or not may_go(accounts, zones, label, search.walk, j, c):
            continue
        if left_after(accounts, limits, zones, search.touched, now, j, d, c) <= STEP:
            best = sofar
            chain[0, 0], chain[0, 1], chain[1, 0] = j, c, NOBODY
            continue
        search.touched[2] = c if d in (a, b) else d
        shift(accounts, zones, label, j, c)
        if not hopeless(accounts, limits, zones, search.touched):
            step = last_step(accounts, limits, zones, label, search, sofar, best, i, j)
            if step.account >= 0:
                best = step.delta
                chain[0, 0], chain[0, 1], chain[1, 0], chain[1, 1] = j, c, step.account, step.zone
        shift(accounts, zones, label, j, d)
        search.touched[2] = NOBODY
    return best if best < -STEP else 0.0


@njit(cache=True)
def gains(accounts: Accounts, zones: Zones, label: Ints, gain: Floats, target: Ints) -> None:
    """For each account what its best move to a zone beside it would change (0: none gains), limits aside, and where."""
    for i in range(len(label)):
        gain[i], target[i] = 0.0, NOBODY
        last = label[i]
        if accounts.locked[i] >= 0:
            continue
        for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
            b = label[accounts.near[e]]
            if b in (label[i], last) or not allowed(accounts, i, b):
                continue
            last = b
            delta = move_delta(accounts, zones, i, label[i], b)
            if delta < gain[i]:
                gain[i], target[i] = delta, b


@njit(cache=True)
def relay_three(
    accounts: Accounts, limits: Limits, zones: Zones, label: Ints, contiguous: bool, starts: int, news: Flags
) -> int:
    """Carry out chains that begin with one of the `starts` accounts that would gain most; how many.

    All loads must lie within the limits, and they will. Only accounts with `news` (k,) in their zone or the one they
    would go to are tried; afterwards those zones have news that have changed.
    """
    n = len(label)
    fill_totals(accounts, zones, label)
    walk = Sweep(contiguous, np.zeros(n + 1, np.int64), np.empty(n, np.int64))
    scratch, lists = np.empty((4, CROWD), np.int64), lists_of(label, len(zones.weight))
    touched, looks, group = np.full(3, NOBODY, np.int64), np.zeros(1, np.int64), np.empty(BRANCH, np.int64)
    search = Search(lists, walk, touched, looks, scratch[:2], scratch[2:], group)
    gain, target = np.empty(n), np.empty(n, np.int64)
    gains(accounts, zones, label, gain, target)
    chain = np.empty((2, 2), np.int64)
    before = news.copy()
    news[:] = False
    done = 0
    for i in np.argsort(gain, kind="mergesort")[:starts]:
        b = target[i]
        if b < 0 or b == label[i]:
            continue
        if not (before[b] or before[label[i]] or news[b] or news[label[i]]):
            continue
        looks[0] = LOOKS
        delta, size = best_chain(accounts, limits, zones, label, search, i, b, chain)
        if delta < 0.0:
            for q in range(size):
                go(accounts, zones, label, lists, group[q], b, news)
            for r in range(2):
                if chain[r, 0] >= 0:
                    go(accounts, zones, label, lists, chain[r, 0], chain[r, 1], news)
            done += 1
    fill_totals(accounts, zones, label)
    return done


@njit(cache=True)
def go(accounts: Accounts, zones: Zones, label: Ints, lists: Lists, i: int, z: int, news: Flags) -> None:
    """Carry out one move, which is news for both zones."""
    news[z], news[label[i]] = True, True
    unlink(lists, i, label[i])
    link(lists, i, z)
    shift(accounts, zones, label, i, z)
