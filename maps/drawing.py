"""A plan as a Folium map and as a self-contained page."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import folium
import numpy as np
import shapely
from markupsafe import escape

from geo.place import Place
from maps.background import land_around
from maps.elements import Inlined
from maps.layers.base import BaseLayer
from maps.layers.points import PointCloud
from maps.layers.routes import RouteLayer, RouteLine, StopMark
from maps.layers.suggestions import Suggestion, SuggestionLayer
from maps.layers.zones import ZoneLayer
from maps.page import OfflineMap, Page, number_elements
from maps.palette import palette
from maps.panel import PlanPanel
from maps.view import PlanView, Tiles
from maps.words import ENGLISH

FOOT_PX = 88
"""What the choice of colours and the credit cover at the foot of a narrow map."""
LINE_STYLES: Mapping[str, Mapping[str, Any]] = {
    "before": {"color": "#16191d", "weight": 1.5, "opacity": 0.8, "dash_array": "2 5"},
    "barrier": {"color": "#7a0c3f", "weight": 3, "opacity": 0.9, "dash_array": "10 5"},
}
_LINE_TOLERANCE = 3e-5  # route lines keep what is larger than three metres


def plan_map(view: PlanView, *, words: Mapping[str, str] = ENGLISH) -> folium.Map:
    """A Folium map of the plan with all its layers and the panel; save it, show it in a notebook, or add to it."""
    extent = _bounds(view)
    page = Page(view.title, words["language"])
    whole = OfflineMap(page, extent, foot_px=FOOT_PX, zoom_snap=1 if view.tiles else 0.25, max_zoom=19)
    _background(view, extent).add_to(whole)
    zones = ZoneLayer(
        [zone.outline for zone in view.zones],
        [_label(zone.rep, zone.name) for zone in view.zones],
        labels=[zone.label for zone in view.zones],
        name=words["territories"],
    )
    cloud = _cloud(view, zones.colors, words)
    routes = RouteLayer([_route(view, number, zones.colors) for number in range(len(view.routes))], name=words["stops"])
    moves = SuggestionLayer(_moves(view, zones), visible=False, name=words["transfers"])
    for layer in (zones, cloud, moves, routes):
        layer.add_to(whole)
    for line in _lines(view):
        line.add_to(whole)
    layers: dict[str, Inlined] = {"map": whole, "cloud": cloud, "zones": zones, "routes": routes, "moves": moves}
    PlanPanel(view, words, colors=zones.colors, layers=layers).add_to(whole)
    number_elements(page)
    return whole


def render_plan_map(view: PlanView, *, nonce: str | None = None, words: Mapping[str, str] = ENGLISH) -> str:
    """The plan as one HTML page that asks nobody for anything (but the tiles, when a source is set).

    Args:
        nonce: of the content security policy the page is served with. Without one the page carries its own policy,
            under which the browser itself refuses every outside request and every script not written here.
    """
    page = plan_map(view, words=words).get_root()
    if nonce is not None:
        return str(page.render(nonce=nonce))
    plain = str(page.render())
    own = hashlib.sha256(plain.encode()).hexdigest()[:32]
    return str(page.render(nonce=own, policy=_policy(own, view.tiles)))


def _policy(nonce: str, tiles: Tiles | None) -> str:
    images = "data: blob:"
    if tiles is not None:
        address = urlsplit(tiles.url.replace("{s}", "*"))
        images += f" {address.scheme}://{address.netloc}"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )


def _bounds(view: PlanView) -> tuple[float, float, float, float]:
    """West, south, east, north of everything drawn; the whole world for an empty plan."""
    boxes = [zone.outline.bounds for zone in view.zones if not zone.outline.is_empty]
    drawn = view.accounts.drawn
    if drawn.any():
        lat, lon = view.accounts.lat[drawn], view.accounts.lon[drawn]
        boxes.append((lon.min(), lat.min(), lon.max(), lat.max()))
    if not boxes:
        return -170.0, -55.0, 170.0, 70.0
    west, south, east, north = np.array(boxes).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def _background(view: PlanView, bounds: tuple[float, float, float, float]) -> folium.map.Layer:
    if view.tiles is not None:
        tiles = view.tiles
        return folium.TileLayer(tiles.url, attr=str(escape(tiles.attribution)), max_zoom=tiles.max_zoom, name="Tiles")
    pieces, credit = land_around(bounds)
    given = [view.attribution] if view.attribution else []
    return BaseLayer(pieces, view.basemap, attribution=str(escape(" · ".join([*given, *credit]))))


def _lines(view: PlanView) -> list[folium.PolyLine]:
    """Barriers and earlier borders, one element for each kind."""
    drawn = []
    for kind, style in LINE_STYLES.items():
        paths = [line.line.round(6).tolist() for line in view.lines if line.kind == kind and len(line.line) > 1]
        if paths:
            line = folium.PolyLine(paths, interactive=False, **style)  # type: ignore[no-untyped-call]
            drawn.append(line)
    return drawn


def _cloud(view: PlanView, colors: list[int], words: Mapping[str, str]) -> PointCloud:
    rows = np.flatnonzero(view.accounts.drawn)
    accounts = view.accounts
    tones = palette(max(colors, default=0) + 1)
    return PointCloud(
        accounts.lat[rows],
        accounts.lon[rows],
        accounts.zone[rows],
        colors=[tones[color] for color in colors],
        row=rows,
        name=words["accounts"],
    )


def _route(view: PlanView, number: int, colors: list[int]) -> RouteLine:
    route, accounts = view.routes[number], view.accounts
    line = route.line
    if len(line) > 2:
        line = shapely.get_coordinates(shapely.simplify(shapely.LineString(line), _LINE_TOLERANCE))
    stops = tuple(
        StopMark(
            Place(float(accounts.lat[s.account]), float(accounts.lon[s.account])),
            str(s.sequence),
            accounts.names[s.account],
        )
        for s in route.stops
    )
    return RouteLine(line, colors[route.zone], stops)


def _moves(view: PlanView, zones: ZoneLayer) -> list[Suggestion]:
    """Account transfers between reps that both have a territory on the map."""
    accounts, drawn = view.accounts, view.accounts.drawn
    home = {zone.rep: number for number, zone in enumerate(view.zones) if zones.places[number] is not None}
    found = []
    for move in view.transfers:
        to, row = home.get(move.to_rep), move.account
        place = zones.places[to] if to is not None else None
        if to is not None and place is not None and drawn[row]:
            at = Place(float(accounts.lat[row]), float(accounts.lon[row]))
            found.append(Suggestion(at, place, zones.colors[to], accounts.names[row], row))
    return found


def _label(rep: str, name: str) -> str:
    return rep or name
