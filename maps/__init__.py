"""Maps of a plan: Folium layers of our own and a self-contained page, from plain values only."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maps.drawing import plan_map as plan_map
    from maps.drawing import render_plan_map as render_plan_map
    from maps.layers.base import BaseLayer as BaseLayer
    from maps.layers.borders import BorderEditor as BorderEditor
    from maps.layers.points import PointCloud as PointCloud
    from maps.layers.routes import RouteLayer as RouteLayer
    from maps.layers.routes import RouteLine as RouteLine
    from maps.layers.routes import StopMark as StopMark
    from maps.layers.suggestions import Suggestion as Suggestion
    from maps.layers.suggestions import SuggestionLayer as SuggestionLayer
    from maps.layers.zones import ZoneLayer as ZoneLayer
    from maps.palette import color_zones as color_zones
    from maps.view import Accounts as Accounts
    from maps.view import BaseLine as BaseLine
    from maps.view import Figures as Figures
    from maps.view import MarkedLine as MarkedLine
    from maps.view import PlanView as PlanView
    from maps.view import Route as Route
    from maps.view import RouteStop as RouteStop
    from maps.view import Tiles as Tiles
    from maps.view import Transfer as Transfer
    from maps.view import Zone as Zone

_HOME = {
    "plan_map": "drawing",
    "render_plan_map": "drawing",
    "BaseLayer": "layers.base",
    "BorderEditor": "layers.borders",
    "PointCloud": "layers.points",
    "RouteLayer": "layers.routes",
    "RouteLine": "layers.routes",
    "StopMark": "layers.routes",
    "Suggestion": "layers.suggestions",
    "SuggestionLayer": "layers.suggestions",
    "ZoneLayer": "layers.zones",
    "color_zones": "palette",
    "Accounts": "view",
    "BaseLine": "view",
    "Figures": "view",
    "MarkedLine": "view",
    "PlanView": "view",
    "Route": "view",
    "RouteStop": "view",
    "Tiles": "view",
    "Transfer": "view",
    "Zone": "view",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'maps' has no attribute {name!r}")
    return getattr(import_module(f"maps.{_HOME[name]}"), name)
