"""What territories and districts look like and why each account is where it is."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from clustering import Tolerance, ZoneProblem, next_best, plan_of
from geo.outline import zone_outlines
from geo.place import Place
from planning.bindings import NOBODY
from planning.demand import Demand
from planning.hours import estimated_hours, measured_hours
from planning.measure import middle
from planning.result import DistrictFigures, ZoneShape
from planning.solved import Solved
from planning.staff import Rep

COUNTRY_DEGREES = 1.5
"""Extent of the accounts from which outlines end at the coasts and borders of the map of countries (1:50 million)."""
BESIDE_DEGREES = 0.03
"""So far beside its shore an account may lie on so coarse a map."""
THIN = 0.1
"""Land with fewer accounts on its area than this share of the mean is not theirs."""


def zone_reasons(solved: Solved) -> list[str]:
    """One sentence per account for territories that were built anew; with areas, why the area is where it is."""
    territories, needs = solved.rebuilt, solved.bindings.needs
    assert territories.zones is not None and territories.problem is not None and territories.rep_of_zone is not None
    names = [solved.measure.reps[rep].name for rep in territories.rep_of_zone]
    metrics = _metrics(territories.problem, solved.demand)
    joined, ground = territories.joined, solved.ground
    if joined is None or ground is None:
        return territories.zones.reasons(territories.problem, names, needs, metrics)
    wanted = [""] * len(joined.problem)
    for unit, need in zip(joined.unit, needs, strict=True):
        if need and need not in wanted[unit]:
            wanted[unit] += " and " * bool(wanted[unit]) + need
    of_unit = territories.zones.reasons(joined.problem, names, wanted, metrics)
    return [
        f"With area {ground.name_of(row)}: {of_unit[unit]}" if joined.group[row] >= 0 else of_unit[unit]
        for row, unit in enumerate(joined.unit)
    ]


def next_best_reps(solved: Solved) -> list[str]:
    """What moving each account to the next best rep would do where territories were repaired; empty for none.

    Counted like those built anew: hours as measured, the same homes and bans, the band of the plan.
    """
    like, demand, options = solved.rebuilt.problem, solved.demand, solved.measure.options
    assert like is not None
    reps = solved.measure.reps
    hours = estimated_hours(demand, len(reps), solved.measure.travel, options.weeks)
    hours = measured_hours(demand, solved.chosen.weeks, options.weeks, hours)
    problem = ZoneProblem(
        xy_m=demand.xy_m,
        load=hours.metrics(demand),
        weight=hours.year_s,
        zones=len(reps),
        band=Tolerance(hours.tolerance(options.tolerance)),
        share=like.share,
        centres_m=like.centres_m,
        forbidden=like.forbidden,
        neighbours=like.neighbours,
        named=like.named,
    )
    names = [rep.name for rep in reps]
    return next_best(problem, plan_of(problem, solved.chosen.owner), names, _metrics(problem, demand))


def _metrics(problem: ZoneProblem, demand: Demand) -> tuple[str, ...]:
    """What the loads of territories are called."""
    what = "hours" if demand.money is None else "hours and sales"
    return (what,) if problem.loads.shape[1] == 1 else (f"{what} in these weeks", f"{what} a year")


def zone_shapes(solved: Solved) -> tuple[ZoneShape, ...]:
    """What each rep's territory covers; key accounts lie where they lie and draw no border."""
    demand, owner, reps = solved.demand, solved.chosen.owner, solved.measure.reps
    ordinary = np.flatnonzero(solved.bindings.named == NOBODY)
    outlines = _outlines(solved, ordinary)
    shapes = []
    for number, (rep, outline) in enumerate(zip(reps, outlines, strict=True)):
        members = ordinary[owner[ordinary] == number]
        if len(members):
            label = demand.places[int(members[middle(demand.xy_m[members], np.ones(len(members)))])]
            shapes.append(ZoneShape(number, rep.name, outline, label))
    return tuple(shapes)


