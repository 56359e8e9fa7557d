"""How good the territories of a plan are, in the figures of the literature: form, balance and hanging together."""

from collections import Counter

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from clustering.measures import gini, polsby_popper, reock, travel_radius_s
from geo.projection import LocalMetres
from planning.bindings import NOBODY
from planning.hours import estimated_hours, measured_hours
from planning.repair import transfer_graph
from planning.result import ZoneShape
from planning.result_quality import PlanQuality, TerritoryQuality
from planning.solved import Solved
from planning.staff import capacity_shares
from routing.cycle_problem import WEEKS_A_YEAR

Area = shapely.Polygon | shapely.MultiPolygon
Floats = NDArray[np.float64]


def quality_of(solved: Solved, shapes: tuple[ZoneShape, ...]) -> PlanQuality:
    """Figures of the chosen territories; key accounts count in the balance, not in the form."""
    demand, chosen, reps = solved.demand, solved.chosen, solved.measure.reps
    hours = estimated_hours(demand, len(reps), solved.measure.travel, solved.measure.options.weeks)
    hours_h = measured_hours(demand, chosen.weeks, solved.measure.options.weeks, hours).year_s / 3600
    deviation, unevenness = _balance(solved, hours_h)
    sheet = LocalMetres(demand.places)
    drawn = {shape.zone: _flat(shape.outline, sheet) for shape in shapes}
    ordinary = solved.bindings.named == NOBODY
    apart = _cut_off(solved, np.flatnonzero(ordinary))
    zones = []
    for number in range(len(reps)):
        mine = np.flatnonzero((chosen.owner == number) & ordinary)
        outline = drawn.get(number)
        inertia, mean_km, reach_km = _around(demand.xy_m[mine] / 1000, hours_h[mine])
        zones.append(
            TerritoryQuality(
                zone=number,
                inertia=inertia,
                mean_radius_km=mean_km,
                reach_km=reach_km,
                travel_radius_min=_travel_radius_min(solved, number),
                polsby_popper=polsby_popper(outline) if isinstance(outline, Area) else None,
                reock=reock(outline) if isinstance(outline, Area) else None,
                area_km2=float(outline.area) / 1e6 if isinstance(outline, Area) else 0.0,
                deviation={name: float(values[number]) for name, values in deviation.items()},
                cut_off=apart[number],
            )
        )
    return PlanQuality(tuple(zones), unevenness)


def _balance(solved: Solved, hours_h: Floats) -> tuple[dict[str, Floats], dict[str, float]]:
    """Deviation by metric and rep, and how unevenly each metric lies; what nobody gave is left out."""
    demand, owner = solved.demand, solved.chosen.owner
    shares = capacity_shares(solved.measure.reps)
    loads = {
        "hours a year": hours_h,
        "visits a year": demand.expected_visits(WEEKS_A_YEAR),
        "value": np.nan_to_num(np.asarray(demand.value, dtype=np.float64)),
    }
    deviation, unevenness = {}, {}
    for name, load in loads.items():
        carried = np.bincount(owner, load, len(shares))
        if carried.sum() > 0:
            deviation[name] = carried / (shares * carried.sum()) - 1
            unevenness[name] = gini(carried / shares)
    return deviation, unevenness


def _around(xy_km: Floats, weight: Floats) -> tuple[float, float, float]:
    """Inertia, weighted mean distance from the weighted middle, and the largest."""
    if not len(xy_km):
        return 0.0, 0.0, 0.0
    weight = weight if weight.sum() > 0 else np.ones(len(weight))
    away_km = np.hypot(*(xy_km - np.average(xy_km, axis=0, weights=weight)).T)
    return float(weight @ away_km**2), float(np.average(away_km, weights=weight)), float(away_km.max())


def _travel_radius_min(solved: Solved, rep: int) -> float | None:
    """Minutes of driving from the best placed account to the others, on the matrix the rep's days were planned with."""
    duration_s = solved.chosen.weeks[rep].problem.matrix.duration_s[1:, 1:]
    if not len(duration_s):
        return None
    radius_s = float(travel_radius_s(duration_s, np.zeros(len(duration_s), np.int32), 1)[0])
    return radius_s / 60 if np.isfinite(radius_s) else None


def _flat(outline: BaseGeometry, sheet: LocalMetres) -> BaseGeometry:
    return shapely.transform(outline, lambda lonlat: sheet.xy_m(lonlat[:, 1], lonlat[:, 0]))


def _cut_off(solved: Solved, ordinary: NDArray[np.intp]) -> Counter[int]:
    """Accounts apart from the largest connected part of their rep's, by rep."""
    graph = transfer_graph(solved.demand, solved.bindings)[ordinary][:, ordinary].tocoo()
    owner = solved.chosen.owner[ordinary]
    same = owner[graph.row] == owner[graph.col]
    links = csr_array((np.ones(int(same.sum()), np.int8), (graph.row[same], graph.col[same])), shape=graph.shape)
    parts, part = connected_components(links, directed=False)
    size = np.bincount(part, minlength=parts)
    largest = np.zeros(len(solved.measure.reps), np.int64)
    np.maximum.at(largest, owner, size[part])
    count = np.bincount(owner, minlength=len(largest))
    return Counter({rep: int(count[rep] - largest[rep]) for rep in range(len(largest))})
