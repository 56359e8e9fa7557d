"""Zones as areas to draw: outlines that meet without gaps and hold their accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from geo.neighbours import triangulate
from geo.place import Place

METRES_PER_DEGREE = 111_195.0
MARGIN = 0.9  # how far the outside keeps from the accounts, in mean spacings
LEAST_MARGIN_M = 150.0
SHORE = 3.0  # how far outlines reach over known land, in mean spacings
SMOOTHING = 0.6  # how far a border may be straightened, in mean spacings
SAFE_SHARE = 0.5  # … and never by more than this share of the way to the nearest account
CORNER_M = 1.0  # accounts of several zones at one point stand around it at this distance

Outline = shapely.Polygon | shapely.MultiPolygon


def zone_outlines(
    places: Sequence[Place], zone: NDArray[np.int32], zones: int, *, within: Outline | None = None
) -> list[Outline]:
    """The outline of each zone in EPSG:4326: together they cover the accounts' surroundings, without gap or overlap.

    A zone is where an account of the zone is nearer than any other (Voronoi cells of its accounts, joined). Borders
    are then straightened by up to 0.6 of the mean spacing, but never past half of the way to an account, so every
    account stays strictly inside its own zone. All of it ends a little outside the accounts, along dents of the coast
    rather than across them. Two outlines that meet have every corner of their border in common, exactly.

    Accounts of several zones at one point cannot all be inside: each of these zones gets a sector at that point.
    A zone without accounts has an empty outline. Areas over the antimeridian are cut there, as GeoJSON wants it.

    Args:
        zone: the zone of each place, 0 … zones - 1.
        within: land or country (degrees): outlines do not run out over the sea, and cover the land between accounts
            that lie up to six spacings apart. An account beside the land, on a pier, stays inside with a little margin.

    Raises:
        ValueError: lengths differ, or a zone out of range.
    """
    zone = np.asarray(zone)
    if len(zone) != len(places):
        raise ValueError(f"zone must have one entry per place, got {len(zone)} for {len(places)}")
    if len(zone) and (zone.min() < 0 or zone.max() >= zones):
        raise ValueError(f"zone must lie in 0…{zones - 1}, got {zone.min()}…{zone.max()}")
    if len(zone) == 0:
        return [shapely.Polygon() for _ in range(zones)]
    sheet = _Sheet.around(places)
    xy, owner = _apart(sheet.xy_m(places), zone)
    land, spacing_m = _land(xy)
    if within is not None:
        land = _on_shore(xy, spacing_m, sheet.shape_m(within, land.bounds))
    borders = _straightened(_borders(xy, owner), xy, SMOOTHING * spacing_m)
    faces = _faces([*borders, shapely.boundary(land), *sheet.cuts(land)], land)
    return _joined(faces, _owners(faces, xy, owner), zones, sheet)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Degrees stretched to about metres, so that a straight line stays one when it is turned back.

    A true projection would bend the borders, and an account close to a long border could change sides.
    """

    lat: float
    lon: float

    @classmethod
    def around(cls, places: Sequence[Place]) -> "_Sheet":
        """A sheet whose longitudes run on over the antimeridian if the places do: it begins after the widest gap."""
        lat = np.array([p.lat for p in places])
        lon = np.unique([p.lon for p in places])
        gaps = np.diff(lon, append=lon[0] + 360)
        start = lon[(int(gaps.argmax()) + 1) % len(lon)]
        middle = start + (360 - float(gaps.max())) / 2
        return cls(lat=float(lat.min() + lat.max()) / 2, lon=float((middle + 180) % 360 - 180))

    @property
    def _per_degree(self) -> float:
        return METRES_PER_DEGREE * max(cos(radians(self.lat)), 0.05)

    def xy_m(self, places: Sequence[Place]) -> NDArray[np.float64]:
        lat, lon = np.array([(p.lat, p.lon) for p in places]).T
        east = (lon - self.lon + 180) % 360 - 180
        return np.column_stack([east * self._per_degree, (lat - self.lat) * METRES_PER_DEGREE])

    def shape_m(self, shape: BaseGeometry, bounds_m: tuple[float, float, float, float]) -> BaseGeometry:
        """The part of a shape in degrees that lies near these bounds, in metres here."""
        west, south, east, north = bounds_m
        wide = max(east - west, north - south, 1.0)
        window = shapely.box(west - wide, south - wide, east + wide, north + wide)
        parts = []
        for turn in (-360.0, 0.0, 360.0):
            parts.append(shapely.intersection(shapely.make_valid(shapely.transform(shape, self._flat(turn))), window))
        return shapely.union_all(parts)

    def _flat(self, turn: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """Degrees, longitudes turned by so many, to metres here."""
        return lambda xy: np.column_stack(
            [(xy[:, 0] + turn - self.lon) * self._per_degree, (xy[:, 1] - self.lat) * METRES_PER_DEGREE]
        )

    def cuts(self, land: Outline) -> list[shapely.LineString]:
        """The antimeridian, where the land lies across it."""
        west, south, east, north = land.bounds
        lines = [((turn - self.lon) * self._per_degree) for turn in (-180.0, 180.0)]
        return [shapely.LineString([(x, south - 1), (x, north + 1)]) for x in lines if west < x < east]

    def degrees(self, shape: Outline) -> Outline:
        """The shape in longitude and latitude; it must not reach over the antimeridian."""
        turn = np.floor((shape.bounds[0] + shape.bounds[2]) / 2 / self._per_degree + self.lon + 180) // 360 * 360.0

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            lon = xy[:, 0] / self._per_degree + self.lon - turn
            return np.column_stack(
                [np.clip(lon, -180.0, 180.0), np.clip(xy[:, 1] / METRES_PER_DEGREE + self.lat, -90.0, 90.0)]
            )

        return shapely.transform(shape, back)


def _apart(xy: NDArray[np.float64], zone: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
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


def _land(xy: NDArray[np.float64]) -> tuple[Outline, float]:
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


def _on_shore(xy: NDArray[np.float64], spacing_m: float, within: BaseGeometry) -> Outline:
    """The land around the accounts, and a small disc around each for those a coarse coast leaves in the water."""
    points = shapely.MultiPoint(xy)
    around = points.buffer(SHORE * max(spacing_m, LEAST_MARGIN_M), quad_segs=6)
    discs = points.buffer(max(0.1 * spacing_m, LEAST_MARGIN_M / 2), quad_segs=6)
    land = shapely.union_all([shapely.intersection(around, within), discs])
    land = land.buffer(spacing_m / 50).buffer(-spacing_m / 50)
    return shapely.MultiPolygon([p for p in shapely.get_parts(land) if p.geom_type == "Polygon"])


def _borders(xy: NDArray[np.float64], owner: NDArray[np.int64]) -> list[shapely.LineString]:
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


def _straightened(lines: list[shapely.LineString], xy: NDArray[np.float64], most_m: float) -> list[shapely.LineString]:
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
    (`_borders`), so between corners the rule holds as well.
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


def _faces(lines: list[BaseGeometry], land: Outline) -> NDArray[np.object_]:
    """The areas into which all lines together cut the land; neighbours share every corner."""
    pieces = np.array(shapely.get_parts(shapely.polygonize([shapely.union_all(lines)])), dtype=object)
    shapely.prepare(land)
    return np.asarray(pieces[shapely.contains(land, shapely.point_on_surface(pieces))])


def _owners(faces: NDArray[np.object_], xy: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """The zone of each face: that of the accounts in it, else of the account nearest to its inside."""
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    zone = owner[cKDTree(xy).query(inner)[1]]
    point, face = shapely.STRtree(faces).query(shapely.points(xy), predicate="within")
    zone[face] = owner[point]
    return np.asarray(zone)


def _joined(faces: NDArray[np.object_], zone: NDArray[np.int64], zones: int, sheet: _Sheet) -> list[Outline]:
    """One outline for each zone, in degrees."""
    turned = np.array([sheet.degrees(face) for face in faces], dtype=object)
    return [_outline(turned[zone == z]) for z in range(zones)]


def _outline(faces: NDArray[np.object_]) -> Outline:
    if len(faces) == 0:
        return shapely.Polygon()
    whole = shapely.normalize(shapely.coverage_union_all(faces))
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
