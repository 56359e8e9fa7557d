"""A zone problem as the search sees it: in an order and in units of its own.

The accounts are sorted along a space-filling curve, so that neighbours lie together in memory and the order in which
the caller gave them cannot change the plan. Lengths are divided by the typical distance between zones, weights and
loads by a zone's mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Accounts, Floats, Ints, Limits, Zones
from clustering.feasible import feasible_limits
from clustering.neighbourhood import search_graph, spots_of
from clustering.problem import FREE, Objective, ZoneProblem


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """`order[i]` is the problem's row of account i here; `xy` = (xy_m - origin_m) / length_m.

    Named accounts are not among them: what they carry is taken off the limits of their zones.
    """

    accounts: Accounts
    limits: Limits
    share: Floats  # (k,) of the limits, for the first division
    pinned: NDArray[np.bool_]
    centre: Floats  # (k, 2) where pinned
    near: Floats  # (k, 2) mean place of the named accounts, NaN where there are none: a hint, no rule
    contiguous: bool
    power: int  # cost is weight × distance to this power
    order: NDArray[np.intp]
    origin_m: Floats
    length_m: float
    weight_unit: float
    notes: tuple[str, ...]

    @property
    def zones(self) -> int:
        return len(self.share)

    @property
    def cost_unit(self) -> float:
        """What a cost of 1 here is in weight × m², or weight × m for medians."""
        return self.weight_unit * self.length_m**self.power

    def totals(self, label: Ints) -> Zones:
        """The zones' totals for these labels."""
        from clustering.totals_kernel import fill_totals

        k, metrics = self.zones, self.accounts.load.shape[1]
        zones = Zones(
            np.zeros(k),
            np.zeros((k, self.accounts.xy.shape[1])),
            np.zeros((k, metrics)),
            np.zeros(k, np.int64),
            self.pinned,
            self.centre,
        )
        fill_totals(self.accounts, zones, label)
        return zones

    def centres(self, label: Ints, before: Floats) -> Floats:
        """Pinned centres, weighted means elsewhere; a zone without accounts keeps the centre it had `before`."""
        zones = self.totals(label)
        empty = zones.members == 0
        mean = zones.moment / np.where(empty, 1.0, zones.weight)[:, None]
        mean[empty] = before[empty]
        mean[self.pinned] = self.centre[self.pinned]
        return mean


def to_instance(problem: ZoneProblem) -> Instance:
    order = canonical_order(problem)
    origin_m = problem.xy_m[order].mean(axis=0)
    off_m = problem.xy_m[order] - origin_m
    length_m = _typical_length(off_m, problem.zones)
    weight = problem.weights[order]
    weight_unit = float(weight.sum()) / problem.zones
    total = problem.loads[order].sum(axis=0)
    load_unit = np.where(total > 0, total, 1.0) / problem.zones
    feasible = feasible_limits(problem)
    taken = named_loads(problem)
    low, high = np.maximum(feasible.low - taken, 0.0), np.maximum(feasible.high - taken, 0.0)
    limits = Limits(low / load_unit, high / load_unit, np.ones(len(total)))
    power = 1 if problem.objective is Objective.MEDIAN else 2
    pinned, centre = _pins(problem, origin_m, length_m)
    accounts = Accounts(
        xy=off_m / length_m,
        weight=weight / weight_unit,
        load=np.ascontiguousarray(problem.loads[order] / load_unit),
        locked=feasible.locked[order],
        **_stay(problem, order, weight_unit * length_m**power),
        **_barred(problem, order),
        **_graph(problem, order),
    )
    target = np.outer(problem.shares, problem.loads.sum(axis=0)) - taken
    share = _shares(target / load_unit, limits)
    return Instance(
        accounts,
        limits,
        share,
        pinned,
        centre,
        _named_places(problem, origin_m, length_m),
        problem.contiguous,
        power,
        order,
        origin_m,
        length_m,
        weight_unit,
        feasible.notes,
    )


def named_loads(problem: ZoneProblem) -> Floats:
    """(zones, metrics) what the named accounts carry."""
    taken = np.zeros((problem.zones, problem.loads.shape[1]))
    if problem.named is not None:
        rows = np.flatnonzero(problem.named >= 0)
        np.add.at(taken, problem.named[rows], problem.loads[rows])
    return taken


