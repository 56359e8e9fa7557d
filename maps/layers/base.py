"""The background of a map without tiles."""

from collections.abc import Sequence

from shapely.geometry import Polygon

from maps.background import packed_background
from maps.layers.drawn import DrawnLayer
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
        self.hold(*packed_background(land, lines))
