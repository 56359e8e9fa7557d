"""A Folium map and page without a single address of another host."""

from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template
from markupsafe import escape

from maps.elements import Inlined

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{policy}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="strict-origin-when-cross-origin">
<title>{title}</title>
{header}
</head>
<body>
{html}
<script{nonce}>
{script}
</script>
</body>
</html>
"""


class Page(Figure):
    """The HTML page around a map.

    Rendering takes ``nonce``, written on every script and style, and ``policy``, a content security policy for a
    page that no server sends with one.
    """

    def __init__(self, title: str, language: str = "en") -> None:
        super().__init__(title=title)
        self.language = language
        self.header._children.clear()

    def render(self, **kwargs: Any) -> str:
        parts = (self.header, self.html, self.script)
        given = [part._children.copy() for part in parts]
        for child in self._children.values():
            child.render(**kwargs)
        page = self._written(kwargs)
        for part, children in zip(parts, given, strict=True):  # else a second time everything would be there twice
            part._children = children
        return page

    def _written(self, kwargs: dict[str, Any]) -> str:
        nonce, policy = kwargs.get("nonce"), kwargs.get("policy")
        tag = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n' if policy else ""
        return _PAGE.format(
            language=escape(self.language),
            policy=tag,
            title=escape(self.title),
            header=self.header.render(**kwargs),
            html=self.html.render(**kwargs),
            script=self.script.render(**kwargs),
            nonce=f' nonce="{escape(nonce)}"' if nonce else "",
        )


class OfflineMap(Inlined, folium.Map):
    """A :class:`folium.Map` whose Leaflet is inside the page; every other Folium element can be added to it.

    Args:
        extent: west, south, east, north in degrees, what is seen first.
        foot_px: pixels at the foot of the map that something covers on a narrow screen.
        side_px: pixels at the right that something covers.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }},
            {center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}});
        {{ this.get_name() }}.fitBounds({{ this.extent|tojson }}, {animate: false, paddingTopLeft: [24, 24],
            paddingBottomRight: [{{ this.side_px }},
                matchMedia("(max-width: 760px)").matches ? {{ this.foot_px }} : 24]});
        {% endmacro %}
        """
    )
    vendor_css = ("leaflet/leaflet.css",)
    vendor_js = ("leaflet/leaflet.js",)
    styles = ("map.css",)

    def __init__(
        self,
        page: Figure,
        extent: tuple[float, float, float, float],
        *,
        foot_px: int = 24,
        side_px: int = 24,
        **options: Any,
    ) -> None:
        west, south, east, north = extent
        middle = [(south + north) / 2, (west + east) / 2]
        super().__init__(location=middle, tiles=None, zoom_control=False, **options)
        self.foot_px, self.side_px = foot_px, side_px
        self.extent = [[south, west], [north, east]]
        page.add_child(self)


def number_elements(root: Element) -> None:
    """Give every element of a page a number instead of a random name, so that the same plan gives the same bytes."""
    waiting, number = [root], 0
    while waiting:
        element = waiting.pop()
        element._id = str(number)
        number += 1
        waiting.extend(reversed(element._children.values()))
