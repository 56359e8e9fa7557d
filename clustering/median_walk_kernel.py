"""Simulated annealing of zones around medians (Kirkpatrick, Gelatt & Vecchi 1983).

Accounts change zones or places, and whole zones are closed and opened elsewhere, as in the interchange heuristic for
p-medians (Teitz & Bart 1968); every move is judged with the best medians after it (`median_kernel.py`). Load outside
the limits is allowed at a price. A change in `median_kernel.py` does not renew the cached code of this file by itself.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints, Limits
from clustering.median_kernel import Medians, carry_out, distance, may_enter, rise
from clustering.totals_kernel import NOBODY, excess


class Walk(NamedTuple):
    """How one stretch of the search goes."""

    near: Ints  # (n, q) nearest accounts, nearest first; moves are drawn from the first `reach`
    reach: int
    zone_near: Ints  # (k, r) zones with the nearest medians
    relocations: int  # attempts to close a zone and open it elsewhere
    temperature: float
    penalty: float  # cost of a unit of load outside the limits
    moves: int
    contiguous: bool
    seed: int


class Best(NamedTuple):
    """The best division within the limits so far; `cost` has one entry."""

    label: Ints
    cost: Floats


@njit(cache=True)
def _still_whole(accounts: Accounts, label: Ints, i: int, z: int, but: int, stamp: Ints, queue: Ints) -> bool:
    """True when zone z does not fall apart by the loss of i, and i touches z elsewhere than at `but` when it enters."""
    if label[i] != z:
        touches = False
        for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
            touches = touches or (label[accounts.near[e]] == z and accounts.near[e] != but)
        return touches
    stamp[-1] += 1
    now = stamp[-1]
    needed, first = 0, -1
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        if label[accounts.near[e]] == z:
            needed += 1
            first = accounts.near[e]
            stamp[first] = -now
    if needed <= 1:
        return True
    stamp[i] = now
    queue[0] = first
    needed -= 1
    stamp[first] = now
    head, tail = 0, 1
    while head < tail and needed > 0:
        x = queue[head]
        head += 1
        for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
            u = accounts.near[e]
            if label[u] == z and stamp[u] != now:
                if stamp[u] == -now:
                    needed -= 1
                stamp[u] = now
                queue[tail] = u
                tail += 1
    return needed == 0


@njit(cache=True)
def _keeps_whole(accounts: Accounts, label: Ints, i: int, b: int, partner: int, stamp: Ints, queue: Ints) -> bool:
    a = label[i]
    whole = _still_whole(accounts, label, i, a, NOBODY, stamp, queue)
    whole = whole and _still_whole(accounts, label, i, b, partner, stamp, queue)
    if partner >= 0:
        whole = whole and _still_whole(accounts, label, partner, b, NOBODY, stamp, queue)
        whole = whole and _still_whole(accounts, label, partner, a, i, stamp, queue)
    return whole


@njit(cache=True)
def _draw_partner(accounts: Accounts, state: Medians, i: int, u: int) -> int:
    """Nobody in one of three cases; else u, or any account of its zone, when it may change places with i."""
    b = state.label[u]
    chance = np.random.random()
    if chance < 0.33 and state.totals.members[state.label[i]] > 1:
        return NOBODY
    partner = u
    if chance > 0.66:
        partner = state.member[b, int(np.random.random() * state.totals.members[b])]
    return partner


@njit(cache=True)
def anneal(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, best: Best) -> int:
    """Try `walk.moves` moves at one temperature; how many were made. Keeps the best division within the limits."""
    np.random.seed(walk.seed)
    n = len(state.label)
    stamp, queue = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    made = 0
    for move in range(walk.moves):
        if move % (n // 4 + 1) == 0:
            keep_best(accounts, limits, state, best)
        i = int(np.random.random() * n)
        u = walk.near[i, int(np.random.random() * walk.reach)]
        b = state.label[u]
        if b == state.label[i] or not may_enter(accounts, i, b):
            continue
        partner = _draw_partner(accounts, state, i, u)
        if partner < 0:
            if state.totals.members[state.label[i]] <= 1 or state.totals.members[b] >= state.member.shape[1]:
                continue
        elif not may_enter(accounts, partner, state.label[i]):
            continue
        delta = rise(accounts, limits, state, i, b, partner, walk.penalty)
        if delta > 0 and np.random.random() >= np.exp(-delta / walk.temperature):
            continue
        if walk.contiguous and not _keeps_whole(accounts, state.label, i, b, partner, stamp, queue):
            continue
        carry_out(accounts, state, i, b, partner)
        made += 1
    keep_best(accounts, limits, state, best)
    return made


@njit(cache=True)
def _opening_gain(accounts: Accounts, state: Medians, walk: Walk, c: int, room: float) -> float:
    """What a new median at c would save if the accounts near it came over, nearest first, as far as `room` goes."""
    gain = accounts.weight[c] * distance(accounts, c, state.median[state.label[c]])
    room -= accounts.load[c, 0]
    for r in range(walk.near.shape[1]):
        i = walk.near[c, r]
        saved = distance(accounts, i, state.median[state.label[i]]) - distance(accounts, i, c)
        if saved > 0 and accounts.load[i, 0] <= room:
            gain += accounts.weight[i] * saved
            room -= accounts.load[i, 0]
    return float(gain)


@njit(cache=True)
def _best_host(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, i: int, z: int) -> tuple[int, float]:
    """The zone near z that takes account i most cheaply by its present median, and that cost."""
    host, least = NOBODY, np.inf
    totals = state.totals
    for r in range(walk.zone_near.shape[1]):
        b = walk.zone_near[z, r]
        if b == z or totals.members[b] == 0 or totals.members[b] >= state.member.shape[1]:
            continue
        strain = excess(accounts, limits, totals, b, NOBODY, i) - excess(accounts, limits, totals, b, NOBODY, NOBODY)
        cost = accounts.weight[i] * distance(accounts, i, state.median[b]) + walk.penalty * strain
        if cost < least:
            host, least = b, cost
    return host, float(least)


@njit(cache=True)
def _closing_loss(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, z: int) -> float:
    loss = -state.cost[z]
    for r in range(state.totals.members[z]):
        loss += _best_host(accounts, limits, state, walk, state.member[z, r], z)[1]
    return float(loss)


@njit(cache=True)
def _objective(accounts: Accounts, limits: Limits, state: Medians, penalty: float) -> float:
    total = 0.0
    for z in range(len(state.cost)):
        total += state.cost[z] + penalty * excess(accounts, limits, state.totals, z, NOBODY, NOBODY)
    return total


@njit(cache=True)
def _draw_opening(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, z: int, draws: int) -> int:
    """The most promising of a few random accounts for a new median, room enough for zone z assumed."""
    chosen, most = NOBODY, -np.inf
    for _ in range(draws):
        c = int(np.random.random() * len(state.label))
        gain = _opening_gain(accounts, state, walk, c, limits.high[z, 0])
        if gain > most:
            chosen, most = c, gain
    return chosen


@njit(cache=True)
def _draw_closing(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, draws: int) -> int:
    """The zone of a few random ones that costs least to close."""
    chosen, least = NOBODY, np.inf
    for _ in range(draws):
        z = int(np.random.random() * len(state.cost))
        loss = _closing_loss(accounts, limits, state, walk, z)
        if loss < least:
            chosen, least = z, loss
    return chosen


@njit(cache=True)
def _close(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, z: int, log: Ints) -> int:
    """Give all accounts of z to zones around it, noting account and former zone in `log`; how many notes."""
    notes = 0
    while state.totals.members[z] > 0:
        i = state.member[z, state.totals.members[z] - 1]
        host = _best_host(accounts, limits, state, walk, i, z)[0]
        if host < 0:
            break
        log[notes, 0], log[notes, 1] = i, z
        notes += 1
        carry_out(accounts, state, i, host, NOBODY)
    return notes


@njit(cache=True)
def _open(accounts: Accounts, limits: Limits, state: Medians, walk: Walk, z: int, c: int, log: Ints, notes: int) -> int:
    """Fill the empty zone z with c and the accounts near it that are better off there; how many notes in all."""
    for r in range(-1, walk.near.shape[1]):
        i = c if r < 0 else walk.near[c, r]
        a = state.label[i]
        if state.totals.members[a] <= 1 or state.totals.members[z] >= state.member.shape[1]:
            continue
        if r >= 0 and rise(accounts, limits, state, i, z, NOBODY, walk.penalty) >= 0:
            continue
        log[notes, 0], log[notes, 1] = i, a
        notes += 1
        carry_out(accounts, state, i, z, NOBODY)
    return notes


@njit(cache=True)
def relocate(accounts: Accounts, limits: Limits, state: Medians, walk: Walk) -> int:
    """Close a zone and open it elsewhere, `walk.relocations` times, taken back as in annealing; how many stayed."""
    np.random.seed(walk.seed)
    made = 0
    log = np.empty((len(state.label) + walk.near.shape[1] + 1, 2), np.int64)
    for _ in range(walk.relocations):
        z = _draw_closing(accounts, limits, state, walk, 6)
        before = _objective(accounts, limits, state, walk.penalty)
        notes = _close(accounts, limits, state, walk, z, log)
        if state.totals.members[z] == 0:
            c = _draw_opening(accounts, limits, state, walk, z, 6)
            notes = _open(accounts, limits, state, walk, z, c, log, notes)
        delta = _objective(accounts, limits, state, walk.penalty) - before
        whole = state.totals.members[z] > 0
        if whole and (delta <= 0 or np.random.random() < np.exp(-delta / walk.temperature)):
            made += 1
            continue
        for r in range(notes - 1, -1, -1):
            carry_out(accounts, state, log[r, 0], log[r, 1], NOBODY)
    return made


@njit(cache=True)
def keep_best(accounts: Accounts, limits: Limits, state: Medians, best: Best) -> None:
    """Remember the present division when it keeps the limits and costs less than the best one so far."""
    cost = 0.0
    for z in range(len(state.cost)):
        if excess(accounts, limits, state.totals, z, NOBODY, NOBODY) > 1e-9:
            return
        cost += state.cost[z]
    for i in range(len(state.label)):
        if accounts.home[i] >= 0 and accounts.home[i] != state.label[i]:
            cost += accounts.price[i]
    if cost < best.cost[0] - 1e-9:
        best.cost[0] = cost
        best.label[:] = state.label
