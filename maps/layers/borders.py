"""Borders of territories that are moved by hand."""

import json
from typing import Any

from folium.map import Layer

from maps.elements import Inlined
from maps.layers.points import PointCloud
from maps.layers.zones import ZoneLayer


class BorderEditor(Inlined, Layer):
    """Handles on the borders of a :class:`ZoneLayer`; accounts a border passes over change their group with it.

    In the script ``edit(zone)`` shows the handles of a territory, ``undo()`` and ``redo()`` go back and forth without
    limit, ``geometry(zone)`` gives GeoJSON, and every change fires ``borderedit`` with the territories and accounts
    it touched. Outlines that share the corners of their border (:func:`geo.outline.zone_outlines` makes such) stay
    without gap or overlap.

    Args:
        zones: already added to the map.
        cloud: accounts grouped by zone, already added to the map; None leaves accounts alone.
    """

    modules = ("border_editor.js",)
    styles = ("map.css",)

    def __init__(self, zones: ZoneLayer, cloud: PointCloud | None = None, *, name: str = "Borders") -> None:
        super().__init__(name=name, overlay=True, control=False, show=True)
        self._name = "BorderEditor"
        self._zones, self._cloud = zones, cloud
        self.options: dict[str, Any] = {}

    def render(self, **kwargs: Any) -> str:
        cloud = self._cloud.get_name() if self._cloud else "null"
        options = json.dumps(self.options, sort_keys=True).replace("<", "\\u003c")
        call = f'window.bailiwick["border_editor.js"].borderEditor({self._zones.get_name()}, {cloud}, {options})'
        self.write(script=f"var {self.get_name()} = {call};")
        return super().render(**kwargs)
