"""The background of a map without tiles."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from maps.layers.drawn import DrawnLayer
from maps.packing import pack_lines
from maps.view import BaseLine


class BaseLayer(DrawnLayer):
    """Land with its borders, and roads and water where they are given.

    Args:
        land: pieces of land, EPSG:4326; where there is any, the rest of the map is sea.
        lines: roads, streets and water.
        attribution: credit, plain text.
    """

    maker = ("base_layer.js", "baseLayer")
    modules = ("base_layer.js",)
    styles = ("map.css",)

    def __init__(
        self,
        land: Sequence[Polygon] = (),
        lines: Sequence[BaseLine] = (),
        *,
        attribution: str = "",
        name: str = "Background",
    ) -> None:
        super().__init__("BaseLayer", name, control=False, overlay=False)
        self.options = {"attribution": attribution}
        paths: list[NDArray[np.float64]] = []
        pieces = []
        for polygon in land:
            rings = (polygon.exterior, *polygon.interiors)
            pieces.append(list(range(len(paths), len(paths) + len(rings))))
            paths.extend(shapely.get_coordinates(ring)[:, ::-1] for ring in rings)
        kinds: dict[str, list[int]] = {}
        for kind in ("water", "street", "road"):
            members = [line.line for line in lines if line.kind == kind]
            if members:
                kinds[kind] = list(range(len(paths), len(paths) + len(members)))
                paths.extend(members)
        self.hold({"land": pieces, "lines": kinds}, pack_lines(paths))
