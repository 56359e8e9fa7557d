"""A flat sheet of metres to draw on, from which straight lines come back to degrees as straight lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.place import Place

METRES_PER_DEGREE = 111_195.0

Outline = shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True, slots=True)
class Sheet:
    """Degrees stretched to about metres, so that a straight line stays one when it is turned back.

    A true projection would bend the borders, and an account close to a long border could change sides.
    """

    lat: float
    lon: float

    @classmethod
    def around(cls, places: Sequence[Place]) -> "Sheet":
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

    def lines_m(self, lines: NDArray[np.object_], land: BaseGeometry) -> NDArray[np.object_]:
        """Those of the lines in degrees that touch the land, in metres here."""
        found = []
        for turn in (-360.0, 0.0, 360.0):
            flat = np.atleast_1d(np.asarray(shapely.transform(lines, self._flat(turn)), dtype=object))
            found.append(flat[shapely.STRtree(flat).query(land, predicate="intersects")] if len(flat) else flat)
        return np.concatenate(found)

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
