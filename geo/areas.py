"""Given areas (postal codes, municipalities, hexagons) as the stones territories are built of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from geo.admin_regions import OUTSIDE, TOUCH_DEGREES
from geo.place import Place

Shape = shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """a areas that do not overlap. `shapes` in degrees (longitude first), `neighbours` (a, a) those with a border in
    common; a corner is not enough.

    Around the antimeridian longitudes run on past 180°, so that an area is one piece; `outline` turns them back.
    """

    names: tuple[str, ...]
    shapes: NDArray[np.object_]
    neighbours: csr_array
    notes: tuple[str, ...] = ()
    west: float = -180.0
    """The longitude at which the sheet begins."""
    _tree: shapely.STRtree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not len(self.names) == len(self.shapes) == self.neighbours.shape[0]:
            raise ValueError(f"{len(self.names)} names, {len(self.shapes)} shapes: one of each per area is expected")
        object.__setattr__(self, "_tree", shapely.STRtree(self.shapes))

    def __len__(self) -> int:
        return len(self.names)

    def of_places(self, places: Sequence[Place]) -> NDArray[np.int64]:
        """(n,) the area of each place, the first where two meet; -1 outside of all."""
        points = self._points(places)
        found = np.full(len(places), len(self))
        point, area = self._tree.query(points, predicate="intersects")
        np.minimum.at(found, point, area)
        found[found == len(self)] = OUTSIDE
        return found

    def nearest(self, places: Sequence[Place]) -> NDArray[np.int64]:
        """(n,) the area of each place, or the nearest one where it lies outside."""
        found = self.of_places(places)
        outside = np.flatnonzero(found == OUTSIDE)
        if len(outside):
            found[outside] = self._tree.nearest(self._points([places[int(row)] for row in outside]))
        return found

    def adopted(self, occupied: NDArray[np.int64]) -> NDArray[np.int64]:
        """(a,) for each area one of the `occupied`: itself, or the one fewest borders away (the nearest on islands)."""
        owner = np.full(len(self), OUTSIDE)
        centre = shapely.get_coordinates(shapely.centroid(self.shapes))
        centre[:, 0] *= np.cos(np.radians(centre[:, 1].mean()))
        graph = coo_array(self.neighbours)
        length = np.hypot(*(centre[graph.row] - centre[graph.col]).T) + 1e-9
        roads = csr_array(coo_array((length, (graph.row, graph.col)), shape=graph.shape))
        _, _, source = dijkstra(roads, indices=occupied, return_predecessors=True, min_only=True)
        reached = source >= 0
        owner[reached] = source[reached]
        lost = np.flatnonzero(~reached)
        if len(lost):
            apart = ((centre[lost, None] - centre[None, occupied]) ** 2).sum(axis=2)
            owner[lost] = occupied[apart.argmin(axis=1)]
        return owner

    def outline(self, members: NDArray[np.int64]) -> Shape:
        """These areas as one, in EPSG:4326: cut where it crosses the antimeridian."""
        whole = shapely.union_all(self.shapes[members])
        return turned_back(whole)

    def _points(self, places: Sequence[Place]) -> NDArray[np.object_]:
        lon = np.array([place.lon for place in places])
        lat = np.array([place.lat for place in places])
        return np.asarray(shapely.points(np.where(lon < self.west, lon + 360, lon), lat))


def turned_back(shape: BaseGeometry) -> Shape:
    """The shape with longitudes from -180 to 180: what lies past 180° moves to the other side."""
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    parts = [shape]
    if east > 180:
        beyond = shapely.intersection(shape, shapely.box(180, south - 1, east + 1, north + 1))
        parts = [
            shapely.intersection(shape, shapely.box(west - 1, south - 1, 180, north + 1)),
            shapely.transform(beyond, lambda xy: xy - [360.0, 0.0]),
        ]
    polygons = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon" and not p.is_empty]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def shared_borders(shapes: NDArray[np.object_]) -> csr_array:
    """(a, a) of ones: areas whose borders run along each other, also where they were drawn twice with a hair between.

    A border in common is at least ten times as long as the two may be apart, which a meeting at a corner is not.
    """
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOUCH_DEGREES)
    once = one < other
    one, other = one[once], other[once]
    edge = shapely.boundary(shapes)
    along = shapely.length(shapely.intersection(edge[one], shapely.buffer(edge[other], TOUCH_DEGREES, quad_segs=2)))
    real = along > 10 * TOUCH_DEGREES
    rows, columns = np.r_[one[real], other[real]], np.r_[other[real], one[real]]
    return csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(shapes), len(shapes))))
