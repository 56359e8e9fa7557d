"""The panel beside a plan map: workload per rep, days, accounts, and what was left out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from maps.assets import ASSETS
from maps.elements import Inlined, data_block
from maps.packing import pack
from maps.view import Figures, PlanView

_TEMPLATES = ASSETS.parent / "templates"
_WIDEST_DIFFERENCE = 0.10  # the difference scale shows at least ten per cent to each side


class PlanPanel(Inlined):
    """Everything around the map; it works on the layers it is given by name.

    Args:
        layers: names of the script variables of the map (``map``) and of our layers (``cloud``, ``zones``, ``routes``).
        colors: colour number of each zone.
    """

    _template = Template("")
    modules = ("plan_page.js",)
    styles = ("map.css", "plan.css")

    def __init__(
        self, view: PlanView, words: Mapping[str, str], *, colors: list[int], layers: Mapping[str, Inlined]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanPanel"
        self._view, self._words, self._colors, self._layers = view, words, colors, layers

    def render(self, **kwargs: Any) -> str:
        name = self.get_name()
        block = pack(page_data(self._view, self._words, self._colors), account_numbers(self._view))
        layers = ", ".join(f"{key}: {layer.get_name()}" for key, layer in self._layers.items())
        call = f'window.bailiwick["plan_page.js"].planPage({{{layers}, data: "{name}_data"}});'
        html = panel_html(self._view, self._words, self._colors)
        self.write(html=html + data_block(f"{name}_data", block), script=call)
        return super().render(**kwargs)


def page_data(view: PlanView, words: Mapping[str, str], colors: list[int]) -> dict[str, Any]:
    """What the scripts of the page need to know, apart from numbers per account."""
    accounts = view.accounts
    return {
        "words": dict(words),
        "zones": [{"name": zone.name, "rep": zone.rep, "color": colors[k]} for k, zone in enumerate(view.zones)],
        "accounts": {
            "ids": accounts.ids,
            "names": accounts.names,
            "why": accounts.why,
            "rep": accounts.rep,
            "address": accounts.address,
        },
        "routes": [
            {
                "zone": route.zone,
                "date": route.date.isoformat(),
                "starts": route.starts,
                "ends": route.ends,
                "lunch": route.lunch,
                "drive": round(route.drive_min),
                "stops": [
                    [stop.account, stop.sequence, stop.arrive, stop.depart, round(stop.drive_min)]
                    for stop in route.stops
                ],
            }
            for route in view.routes
        ],
        "transfers": [[move.account, move.from_rep, move.to_rep, move.reason] for move in view.transfers],
    }


def account_numbers(view: PlanView) -> dict[str, NDArray[Any]]:
    """One array per number of an account."""
    accounts = view.accounts
    numbers: dict[str, NDArray[Any]] = {
        "lat": accounts.lat.astype(np.float32),
        "lon": accounts.lon.astype(np.float32),
        "zone": accounts.zone,
        "drawn": accounts.drawn.astype(np.uint8),
        "visits": accounts.visits_per_year.astype(np.float32),
        "minutes": accounts.minutes.astype(np.float32),
    }
    if accounts.value is not None:
        numbers["value"] = accounts.value.astype(np.float32)
    return numbers


def panel_html(view: PlanView, words: Mapping[str, str], colors: list[int]) -> str:
    """The panel as markup; every text of the plan is escaped."""
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(hours=_hours, share=_share, whole=_whole)
    figures = [zone.figures for zone in view.zones]
    before = [zone.as_is for zone in view.zones]
    known = [row for row in (*figures, *before) if row is not None]
    widest = max((abs(row.deviation) for row in known), default=0.0)
    return jinja.get_template("panel.html").render(
        view=view,
        t=lambda key, **values: words[key].format(**values),
        colors=colors,
        total=_total(figures),
        most_h=max((max(row.workload_h, row.capacity_h) for row in known), default=1.0) or 1.0,
        widest=max(_WIDEST_DIFFERENCE, widest),
        largest=max((row.deviation for row in figures), key=abs, default=0.0),
        largest_before=max((row.deviation for row in before if row), key=abs, default=None),
        period=_period(view, words),
    )


def _total(figures: list[Figures]) -> Figures:
    def add(name: str) -> Any:
        return sum(getattr(row, name) for row in figures)

    return Figures(
        add("accounts"), add("visits"), add("service_h"), add("drive_h"), add("workload_h"), add("capacity_h"), 0.0
    )


def _period(view: PlanView, words: Mapping[str, str]) -> str:
    if view.starts_on is None or not view.weeks:
        return ""
    key = "period_one" if view.weeks == 1 else "period"
    return words[key].format(start=f"{view.starts_on.day} {view.starts_on:%B %Y}", weeks=view.weeks)


def _hours(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}"


def _share(value: float) -> str:
    text = f"{abs(value):.1%}".replace("%", " %")
    return text if text == "0.0 %" else ("+" if value > 0 else "−") + text


def _whole(value: float) -> str:
    return f"{value:,.0f}"
