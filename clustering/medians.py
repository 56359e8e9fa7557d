"""Zones around medians: the capacitated p-median, also with a band, contiguity, locks and pinned homes.

A first division comes from balanced power diagrams; then simulated annealing moves and exchanges accounts, closes
zones and opens them elsewhere (`median_walk_kernel.py`). The price of load outside the limits follows the search: it
rises while limits are broken and falls while they are kept, so that the walk stays where good divisions are.
"""

import time
from collections.abc import Iterator

import numpy as np
from scipy.spatial import KDTree

from clustering.arrays import Floats, Ints
from clustering.instance import Instance
from clustering.median_kernel import Medians, start
from clustering.median_walk_kernel import Best, Walk, anneal, keep_best, relocate
from clustering.search import Found, cut_off
from clustering.totals_kernel import total_excess
from geo.limits import Limits

STRETCHES = 300  # by default; each makes MOVES_PER_ACCOUNT moves per account
MOVES_PER_ACCOUNT = 3
RELOCATIONS_PER_MOVE = 0.01
REACH = 12  # nearest accounts from which moves are drawn
HOT, COLD = 1.0, 0.01  # temperature, in mean cost of an account
FIRST_PENALTY, PENALTY_RANGE = 3.0, (1.0, 1000.0)  # in mean cost per mean load of an account
MOST_NEIGHBOURS = 20_000_000  # entries of the table of nearest accounts
RECOUNT_EVERY = 20  # stretches, against drift of running sums


def anneal_medians(instance: Instance, first: Found, limits: Limits, seed: int) -> Found:
    """The best division around medians the search meets, starting from `first`.

    iterations = stretches of three moves per account (default 300); cpu_s instead lets the temperature fall with the
    CPU time that has passed, so that the search ends when the time does.
    """
    state = _state(instance, first.label.copy())
    best = Best(first.label.copy(), np.array([np.inf]))
    keep_best(instance.accounts, instance.limits, state, best)
    if instance.zones > 1 and len(instance.order) > instance.zones:
        _walk_down(instance, state, best, limits, seed)
    label = best.label if np.isfinite(best.cost[0]) else state.label.copy()
    return _found(instance, label, first)


def _walk_down(instance: Instance, state: Medians, best: Best, limits: Limits, seed: int) -> None:
    accounts = instance.accounts
    mean = max(float(state.cost.sum()) / len(accounts.xy), 1e-12)
    unit = mean * len(accounts.xy) / instance.zones  # cost of an account per load of an account
    near = _near(instance)
    penalty = FIRST_PENALTY
    movable = _is_free(instance)
    for stretch, progress in _stretches(limits):
        moves = MOVES_PER_ACCOUNT * max(len(accounts.xy), 600)
        walk = Walk(
            near=near,
            reach=min(REACH, near.shape[1]),
            zone_near=_zones_near(instance, state),
            relocations=int(RELOCATIONS_PER_MOVE * moves) if movable else 0,
            temperature=mean * HOT * (COLD / HOT) ** progress,
            penalty=penalty * unit,
            moves=moves,
            contiguous=instance.contiguous,
            seed=(seed * 1_000_003 + stretch) % 2**32,
        )
        anneal(accounts, instance.limits, state, walk, best)
        outside = total_excess(accounts, instance.limits, state.totals) > 1e-9
        penalty = float(np.clip(penalty * (1.1 if outside else 0.97), *PENALTY_RANGE))
        relocate(accounts, instance.limits, state, walk)
        if stretch % RECOUNT_EVERY == RECOUNT_EVERY - 1:
            start(accounts, state)


def _stretches(limits: Limits) -> Iterator[tuple[int, float]]:
    """Number and progress (0 to 1) of each stretch of the search."""
    began = time.process_time()
    stretch = 0
    while True:
        progress = 0.0
        if limits.iterations is not None or limits.cpu_s is None:
            progress = stretch / max(limits.iterations if limits.iterations is not None else STRETCHES, 1e-9)
        if limits.cpu_s is not None:
            progress = max(progress, (time.process_time() - began) / limits.cpu_s)
        if progress >= 1:
            return
        yield stretch, progress
        stretch += 1


def _state(instance: Instance, label: Ints) -> Medians:
    n, k = len(label), instance.zones
    largest = int(np.bincount(label, minlength=k).max())
    room = int(min(n, max(8 * n / k, 2 * largest) + 64))
    member = np.zeros((k, room), np.int64)
    totals = instance.totals(label)
    state = Medians(label, member, np.zeros(n, np.int64), np.zeros(n), np.zeros(k, np.int64), np.zeros(k), totals)
    start(instance.accounts, state)
    return state


def _near(instance: Instance) -> Ints:
    """Nearest accounts of each, about as many as two zones hold."""
    n = len(instance.order)
    wanted = min(n, max(REACH + 1, min(400, 2 * n // instance.zones, MOST_NEIGHBOURS // n)))
    _, near = KDTree(instance.accounts.xy).query(instance.accounts.xy, k=wanted)
    return np.ascontiguousarray(near.reshape(n, wanted)[:, 1:], dtype=np.int64)


def _zones_near(instance: Instance, state: Medians) -> Ints:
    xy = median_places(instance, state.median)
    _, zone = KDTree(xy).query(xy, k=min(instance.zones, 9))
    return np.ascontiguousarray(zone.reshape(instance.zones, -1), dtype=np.int64)


def median_places(instance: Instance, median: Ints) -> Floats:
    """Where the medians are; the pinned centre where there is one."""
    xy = instance.accounts.xy[median]
    xy[instance.pinned] = instance.centre[instance.pinned]
    return xy


def _is_free(instance: Instance) -> bool:
    """True when a zone may be closed and opened elsewhere: nothing binds it to its place."""
    accounts = instance.accounts
    bound = (accounts.locked >= 0).any() or (accounts.home >= 0).any() or len(accounts.barred_zone) > 0
    return not (bound or instance.pinned.any() or instance.contiguous)


def _found(instance: Instance, label: Ints, first: Found) -> Found:
    state = _state(instance, label)
    accounts = instance.accounts
    moved = (accounts.home >= 0) & (accounts.home != label)
    cost = float(state.cost.sum()) + float(accounts.price[moved].sum())
    breaks = cut_off(instance, label) if instance.contiguous else 0
    left = float(total_excess(accounts, instance.limits, state.totals))
    centre = median_places(instance, state.median)
    return Found(label, centre, np.zeros_like(first.price), first.heat, breaks, left, cost)
