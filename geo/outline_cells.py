"""Where zones of points end: the land around the points, and the borders halfway between them."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from geo.neighbours import triangulate
from geo.outline_sheet import Outline

MARGIN = 0.9  # how far the outside keeps from the accounts, in mean spacings
LEAST_MARGIN_M = 150.0
SHORE = 3.0  # how far outlines reach over known land, in mean spacings
SAFE_SHARE = 0.5  # a border is straightened by no more than this share of the way to the nearest account
CORNER_M = 1.0  # accounts of several zones at one point stand around it at this distance


def apart(xy: NDArray[np.float64], zone: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points that all differ with the zone of each; where zones share a point, one beside it for each of them."""
    spot = np.round(xy, 2)
    each = np.unique(np.column_stack([spot, zone]), axis=0)
    points, owner = each[:, :2].copy(), each[:, 2].astype(np.int64)
    same = np.all(points[1:] == points[:-1], axis=1)
    if not same.any():
        return points, owner
    spots, group = np.unique(points, axis=0, return_inverse=True)
    group = group.reshape(-1)
    room = cKDTree(spots).query(spots, k=2)[0][:, 1] if len(spots) > 1 else np.full(1, np.inf)
    sharing = np.bincount(group)[group]
    rank = np.arange(len(group)) - np.searchsorted(group, group)
    angle = 2 * np.pi * rank / sharing
    reach = np.where(sharing > 1, np.minimum(CORNER_M, 0.2 * room[group]), 0.0)
    return points + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), owner


def land_around(xy: NDArray[np.float64]) -> tuple[Outline, float]:
    """The area all outlines share out, and the mean spacing of the points in metres."""
    mesh = triangulate(xy)
    sides = np.hypot(*(xy[mesh.edges[:, 0]] - xy[mesh.edges[:, 1]]).T)
    inside = shapely.coverage_union_all(shapely.polygons(xy[mesh.triangles]))
    spacing_m = float(np.sqrt(inside.area / len(xy))) if len(mesh.triangles) else float(sides.sum() / (2 * len(xy)))
    margin_m = max(MARGIN * spacing_m, LEAST_MARGIN_M)
    near = shapely.linestrings(xy[mesh.edges[sides <= 4 * margin_m]])
    around = shapely.union_all([inside, *near, shapely.multipoints(xy)]).buffer(2 * margin_m, quad_segs=6)
    land = around.buffer(-margin_m, quad_segs=6).simplify(margin_m / 20)
    return shapely.MultiPolygon([p for p in shapely.get_parts(land) if p.geom_type == "Polygon"]), spacing_m


def on_shore(xy: NDArray[np.float64], spacing_m: float, within: BaseGeometry) -> Outline:
    """The land around the accounts, and a small disc around each for those a coarse coast leaves in the water."""
    points = shapely.MultiPoint(xy)
    around = points.buffer(SHORE * max(spacing_m, LEAST_MARGIN_M), quad_segs=6)
    discs = points.buffer(max(0.1 * spacing_m, LEAST_MARGIN_M / 2), quad_segs=6)
    land = shapely.union_all([shapely.intersection(around, within), discs])
    land = land.buffer(spacing_m / 50).buffer(-spacing_m / 50)
    return shapely.MultiPolygon([p for p in shapely.get_parts(land) if p.geom_type == "Polygon"])


