"""Zones by travel time: each served from a home or from one of its accounts, with ways in place of straight lines.

Around fixed centres this is a transport problem; we solve its smoothed dual as for power diagrams, round, make zones
whole and improve by moves and exchanges. Centres that may be chosen follow as medians, and the assignment again, until
neither gains. The search begins from two divisions: by straight distance, and on a map bent so that places are far
apart which are far to travel (the two main components of the travel times to the candidates), for straight lines do
not see a river without a bridge and small steps do not get across it.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats, Ints
from clustering.blocks import blocks_with
from clustering.dual_kernel import Choices, hard_assign, round_off
from clustering.instance import Instance
from clustering.pieces_kernel import absorb
from clustering.power_diagram import Prices, solve
from clustering.problem import Objective, ZoneProblem
from clustering.search import Found, cut_off, fill_empty
from clustering.totals_kernel import total_excess
from clustering.travel import FREE, Travel
from clustering.travel_kernel import polish_costs

ROUNDS = 12
PASSES = 60
COOLING = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
FIRM = 1e6


def by_straight_distance(problem: ZoneProblem) -> ZoneProblem:
    """The same problem without travel times; fixed centres stay where they are."""
    travel = problem.travel
    assert travel is not None
    centres_m = problem.centres_m
    if travel.fixed is not None:
        centres_m = np.where((travel.fixed == FREE)[:, None], np.nan, travel.xy_m[travel.fixed])
    price = None if problem.move_price is None else np.zeros(len(problem))  # its unit is another
    return replace(problem, travel=None, objective=Objective.SQUARED_DISTANCE, centres_m=centres_m, move_price=price)


def by_profile(problem: ZoneProblem, straight: ZoneProblem) -> ZoneProblem:
    """The straight problem on a plane where distance is difference in travel times; neighbours stay neighbours."""
    travel = problem.travel
    assert travel is not None
    times_s = travel.cost_s
    middle = times_s - np.average(times_s, axis=0, weights=problem.weights)
    _, axes = np.linalg.eigh((middle * problem.weights[:, None]).T @ middle)
    plane = axes[:, -2:]
    plane = plane * np.sign(plane[np.abs(plane).argmax(axis=0), np.arange(plane.shape[1])])
    if plane.shape[1] < 2:
        plane = np.column_stack([plane, np.zeros(len(plane))])
    neighbours = straight.neighbours
    if neighbours is None and straight.contiguous:
        from geo.neighbours import neighbour_graph

        neighbours = neighbour_graph(straight.xy_m)
    centres_m = None
    if travel.fixed is not None:  # a home is where the account nearest to it is
        nearest = middle[times_s.argmin(axis=0)] @ plane
        centres_m = np.where((travel.fixed == FREE)[:, None], np.nan, nearest[travel.fixed])
    return replace(straight, xy_m=middle @ plane, neighbours=neighbours, centres_m=centres_m)


def search_travel(problem: ZoneProblem, instance: Instance, first: Ints) -> tuple[Found, Ints]:
    """The best division by travel time that is met on the way from `first`, and the candidate each zone is served from.

    Costs are in weight units × seconds.
    """
    assert problem.travel is not None
    travel_s = problem.travel.cost_s[instance.order]
    label = first.copy()
    centre = _centres(problem.travel, instance, travel_s, label)
    best = _improved(instance, travel_s[:, centre], label), centre
    for _ in range(ROUNDS):
        moved = _centres(problem.travel, instance, travel_s, best[0].label)
        drawn = _assigned(instance, travel_s[:, moved])
        rivals = [_improved(instance, travel_s[:, moved], start) for start in (drawn, best[0].label.copy())]
        found = min(rivals, key=lambda each: each.rank)
        if found.rank >= best[0].rank and (moved == best[1]).all():
            break
        if found.rank < best[0].rank:
            best = found, moved
        else:
            break
    return best


def travel_bound(instance: Instance, cost_s: Floats, label: Ints) -> float:
    """What no division around these centres can cost less than, in weight units × seconds; see `bound.py`."""
    load = instance.totals(label).load
    low, high = np.minimum(instance.limits.low, load), np.maximum(instance.limits.high, load)
    prices, choices = Prices(np.zeros(low.shape), low, high), _choices(instance, cost_s)
    blocks = blocks_with(instance.accounts, choices)
    heat, scratch = _heat(cost_s), (np.empty(len(label), np.int64), np.empty(len(label)))
    most = 0.0
    for share in COOLING:
        solve(prices, blocks, share * heat, 25, 0.003)
        dearest = float(np.where(prices.price > 0, high * prices.price, low * prices.price).sum())
        most = max(most, hard_assign(choices, prices.price, *scratch) - dearest)
    return most


def _centres(travel: Travel, instance: Instance, travel_s: Floats, label: Ints) -> Ints:
    """For each zone its fixed candidate, or the one its accounts are nearest to together."""
    centre = np.zeros(instance.zones, np.int64)
    weight = instance.accounts.weight
    for zone in range(instance.zones):
        if travel.fixed is not None and travel.fixed[zone] != FREE:
            centre[zone] = travel.fixed[zone]
        else:
            mine = np.flatnonzero(label == zone)
            centre[zone] = int(np.argmin(weight[mine] @ travel_s[mine]))
    return centre


def _choices(instance: Instance, cost_s: Floats) -> Choices:
    """Every zone an account may be in, dearer by the price of a move."""
    accounts = instance.accounts
    n, zones = cost_s.shape
    each = cost_s.copy()
    leaves = (accounts.home >= 0)[:, None] & (np.arange(zones)[None, :] != accounts.home[:, None])
    each += np.where(leaves, (accounts.price / accounts.weight)[:, None], 0.0)
    locked = accounts.locked >= 0
    each[locked[:, None] & (np.arange(zones)[None, :] != accounts.locked[:, None])] = np.inf
    rows = np.repeat(np.arange(n), np.diff(accounts.barred_ptr))
    each[rows, accounts.barred_zone] = np.inf
    may = np.isfinite(each)
    ptr = np.concatenate([[0], np.cumsum(may.sum(axis=1))]).astype(np.int64)
    zone = np.nonzero(may)[1].astype(np.int32)
    return Choices(ptr, zone, each[may], accounts.load / accounts.weight[:, None], accounts.weight)


def _heat(cost_s: Floats) -> float:
    """How much farther the second nearest centre is than the nearest, on average: the scale of prices."""
    if cost_s.shape[1] < 2:
        return 1.0
    nearest = np.partition(cost_s, 1, axis=1)
    return max(float((nearest[:, 1] - nearest[:, 0]).mean()), 1e-6)


def _assigned(instance: Instance, cost_s: Floats) -> Ints:
    """Whole accounts by the dual's prices, every zone in one piece."""
    choices, heat = _choices(instance, cost_s), _heat(cost_s)
    prices, blocks = (
        Prices(np.zeros(instance.limits.low.shape), *_inner(instance)),
        blocks_with(instance.accounts, choices),
    )
    for share in COOLING:
        solve(prices, blocks, share * heat, 25, 0.003)
    label, regret = np.empty(len(cost_s), np.int64), np.empty(len(cost_s))
    hard_assign(choices, prices.price, label, regret)
    round_off(choices, prices.price, np.argsort(-regret, kind="stable"), instance.limits.high.copy(), label)
    return label


