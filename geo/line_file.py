"""Lines from a file: rivers, borders, railways, boundaries of areas."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import FrameError
from geo.geometry_file import read_geometries

SHOWN = 5
LINES = {"LineString", "MultiLineString", "LinearRing"}
AREAS = {"Polygon", "MultiPolygon"}
POINTS = {"Point", "MultiPoint"}


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLines:
    """Lines and points somebody drew, EPSG:4326: `lines` (l,) of LineStrings, `points` (p,) of Points."""

    source: str = ""
    lines: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    points: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))


def read_lines(path: Path) -> DrawnLines:
    """Lines, edges of areas and points of a GeoJSON, GeoPackage, Shapefile or GeoParquet file.

    Raises:
        FrameError: no line and no area, no reference system, or features that cannot be used; names each by its row
            (counted from 1) with what it holds and what was expected.
        FileNotFoundError: there is no such file.
    """
    frame = read_geometries(path, "lines")
    shapes = np.asarray(frame.geometry.array, dtype=object)
    kinds = np.array([str(kind) for kind in frame.geom_type], dtype=object)
    if faults := _faults(shapes, kinds):
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise FrameError([f"{Path(path).name}, {fault}" for fault in faults[:SHOWN]] + more)
    edges = [shapes[np.isin(kinds, sorted(LINES))], shapely.boundary(shapes[np.isin(kinds, sorted(AREAS))])]
    lines = shapely.get_parts(np.concatenate(edges))
    if not len(lines):
        raise FrameError([f"{Path(path).name} has no line and no polygon among its {len(frame)} features"])
    return DrawnLines(Path(path).name, lines, shapely.get_parts(shapes[np.isin(kinds, sorted(POINTS))]))


def _faults(shapes: NDArray[np.object_], kinds: NDArray[np.object_]) -> list[str]:
    """What is wrong with which row."""
    found = []
    for row, (shape, kind) in enumerate(zip(shapes, kinds, strict=True), start=1):
        if shape is None or shapely.is_empty(shape):
            found.append(f"row {row}: geometry is empty; expected a line, a polygon or a point")
        elif kind not in LINES | AREAS | POINTS:
            found.append(f"row {row}: geometry is a {kind}; expected a line, a polygon or a point")
        else:
            xy = shapely.get_coordinates(shape)
            off = ~np.isfinite(xy).all(axis=1) | (np.abs(xy[:, 1]) > 90) | (np.abs(xy[:, 0]) > 360)
            if off.any():
                lon, lat = xy[int(off.argmax())]
                found.append(
                    f"row {row}: geometry has a corner at longitude {lon:g}, latitude {lat:g}; expected degrees on the "
                    "earth, or another reference system"
                )
    return found
