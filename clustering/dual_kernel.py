"""Prices of load: the smoothed dual of assigning accounts to fixed centres within load limits.

An account's cost of candidate zone z is dist2 + sum over metrics of ratio × price[z], ratio = load / weight. A softened
minimum (temperature `heat`) makes the dual smooth, so that Newton steps on one price per zone and metric solve it;
the derivation is entropic regularisation (Cuturi 2013) with limits on one side of the transport plan only.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints, Narrow

FAINT = 1e-4  # part of an account below which a zone does not count for the curvature
FAR = 30.0  # exponent beyond which a part is nothing
WIDE = 3.0
NOTHING = -1


class Choices(NamedTuple):
    """The zones worth a thought for each account; c of them for all accounts together."""

    ptr: Ints  # (n + 1,) rows of zone and cost
    zone: Narrow  # (c,)
    cost: Floats  # (c,) squared distance (plain distance for medians), with the price of leaving the present zone
    ratio: Floats  # (n, m) load / weight
    weight: Floats  # (n,)


class Curvature(NamedTuple):
    """Minus the second derivative of the softened minimum: blocks of zones, and of pairs of zones (first < second)."""

    own: Floats  # (k, m, m)
    first: Narrow  # (p,)
    second: Narrow  # (p,)
    between: Floats  # (p, m, m) what counts against the pair


@njit(cache=True)
def priced(choices: Choices, price: Floats, i: int, e: int) -> float:
    """Cost per unit of weight of account i in its candidate at place e."""
    z = choices.zone[e]
    cost = float(choices.cost[e])
    for metric in range(price.shape[1]):
        cost += choices.ratio[i, metric] * price[z, metric]
    return cost


@njit(cache=True)
def fill_choices(
    accounts: Accounts, near: Narrow, centre: Floats, price: Floats, power: int, reach: float, out: Choices
) -> int:
    """Write the candidates among the zones `near` (n, K) that cost little more than the cheapest.

    That is `reach`, and for accounts far from their centre `WIDE` times the cost there, so that large zones have
    enough accounts at stake. An account that is locked has one candidate, one that may stay where it is has its
    present zone among them, and none has a zone it may not be in. How many candidates there are; `out` needs room for
    n × (K + 1).
    """
    size = 0
    zones = np.empty(near.shape[1] + 1, np.int32)
    costs = np.empty(near.shape[1] + 1)
    totals = np.empty(near.shape[1] + 1)
    for i in range(len(near)):
        found = _allowed_zones(accounts, near, i, zones)
        least, nearest = np.inf, 0.0
        for q in range(found):
            costs[q] = _cost(accounts, centre, power, i, zones[q])
            total = costs[q]
            for metric in range(price.shape[1]):
                total += out.ratio[i, metric] * price[zones[q], metric]
            totals[q] = total
            if total < least:
                least, nearest = total, costs[q]
        for q in range(found):
            if totals[q] <= least + reach + WIDE * nearest:
                out.zone[size] = zones[q]
                out.cost[size] = costs[q]
                size += 1
        out.ptr[i + 1] = size
    return size


@njit(cache=True)
def recost(accounts: Accounts, centre: Floats, power: int, choices: Choices) -> None:
    """Write the costs of the same candidates around other centres."""
    for i in range(len(accounts.xy)):
        for e in range(choices.ptr[i], choices.ptr[i + 1]):
            choices.cost[e] = _cost(accounts, centre, power, i, choices.zone[e])


@njit(cache=True)
def _allowed_zones(accounts: Accounts, near: Narrow, i: int, zones: Narrow) -> int:
    """Write the zones account i may be in, out of those near, to `zones`; how many. One at least."""
    if accounts.locked[i] >= 0:
        zones[0] = accounts.locked[i]
        return 1
    home = accounts.home[i]
    found = 0
    for q in range(near.shape[1]):
        if near[i, q] == home:
            home = NOTHING
        if not is_barred(accounts, i, near[i, q]):
            zones[found] = near[i, q]
            found += 1
    if home >= 0 and not is_barred(accounts, i, home):
        zones[found] = home
        found += 1
    if found == 0:
        z = 0
        while is_barred(accounts, i, z):
            z += 1
        zones[0] = z
        found = 1
    return found


@njit(cache=True)
def is_barred(accounts: Accounts, i: int, z: int) -> bool:
    barred = False
    for e in range(accounts.barred_ptr[i], accounts.barred_ptr[i + 1]):
        barred = barred or accounts.barred_zone[e] == z
    return barred


@njit(cache=True)
def _cost(accounts: Accounts, centre: Floats, power: int, i: int, z: int) -> float:
    """Cost of account i in zone z per unit of weight, before prices of load."""
    far = 0.0
    for axis in range(centre.shape[1]):
        far += (accounts.xy[i, axis] - centre[z, axis]) ** 2
    cost = far if power == 2 else np.sqrt(far)
    if accounts.home[i] >= 0 and accounts.home[i] != z:
        cost += accounts.price[i] / accounts.weight[i]
    return float(cost)


@njit(cache=True)
def soft_assign(choices: Choices, price: Floats, heat: float, part: Floats, load: Floats) -> float:
    """Fill `part` (c,) with the parts of each account and `load` (k, m); the value of the softened minimum."""
    load[:] = 0
    value = 0.0
    for i in range(len(choices.weight)):
        start, stop = choices.ptr[i], choices.ptr[i + 1]
        least = np.inf
        for e in range(start, stop):
            part[e] = priced(choices, price, i, e)
            least = min(least, part[e])
        total = 0.0
        for e in range(start, stop):
            exponent = (part[e] - least) / heat
            part[e] = np.exp(-exponent) if exponent < FAR else 0.0
            total += part[e]
        weight = choices.weight[i]
        value += weight * (least - heat * np.log(total))
        for e in range(start, stop):
            if part[e] > 0.0:
                part[e] /= total
                for metric in range(load.shape[1]):
                    load[choices.zone[e], metric] += weight * choices.ratio[i, metric] * part[e]
    return value


@njit(cache=True)
def curvature(choices: Choices, part: Floats, heat: float, zones: int, room: int) -> Curvature:
    """The curvature at the parts of `soft_assign`, each pair of zones once; `room` is the pairs expected."""
    metrics = choices.ratio.shape[1]
    own = np.zeros((zones, metrics, metrics))
    latest = np.full(zones, NOTHING, np.int64)  # pairs of a zone as a chain: the latest, and the one before each
    before = np.empty(room, np.int64)
    first, second = np.empty(room, np.int32), np.empty(room, np.int32)
    between = np.zeros((room, metrics, metrics))
    size = 0
    for i in range(len(choices.weight)):
        for e in range(choices.ptr[i], choices.ptr[i + 1]):
            if part[e] <= FAINT or part[e] >= 1 - FAINT:
                continue
            _add(choices, i, choices.weight[i] * part[e] * (1 - part[e]) / heat, own[choices.zone[e]])
            for f in range(e + 1, choices.ptr[i + 1]):
                if part[f] <= FAINT:
                    continue
                one, other = min(choices.zone[e], choices.zone[f]), max(choices.zone[e], choices.zone[f])
                pair = latest[one]
                while pair >= 0 and second[pair] != other:
                    pair = before[pair]
                if pair < 0:
                    if size == len(before):
                        before = np.concatenate((before, np.empty_like(before)))
                        first = np.concatenate((first, np.empty_like(first)))
                        second = np.concatenate((second, np.empty_like(second)))
                        between = np.concatenate((between, np.zeros_like(between)))
                    pair = size
                    size += 1
                    first[pair], second[pair] = one, other
                    before[pair], latest[one] = latest[one], pair
                _add(choices, i, choices.weight[i] * part[e] * part[f] / heat, between[pair])
    return Curvature(own, first[:size].copy(), second[:size].copy(), between[:size].copy())


@njit(cache=True)
def _add(choices: Choices, i: int, factor: float, block: Floats) -> None:
    """Add what account i contributes to a block (m, m)."""
    metrics = choices.ratio.shape[1]
    for s in range(metrics):
        for t in range(metrics):
            block[s, t] += factor * choices.ratio[i, s] * choices.ratio[i, t]


@njit(cache=True)
def hard_assign(choices: Choices, price: Floats, label: Ints, regret: Floats) -> float:
    """Fill `label` with the cheapest zone of each account and `regret` with the step to the second cheapest.

    Returns the sum of weight × cheapest cost: the first half of a lower bound.
    """
    value = 0.0
    for i in range(len(choices.weight)):
        least, second = np.inf, np.inf
        for e in range(choices.ptr[i], choices.ptr[i + 1]):
            cost = priced(choices, price, i, e)
            if cost < least:
                second = least
                least = cost
                label[i] = choices.zone[e]
            elif cost < second:
                second = cost
        value += choices.weight[i] * least
        regret[i] = (second - least) * choices.weight[i]
    return value


@njit(cache=True)
def round_off(choices: Choices, price: Floats, order: Ints, room: Floats, label: Ints) -> None:
    """Give each account in this order to its cheapest zone with `room` (k, m), which shrinks, else to the cheapest."""
    for i in order:
        best, fitting = np.inf, np.inf
        cheapest, zone = NOTHING, NOTHING
        for e in range(choices.ptr[i], choices.ptr[i + 1]):
            cost = priced(choices, price, i, e)
            z = choices.zone[e]
            if cost < best:
                best, cheapest = cost, z
            if cost < fitting and _fits(choices, room, i, z):
                fitting, zone = cost, z
        if zone < 0:
            zone = cheapest
        label[i] = zone
        for metric in range(room.shape[1]):
            room[zone, metric] -= choices.weight[i] * choices.ratio[i, metric]


@njit(cache=True)
def _fits(choices: Choices, room: Floats, i: int, z: int) -> bool:
    fits = True
    for metric in range(room.shape[1]):
        fits = fits and choices.weight[i] * choices.ratio[i, metric] <= room[z, metric]
    return fits


@njit(cache=True)
def least_costs(accounts: Accounts, centre: Floats, price: Floats, power: int) -> Floats:
    """For each account the least over all zones it may be in of weight × distance^power + load × price (+ moving)."""
    n, zones = len(accounts.xy), len(centre)
    least = np.empty(n)
    for i in range(n):
        best = np.inf
        for z in range(zones):
            if accounts.locked[i] >= 0 and accounts.locked[i] != z:
                continue
            if is_barred(accounts, i, z):
                continue
            cost = accounts.weight[i] * _cost(accounts, centre, power, i, z)
            for metric in range(price.shape[1]):
                cost += accounts.load[i, metric] * price[z, metric]
            best = min(best, cost)
        least[i] = best
    return least