def cell_borders(xy: NDArray[np.float64], owner: NDArray[np.int64]) -> list[shapely.LineString]:
    """Lines between cells of different zones, joined up to where three zones meet."""
    if len(set(owner.tolist())) < 2:
        return []
    middle, reach = xy.mean(axis=0), np.ptp(xy, axis=0).max() * 20 + 1e6
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    far = middle + reach * np.column_stack([np.cos(turn), np.sin(turn)])
    cells = Voronoi(np.concatenate([xy, far]) - middle)
    sites, ends = cells.ridge_points, np.asarray(cells.ridge_vertices)
    n = len(xy)
    real = (sites < n).all(axis=1) & (ends >= 0).all(axis=1)
    sites, ends = sites[real], ends[real]
    between = owner[sites[:, 0]] != owner[sites[:, 1]]
    sites, ends = sites[between], ends[between]
    corners = cells.vertices + middle
    halfway = (xy[sites[:, 0]] + xy[sites[:, 1]]) / 2
    start, stop = corners[ends[:, 0]], corners[ends[:, 1]]
    along = ((halfway - start) * (stop - start)).sum(axis=1)
    within = (along > 0) & (along < ((stop - start) ** 2).sum(axis=1))
    lines = np.concatenate(
        [
            shapely.linestrings(np.stack([start[~within], stop[~within]], axis=1)),
            shapely.linestrings(np.stack([start[within], halfway[within], stop[within]], axis=1)),
        ]
    )
    lines = lines[shapely.length(lines) > 0]
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def straightened(lines: list[shapely.LineString], xy: NDArray[np.float64], most_m: float) -> list[shapely.LineString]:
    """The lines with corners left out; a line that then met another anywhere but at its ends stays as it was."""
    if not lines:
        return []
    clear = cKDTree(xy)
    straight = np.array([_fewer_corners(line, clear, most_m) for line in lines], dtype=object)
    whole = np.array(lines, dtype=object)
    for _ in range(8):
        bad = set(np.flatnonzero(~shapely.is_simple(straight)).tolist())
        one, other = shapely.STRtree(straight).query(straight, predicate="intersects")
        once = one < other
        one, other = one[once], other[once]
        crossing = ~shapely.relate_pattern(straight[one], straight[other], "FF*F*****")
        bad |= set(one[crossing].tolist()) | set(other[crossing].tolist())
        back = [i for i in sorted(bad) if straight[i] is not whole[i]]
        if not back:
            break
        straight[back] = whole[back]
    else:
        return lines
    return list(straight)


def _fewer_corners(line: shapely.LineString, clear: cKDTree, most_m: float) -> shapely.LineString:
    """Douglas and Peucker's simplification with a tolerance of its own for every corner.

    A border sweeps over an account only if one of its points moves as far as that account is away. Corners may move
    by half of their distance to the nearest account; the foot of each account on its border is a corner too
    (`cell_borders`), so between corners the rule holds as well.
    """
    points = shapely.get_coordinates(line)
    allowed = np.minimum(most_m, SAFE_SHARE * clear.query(points)[0])
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    closed = bool((points[0] == points[-1]).all())
    far = int(np.hypot(*(points - points[0]).T).argmax()) if closed else 0
    keep[far] = True
    pending = [(0, far), (far, len(points) - 1)] if closed else [(0, len(points) - 1)]
    while pending:
        first, last = pending.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        over = _off(points[inner], points[first], points[last]) / allowed[inner]
        worst = int(over.argmax())
        if over[worst] > 1:
            at = first + 1 + worst
            keep[at] = True
            pending += [(first, at), (at, last)]
    if closed and keep.sum() < 4:
        return line
    return shapely.LineString(points[keep])


def _off(points: NDArray[np.float64], start: NDArray[np.float64], stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points are from a straight piece, in metres."""
    piece = stop - start
    share = np.clip((points - start) @ piece / max(float(piece @ piece), 1e-12), 0.0, 1.0)
    return np.asarray(np.hypot(*(points - start - share[:, None] * piece).T))


def faces_within(lines: list[BaseGeometry], land: Outline) -> NDArray[np.object_]:
    """The areas into which all lines together cut the land; neighbours share every corner."""
    return closed_by(shapely.union_all(lines), land)


def closed_by(noded: BaseGeometry | NDArray[np.object_], land: Outline) -> NDArray[np.object_]:
    """The areas of the land that lines close which meet only at their ends."""
    lines = noded if isinstance(noded, np.ndarray) else np.array([noded], dtype=object)
    pieces = np.array(shapely.get_parts(shapely.polygonize(lines)), dtype=object)
    shapely.prepare(land)
    return np.asarray(pieces[shapely.contains(land, shapely.point_on_surface(pieces))])
