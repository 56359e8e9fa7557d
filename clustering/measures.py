"""How good zones are, in figures a planner knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ZoneMeasures:
    """Figures per zone (k,), and per metric where it says (…, m).

    inertia: weight × squared distance to the centre, m². mean_radius_m: weighted mean distance to the centre;
    reach_m: the largest. deviation (k, m): load / (share × total) - 1. gini (m,): of loads over shares, 0 = all alike.
    """

    inertia: Floats
    mean_radius_m: Floats
    reach_m: Floats
    deviation: Floats
    gini: Floats


def measure_zones(problem: ZoneProblem, plan: ZonePlan) -> ZoneMeasures:
    """The figures of a plan."""
    away_m = np.sqrt(((problem.xy_m - plan.centres_m[plan.zone]) ** 2).sum(axis=1))
    weight, k = problem.weights, problem.zones
    total = np.maximum(np.bincount(plan.zone, weight, k), 1e-300)
    reach_m = np.zeros(k)
    np.maximum.at(reach_m, plan.zone, away_m)
    target = np.outer(problem.shares, problem.loads.sum(axis=0))
    ratio = np.divide(plan.loads, target, out=np.ones_like(plan.loads), where=target > 0)
    return ZoneMeasures(
        inertia=np.bincount(plan.zone, weight * away_m**2, k),
        mean_radius_m=np.bincount(plan.zone, weight * away_m, k) / total,
        reach_m=reach_m,
        deviation=ratio - 1,
        gini=np.array([gini(metric) for metric in ratio.T]),
    )


def gini(values: Sequence[float] | Floats) -> float:
    """0 when all values are alike, towards 1 when one has everything; half the mean difference over the mean."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n, total = len(ordered), float(ordered.sum())
    if n == 0 or total <= 0:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))


def polsby_popper(outline_m: "Polygon | MultiPolygon") -> float:
    """4π × area / perimeter² of an outline in metres: 1 for a circle, near 0 for a ribbon (Polsby & Popper 1991)."""
    perimeter = float(outline_m.length)
    return float(4 * np.pi * outline_m.area / perimeter**2) if perimeter > 0 else 0.0


def reock(outline_m: "Polygon | MultiPolygon") -> float:
    """Area over the area of the smallest circle around an outline in metres (Reock 1961)."""
    from shapely import minimum_bounding_radius

    radius = float(minimum_bounding_radius(outline_m))
    return float(outline_m.area / (np.pi * radius**2)) if radius > 0 else 0.0


def travel_radius_s(duration_s: NDArray[np.int32], zone: NDArray[np.int32], zones: int) -> Floats:
    """(zones,) mean travel time in seconds from the account of each zone from which it is least; NaN without a way.

    duration_s: (n, n) seconds between accounts, -1 where there is no way.
    """
    radius_s = np.full(zones, np.nan)
    for z in range(zones):
        rows = np.flatnonzero(zone == z)
        within = duration_s[np.ix_(rows, rows)].astype(np.float64)
        within[within < 0] = np.inf
        means = within.mean(axis=1) if len(rows) else np.array([np.inf])
        if np.isfinite(means.min()):
            radius_s[z] = float(means.min())
    return radius_s
