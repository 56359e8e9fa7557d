"""Compiled search for sets of accounts that one rep can give away: connected with the border, heavy, and few."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE, TAKEN, REFUSED, BESIDE = 0, 1, 2, 3
FAR = 1 << 30
TINY = 1e-12


class Giver(NamedTuple):
    """A rep's accounts renumbered 0…m-1, heaviest first; `near` between `ends[a]` and `ends[a + 1]` are neighbours."""

    ends: NDArray[np.int64]
    near: NDArray[np.int64]
    load: NDArray[np.float64]


class State(NamedTuple):
    """Where a search stands: what is taken or refused, the border of the taken part, and room to work in."""

    mark: NDArray[np.int8]
    beside: NDArray[np.int64]
    steps: NDArray[np.int64]
    queue: NDArray[np.int64]
    level: NDArray[np.float64]


@njit(cache=True)
def _levels(giver: Giver, state: State, first: int, last: int, deepest: int) -> int:
    """How many accounts must be taken to reach each free one, up to `deepest`; the number of reached ones."""
    state.steps[:] = FAR
    count = 0
    for place in range(first, last):
        account = state.beside[place]
        if state.mark[account] == BESIDE:
            state.steps[account] = 1
            state.queue[count] = account
            count += 1
    head = 0
    while head < count:
        account = state.queue[head]
        head += 1
        if state.steps[account] >= deepest:
            continue
        for edge in range(giver.ends[account], giver.ends[account + 1]):
            other = giver.near[edge]
            if state.mark[other] == FREE and state.steps[other] == FAR:
                state.steps[other] = state.steps[account] + 1
                state.queue[count] = other
                count += 1
    return count


@njit(cache=True)
def _most(giver: Giver, state: State, reached: int, more: int) -> float:
    """What `more` further accounts carry at most: reaching step d takes one account on each of the steps before it."""
    best = 0.0
    state.level[: more + 1] = -1.0
    for place in range(reached):
        account = state.queue[place]
        step = state.steps[account]
        if step <= more and giver.load[account] > state.level[step]:
            state.level[step] = giver.load[account]
    chain = 0.0
    for deepest in range(1, more + 1):
        if state.level[deepest] < 0.0:
            break
        chain += state.level[deepest]
        total, left, passed = chain, more - deepest, 0
        for account in range(len(giver.load)):  # heaviest first
            if left == 0:
                break
            step = state.steps[account]
            if step <= deepest:
                if giver.load[account] == state.level[step] and not passed >> step & 1:
                    passed |= 1 << step
                else:
                    total += giver.load[account]
                    left -= 1
        best = max(best, total)
    return best


@njit(cache=True)
def _hopeless(
    giver: Giver, state: State, first: int, last: int, size: int, load: float, need: NDArray[np.float64]
) -> bool:
    """True when no more accounts can be taken, or none of the sizes ahead can reach the load it needs."""
    largest = len(need) - 1
    if first >= last or size >= largest:
        return True
    reached = _levels(giver, state, first, last, largest - size)
    for total in range(size + 1, largest + 1):
        if load + _most(giver, state, reached, total - size) >= need[total]:
            return False
    return True


@njit(cache=True)
def _open(giver: Giver, state: State, account: int, last: int) -> int:
    """Add the free neighbours of a taken account to the border; where the border ends now."""
    for edge in range(giver.ends[account], giver.ends[account + 1]):
        other = giver.near[edge]
        if state.mark[other] == FREE:
            state.mark[other] = BESIDE
            state.beside[last] = other
            last += 1
    return last


