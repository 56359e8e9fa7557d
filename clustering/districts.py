"""Districts made of whole territories, and regions made of whole districts: a tree in which every level is balanced."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

from clustering.band import LoadBounds
from clustering.build import build_zones
from clustering.errors import InvalidProblem
from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem
from clustering.units import tie_islands
from geo.limits import Limits

Floats = NDArray[np.float64]
RUNS = Limits(iterations=16)
TOLERANCE = 0.1


@dataclass(frozen=True, slots=True)
class Span:
    """How many territories one manager leads, at least and at most."""

    least: int = 1
    most: int = 12

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise InvalidProblem(f"a span must be 1 ≤ least ≤ most, got {self.least} to {self.most}")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a tree: how many groups (None: as many as the span asks for), their span, the band of their load."""

    groups: int | None = None
    span: Span = Span()
    tolerance: float = TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class Districts:
    """One level of the tree. k territories below, d districts.

    district (k,): the district of each territory. loads (d, metrics) and territories (d,): sums and numbers of what
    is below. deviation (d, metrics): load / mean - 1. problem, plan: the territories as units, and how they were
    divided; its last metric is their number. notes: what could not be met, and why.
    """

    district: NDArray[np.int32]
    loads: Floats
    territories: NDArray[np.int64]
    deviation: Floats
    problem: ZoneProblem
    plan: ZonePlan
    notes: tuple[str, ...] = ()


def build_tree(
    xy_m: ArrayLike, zone: ArrayLike, load: ArrayLike, levels: Sequence[Level], *, neighbours: Any = None, seed: int = 0
) -> tuple[Districts, ...]:
    """Districts of territories, regions of districts and so on, from the lowest level up; see `build_districts`."""
    labels, loads = np.asarray(zone, dtype=np.int32), np.asarray(load, dtype=np.float64)
    tree = []
    for level in levels:
        found = build_districts(xy_m, labels, loads, level, neighbours=neighbours, seed=seed)
        tree.append(found)
        labels, loads = found.district[labels], found.loads
    return tuple(tree)


def build_districts(
    xy_m: ArrayLike, zone: ArrayLike, load: ArrayLike, level: Level, *, neighbours: Any = None, seed: int = 0
) -> Districts:
    """Divide whole territories among managers: contiguous, compact, within the span, balanced in every metric of load.

    A territory cannot be divided: where no division keeps the tolerance, the band widens to what whole territories
    allow (half of the largest, or the part of one by which numbers must differ). Where the span and the number of
    districts cannot both be kept, the number is kept.

    Args:
        xy_m: (n, 2) accounts in metres. zone: (n,) the territory of each, 0 to k - 1.
        load: (k,) or (k, metrics) what each territory carries.
        neighbours: (n, n) sparse graph of the accounts; None: Delaunay.
    """
    places, labels = np.asarray(xy_m, dtype=np.float64), np.asarray(zone, dtype=np.int64)
    loads = np.asarray(load, dtype=np.float64).reshape(len(np.asarray(load)), -1)
    count = np.bincount(labels, minlength=len(loads))
    if len(count) != len(loads) or not count.all():
        raise InvalidProblem(f"every one of {len(loads)} territories must have accounts, numbered from 0")
    groups, span, notes = _groups(len(loads), level)
    problem = ZoneProblem(
        xy_m=np.stack([np.bincount(labels, along) / count for along in places.T], axis=1),
        load=np.column_stack([loads, np.ones(len(loads))]),
        zones=groups,
        neighbours=_touching(places, labels, len(loads), neighbours),
    )
    mean = loads.sum(axis=0) / groups
    for width in (level.tolerance * mean, np.maximum(level.tolerance * mean, _grain(loads, groups))):
        problem = replace(problem, band=_band(mean, width, groups, span))
        plan = build_zones(problem, limits=RUNS, seed=seed)
        if not plan.notes:
            break
    district = _from_west(plan, groups)[plan.zone].astype(np.int32)
    summed = np.stack([np.bincount(district, metric, groups) for metric in loads.T], axis=1)
    mean = summed.mean(axis=0)
    return Districts(
        district=district,
        loads=summed,
        territories=np.bincount(district, minlength=groups),
        deviation=np.divide(summed, mean, out=np.ones_like(summed), where=mean > 0) - 1,
        problem=problem,
        plan=plan,
        notes=(*notes, *plan.notes),
    )


def _groups(territories: int, level: Level) -> tuple[int, Span, list[str]]:
    """How many districts, the span that can be kept, and what to say about it."""
    span = level.span
    groups = level.groups
    if groups is None:
        middle = (span.least + span.most) / 2
        groups = max(math.ceil(territories / span.most), min(round(territories / middle), territories // span.least), 1)
    if not 1 <= groups <= territories:
        raise InvalidProblem(f"{groups} districts cannot be made of {territories} territories")
    if groups * span.least <= territories <= groups * span.most:
        return groups, span, []
    kept = Span(min(span.least, territories // groups), max(span.most, math.ceil(territories / groups)))
    said = (
        f"{territories} territories in {groups} districts cannot all be {span.least} to {span.most} for a manager: "
        f"{kept.least} to {kept.most} are allowed instead"
    )
    return groups, kept, [said]


def _grain(loads: Floats, groups: int) -> Floats:
    """How far whole territories may have to be off the mean, (metrics,)."""
    over = len(loads) / groups % 1
    return np.asarray(loads.max(axis=0) * max(0.5, over, 1 - over if over else 0.0))


def _band(mean: Floats, width: Floats, groups: int, span: Span) -> LoadBounds:
    low = np.append(np.maximum(mean - width, 0.0), span.least)
    high = np.append(mean + width, span.most)
    return LoadBounds(np.tile(low, (groups, 1)), np.tile(high, (groups, 1)))


def _touching(places: Floats, labels: NDArray[np.int64], territories: int, neighbours: Any) -> csr_array:
    """Territories with neighbouring accounts are neighbours; what hangs on nothing is tied to the nearest."""
    if neighbours is None:
        from geo.neighbours import neighbour_graph

        neighbours = neighbour_graph(places)
    links = coo_array(neighbours)
    rows, columns = labels[links.row], labels[links.col]
    apart = rows != columns
    ones = np.ones(int(apart.sum()), np.int8)
    graph = csr_array(coo_array((ones, (rows[apart], columns[apart])), shape=(territories, territories)))
    return tie_islands(
        graph, np.stack([np.bincount(labels, along) / np.bincount(labels) for along in places.T], axis=1)
    )


def _from_west(plan: ZonePlan, groups: int) -> NDArray[np.int64]:
    """Numbers for the districts from west to east."""
    number = np.empty(groups, np.int64)
    number[np.lexsort((plan.centres_m[:, 1], plan.centres_m[:, 0]))] = np.arange(groups)
    return number
