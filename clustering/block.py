"""A share of the accounts with all that is worked out for each of them while centres and prices change.

The driver (`power_diagram.py`) knows centres and prices only: one unknown per zone and metric. Whatever has a row per
account stays in a block: it takes centres and prices in and gives sums per zone out. Blocks may live in one process
or be spread over the workers of a cluster (`blocks.py`); the division into blocks, and with it every sum, is the same.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from clustering.arrays import Accounts, Floats, Ints, Narrow
from clustering.dual_kernel import (
    Choices,
    Curvature,
    curvature,
    fill_choices,
    hard_assign,
    least_costs,
    recost,
    soft_assign,
)

SURE = 7.0  # an account this many temperatures cheaper in one zone than in any other is not a matter of rounding
EVERY_ZONE_UP_TO = 30_000_000  # accounts × zones of a block; above, the k-d tree finds the least cost
AT_ONCE = 50_000  # accounts searched at once, to spare memory


class Sums(NamedTuple):
    """Totals per zone: of weight, weight × place, load, and how many accounts."""

    weight: Floats  # (k,)
    moment: Floats  # (k, axes)
    load: Floats  # (k, m)
    members: Ints  # (k,)


class Unsure(NamedTuple):
    """The accounts between zones, for the driver to round: their rows in the block, regret, candidates."""

    row: Ints
    regret: Floats
    choices: Choices


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Where the search stands: centres (k, axes), prices (k, m), and what to look at around them.

    `reach` is how much dearer than the cheapest a candidate may be; `wanted` how many zones are searched at most;
    `ratio` the mean load per weight (m,), by which prices count in the search.
    """

    centre: Floats
    price: Floats
    ratio: Floats
    wanted: int
    reach: float
    power: int

    def nearest(self, xy: Floats, wanted: int) -> Narrow:
        """(n, wanted) zones of least squared distance + price, cheapest first.

        Found as nearest points of a k-d tree lifted by one dimension in which the price is a height.
        """
        if wanted >= len(self.centre):
            return np.tile(np.arange(len(self.centre), dtype=np.int32), (len(xy), 1))
        height = self.price @ self.ratio if self.power == 2 else np.zeros(len(self.centre))
        tree = KDTree(np.column_stack([self.centre, np.sqrt(height - height.min())]))
        _, zone = tree.query(np.column_stack([xy, np.zeros(len(xy))]), k=wanted)
        return np.asarray(zone, dtype=np.int32).reshape(len(xy), wanted)


