"""Folium elements that keep everything inside the page and let a nonce through to every script and style.

Two habits of Folium are avoided here. Its macro elements compile their *output* as a template once more, so that an
account named ``{{ 7 * 7 }}`` would be calculated; :class:`Text` is put into the page as it is. And its
``default_js`` are addresses of five other hosts; :class:`Inlined` writes our own files into the page.
"""

from typing import Any

from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from markupsafe import escape

from maps.assets import module, module_order, style, vendored


class Text(Element):
    """Markup put into the page untouched; whoever makes it has escaped it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._name = "Text"
        self.markup = markup

    def render(self, **kwargs: Any) -> str:
        return self.markup


class Script(Text):
    """A script inside the page."""

    def render(self, **kwargs: Any) -> str:
        return f"<script{_nonce(kwargs)}>{self.markup}</script>"


class Style(Text):
    """A style sheet inside the page."""

    def render(self, **kwargs: Any) -> str:
        return f"<style{_nonce(kwargs)}>{self.markup}</style>"


class Inlined(JSCSSMixin):
    """Mixed into a Folium element: its vendored files, style sheets and ES modules are written into the page once.

    ``modules`` names files of ``assets/modules``; what they import comes with them.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (as folium declares it)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    vendor_js: tuple[str, ...] = ()
    vendor_css: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()

    def render(self, **kwargs: Any) -> str:
        header = self.figure().header
        for name in self.vendor_css:
            header.add_child(Style(vendored(name)), name=name)
        for name in self.styles:
            header.add_child(Style(style(name)), name=name)
        for name in self.vendor_js:
            header.add_child(Script(vendored(name)), name=name)
        for name in module_order(self.modules):
            header.add_child(Script(module(name)), name=name)
        return str(super().render(**kwargs) or "")  # type: ignore[no-untyped-call]

    def figure(self) -> Figure:
        """The page this element stands in.

        Raises:
            ValueError: it stands in none; add it to a map first.
        """
        root = self.get_root()
        if not isinstance(root, Figure):
            raise ValueError(f"{self.get_name()} must be added to a map before it is rendered")
        return root

    def write(self, *, html: str = "", script: str = "") -> None:
        """Put this element's markup and script into the page under its own name."""
        if html:
            self.figure().html.add_child(Text(html), name=self.get_name())
        if script:
            self.figure().script.add_child(Text(script), name=self.get_name())


def data_block(element_id: str, packed: str) -> str:
    """A block of data that browsers do not run: base64 only, so nothing in it can end the element."""
    return f'<script type="application/octet-stream" id="{element_id}">{packed}</script>'


def _nonce(kwargs: dict[str, Any]) -> str:
    nonce = kwargs.get("nonce")
    return f' nonce="{escape(nonce)}"' if nonce else ""
