"""How far one gets in a given time: areas around a place, from the road graph.

Points along every road are marked that can be reached in time; the area is made of the square cells they lie in and
those cells' neighbours, so it follows the roads and bridges the blocks between them.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.place import Place
from geo.projection import LocalMetres
from geo.road_network import RoadNetwork
from geo.road_travel import DijkstraTimes, Reach

FINEST_M = 50.0  # side of a cell around a short drive
CELLS_ACROSS = 400  # cells are made larger where an area would have more of them from side to side


def isochrones(times: DijkstraTimes, place: Place, limits_s: Sequence[float]) -> list[shapely.MultiPolygon]:
    """The area reached from `place` within each limit, in degrees (EPSG:4326); empty where `place` is off every road.

    A larger limit's area holds every smaller one's.

    Raises:
        ValueError: a limit is not above 0.
    """
    if any(not limit > 0 for limit in limits_s):
        raise ValueError(f"limits must be above 0 seconds, got {list(limits_s)}")
    if not limits_s:
        return []
    longest_s = max(limits_s)
    reach = times.reach(place, longest_s)
    if reach is None:
        return [shapely.MultiPolygon() for _ in limits_s]
    local = LocalMetres([place])
    xy_m, at_s = _reached_points(times.roads, reach, longest_s, local)
    side_m = _cell_side(xy_m)
    return [_area(xy_m[at_s <= limit], side_m, local) for limit in limits_s]


def _reached_points(
    roads: RoadNetwork, reach: Reach, limit_s: float, local: LocalMetres
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points along the roads that are reached in time, in metres, and when."""
    enter_s = reach.enter_s.reshape(-1, 2)
    edges = np.union1d(np.flatnonzero(enter_s.min(axis=1) <= limit_s), [reach.edge])
    counts = np.ceil(roads.length_m[edges] / (FINEST_M / 2)).astype(np.int64) + 1
    edge = np.repeat(edges, counts)
    share = np.concatenate([np.linspace(0, 1, count) for count in counts])
    forward_s, backward_s = roads.forward_s[edge] * reach.scale, roads.backward_s[edge] * reach.scale
    from_tail = enter_s[edge, 0] + _part(forward_s, share)
    from_head = enter_s[edge, 1] + _part(backward_s, 1 - share)
    direct = _part(forward_s, share - reach.share) + _part(backward_s, reach.share - share)
    direct[edge != reach.edge] = np.inf
    at_s = np.minimum(np.minimum(from_tail, from_head), direct)
    kept = at_s <= limit_s
    return _positions(roads, edge[kept], share[kept], local), at_s[kept]


def _part(whole_s: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time for a share of an edge; nothing of it, or less, takes none, even where it is closed."""
    seconds = np.zeros(len(share))
    some = share > 0
    seconds[some] = whole_s[some] * share[some]
    return seconds


def _positions(
    roads: RoadNetwork, edge: NDArray[np.int64], share: NDArray[np.float64], local: LocalMetres
) -> NDArray[np.float64]:
    """Points at shares of their edges, in metres; shape (n, 2)."""
    used, which = np.unique(edge, return_inverse=True)
    sizes = np.diff(roads.shape_first)[used]
    points = np.concatenate([np.arange(*roads.shape_first[at : at + 2]) for at in used])
    shapes = local.xy_m(roads.shape_lat[points], roads.shape_lon[points])
    lines = np.asarray(shapely.linestrings(shapes, indices=np.repeat(np.arange(len(used)), sizes)))
    return shapely.get_coordinates(shapely.line_interpolate_point(lines[which], share, normalized=True))


def _cell_side(xy_m: NDArray[np.float64]) -> float:
    across_m = float(np.ptp(xy_m, axis=0).max()) if len(xy_m) else 0.0
    return max(FINEST_M, across_m / CELLS_ACROSS)


def _area(xy_m: NDArray[np.float64], side_m: float, local: LocalMetres) -> shapely.MultiPolygon:
    """The cells that hold a point, and their neighbours, as one shape in degrees.

    Corners along straight sides stay, so that the shapes of two limits share them and one holds the other exactly.
    """
    inside = np.floor(xy_m / side_m).astype(np.int64)
    around = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    cells = np.unique((inside[:, None] + around).reshape(-1, 2), axis=0)
    corners = cells * side_m
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + side_m, corners[:, 1] + side_m)
    shape = shapely.coverage_union_all(boxes)
    in_degrees = shapely.transform(shape, lambda points: _degrees(points, local))
    parts = [part for part in shapely.get_parts(in_degrees) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def _degrees(points: NDArray[np.float64], local: LocalMetres) -> NDArray[np.float64]:
    return np.array([(place.lon, place.lat) for place in local.places(points)]).reshape(-1, 2)
