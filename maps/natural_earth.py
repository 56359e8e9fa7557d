"""Countries of the world for the background: Natural Earth 1:50 million (public domain), as packed by world-atlas.

The file is TopoJSON: borders are stored once as arcs of whole steps, and a country is a list of arc numbers, a
negative number ``~n`` meaning arc n walked backwards (https://github.com/topojson/topojson-specification).
"""

import json
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from maps.assets import ASSETS

CREDIT = "Natural Earth"
_FILE = ASSETS / "vendor" / "world-atlas" / "countries-50m.json"


def land(west: float, south: float, east: float, north: float, *, tolerance: float = 0.0) -> list[Polygon]:
    """Pieces of countries inside a box of degrees, simplified by ``tolerance`` degrees, borders still shared."""
    window = box(west, south, east, north)
    countries, outlines = _countries()
    inside = [countries[k] for k in sorted(shapely.STRtree(outlines).query(window))]
    cut = shapely.intersection(np.array(inside, dtype=object), window)
    if tolerance:
        cut = shapely.simplify(cut, tolerance, preserve_topology=True)
    pieces = chain.from_iterable(shapely.get_parts(shape) for shape in cut)
    return [piece for piece in pieces if isinstance(piece, Polygon) and not piece.is_empty]


@cache
def _countries() -> tuple[list[Any], list[Any]]:
    """Every country, and its box."""
    atlas = json.loads(_FILE.read_text(encoding="utf-8"))
    scale, shift = (np.array(atlas["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in atlas["arcs"]]
    shapes = [_shape(country, arcs) for country in atlas["objects"]["countries"]["geometries"]]
    return shapes, [shapely.envelope(shape) for shape in shapes]


def _shape(country: dict[str, Any], arcs: list[NDArray[np.float64]]) -> Any:
    pieces = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    polygons = []
    for piece in pieces:
        shell, *holes = ([*_ring(ring, arcs)] for ring in piece)
        polygons.append(Polygon(shell, holes))
    return shapely.make_valid(shapely.MultiPolygon(polygons))


def _ring(numbers: list[int], arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    walked = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([walked[0], *(arc[1:] for arc in walked[1:])])
