"""Accounts that could change hands, on the map."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.place import Place
from maps.layers.drawn import DrawnLayer
from maps.palette import palette


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One account that could move: from its place towards the territory it would join, in that one's colour number.

    ``row`` is what a click reports.
    """

    account: Place
    towards: Place
    color: int
    name: str
    row: int = -1


class SuggestionLayer(DrawnLayer):
    """Lines from accounts to the territories they would join.

    Args:
        suggestions: in the order they are to be looked at.
        visible: whether they are drawn at first; the script's ``display`` turns them on and off.
    """

    maker = ("suggestion_layer.js", "suggestionLayer")
    modules = ("suggestion_layer.js",)
    styles = ("map.css",)

    def __init__(
        self,
        suggestions: Sequence[Suggestion],
        *,
        visible: bool = True,
        name: str = "Suggestions",
        show: bool = True,
    ) -> None:
        super().__init__("SuggestionLayer", name, show=show)
        most = max((suggestion.color for suggestion in suggestions), default=0)
        self.options = {"colors": palette(most + 1), "visible": visible}
        meta = [
            {
                "from": [round(suggestion.account.lat, 6), round(suggestion.account.lon, 6)],
                "to": [round(suggestion.towards.lat, 6), round(suggestion.towards.lon, 6)],
                "tone": suggestion.color,
                "name": suggestion.name,
                "row": suggestion.row,
            }
            for suggestion in suggestions
        ]
        self.hold({"suggestions": meta}, {})
