"""Street canvass: every household segment of an area walked and served once, cut into days on foot.

What is served are the streets of a region inside an area: those with doors where a file lists them, else all. A day
begins and ends at the base; the ways there and back count, and a street is never split between days.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.region import Region
from geo.road_network import RoadNetwork
from planning.errors import PlanningError
from planning.formula_text import harmless
from routing.street_cover import Step, StreetProblem, StreetWalk, cover_streets

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WALK_MS = 1.25
"""Metres a second on foot: 4.5 km/h."""
FARTHEST_DOOR_M = 150.0
AROUND = 0.02
"""Degrees around the area whose streets may be walked on the way."""
MOST_SEGMENTS = 20_000
FILES = ("canvass.csv", "canvass.geojson")


@dataclass(frozen=True, slots=True)
class CanvassDay:
    """Steps of a day; `there_s` and `back_s` are the ways from and to the base."""

    steps: tuple[Step, ...]
    there_s: float
    back_s: float
    walk_s: float
    serve_s: float
    doors: int

    @property
    def total_s(self) -> float:
        return self.there_s + self.walk_s + self.serve_s + self.back_s


@dataclass(frozen=True, slots=True, eq=False)
class Canvass:
    """The days, and what could not be served: segments nobody can walk to, doors too far from any street."""

    days: tuple[CanvassDay, ...]
    segments: int
    doors: int
    left_out: tuple[int, ...]
    far_doors: int
    walk: StreetWalk
    network: RoadNetwork
    edges: NDArray[np.int64]
    """Edge of the network behind every segment of the walk."""
    junctions: NDArray[np.int64]
    """Junction of the network behind every one of the walk."""


def street_network(region: Region) -> RoadNetwork:
    """The streets of a region on foot, or by car where it knows no others."""
    facts = region.manifest.profiles.get("foot") or next(iter(region.manifest.profiles.values()))
    return RoadNetwork.load(region.data / facts.roads)


def plan_canvass(
    network: RoadNetwork,
    area: "BaseGeometry",
    base: Place,
    *,
    doors: Sequence[Place] | None = None,
    door_s: float = 120.0,
    day_s: float = 6 * 3600.0,
    metres_a_door: float = 20.0,
) -> Canvass:
    """Walk every street of an area once, in days of at most `day_s`.

    `doors`: served where they lie, each `door_s`; None: every street, a door each `metres_a_door`.

    Raises:
        PlanningError: no street of the area has anything to serve, there are too many, or one alone outlasts a day.
    """
    edges = near(network, area)
    middle = shape_middles(network, edges)
    inside = contains(area, middle)
    counts, far = door_counts(network, edges, inside, doors, metres_a_door)
    required = counts > 0
    if not required.any():
        raise PlanningError("No street in the area has anything to serve: is it the right area, and region?")
    if len(edges) > MOST_SEGMENTS or int(required.sum()) > MOST_SEGMENTS // 4:
        raise PlanningError(f"{int(required.sum()):,} segments are too many for one canvass: divide the area.")
    problem = street_problem(network, edges, required, np.asarray(counts * door_s, np.float64), base)
    walk = cover_streets(problem)
    days = cut_into_days(problem, walk, counts, day_s)
    served = np.setdiff1d(np.flatnonzero(required), np.array(walk.left_out, np.int64))
    doors_served = int(counts[served].sum())
    return Canvass(days, len(served), doors_served, walk.left_out, far, walk, network, edges, junctions(network, edges))


def near(network: RoadNetwork, area: "BaseGeometry") -> NDArray[np.int64]:
    """Edges with an end in or around the area."""
    west, south, east, north = area.bounds
    lat, lon = network.lat, network.lon
    close = (lat >= south - AROUND) & (lat <= north + AROUND) & (lon >= west - AROUND) & (lon <= east + AROUND)
    return np.flatnonzero(close[network.tail] & close[network.head]).astype(np.int64)


def shape_middles(network: RoadNetwork, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """The middle point of each edge's line, (e, 2) as lon, lat."""
    first, last = network.shape_first[edges], network.shape_first[edges + 1] - 1
    half = (first + last) // 2
    other = np.where(last - first == 1, last, half)
    return np.stack(
        [
            (network.shape_lon[half] + network.shape_lon[other]) / 2,
            (network.shape_lat[half] + network.shape_lat[other]) / 2,
        ],
        axis=1,
    )