class Block:
    """Accounts, whole or in grains, with their candidates, parts and zones.

    Grains are up to `grain` accounts that follow each other on the space-filling curve, taken as one at their weighted
    mean: good enough to move centres by. `zoom` chooses what the steps work on.
    """

    def __init__(self, accounts: Accounts, grain: int) -> None:
        self.accounts = accounts
        self.grains = grains_of(accounts, grain) if grain > 1 else accounts
        self.zoom(True)

    def zoom(self, whole: bool) -> bool:
        """Work on whole accounts or on grains from now on; whether it is grains."""
        self.points = self.accounts if whole else self.grains
        self.label = np.zeros(len(self.points.xy), np.int64)
        self.choices: Choices | None = None
        self.part: Floats = np.empty(0)
        return self.points is not self.accounts

    def grain_sizes(self) -> tuple[Floats, Floats]:
        """Where the grains are, and how much load they carry (mean over metrics)."""
        return self.grains.xy, self.grains.load.mean(axis=1) + 1e-9

    def look(self, view: View) -> None:
        """Choose the candidates of every account around these centres at these prices."""
        self.choices = None
        n = len(self.points.xy)
        pieces = [self._look_at(view, first, min(first + AT_ONCE, n)) for first in range(0, n, AT_ONCE)]
        self.weigh(_joined(pieces))

    def follow(self, centre: Floats, power: int) -> None:
        """Keep the candidates and cost them anew around centres that have moved a little."""
        recost(self.points, centre, power, self._choices())

    def weigh(self, choices: Choices) -> None:
        """Take these for the candidates."""
        self.choices = choices
        self.part = np.empty(len(choices.zone))

    def _look_at(self, view: View, first: int, last: int) -> Choices:
        points = rows_of(self.points, first, last)
        near = view.nearest(points.xy, min(view.wanted, len(view.centre)))
        room = near.shape[0] * (near.shape[1] + 1)
        ratio = points.load / points.weight[:, None]
        ptr = np.zeros(len(near) + 1, np.int64)
        out = Choices(ptr, np.empty(room, np.int32), np.empty(room), ratio, points.weight)
        size = fill_choices(points, near, view.centre, view.price, view.power, view.reach, out)
        return out._replace(zone=out.zone[:size].copy(), cost=out.cost[:size].copy())

    def soften(self, price: Floats, heat: float) -> tuple[float, Floats]:
        """The softened minimum at these prices and the load of each zone."""
        load = np.empty_like(price)
        return soft_assign(self._choices(), price, heat, self.part, load), load

    def bend(self, zones: int, heat: float) -> Curvature:
        """The curvature at the prices of the last `soften`."""
        return curvature(self._choices(), self.part, heat, zones, 4 * zones)

    def divide(self, price: Floats) -> tuple[float, Sums]:
        """Give each account to its cheapest candidate: sum of weight × cost, and what the zones hold."""
        regret = np.empty(len(self.label))
        value = hard_assign(self._choices(), price, self.label, regret)
        return value, self.sums(len(price))

    def sums(self, zones: int) -> Sums:
        points, label = self.points, self.label
        moment = [np.bincount(label, points.weight * axis, zones) for axis in points.xy.T]
        load = [np.bincount(label, metric, zones) for metric in points.load.T]
        weight = np.bincount(label, points.weight, zones)
        return Sums(weight, np.stack(moment, 1), np.stack(load, 1), np.bincount(label, minlength=zones))

    def unsure(self, price: Floats, heat: float) -> tuple[Floats, Unsure]:
        """Load (k, m) of the accounts that clearly belong to one zone, and the others for the driver to round."""
        choices = self._choices()
        regret = np.empty(len(self.label))
        hard_assign(choices, price, self.label, regret)
        row = np.flatnonzero(regret < SURE * heat * choices.weight)
        sure = np.ones(len(self.label), np.bool_)
        sure[row] = False
        load = [np.bincount(self.label[sure], metric[sure], len(price)) for metric in self.points.load.T]
        return np.stack(load, 1), Unsure(row.astype(np.int64), regret[row], _chosen(choices, row))

    def settle(self, row: Ints, zone: Ints) -> Ints:
        """Put the accounts at these rows into these zones; the zones of all accounts of the block."""
        self.label[row] = zone
        return self.label

    def least(self, view: View) -> float:
        """Sum over accounts of the least of weight × distance^power + load × price over all zones: nothing left out."""
        points, price = self.points, view.price
        by_tree = price.shape[1] == 1 and view.power == 2 and np.allclose(points.load[:, 0], points.weight, rtol=1e-9)
        by_tree = by_tree and not (points.locked >= 0).any() and not (points.home >= 0).any()
        by_tree = by_tree and len(points.barred_zone) == 0
        if not by_tree or len(points.xy) * len(view.centre) <= EVERY_ZONE_UP_TO:
            return float(least_costs(points, view.centre, price, view.power).sum())
        zone = view.nearest(points.xy, 1)[:, 0]
        far2 = ((points.xy - view.centre[zone]) ** 2).sum(axis=1)
        return float((points.weight * (far2 + price[zone, 0])).sum())  # not @: its sums depend on the number of threads

    def _choices(self) -> Choices:
        if self.choices is None:
            raise RuntimeError("a block has to look for candidates before it can weigh them")
        return self.choices


def _joined(pieces: list[Choices]) -> Choices:
    if len(pieces) == 1:
        return pieces[0]
    start = np.cumsum([0] + [len(piece.zone) for piece in pieces])
    ptr = [np.zeros(1, np.int64)] + [piece.ptr[1:] + first for piece, first in zip(pieces, start, strict=False)]
    columns = (np.concatenate(column) for column in list(zip(*pieces, strict=True))[1:])
    return Choices(np.concatenate(ptr), *columns)


