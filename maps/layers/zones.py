"""Territories: tint, dark outline, label that stays."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geo.place import Place
from maps.layers.drawn import DrawnLayer
from maps.packing import pack_lines
from maps.palette import color_zones, neighbours, palette


class ZoneLayer(DrawnLayer):
    """Territory outlines with their names, neighbours in different colours.

    Args:
        outlines: EPSG:4326; an empty one is not drawn.
        names: written on the map.
        colors: colour numbers (:func:`maps.palette.color_zones`); found from the outlines by default.
        labels: where to write each name; a point well inside by default.

    Attributes:
        colors, places: the colour number and the label's place of each zone; None for an empty outline.
    """

    maker = ("zone_layer.js", "zoneLayer")
    modules = ("zone_layer.js",)
    styles = ("map.css",)

    def __init__(
        self,
        outlines: Sequence[Polygon | MultiPolygon],
        names: Sequence[str],
        *,
        colors: Sequence[int] | None = None,
        labels: Sequence[Place | None] = (),
        name: str = "Territories",
        show: bool = True,
    ) -> None:
        super().__init__("ZoneLayer", name, show=show)
        self.colors = list(color_zones(neighbours(outlines)) if colors is None else colors)
        self.options = {"colors": palette(max(self.colors, default=0) + 1)}
        given = [*labels, *[None] * (len(outlines) - len(labels))]
        self.places = [place or _inside(outline) for place, outline in zip(given, outlines, strict=True)]
        lines: list[NDArray[np.float64]] = []
        zones = []
        for number, outline in enumerate(outlines):
            place = self.places[number]
            zones.append(
                {
                    "name": names[number],
                    "color": self.colors[number],
                    "label": place and [round(place.lat, 5), round(place.lon, 5)],
                    "pieces": _pieces(outline, lines),
                }
            )
        self.hold({"zones": zones}, pack_lines(lines))


def _inside(outline: Polygon | MultiPolygon) -> Place | None:
    """The point of the largest piece that is farthest from its border."""
    if outline.is_empty:
        return None
    largest = max(getattr(outline, "geoms", [outline]), key=lambda piece: piece.area)
    point = shapely.maximum_inscribed_circle(largest, tolerance=largest.length / 500).coords[0]
    return Place(point[1], point[0])


def _pieces(outline: Polygon | MultiPolygon, lines: list[NDArray[np.float64]]) -> list[list[int]]:
    """Numbers of the rings of each piece, the shell first; the rings go to ``lines``."""
    pieces = []
    for polygon in getattr(outline, "geoms", [outline]):
        if polygon.is_empty:
            continue
        rings = []
        for ring in (polygon.exterior, *polygon.interiors):
            rings.append(len(lines))
            lines.append(shapely.get_coordinates(ring)[:, ::-1])
        pieces.append(rings)
    return pieces