def contains(area: "BaseGeometry", lon_lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in the area."""
    from shapely import contains_xy, prepare

    prepare(area)
    found: NDArray[np.bool_] = contains_xy(area, lon_lat[:, 0], lon_lat[:, 1])
    return found


def door_counts(
    network: RoadNetwork,
    edges: NDArray[np.int64],
    inside: NDArray[np.bool_],
    doors: Sequence[Place] | None,
    metres_a_door: float,
) -> tuple[NDArray[np.int64], int]:
    """Doors on every edge, none outside the area; and how many lie too far from any street."""
    if doors is None:
        each = np.maximum(1, np.round(network.length_m[edges] / metres_a_door)).astype(np.int64)
        return np.where(inside, each, 0), 0
    from geo.road_snap import RoadSnapper

    counts = np.zeros(len(edges), np.int64)
    if not len(doors):
        return counts, 0
    on_road = RoadSnapper(network).snap(doors)
    close = on_road.distance_m <= FARTHEST_DOOR_M
    row_of = np.full(len(network.tail), -1, np.int64)
    row_of[edges] = np.arange(len(edges))
    rows = row_of[on_road.edge[close]]
    np.add.at(counts, rows[rows >= 0], 1)
    return counts * inside, int((~close).sum())


def junctions(network: RoadNetwork, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The junctions that these edges join, in rising order."""
    return np.unique(np.concatenate([network.tail[edges], network.head[edges]])).astype(np.int64)


def street_problem(
    network: RoadNetwork,
    edges: NDArray[np.int64],
    required: NDArray[np.bool_],
    serve_s: NDArray[np.float64],
    base: Place,
) -> StreetProblem:
    """The problem on the junctions of these edges alone; the base is the junction nearest to it."""
    there = junctions(network, edges)
    ends = np.searchsorted(there, np.concatenate([network.tail[edges], network.head[edges]]))
    lat, lon = network.lat[there], network.lon[there]
    off = (lat - base.lat) ** 2 + ((lon - base.lon) * np.cos(np.radians(base.lat))) ** 2
    tail, head = ends[: len(edges)].astype(np.int64), ends[len(edges) :].astype(np.int64)
    walk_s = network.length_m[edges].astype(np.float64) / WALK_MS
    return StreetProblem(tail, head, walk_s, np.where(required, serve_s, 0.0), required, int(off.argmin()))


def cut_into_days(
    problem: StreetProblem, walk: StreetWalk, counts: NDArray[np.int64], day_s: float
) -> tuple[CanvassDay, ...]:
    """The walk in pieces, each with the ways from and to the base; what only leads on between pieces falls away.

    Raises:
        PlanningError: a segment alone takes longer than a day.
    """
    apart_s = from_base_s(problem)
    days: list[CanvassDay] = []
    today: list[Step] = []

    def closed(steps: Sequence[Step]) -> CanvassDay:
        return day_of_steps(problem, steps, apart_s, counts)

    for step in walk.steps:
        if not today and not step.serves:
            continue
        if step.serves:
            alone_s = closed([step]).total_s
            if alone_s > day_s:
                raise PlanningError(
                    f"a street takes {alone_s / 60:.0f} min with the way there: longer than a day of "
                    f"{day_s / 60:.0f} min"
                )
            if today and closed([*today, step]).total_s > day_s:
                days.append(closed(today))
                today = []
        today.append(step)
    if any(step.serves for step in today):
        days.append(closed(today))
    return tuple(days)


def from_base_s(problem: StreetProblem) -> NDArray[np.float64]:
    """Seconds on foot from the base to every junction, (junctions,)."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    size = int(max(problem.tail.max(), problem.head.max())) + 1
    cost = np.maximum(problem.walk_s, 1e-6)
    graph = csr_matrix((cost, (problem.tail, problem.head)), shape=(size, size))
    return np.asarray(dijkstra(graph, directed=False, indices=problem.start))


def day_of_steps(
    problem: StreetProblem, steps: Sequence[Step], apart_s: NDArray[np.float64], counts: NDArray[np.int64]
) -> CanvassDay:
    """A day of these steps up to the last that serves, with the ways from and to the base (`apart_s` by junction)."""
    last = max((at for at, step in enumerate(steps) if step.serves), default=-1)
    kept = tuple(steps[: last + 1])
    edges = [step.edge for step in kept]
    serves = [step.edge for step in kept if step.serves]
    return CanvassDay(
        kept,
        float(apart_s[kept[0].origin]),
        float(apart_s[kept[-1].target]),
        float(problem.walk_s[edges].sum()),
        float(problem.serve_s[serves].sum()),
        int(counts[serves].sum()),
    )


def write_canvass(canvass: Canvass, out: Path) -> None:
    """`canvass.csv`, a line for each street walked, and `canvass.geojson`, the way of each day with its figures."""
    network = canvass.network
    out.mkdir(parents=True, exist_ok=True)
    with (out / FILES[0]).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["day", "step", "street", "serve", "metres", "from_lat", "from_lon", "to_lat", "to_lon"])
        for number, day in enumerate(canvass.days, start=1):
            for at, step in enumerate(day.steps, start=1):
                edge, line = int(canvass.edges[step.edge]), line_of(canvass, step)
                name, metres = harmless(str(network.way_name[network.way[edge]])), round(float(network.length_m[edge]))
                ends = [f"{value:.6f}" for lon, lat in (line[0], line[-1]) for value in (lat, lon)]
                rows.writerow([number, at, name, "yes" if step.serves else "", metres, *ends])
    features = [day_feature(canvass, number, day) for number, day in enumerate(canvass.days, start=1)]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (out / FILES[1]).write_text(text, encoding="utf-8")


def day_feature(canvass: Canvass, number: int, day: CanvassDay) -> dict[str, Any]:
    """One day as a GeoJSON feature."""
    points = [point for step in day.steps for point in line_of(canvass, step)]
    line = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    facts = {"day": number, "doors": day.doors, "minutes": round(day.total_s / 60), "steps": len(day.steps)}
    return {"type": "Feature", "properties": facts, "geometry": {"type": "LineString", "coordinates": line}}


def line_of(canvass: Canvass, step: Step) -> list[list[float]]:
    """The line of a step in the direction of walking, as [lon, lat]."""
    network, edge = canvass.network, int(canvass.edges[step.edge])
    span = slice(int(network.shape_first[edge]), int(network.shape_first[edge + 1]))
    line = [[float(lon), float(lat)] for lon, lat in zip(network.shape_lon[span], network.shape_lat[span], strict=True)]
    return line if int(canvass.junctions[step.origin]) == int(network.tail[edge]) else line[::-1]
