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


class Choices(NamedTuple):
    """K candidate zones of each account."""

    zone: Narrow  # (n, K)
    dist2: Floats  # (n, K) squared distance (plain distance for medians), infinite where not allowed
    ratio: Floats  # (n, m) load / weight
    weight: Floats  # (n,)


class Triplets(NamedTuple):
    """A sparse symmetric matrix in the making; unknown = zone × metrics + metric."""

    row: Narrow
    column: Narrow
    value: Floats


@njit(cache=True)
def priced(choices: Choices, price: Floats, i: int, q: int) -> float:
    """Cost per unit of weight of account i in its candidate q."""
    z = choices.zone[i, q]
    cost = float(choices.dist2[i, q])
    for metric in range(price.shape[1]):
        cost += choices.ratio[i, metric] * price[z, metric]
    return cost


@njit(cache=True)
def soft_assign(choices: Choices, price: Floats, heat: float, part: Floats, load: Floats) -> float:
    """Fill `part` (n, K) with the parts of each account and `load` (k, m); the value of the softened minimum."""
    n, candidates = choices.zone.shape
    load[:] = 0
    value = 0.0
    for i in range(n):
        least = np.inf
        for q in range(candidates):
            part[i, q] = priced(choices, price, i, q)
            least = min(least, part[i, q])
        total = 0.0
        for q in range(candidates):
            exponent = (part[i, q] - least) / heat
            part[i, q] = np.exp(-exponent) if exponent < FAR else 0.0
            total += part[i, q]
        weight = choices.weight[i]
        value += weight * (least - heat * np.log(total))
        for q in range(candidates):
            if part[i, q] > 0.0:
                part[i, q] /= total
                for metric in range(load.shape[1]):
                    load[choices.zone[i, q], metric] += weight * choices.ratio[i, metric] * part[i, q]
    return value


@njit(cache=True)
def curvature(choices: Choices, part: Floats, heat: float, out: Triplets) -> int:
    """Write minus the second derivative of the softened minimum as triplets; how many there are.

    When they do not fit, only the number is right: call again with room for so many.
    """
    n, candidates = choices.zone.shape
    metrics = choices.ratio.shape[1]
    size = 0
    for i in range(n):
        for q in range(candidates):
            if part[i, q] <= FAINT or part[i, q] >= 1 - FAINT:
                continue
            for r in range(q + 1, candidates):
                if part[i, r] <= FAINT:
                    continue
                both = choices.weight[i] * part[i, q] * part[i, r] / heat
                for s in range(metrics):
                    for t in range(metrics):
                        if size < len(out.row):
                            out.row[size] = choices.zone[i, q] * metrics + s
                            out.column[size] = choices.zone[i, r] * metrics + t
                            out.value[size] = both * choices.ratio[i, s] * choices.ratio[i, t]
                        size += 1
    return size


@njit(cache=True)
def own_curvature(choices: Choices, part: Floats, heat: float, block: Floats) -> None:
    """Fill `block` (k, m, m) with the part of the curvature between the metrics of one zone."""
    n, candidates = choices.zone.shape
    metrics = choices.ratio.shape[1]
    block[:] = 0
    for i in range(n):
        for q in range(candidates):
            p = part[i, q]
            if p <= FAINT or p >= 1 - FAINT:
                continue
            both = choices.weight[i] * p * (1 - p) / heat
            for s in range(metrics):
                for t in range(metrics):
                    block[choices.zone[i, q], s, t] += both * choices.ratio[i, s] * choices.ratio[i, t]


@njit(cache=True)
def hard_assign(choices: Choices, price: Floats, label: Ints, regret: Floats) -> float:
    """Fill `label` with the cheapest zone of each account and `regret` with the step to the second cheapest.

    Returns the sum of weight × cheapest cost: the first half of a lower bound.
    """
    n, candidates = choices.zone.shape
    value = 0.0
    for i in range(n):
        least, second = np.inf, np.inf
        for q in range(candidates):
            cost = priced(choices, price, i, q)
            if cost < least:
                second = least
                least = cost
                label[i] = choices.zone[i, q]
            elif cost < second:
                second = cost
        value += choices.weight[i] * least
        regret[i] = (second - least) * choices.weight[i]
    return value


@njit(cache=True)
def round_off(choices: Choices, price: Floats, order: Ints, weight_high: Floats, label: Ints) -> None:
    """Give each account, surest first, to its cheapest zone that still has room in every metric (else the cheapest)."""
    candidates = choices.zone.shape[1]
    room = weight_high.copy()
    for i in order:
        best, fitting = np.inf, np.inf
        cheapest, zone = -1, -1
        for q in range(candidates):
            cost = priced(choices, price, i, q)
            z = choices.zone[i, q]
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
            if not _may_be(accounts, i, z):
                continue
            far = 0.0
            for axis in range(centre.shape[1]):
                far += (accounts.xy[i, axis] - centre[z, axis]) ** 2
            cost = accounts.weight[i] * (far if power == 2 else np.sqrt(far))
            for metric in range(price.shape[1]):
                cost += accounts.load[i, metric] * price[z, metric]
            if accounts.home[i] >= 0 and accounts.home[i] != z:
                cost += accounts.price[i]
            best = min(best, cost)
        least[i] = best
    return least


@njit(cache=True)
def _may_be(accounts: Accounts, i: int, z: int) -> bool:
    if accounts.locked[i] >= 0:
        return bool(accounts.locked[i] == z)
    free = True
    for e in range(accounts.barred_ptr[i], accounts.barred_ptr[i + 1]):
        free = free and accounts.barred_zone[e] != z
    return free
