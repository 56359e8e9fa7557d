"""Dividing accounts into contiguous, compact zones of balanced load."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from clustering.arrays import Floats, Ints
from clustering.block import Block
from clustering.blocks import BLOCK, Blocks, KeepBlocks, here, parts_of
from clustering.bound import lower_bound
from clustering.chains import chained
from clustering.errors import InvalidProblem
from clustering.instance import Instance, to_instance
from clustering.kd_split import kd_split, turn
from clustering.land_apart import over_land
from clustering.medians import anneal_medians
from clustering.neighbourhood import count_cut_off, spots_of
from clustering.plan import Certificate, ZonePlan
from clustering.problem import Objective, ZoneProblem
from clustering.search import Found, improve, measured, search, spacing2
from clustering.smooth import smooth
from clustering.tiny import try_all
from geo.limits import Limits

GRAINS_PER_ZONE = 16
AGAIN = 2  # times the best run is taken up again
AGAIN_ROUNDS = 3
CHAINED = 3  # best runs that chains of moves are tried on before one of them is chosen
FEW, MANY = 2, 20  # starts of such chains per zone: among several runs, and at the end
CHAINS_UP_TO = 20_000  # accounts; above, they cost more than they gain
GOLDEN_TURN = np.pi * (3 - np.sqrt(5))


def build_zones(
    problem: ZoneProblem,
    *,
    limits: Limits | None = None,
    seed: int = 0,
    start: ArrayLike | None = None,
    keep: KeepBlocks = here,
) -> ZonePlan:
    """Zones that keep the load limits, hang together, and are as compact as the search can make them.

    Each run starts from a weighted k-d split turned by another angle, moves the centres by Lloyd rounds over balanced
    power diagrams (Cohen-Addad, Klein & Young 2018), rounds to whole accounts, repairs contiguity, and improves by
    moves, exchanges, new cuts between pairs of zones and moves in chains; the best of several runs is settled and
    improved twice more. Where all divisions can be tried, they are (`tiny.py`). Same problem, seed and iterations:
    same plan.

    Args:
        limits: iterations = number of runs (default 8 up to 2,000 accounts, 4 up to 20,000, else 1); cpu_s: no new run
            is begun after so much CPU time. With medians one run is followed by annealing: see `anneal_medians`.
        seed: turns the first division.
        start: (n,) zones to begin from, for instance the plan for slightly other loads; then there is one short run.
        keep: where the work on single accounts is done: this process, or the workers of a cluster (`OnDask`). The plan
            is the same wherever that is. By travel time it is done here.

    Returns:
        The plan; what could not be met stands in its notes, never in an exception.
    """
    if problem.travel is not None:
        return _by_travel(problem, limits or Limits(), seed, start)
    instance = to_instance(problem)
    blocks = blocks_of(instance, keep)
    found = _first(instance, blocks, problem, limits or Limits(), seed, start)
    if problem.objective is Objective.MEDIAN:
        found = anneal_medians(instance, found, limits or Limits(), seed)
    if problem.smooth > 0:
        found = smooth(instance, found, problem.smooth)
    found = over_land(instance, found)
    bound = lower_bound(instance, blocks, found.label, found.centre, found.price, found.heat)
    certificate = _certificate(found, bound, instance.cost_unit, instance.zones)
    return _to_plan(problem, instance, found, certificate, found.centre * instance.length_m + instance.origin_m)


def plan_of(problem: ZoneProblem, zone: ArrayLike) -> ZonePlan:
    """A given division (n,), today's for instance, as a plan: its figures, its certificate, what it breaks.

    Raises:
        InvalidProblem: not a zone from 0 to k - 1 for each account, or travel times, which need a place per zone.
    """
    if problem.travel is not None:
        raise InvalidProblem("a given division is measured in straight distance: leave travel out")
    instance = to_instance(problem)
    label = _given(problem, zone)[instance.order]
    centre = instance.centres(label, np.zeros((instance.zones, problem.xy_m.shape[1])))
    found = measured(instance, label, centre, np.zeros(instance.limits.low.shape), spacing2(centre))
    bound = lower_bound(instance, blocks_of(instance, here), label, found.centre, found.price, found.heat)
    certificate = _certificate(found, bound, instance.cost_unit, instance.zones)
    centres_m = found.centre * instance.length_m + instance.origin_m
    return _to_plan(problem, replace(instance, notes=()), found, certificate, centres_m, cause="")


def _given(problem: ZoneProblem, zone: ArrayLike) -> Ints:
    given = np.asarray(zone)
    if given.shape != (len(problem),) or given.min() < 0 or given.max() >= problem.zones:
        raise InvalidProblem(
            f"a division must hold a zone from 0 to {problem.zones - 1} for each of {len(problem)} accounts"
        )
    return given.astype(np.int64)


def blocks_of(instance: Instance, keep: KeepBlocks) -> Blocks:
    """The accounts in blocks; grains of so many that a zone still has about 16 of them, where there are many."""
    accounts = len(instance.order)
    grain = 1 if accounts <= 20_000 else max(1, min(8, accounts // instance.zones // GRAINS_PER_ZONE))
    return keep(parts_of(instance.accounts, BLOCK), grain)


def _first(
    instance: Instance, blocks: Blocks, problem: ZoneProblem, limits: Limits, seed: int, start: ArrayLike | None
) -> Found:
    if start is not None:
        return _from_start(instance, blocks, problem, start)
    began = time.process_time()
    exact = try_all(instance)
    if exact is not None:
        return exact
    runs = list(_runs(instance, blocks, limits, seed))
    few, many = (FEW, MANY) if len(instance.order) <= CHAINS_UP_TO else (0, 0)
    tried = sorted(runs, key=lambda run: run.rank)[:CHAINED]
    tried += [runs[0]] * (runs[0] not in tried)  # so that more runs never give a worse plan than the first alone
    best = min((chained(instance, run, few) for run in tried), key=lambda run: run.rank)
    if len(runs) == 1:
        return best
    for _ in range(AGAIN):
        if limits.cpu_s is not None and time.process_time() - began >= limits.cpu_s:
            return best
        again = chained(instance, search(instance, blocks, best.centre, AGAIN_ROUNDS), few)
        best = min(best, again, key=lambda run: run.rank)
    return chained(instance, best, many)


def _by_travel(problem: ZoneProblem, limits: Limits, seed: int, start: ArrayLike | None) -> ZonePlan:
    """Zones by straight distance and on a map bent to travel times first, then by travel time from both."""
    from clustering.travel_search import by_profile, by_straight_distance, search_travel, travel_bound, unreached

    assert problem.travel is not None
    straight = by_straight_distance(problem)
    instance = to_instance(straight)
    firsts = [_first(instance, blocks_of(instance, here), straight, limits, seed, start).label]
    if start is None and problem.zones > 1:
        bent = by_profile(problem, straight)
        other = to_instance(bent)
        zone = np.empty(len(problem), np.int64)
        zone[other.order] = _first(other, blocks_of(other, here), bent, limits, seed, None).label
        firsts.append(zone[instance.order])
    if problem.move_price is not None:
        price = problem.move_price[instance.order] / instance.weight_unit
        instance = replace(instance, accounts=instance.accounts._replace(price=price))
    found, centre = min((search_travel(problem, instance, first) for first in firsts), key=lambda each: each[0].rank)
    bound = travel_bound(instance, problem.travel.cost_s[np.ix_(instance.order, centre)], found.label)
    certificate = _certificate(found, bound, instance.weight_unit, instance.zones)
    plan = _to_plan(problem, instance, found, certificate, problem.travel.xy_m[centre])
    far = unreached(problem.travel, plan.zone[problem.ordinary], centre, problem.ordinary)
    notes = (f"{far} accounts have no way to the place their zone is served from",) if far else ()
    return replace(plan, notes=(*plan.notes, *notes), centre=centre)


def _default_runs(accounts: int) -> int:
    return 8 if accounts <= 2_000 else 4 if accounts <= 20_000 else 1


def _default_rounds(accounts: int) -> int:
    return 20 if accounts <= 20_000 else 26


def _runs(instance: Instance, blocks: Blocks, limits: Limits, seed: int) -> Iterator[Found]:
    accounts = len(instance.order)
    runs = _default_runs(accounts) if limits.iterations is None else max(1, limits.iterations)
    if instance.power == 1:
        runs = 1
    began = time.process_time()
    for run in range(runs):
        if run and limits.cpu_s is not None and time.process_time() - began >= limits.cpu_s:
            return
        centre = _first_centres(instance, blocks, seed * GOLDEN_TURN + run * np.pi / 2 / runs)
        yield search(instance, blocks, centre, _default_rounds(accounts))


def _first_centres(instance: Instance, blocks: Blocks, angle: float) -> Floats:
    """Centres of a k-d split turned by `angle`; zones that are bound to a place get the parts nearest to it."""
    grains = blocks.each(Block.grain_sizes)
    xy, size = (np.concatenate(column) for column in zip(*grains, strict=True))
    label = kd_split(xy @ turn(xy.shape[1], angle), size, instance.share)
    part = np.stack([np.bincount(label, size * axis, instance.zones) for axis in xy.T], axis=1)
    part /= np.bincount(label, size, instance.zones)[:, None]
    return _bind(instance, part)


def _bind(instance: Instance, part: Floats) -> Floats:
    """Hand the parts' centres to the zones so that pinned zones and zones with locks are near their place."""
    anchor = _anchors(instance)
    bound = np.flatnonzero(np.isfinite(anchor[:, 0]))
    if len(bound) == 0:
        return part
    distance2 = ((anchor[bound, None, :] - part[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(distance2)
    free = np.setdiff1d(np.arange(instance.zones), bound)
    others = np.setdiff1d(np.arange(instance.zones), chosen)
    centre = np.empty_like(part)
    centre[bound] = part[chosen]
    centre[free] = part[others]
    centre[instance.pinned] = instance.centre[instance.pinned]
    return centre


def _anchors(instance: Instance) -> Floats:
    """Where a zone should be: its pinned centre, the mean of its locked, present or named accounts; NaN: anywhere."""
    accounts = instance.accounts
    anchor = instance.near.copy()
    for wish in (accounts.home, accounts.locked):
        rows = wish >= 0
        weight = np.bincount(wish[rows], accounts.weight[rows], instance.zones)
        for axis in range(anchor.shape[1]):
            moment = np.bincount(wish[rows], accounts.weight[rows] * accounts.xy[rows, axis], instance.zones)
            anchor[weight > 0, axis] = moment[weight > 0] / weight[weight > 0]
    anchor[instance.pinned] = instance.centre[instance.pinned]
    return anchor


def _from_start(instance: Instance, blocks: Blocks, problem: ZoneProblem, start: ArrayLike) -> Found:
    label = _given(problem, start)[instance.order]
    label = np.where(instance.accounts.locked >= 0, instance.accounts.locked, label)
    spread = instance.accounts.xy[np.linspace(0, len(label) - 1, instance.zones).astype(np.intp)]
    centre = instance.centres(label, spread)
    kept = improve(instance, label, centre, np.zeros(instance.limits.low.shape), spacing2(centre))
    if kept.rank[:2] == (0, 0.0):
        return kept
    return min(
        kept, search(instance, blocks, centre, 3), *_runs(instance, blocks, Limits(), 0), key=lambda run: run.rank
    )


def _to_plan(
    problem: ZoneProblem,
    instance: Instance,
    found: Found,
    certificate: Certificate,
    centres_m: Floats,
    cause: str = " by locks, bans or the lie of the land",
) -> ZonePlan:
    zone = np.empty(len(problem), np.int64) if problem.named is None else problem.named.astype(np.int64)
    zone[instance.order] = found.label
    loads = _loads(problem, zone)
    deviation = np.abs(loads / np.maximum(np.outer(problem.shares, problem.loads.sum(axis=0)), 1e-300) - 1)
    breaks = count_cut_off(spots_of(problem), zone[problem.ordinary]) if found.breaks else 0
    return ZonePlan(
        zone=zone.astype(np.int32),
        centres_m=centres_m,
        loads=loads,
        certificate=certificate,
        max_deviation=float(deviation[:, problem.loads.sum(axis=0) > 0].max(initial=0.0)),
        contiguity_breaks=breaks,
        notes=instance.notes + tuple(_unmet(problem, loads, breaks, cause)),
    )


def _loads(problem: ZoneProblem, zone: Ints) -> Floats:
    metrics = problem.loads.T
    return np.stack([np.bincount(zone, metric, problem.zones) for metric in metrics], axis=1)


def _certificate(found: Found, bound: float, unit: float, zones: int) -> Certificate:
    cost, least = found.cost * unit, max(0.0, bound) * unit
    least = min(least, cost)
    nothing = 1e-12 * zones * unit  # rounding, where every account is its own centre
    gap = 0.0 if cost <= nothing else cost / least - 1 if least > 0 else float("inf")
    within = "the load limits" if found.excess <= 1e-9 else "the load limits, widened to the loads reached"
    holds_for = f"any division around these centres, contiguous or not, with accounts split or whole, within {within}"
    return Certificate(cost, least, gap, holds_for)


def _unmet(problem: ZoneProblem, loads: Floats, breaks: int, cause: str) -> list[str]:
    """A sentence for each limit the plan breaks and for accounts that are cut off."""
    low, high = problem.limits()
    notes = []
    for zone, metric in zip(*np.nonzero((loads > high * (1 + 1e-9)) | (loads < low * (1 - 1e-9))), strict=True):
        side, limit = ("above", high) if loads[zone, metric] > high[zone, metric] else ("below", low)
        of_metric = f" of metric {metric}" if loads.shape[1] > 1 else ""
        notes.append(
            f"zone {zone} carries a load of {loads[zone, metric]:.6g}{of_metric}, "
            f"{side} the limit {limit[zone, metric]:.6g}"
        )
    if breaks:
        notes.append(f"{breaks} accounts are cut off from the main part of their zone{cause}")
    return notes
