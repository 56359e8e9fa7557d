"""Problems so small that all divisions can be tried."""

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.instance import Instance
from clustering.search import Found, cut_off, spacing2

MOST_DIVISIONS = 100_000  # zones ** accounts
MOST_LOOKED_AT = 2_000  # of the best ones, for whether they hang together


def try_all(instance: Instance) -> Found | None:
    """The best of all divisions that keep zones whole and none of them empty; None where there are too many or none.

    Load outside the limits ranks before cost, as in `Found`. Free centres are means, so this is the global optimum.
    """
    n, zones = len(instance.order), instance.zones
    if instance.power != 2 or n < zones or n * np.log(max(zones, 2)) > np.log(MOST_DIVISIONS):
        return None
    label = _allowed(instance, np.stack(np.unravel_index(np.arange(zones**n), (zones,) * n), axis=1).astype(np.int64))
    excess, cost = _excess_and_cost(instance, label)
    for row in np.lexsort((cost, np.round(excess, 9)))[:MOST_LOOKED_AT]:
        chosen = np.ascontiguousarray(label[row])
        if not instance.contiguous or cut_off(instance, chosen) == 0:
            centre = instance.centres(chosen, instance.centre)
            price = np.zeros(instance.limits.low.shape)
            return Found(chosen, centre, price, spacing2(centre), 0, float(excess[row]), float(cost[row]))
    return None


def _allowed(instance: Instance, label: Ints) -> Ints:
    """The divisions (d, n) that respect locks and bans and leave no zone empty."""
    accounts = instance.accounts
    fits = np.ones(len(label), np.bool_)
    for i in range(label.shape[1]):
        if accounts.locked[i] >= 0:
            fits &= label[:, i] == accounts.locked[i]
        for zone in accounts.barred_zone[accounts.barred_ptr[i] : accounts.barred_ptr[i + 1]]:
            fits &= label[:, i] != zone
    for zone in range(instance.zones):
        fits &= (label == zone).any(axis=1)
    return label[fits]


def _excess_and_cost(instance: Instance, label: Ints) -> tuple[Floats, Floats]:
    accounts, limits = instance.accounts, instance.limits
    cost = ((accounts.home >= 0) & (label != accounts.home)) @ accounts.price
    excess = np.zeros(len(label))
    for zone in range(instance.zones):
        mine = (label == zone).astype(np.float64)
        weight = mine * accounts.weight
        mean = weight @ accounts.xy / weight.sum(axis=1, keepdims=True)
        if instance.pinned[zone]:
            mean[:] = instance.centre[zone]
        for axis in range(accounts.xy.shape[1]):
            cost = cost + (weight * (accounts.xy[:, axis] - mean[:, axis, None]) ** 2).sum(axis=1)
        load = mine @ accounts.load
        over = np.maximum(0, np.maximum(load - limits.high[zone], limits.low[zone] - load))
        excess = excess + over @ limits.unit
    return excess, cost
