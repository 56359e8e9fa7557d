"""Local search where there are too many accounts to look at all at once: region by region.

A region is some hundred whole zones that lie together. Moves, exchanges and new cuts stay inside it, so that a region
needs nothing but its own accounts and can be worked on anywhere. A second division into other regions turns to the
borders of the first ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Accounts, Floats, Ints
from clustering.instance import Instance
from clustering.kd_split import kd_split, turn


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Zones, the accounts in them, and the problem they are by themselves."""

    zones: Ints
    rows: Ints
    instance: Instance
    label: Ints  # (rows,) which of `zones`


def zones_together(centre: Floats, groups: int, angle: float) -> Ints:
    """Which of `groups` groups of neighbouring zones each zone is in; another angle makes other groups."""
    return kd_split(centre @ turn(centre.shape[1], angle), np.ones(len(centre)), np.full(groups, 1 / groups))


def regions(instance: Instance, label: Ints, group: Ints) -> Iterator[Region]:
    """The regions that these groups of zones make, one after the other."""
    mine = group[label]
    for number in range(int(group.max()) + 1):
        zones = np.flatnonzero(group == number).astype(np.int64)
        yield region(instance, label, zones, np.flatnonzero(mine == number).astype(np.int64))


def region(instance: Instance, label: Ints, zones: Ints, rows: Ints) -> Region:
    """The problem of these zones with these accounts, which are all those in them."""
    inside = np.full(instance.zones, -1, np.int64)
    inside[zones] = np.arange(len(zones))
    return Region(
        zones,
        rows,
        replace(
            instance,
            accounts=_accounts(instance.accounts, rows, inside),
            limits=instance.limits._replace(low=instance.limits.low[zones], high=instance.limits.high[zones]),
            share=instance.share[zones],
            pinned=instance.pinned[zones],
            centre=instance.centre[zones],
            near=instance.near[zones],
            order=instance.order[rows],
        ),
        inside[label[rows]],
    )


def _accounts(accounts: Accounts, rows: Ints, inside: Ints) -> Accounts:
    """The accounts of a region; who has a present zone elsewhere has none here, the price of it being paid already."""
    barred_ptr, barred = _rows(accounts.barred_ptr, accounts.barred_zone, rows, inside)
    place = np.full(len(accounts.xy), -1, np.int64)
    place[rows] = np.arange(len(rows))
    near_ptr, near = _rows(accounts.near_ptr, accounts.near, rows, place)
    return Accounts(
        xy=accounts.xy[rows],
        weight=accounts.weight[rows],
        load=accounts.load[rows],
        locked=_inside(accounts.locked[rows], inside),
        home=_inside(accounts.home[rows], inside),
        price=accounts.price[rows],
        barred_ptr=barred_ptr,
        barred_zone=barred,
        near_ptr=near_ptr,
        near=near,
    )


def _inside(zone: Ints, inside: Ints) -> Ints:
    return np.where(zone >= 0, inside[zone], -1)


def _rows(ptr: Ints, values: NDArray[np.int64], rows: Ints, inside: Ints) -> tuple[Ints, Ints]:
    """The rows of a table of lists, with what is inside the region, by its number there."""
    size = ptr[rows + 1] - ptr[rows]
    start = np.concatenate([[0], np.cumsum(size)])
    found = inside[values[np.repeat(ptr[rows] - start[:-1], size) + np.arange(start[-1])]]
    kept = found >= 0
    before = np.concatenate([[0], np.cumsum(kept)])
    return before[start].astype(np.int64), found[kept]
