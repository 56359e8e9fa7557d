"""Chains of three moves on top of all other local search, while they gain."""

import numpy as np

from clustering.boundary_kernel import polish
from clustering.chain_kernel import relay_three
from clustering.instance import Instance
from clustering.relay_kernel import relay
from clustering.search import FIRM, POLISH_PASSES, RELAY_PASSES, Found, measured

ROUNDS = 6


def chained(instance: Instance, found: Found, starts_per_zone: int) -> Found:
    """A division improved by chains that begin with the accounts that would gain most elsewhere, if there were room.

    `starts_per_zone` times the number of zones of them are tried in each round. Where load lies outside the limits, or
    distance is not squared, nothing is done.
    """
    if starts_per_zone == 0 or found.excess > 1e-9 or instance.power != 2 or instance.zones < 2:
        return found
    accounts, limits, label = instance.accounts, instance.limits, found.label.copy()
    totals = instance.totals(label)
    starts, news = starts_per_zone * instance.zones, np.ones(instance.zones, np.bool_)
    for _ in range(ROUNDS):
        if relay_three(accounts, limits, totals, label, instance.contiguous, starts, news) == 0:
            break
        before = label.copy()
        polish(accounts, limits, totals, label, instance.contiguous, FIRM * found.heat, POLISH_PASSES)
        relay(accounts, limits, totals, label, instance.contiguous, RELAY_PASSES)
        moved = label != before
        news[label[moved]] = news[before[moved]] = True
    return min(found, measured(instance, label, found.centre, found.price, found.heat), key=lambda each: each.rank)
