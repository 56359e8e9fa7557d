"""What lies under a map without tiles: land with its borders, and roads and water where they are known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from maps.natural_earth import CREDIT, land
from maps.packing import pack_lines
from maps.view import BASE_KINDS, BaseLine

COUNTRY_DEGREES = 1.5  # below this the outlines of countries say nothing: a city stands on paper
WORLD_TOLERANCE = 0.0008  # of the plan's width: outlines are simplified to about a pixel

Bounds = tuple[float, float, float, float]


def land_around(bounds: Bounds) -> tuple[list[Polygon], list[str]]:
    """Land in and around west, south, east, north, and whom to credit; nothing for a city."""
    west, south, east, north = bounds
    width = max(east - west, north - south)
    if width < COUNTRY_DEGREES:
        return [], []
    wide = max(-180.0, west - width), max(-85.0, south - width), min(180.0, east + width), min(85.0, north + width)
    return land(*wide, tolerance=width * WORLD_TOLERANCE), [CREDIT]


def packed_background(
    pieces: Sequence[Polygon], lines: Sequence[BaseLine] = ()
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The block that `assets/modules/base_layer.js` draws."""
    paths: list[NDArray[np.float64]] = []
    rings_of = []
    for polygon in pieces:
        rings = (polygon.exterior, *polygon.interiors)
        rings_of.append(list(range(len(paths), len(paths) + len(rings))))
        paths.extend(shapely.get_coordinates(ring)[:, ::-1] for ring in rings)
    kinds: dict[str, list[int]] = {}
    for kind in BASE_KINDS:
        members = [line.line for line in lines if line.kind == kind]
        if members:
            kinds[kind] = list(range(len(paths), len(paths) + len(members)))
            paths.extend(members)
    return {"land": rings_of, "lines": kinds}, pack_lines(paths)


def bounds_of(lat: NDArray[Any], lon: NDArray[Any]) -> Bounds:
    """West, south, east, north of places, those without one left out; the whole world where there are none."""
    known = np.isfinite(lat) & np.isfinite(lon)
    if not known.any():
        return -170.0, -55.0, 170.0, 70.0
    return float(lon[known].min()), float(lat[known].min()), float(lon[known].max()), float(lat[known].max())