def _outlines(solved: Solved, ordinary: NDArray[np.intp]) -> Sequence[shapely.geometry.base.BaseGeometry]:
    demand, territories = solved.demand, solved.chosen
    count = len(solved.measure.reps)
    if solved.ground is not None and territories.joined is not None:
        return solved.ground.outlines(territories.owner.astype(np.int64), territories.joined.group >= 0, count)
    places = [demand.places[int(row)] for row in ordinary]
    return zone_outlines(places, territories.owner[ordinary], count, within=_shore(places), along=solved.along)


def _shore(places: Sequence[Place]) -> shapely.MultiPolygon | None:
    """The land of the accounts' countries, where they lie so far apart that a coast on that scale is good enough.

    Land beyond a border, into which only a coarse line puts an account or two, is left out.
    """
    from maps.natural_earth import land

    lat, lon = [place.lat for place in places], [place.lon for place in places]
    south, north, west, east = min(lat), max(lat), min(lon), max(lon)
    if east - west > 180 or np.hypot(north - south, east - west) < COUNTRY_DEGREES:
        return None
    side = (east - west + north - south) / 4
    pieces = np.array(land(west - side, max(south - side, -90), east + side, min(north + side, 90)), dtype=object)
    held = _held(pieces, shapely.points(lon, lat))
    area = shapely.area(pieces)
    dense = held > THIN * area * held.sum() / max(float(area[held > 0].sum()), 1e-12)
    home = shapely.union_all(pieces[dense & (held > 0)])
    return shapely.MultiPolygon([part for part in shapely.get_parts(home) if part.geom_type == "Polygon"])


def _held(pieces: NDArray[np.object_], points: NDArray[np.object_]) -> NDArray[np.int64]:
    """How many points each piece of land holds; those in none, off a coarse coast, count for every piece beside them.

    A town beside a border is not one of the country across it.
    """
    tree = shapely.STRtree(pieces)
    point, piece = tree.query(points, "within")
    held = np.bincount(piece, minlength=len(pieces))
    lost = np.delete(points, np.unique(point))
    return held + np.bincount(tree.query(lost, "dwithin", distance=BESIDE_DEGREES)[1], minlength=len(pieces))


def district_figures(solved: Solved, shapes: Sequence[ZoneShape]) -> tuple[DistrictFigures, ...]:
    """Every district with the sums of its territories, level by level."""
    reps: Sequence[Rep] = solved.measure.reps
    of_rep = np.arange(len(reps), dtype=np.int64)
    below = [rep.name for rep in reps]
    outlines = {shape.zone: shape.outline for shape in shapes}
    figures = []
    for level, tree in enumerate(solved.districts, start=1):
        names = [_name(level, number, len(tree.loads)) for number in range(len(tree.loads))]
        parents = of_rep.copy()
        of_rep = tree.district[of_rep].astype(np.int64)
        for number, name in enumerate(names):
            mine = np.flatnonzero(of_rep == number)
            figures.append(
                DistrictFigures(
                    level=level,
                    name=name,
                    below=tuple(dict.fromkeys(below[parents[rep]] for rep in mine)),
                    zones=tuple(int(rep) for rep in mine),
                    accounts=sum(len(solved.chosen.weeks[rep].members) for rep in mine),
                    workload_h=sum(solved.chosen.weeks[rep].workload_s for rep in mine) / 3600,
                    capacity_h=sum(solved.chosen.weeks[rep].capacity_h for rep in mine),
                    value=sum(float(solved.demand.value[solved.chosen.weeks[rep].members].sum()) for rep in mine),
                    deviation=float(tree.deviation[number, 0]),
                    outline=shapely.union_all([outlines[int(rep)] for rep in mine if int(rep) in outlines]),
                )
            )
        below = names
    return tuple(figures)


def district_notes(solved: Solved) -> tuple[str, ...]:
    return tuple(f"Districts: {note}." for tree in solved.districts for note in tree.notes)


def _name(level: int, number: int, count: int) -> str:
    """District 1, … from west to east; above them Region 1, …, then by level."""
    word = {1: "District", 2: "Region"}.get(level, f"Level {level} area")
    return f"{word} {number + 1:0{len(str(count))}d}"
