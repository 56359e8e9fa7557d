"""A Folium map as a piece of somebody else's page: the same layers, their data fetched, their scripts modules."""

from dataclasses import dataclass
from functools import lru_cache

import folium
from markupsafe import escape

from maps.background import Bounds
from maps.layers.base import BaseLayer
from maps.layers.borders import BorderEditor
from maps.layers.points import PointCloud
from maps.layers.suggestions import SuggestionLayer
from maps.layers.zones import ZoneLayer
from maps.page import OfflineMap, Page, number_elements
from maps.palette import palette

MODULES = (
    *("base_layer.js", "border_editor.js", "live_data.js"),
    *("point_cloud.js", "suggestion_layer.js", "zone_layer.js"),
)
"""What a fragment's script needs."""
DATA = "live_data.js"


@dataclass(frozen=True, slots=True)
class Fragment:
    """Markup and script of a map. The script names its layers in `layers` and finds modules on `window.bailiwick`."""

    html: str
    script: str
    layers: dict[str, str]


@lru_cache(maxsize=32)
def live_map(
    extent: Bounds, points: str, ground: str, background: str, tile_url: str | None = None, credit: str = ""
) -> Fragment:
    """A map of one plan: addresses of its accounts, territories and background; `credit` is plain text."""
    page = Page("")
    whole = OfflineMap(page, extent, zoom_snap=1 if tile_url else 0.25, max_zoom=19)
    if tile_url is not None:
        base: folium.map.Layer = folium.TileLayer(tile_url, attr=str(escape(credit)), max_zoom=19, name="Tiles")
    else:
        base = BaseLayer(attribution=str(escape(credit)))
        base.fetched((DATA, "block"), background)
    zones = ZoneLayer([], [])
    zones.fetched((DATA, "territories"), ground)
    cloud = PointCloud([], [], [])
    cloud.fetched((DATA, "accounts"), points, ground)
    cloud.options |= {"colors": palette(12), "tones": list(range(12))}
    zones.options |= {"colors": palette(12)}
    moves, borders = SuggestionLayer([]), BorderEditor(zones, cloud)
    moves.options |= {"colors": palette(12)}
    for layer in (base, zones, cloud, moves, borders):
        layer.add_to(whole)
    number_elements(page)
    for child in page._children.values():
        child.render()
    html, script = page.html.render(), page.script.render()
    names = {"map": whole, "cloud": cloud, "zones": zones, "moves": moves, "borders": borders}
    return Fragment(html, script, {key: layer.get_name() for key, layer in names.items()})
