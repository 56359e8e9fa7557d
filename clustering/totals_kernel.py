"""What each zone holds in all, kept while accounts come and go, and how far that lies outside the limits."""

from numba import njit

from clustering.arrays import Accounts, Ints, Limits, Zones

NOBODY = -1


@njit(cache=True)
def fill_totals(accounts: Accounts, zones: Zones, label: Ints) -> None:
    """Count the totals of all zones anew from `label`."""
    zones.weight[:] = 0
    zones.moment[:] = 0
    zones.load[:] = 0
    zones.members[:] = 0
    for i in range(len(label)):
        put(accounts, zones, i, label[i], 1.0)


@njit(cache=True)
def put(accounts: Accounts, zones: Zones, i: int, z: int, sign: float) -> None:
    """Add account i to the totals of zone z, or take it out with sign -1."""
    weight = sign * accounts.weight[i]
    zones.weight[z] += weight
    for axis in range(accounts.xy.shape[1]):
        zones.moment[z, axis] += weight * accounts.xy[i, axis]
    for q in range(accounts.load.shape[1]):
        zones.load[z, q] += sign * accounts.load[i, q]
    zones.members[z] += 1 if sign > 0 else -1


@njit(cache=True)
def excess(accounts: Accounts, limits: Limits, zones: Zones, z: int, out: int, into: int) -> float:
    """Load outside the limits of zone z once `out` has left and `into` has come (-1: nobody)."""
    total = 0.0
    for q in range(len(limits.unit)):
        load = zones.load[z, q]
        if out >= 0:
            load -= accounts.load[out, q]
        if into >= 0:
            load += accounts.load[into, q]
        total += limits.unit[q] * max(0.0, load - limits.high[z, q], limits.low[z, q] - load)
    return total


@njit(cache=True)
def total_excess(accounts: Accounts, limits: Limits, zones: Zones) -> float:
    total = 0.0
    for z in range(len(zones.weight)):
        total += excess(accounts, limits, zones, z, NOBODY, NOBODY)
    return total


@njit(cache=True)
def shift(accounts: Accounts, zones: Zones, label: Ints, i: int, b: int) -> None:
    put(accounts, zones, i, label[i], -1.0)
    put(accounts, zones, i, b, 1.0)
    label[i] = b