def _chosen(choices: Choices, row: Ints) -> Choices:
    """The choices of these rows alone."""
    size = np.diff(choices.ptr)[row]
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    place = np.repeat(choices.ptr[row] - ptr[:-1], size) + np.arange(ptr[-1])
    return Choices(ptr, choices.zone[place], choices.cost[place], choices.ratio[row], choices.weight[row])


def joined_unsure(parts: list[Unsure]) -> Unsure:
    """The unsure accounts of all blocks; rows stay those of their blocks."""
    row = np.concatenate([part.row for part in parts])
    return Unsure(row, np.concatenate([part.regret for part in parts]), _joined([part.choices for part in parts]))


def rows_of(accounts: Accounts, first: int, last: int) -> Accounts:
    """The accounts from `first` up to `last`, without their neighbours."""
    ptr = accounts.barred_ptr
    return Accounts(
        xy=accounts.xy[first:last],
        weight=accounts.weight[first:last],
        load=accounts.load[first:last],
        locked=accounts.locked[first:last],
        home=accounts.home[first:last],
        price=accounts.price[first:last],
        barred_ptr=ptr[first : last + 1] - ptr[first],
        barred_zone=accounts.barred_zone[ptr[first] : ptr[last]],
        near_ptr=np.zeros(last - first + 1, np.int64),
        near=accounts.near[:0],
    )


def grains_of(accounts: Accounts, size: int) -> Accounts:
    """Up to `size` accounts in a row on a Hilbert curve taken as one; accounts with a rule of their own stay alone.

    That curve never jumps, so a grain is a small patch.
    """
    plain = (accounts.locked < 0) & (accounts.home < 0) & (np.diff(accounts.barred_ptr) == 0)
    order = np.flatnonzero(plain)
    order = order[np.argsort(hilbert_place(accounts.xy[order]), kind="stable")]
    weight = _every(accounts.weight[order], size)
    xy = _every(accounts.weight[order, None] * accounts.xy[order], size) / weight[:, None]
    alone = np.flatnonzero(~plain)
    grains, free = len(weight) + len(alone), np.full(len(weight), -1, np.int64)
    barred = accounts.barred_ptr[np.append(alone, len(plain))] - accounts.barred_ptr[-1] + len(accounts.barred_zone)
    return Accounts(
        xy=np.concatenate([xy, accounts.xy[alone]]),
        weight=np.concatenate([weight, accounts.weight[alone]]),
        load=np.concatenate([_every(accounts.load[order], size), accounts.load[alone]]),
        locked=np.concatenate([free, accounts.locked[alone]]),
        home=np.concatenate([free, accounts.home[alone]]),
        price=np.concatenate([np.zeros(len(weight)), accounts.price[alone]]),
        barred_ptr=np.concatenate([np.zeros(len(weight), np.int64), barred]),
        barred_zone=accounts.barred_zone,
        near_ptr=np.zeros(grains + 1, np.int64),
        near=accounts.near[:0],
    )


def _every(values: Floats, size: int) -> Floats:
    """Sums of `size` rows at a time."""
    return np.asarray(np.add.reduceat(values, np.arange(0, len(values), size), axis=0)) if len(values) else values


def hilbert_place(xy: Floats) -> Ints:
    """Where each point comes along a Hilbert curve through 2^16 × 2^16 cells (of the first and the last axis)."""
    low = xy.min(axis=0, initial=np.inf)
    width = max(float((xy - low).max(initial=0.0)), 1e-300)
    x, y = (np.minimum((xy[:, axis] - low[axis]) / width * 65536, 65535).astype(np.int64) for axis in (0, -1))
    place = np.zeros(len(xy), np.int64)
    for bit in range(15, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        place = (place << 2) | ((3 * right) ^ upper)
        flip = (upper == 0) & (right == 1)
        x, y = np.where(flip, 65535 - x, x), np.where(flip, 65535 - y, y)
        x, y = np.where(upper == 0, y, x), np.where(upper == 0, x, y)
    return place