def _inner(instance: Instance) -> tuple[Floats, Floats]:
    low, high = instance.limits.low, instance.limits.high
    draw = 0.015 * (high - low)
    return low + draw, high - draw


def _improved(instance: Instance, cost_s: Floats, label: Ints) -> Found:
    """Made whole, then moved and exchanged: first with a soft price for excess, then with a firm one."""
    accounts, totals = instance.accounts, instance.totals(label)
    places = instance.centres(label, np.zeros((instance.zones, accounts.xy.shape[1])))
    fill_empty(instance, label, places)
    if instance.contiguous:
        for _ in range(3):
            if absorb(accounts, label, instance.centres(label, places)) == 0:
                break
    cost = accounts.weight[:, None] * cost_s
    heat = _heat(cost_s)
    for penalty in (heat, FIRM * heat):
        polish_costs(accounts, instance.limits, totals, cost, label, instance.contiguous, penalty, PASSES)
    moved = (accounts.home >= 0) & (accounts.home != label)
    total = float(cost[np.arange(len(label)), label].sum()) + float(accounts.price[moved].sum())
    breaks = cut_off(instance, label) if instance.contiguous else 0
    left = float(total_excess(accounts, instance.limits, instance.totals(label)))
    return Found(label, instance.centres(label, places), np.zeros_like(instance.limits.low), heat, breaks, left, total)


def unreached(travel: Travel, zone: NDArray[np.int32], centre: Ints, rows: NDArray[np.intp]) -> int:
    """How many of the accounts in these rows have no way to the centre of their zone."""
    return int((~travel.reachable[rows, centre[zone]]).sum())