@njit(cache=True)
def heavy_sets(
    giver: Giver,
    border: NDArray[np.int64],
    most: float,
    need: NDArray[np.float64],
    better: bool,
    room: int,
    effort: int,
    travel: NDArray[np.float64],
    travel_most: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int, int]:
    """Every set of accounts whose parts all touch `border`, of size s, load `need[s]`…`most` and travel `travel_most`.

    Returns the members (one row per set, -1 beyond its size), sizes, loads, how many sets there are (more than `room`
    are counted, not kept) and the nodes looked at; -1 nodes: more than `effort`. `better`: each must be heavier
    than the one of its size before; `need` then ends as the heaviest loads. Each set is found once: the search takes or
    refuses the next account beside what is taken.
    """
    n, largest = len(giver.load), len(need) - 1
    members = np.full((room, largest), -1, np.int64)
    sizes, loads = np.zeros(room, np.int64), np.zeros(room)
    state = State(
        np.zeros(n, np.int8), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64),
        np.zeros(largest + 2),
    )  # fmt: skip
    for place in range(len(border)):
        state.beside[place] = border[place]
        state.mark[border[place]] = BESIDE
    last, first, depth = len(border), 0, 0
    path, came_from, border_was = np.empty(2 * n, np.int64), np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
    taken = np.empty(largest + 1, np.int64)
    size, load, way, found, nodes = 0, 0.0, 0.0, 0, 0
    while True:
        nodes += 1
        if nodes > effort:
            return members[: min(found, room)], sizes, loads, found, -1
        if not _hopeless(giver, state, first, last, size, load, need):
            account = state.beside[first]
            path[depth], came_from[depth] = account, first
            first += 1
            if load + giver.load[account] > most or way + travel[account] > travel_most:
                border_was[depth] = -1
                state.mark[account] = REFUSED
                depth += 1
                continue
            border_was[depth] = last
            depth += 1
            state.mark[account] = TAKEN
            taken[size] = account
            size += 1
            load += giver.load[account]
            way += travel[account]
            last = _open(giver, state, account, last)
            if load >= need[size]:
                if found < room:
                    members[found, :size] = taken[:size]
                    sizes[found], loads[found] = size, load
                if better:
                    need[size] = load + TINY
                found += 1
            continue
        going_back = True
        while going_back and depth > 0:
            depth -= 1
            account = path[depth]
            if border_was[depth] < 0:
                state.mark[account] = BESIDE
                continue
            for place in range(border_was[depth], last):
                state.mark[state.beside[place]] = FREE
            last = border_was[depth]
            size -= 1
            load -= giver.load[account]
            way -= travel[account]
            state.mark[account] = REFUSED
            first = came_from[depth] + 1
            border_was[depth] = -1
            depth += 1
            going_back = False
        if going_back:
            return members[: min(found, room)], sizes, loads, found, nodes


class Options(NamedTuple):
    """Sets that each taker may be given: members as bits, size, load, and how many other moves it needs to make room
    and to be reached; taker i has those from `start[i]` to `start[i + 1]`.
    """

    bits: NDArray[np.uint64]
    size: NDArray[np.int64]
    free: NDArray[np.int64]
    bridge: NDArray[np.int64]
    load: NDArray[np.float64]
    start: NDArray[np.int64]


@njit(cache=True)
def _apart(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> bool:
    shared = np.uint64(0)
    for word in range(len(one)):
        shared |= one[word] & other[word]
    return bool(shared == 0)


@njit(cache=True)
def combine(
    options: Options, most: NDArray[np.float64], need: float, room: int, effort: int
) -> tuple[NDArray[np.int64], int, int]:
    """Every way to give each taker one of its sets, or none, so that all together carry `need`.

    `most[i, m, f, b]`: what takers i and later carry at most with m accounts, f other moves that make room and b that
    reach them; its last entries are the budget. One move may do both, so the two are counted apart. Returns the choices
    (-1: none), their number (more than `room` are counted, not kept) and the nodes looked at; -1 nodes: more than
    `effort`.
    """
    takers = len(options.start) - 1
    chosen = np.full((room, takers), -1, np.int64)
    now = np.full(takers, -1, np.int64)
    place = np.empty(takers + 1, np.int64)
    used = np.zeros((takers + 1, options.bits.shape[1]), np.uint64)
    left, load = np.empty(takers + 1, np.int64), np.zeros(takers + 1)
    free, bridge = np.empty(takers + 1, np.int64), np.empty(takers + 1, np.int64)
    left[0], free[0], bridge[0] = most.shape[1] - 1, most.shape[2] - 1, most.shape[3] - 1
    place[0] = options.start[0] - 1
    taker, found, nodes = 0, 0, 0
    while taker >= 0:
        if taker == takers:
            if load[taker] >= need:
                if found < room:
                    chosen[found] = now
                found += 1
            taker -= 1
            continue
        nodes += 1
        if nodes > effort:
            return chosen[: min(found, room)], found, -1
        option = place[taker]
        place[taker] += 1
        if option >= options.start[taker + 1]:
            taker -= 1
            continue
        none = option < options.start[taker]
        after = left[taker] - (0 if none else options.size[option])
        freed = free[taker] - (0 if none else options.free[option])
        bridged = bridge[taker] - (0 if none else options.bridge[option])
        gain = 0.0 if none else options.load[option]
        if after < 0 or freed < 0 or bridged < 0:
            continue
        if load[taker] + gain + most[taker + 1, after, freed, bridged] < need:
            continue
        if not none and not _apart(used[taker], options.bits[option]):
            continue
        used[taker + 1] = used[taker] if none else used[taker] | options.bits[option]
        left[taker + 1], free[taker + 1], bridge[taker + 1] = after, freed, bridged
        load[taker + 1] = load[taker] + gain
        now[taker] = -1 if none else option
        taker += 1
        if taker < takers:
            place[taker] = options.start[taker] - 1
    return chosen[: min(found, room)], found, nodes
