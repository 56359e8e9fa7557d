"""What our layers have in common: a block of data in the page and one line of script that draws it."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from folium.map import Layer
from numpy.typing import NDArray

from maps.elements import Inlined, data_block
from maps.packing import pack


class DrawnLayer(Inlined, Layer):
    """A layer drawn by ``maker`` of one of our modules from packed data."""

    maker: ClassVar[tuple[str, str]]

    def __init__(self, kind: str, name: str, *, show: bool = True, control: bool = True, overlay: bool = True) -> None:
        super().__init__(name=name, overlay=overlay, control=control, show=show)
        self._name = kind
        self.options: dict[str, Any] = {}
        self._packed = ""
        self._source = ""

    def fetched(self, maker: tuple[str, str], *addresses: str) -> None:
        """Let a function of one of our modules fetch the data instead, for pages that a server sends."""
        module, function = maker
        given = ", ".join(json.dumps(address).replace("<", "\\u003c") for address in addresses)
        self._source = f'window.bailiwick["{module}"].{function}({given})'

    def hold(self, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep the data the page will carry."""
        self._packed = pack(meta, arrays)

    def render(self, **kwargs: Any) -> str:
        name = self.get_name()
        module, function = self.maker
        options = json.dumps(self.options, sort_keys=True).replace("<", "\\u003c")
        source = self._source or f'"{name}_data"'
        call = f'window.bailiwick["{module}"].{function}({source}, {options})'
        html = "" if self._source else data_block(f"{name}_data", self._packed)
        self.write(html=html, script=f"var {name} = {call};")
        return super().render(**kwargs)
