"""One rep's day as a map for a page that a server sends: a Folium map with our layers, in parts.

The page puts the parts in itself, styles and scripts with its own nonce; see `api/static/today_map.js`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import folium
import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

from geo.place import Place
from maps.background import Bounds, land_around
from maps.elements import Script, Style
from maps.layers.base import BaseLayer
from maps.layers.routes import RouteLayer, RouteLine, StopMark
from maps.page import OfflineMap, Page, number_elements
from maps.view import BaseLine, Tiles

BUTTONS_PX = 56
"""The buttons at the right of the map, which no stop should lie under."""
LEAST_DEGREES = 0.01
"""A day at one place is shown with about a kilometre around it."""


class Parts(Page):
    """A figure that is written as its parts: the texts of styles and scripts, markup, and the script of the map."""

    names: dict[str, Any]

    def _written(self, kwargs: dict[str, Any]) -> str:
        header = list(self.header._children.values())
        parts = {
            "styles": [part.markup for part in header if isinstance(part, Style)],
            "scripts": [part.markup for part in header if isinstance(part, Script)],
            "html": self.html.render(**kwargs),
            "script": self.script.render(**kwargs),
            **self.names,
        }
        return json.dumps(parts, ensure_ascii=False)


@dataclass(frozen=True, slots=True, eq=False)
class DayMap:
    """What is drawn: the line as (n, 2) latitude, longitude, the stops in order, roads where they are known.

    `made` is the way that was made, drawn beside the planned one; empty for none. `visits`: what the page calls each
    stop, for its script.
    """

    line: NDArray[np.float64]
    stops: tuple[StopMark, ...]
    made: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    visits: tuple[int, ...] = ()
    roads: tuple[BaseLine, ...] = ()
    tiles: Tiles | None = None
    attribution: str = ""


def render_day_map(day: DayMap) -> str:
    """The parts as JSON: `styles`, `scripts`, `html`, `script`, the names of `map` and `routes` in the script, and
    `visits`."""
    bounds = day_bounds(np.concatenate([day.line, day.made]), [stop.place for stop in day.stops])
    page = Parts("Day")
    snap = 1 if day.tiles else 0.25
    whole = OfflineMap(page, bounds, side_px=BUTTONS_PX, zoom_snap=snap, max_zoom=18, attribution_control=True)
    background(day, bounds).add_to(whole)
    routes = RouteLayer([RouteLine(day.line, 0, day.stops, day.made)], shown=0, name="Day")
    routes.add_to(whole)
    number_elements(page)
    page.names = {"map": whole.get_name(), "routes": routes.get_name(), "visits": day.visits}
    return str(page.render())


def day_bounds(line: NDArray[np.float64], places: Sequence[Place]) -> Bounds:
    """West, south, east, north of a day, never less than about a kilometre."""
    points = np.array([*line.tolist(), *((place.lat, place.lon) for place in places)], np.float64).reshape(-1, 2)
    if not len(points):
        return -170.0, -55.0, 170.0, 70.0
    south, west = points.min(axis=0) - LEAST_DEGREES / 2
    north, east = points.max(axis=0) + LEAST_DEGREES / 2
    return float(west), float(south), float(east), float(north)


def background(day: DayMap, bounds: Bounds) -> folium.map.Layer:
    """Tiles where there are any, else land and the roads given."""
    if day.tiles is not None:
        credit = str(escape(day.tiles.attribution))
        return folium.TileLayer(day.tiles.url, attr=credit, max_zoom=day.tiles.max_zoom, name="Tiles")
    pieces, credit_land = land_around(bounds)
    given = [day.attribution] if day.attribution else []
    return BaseLayer(pieces, day.roads, attribution=str(escape(" · ".join([*given, *credit_land]))))
