"""Outlines of administrative regions made simple enough to be sent and drawn; neighbours keep their common borders."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

FINEST = 1 / 4000
"""Of the width of what is drawn: a quarter of a pixel where all of it is in view."""
MOST_CORNERS = 80_000
"""About half a megabyte when packed. Many thousands of regions may need more: each keeps at least a triangle."""
COARSENINGS = 8


def simplified(outlines: Sequence[bytes], width: float, *, most: int = MOST_CORNERS) -> NDArray[np.object_]:
    """Outlines (WKB, degrees) as shapes of at most about `most` corners in all, for a map `width` degrees wide.

    Corners are left out by how little area they hold (Visvalingam and Whyatt 1993), the same ones on both sides of a
    border; what a border drawn twice holds between its lines stays. Then islands too small to be seen go, a region's
    largest piece never.
    """
    shapes = np.array([shapely.from_wkb(one) for one in outlines], dtype=object)
    tolerance = width * FINEST
    for _ in range(COARSENINGS):
        shapes = shapely.coverage_simplify(shapes, tolerance)
        shapes = np.array([_without_specks(shape, tolerance) for shape in shapes], dtype=object)
        if shapely.get_num_coordinates(shapes).sum() <= most:
            break
        tolerance *= 2
    return shapes


def _without_specks(shape: Any, tolerance: float) -> Any:
    """A shape without pieces and holes whose area is below that of a square of `tolerance`; its largest piece stays."""
    pieces = shapely.get_parts(shape)
    if len(pieces) > 1:
        areas = shapely.area(pieces)
        pieces = pieces[(areas >= tolerance**2) | (areas == areas.max())]
    kept = [
        shapely.Polygon(piece.exterior, [hole for hole in piece.interiors if _area(hole) >= tolerance**2])
        for piece in pieces
    ]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _area(ring: Any) -> float:
    return float(shapely.Polygon(ring).area)


def rings_of(shape: Any) -> list[list[NDArray[np.float64]]]:
    """The rings of each piece as (n, 2) latitude, longitude, the shell first."""
    return [
        [shapely.get_coordinates(ring)[:, ::-1] for ring in (piece.exterior, *piece.interiors)]
        for piece in shapely.get_parts(shape)
    ]


def label_of(shape: Any) -> list[float]:
    """Latitude and longitude of a point inside the largest piece."""
    pieces = shapely.get_parts(shape)
    point = shapely.point_on_surface(pieces[int(np.argmax(shapely.area(pieces)))])
    return [round(point.y, 5), round(point.x, 5)]