def canonical_order(problem: ZoneProblem) -> NDArray[np.intp]:
    """Rows of the ordinary accounts along a Morton curve; rows at one point by their loads, weights and locks."""
    rows = problem.ordinary
    xy_m = problem.xy_m[rows]
    low = xy_m.min(axis=0)
    width = float(max(np.ptp(xy_m, axis=0).max(), 1e-9))
    cell = np.minimum((xy_m - low) / width * 65536, 65535).astype(np.uint64)
    keys: list[NDArray[Any]] = [values[rows] for values in (problem.current, problem.locked) if values is not None]
    keys += [problem.weights[rows], *problem.loads[rows].T, *xy_m.T[::-1]]
    return rows[np.lexsort([*keys, _interleave(cell)])]


def _interleave(cell: NDArray[np.uint64]) -> NDArray[np.uint64]:
    spread = cell.copy()
    for step, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        spread = (spread | (spread << np.uint64(step))) & np.uint64(mask)
    return np.asarray(spread[:, 0] | (spread[:, -1] << np.uint64(1)))


def _typical_length(off_m: Floats, zones: int) -> float:
    """The side of a square with a zone's part of the area; where there is no area, of the length; else 1."""
    sides = np.ptp(off_m, axis=0)
    area = float(np.prod(sides))
    length = (area / zones) ** (1 / len(sides)) if area > 0 else float(sides.max()) / zones
    return float(length) if length > 0 else 1.0


def _pins(problem: ZoneProblem, origin_m: Floats, length_m: float) -> tuple[NDArray[np.bool_], Floats]:
    if problem.centres_m is None:
        return np.zeros(problem.zones, np.bool_), np.zeros((problem.zones, problem.xy_m.shape[1]))
    pinned = np.isfinite(problem.centres_m).all(axis=1)
    return pinned, np.where(pinned[:, None], (problem.centres_m - origin_m) / length_m, 0.0)


def _named_places(problem: ZoneProblem, origin_m: Floats, length_m: float) -> Floats:
    places = np.full((problem.zones, problem.xy_m.shape[1]), np.nan)
    if problem.named is not None:
        for zone in np.unique(problem.named[problem.named >= 0]):
            places[zone] = (problem.xy_m[problem.named == zone].mean(axis=0) - origin_m) / length_m
    return places


def _stay(problem: ZoneProblem, order: NDArray[np.intp], cost_unit: float) -> dict[str, Any]:
    if problem.current is None or problem.move_price is None:
        return {"home": np.full(len(order), FREE, np.int64), "price": np.zeros(len(order))}
    return {"home": problem.current[order].astype(np.int64), "price": problem.move_price[order] / cost_unit}


def _barred(problem: ZoneProblem, order: NDArray[np.intp]) -> dict[str, Any]:
    pairs = np.empty((0, 2), np.int32) if problem.forbidden is None else np.unique(problem.forbidden, axis=0)
    place = np.full(len(problem), -1, np.intp)
    place[order] = np.arange(len(order))
    pairs = pairs[place[pairs[:, 0]] >= 0]
    rows = place[pairs[:, 0]]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(order)))])
    zone = pairs[np.lexsort((pairs[:, 1], rows)), 1]
    return {"barred_ptr": ptr.astype(np.int64), "barred_zone": zone.astype(np.int64)}


def _graph(problem: ZoneProblem, order: NDArray[np.intp]) -> dict[str, Any]:
    graph = search_graph(spots_of(problem), np.searchsorted(problem.ordinary, order))
    graph.sort_indices()
    return {"near_ptr": graph.indptr.astype(np.int64), "near": graph.indices.astype(np.int64)}


def _shares(target: Floats, limits: Limits) -> Floats:
    """What each zone should weigh in the first division: its target as far as the limits allow, mean over metrics."""
    wanted = np.clip(target, limits.low, limits.high).mean(axis=1)
    wanted = np.maximum(wanted, 1e-6)
    return np.asarray(wanted / wanted.sum())
