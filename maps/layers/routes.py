"""A rep's day on the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from maps.layers.drawn import DrawnLayer
from maps.packing import pack_lines
from maps.palette import palette


@dataclass(frozen=True, slots=True)
class StopMark:
    """A stop as drawn: where, the number in its circle, the name read out for it."""

    place: Place
    mark: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class RouteLine:
    """A day as drawn: (n, 2) latitude, longitude, colour number, stops in order, and the way made where it is known."""

    line: NDArray[np.float64]
    color: int
    stops: tuple[StopMark, ...]
    made: NDArray[np.float64] | None = None


class RouteLayer(DrawnLayer):
    """Days as lines with arrows and numbered stops, one shown at a time; the way made as a dashed line over it.

    Args:
        routes: every day that can be shown.
        shown: the day shown first; -1 for none.
    """

    maker = ("route_layer.js", "routeLayer")
    modules = ("route_layer.js",)
    styles = ("map.css",)

    def __init__(
        self, routes: Sequence[RouteLine], *, shown: int = -1, name: str = "Routes", show: bool = True
    ) -> None:
        super().__init__("RouteLayer", name, show=show)
        most = max((route.color for route in routes), default=0)
        self.options = {"colors": palette(most + 1), "shown": shown}
        meta: list[dict[str, Any]] = [
            {
                "color": route.color,
                "stops": [
                    [round(stop.place.lat, 6), round(stop.place.lon, 6), stop.mark, stop.name] for stop in route.stops
                ],
            }
            for route in routes
        ]
        made = [(k, route.made) for k, route in enumerate(routes) if route.made is not None and len(route.made)]
        for place, (k, _) in enumerate(made, start=len(routes)):
            meta[k]["made"] = place
        self.hold({"routes": meta}, pack_lines([*(route.line for route in routes), *(line for _, line in made)]))
