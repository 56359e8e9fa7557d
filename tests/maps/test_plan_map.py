"""The saved page: one file, the same each time, nothing of the plan read as markup."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import folium
import numpy as np
import pytest
import shapely

import maps
from maps.drawing import plan_map, render_plan_map
from maps.layers.points import PointCloud
from maps.layers.zones import ZoneLayer
from maps.view import MarkedLine, PlanView, Tiles
from maps.words import ENGLISH

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}"


def test_the_same_plan_gives_the_same_bytes(make_plan: Callable[..., PlanView]) -> None:
    assert render_plan_map(make_plan()) == render_plan_map(make_plan())


def test_another_process_gives_the_same_bytes() -> None:
    code = (
        "import sys, hashlib; sys.path[:0] = ['.', 'tests/maps']; import conftest; from maps.drawing import render_plan_map;"
        "print(hashlib.sha256(render_plan_map(conftest.invented_plan(60, 3)).encode()).hexdigest())"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(sums) == 1


def test_seven_thousand_accounts_stay_under_three_megabytes(make_plan: Callable[..., PlanView]) -> None:
    html = render_plan_map(make_plan(7744, 10, 20, unplaced=0))
    assert len(html.encode()) < 3_000_000


def test_no_address_of_another_host_is_loaded(plan: PlanView) -> None:
    html = render_plan_map(plan)
    assert not re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=|<link\b", html)
    assert "@import" not in html


def test_no_markup_carries_a_style_or_a_handler(plan: PlanView) -> None:
    html = re.sub(r"<(script|style)\b.*?</\1>", "", render_plan_map(plan), flags=re.DOTALL)
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", html)


def test_every_script_and_style_bears_the_nonce(plan: PlanView) -> None:
    html = render_plan_map(plan, nonce='q"1')
    tags = re.findall(r"<(?:script|style)\b[^>]*>", html)
    assert len(tags) > 10
    assert all('nonce="q&#34;1"' in tag or "application/octet-stream" in tag for tag in tags)
    assert "Content-Security-Policy" not in html


def test_a_saved_page_forbids_every_request(plan: PlanView) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', render_plan_map(plan))
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
    assert "http" not in policy[1]


def test_tiles_are_the_only_thing_let_in(plan: PlanView) -> None:
    html = render_plan_map(replace(plan, tiles=Tiles("https://tiles.example.org/{z}/{x}/{y}.png", "© <b>Mappers</b>")))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].count("https://") == 1
    assert "img-src data: blob: https://tiles.example.org;" in policy[1]
    assert "<b>Mappers" not in html


def hostile(make_plan: Callable[..., PlanView]) -> PlanView:
    plan = make_plan(40, 3, name=lambda k: HOSTILE)
    zones = tuple(replace(zone, name=HOSTILE, rep=HOSTILE) for zone in plan.zones)
    accounts = replace(plan.accounts, why=(HOSTILE,) * len(plan.accounts), ids=(HOSTILE,) * len(plan.accounts))
    return replace(plan, title=HOSTILE, zones=zones, accounts=accounts, notes=(HOSTILE,), attribution=HOSTILE)


def test_text_of_the_plan_is_never_markup_or_template(make_plan: Callable[..., PlanView]) -> None:
    html = render_plan_map(hostile(make_plan))
    assert "<img" not in html
    assert "49{% raw %}" not in html
    assert "{{ 7 * 7 }}" in html


def test_every_word_of_the_page_comes_from_the_dictionary(plan: PlanView) -> None:
    marked = {key: f"«{text}»" for key, text in ENGLISH.items()} | {"language": "de"}
    html = render_plan_map(plan, words=marked)
    panel = html[html.index('<aside class="plan-panel"') : html.index('<p class="hidden-text" id="plan-status"')]
    bare = re.sub(r"<[^>]+>", "\n", panel)
    own = {zone.rep for zone in plan.zones} | {zone.name for zone in plan.zones} | {plan.title, *plan.notes}
    left = [line.strip() for line in bare.split("\n") if re.search(r"[^\W\d]{2}", line) and "«" not in line]
    assert [line for line in left if line not in own] == []
    assert '<html lang="de">' in html


def test_our_layers_work_on_any_folium_map(plan: PlanView) -> None:
    whole = folium.Map(tiles=None)
    PointCloud([50.0, 51.0], [10.0, 11.0], [0, 1]).add_to(whole)
    ZoneLayer([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], ["A", "B"]).add_to(whole)
    folium.LayerControl().add_to(whole)
    html = whole.get_root().render()
    assert html.count('modules["packed.js"] =') == 1
    assert "pointCloud(" in html and "zoneLayer(" in html


def test_a_point_cloud_refuses_lengths_that_differ() -> None:
    with pytest.raises(ValueError, match="one length"):
        PointCloud([50.0], [10.0, 11.0], [0])
    with pytest.raises(ValueError, match="between 0 and 65535"):
        PointCloud([50.0], [10.0], [-1])
    with pytest.raises(ValueError, match="no colour"):
        PointCloud([50.0], [10.0], [3], colors=["red", "blue"])


def test_a_layer_outside_a_map_says_so() -> None:
    with pytest.raises(ValueError, match="added to a map"):
        PointCloud([50.0], [10.0], [0]).figure()


def test_a_plan_without_accounts_or_zones_can_be_drawn() -> None:
    none = np.empty(0)
    empty = maps.PlanView("Nothing yet", maps.Accounts((), (), none, none, none, (), (), none, none), ())
    assert "Nothing yet" in render_plan_map(empty)


def test_a_rep_without_an_area_is_in_the_table_and_not_on_the_map(plan: PlanView) -> None:
    zones = (*plan.zones, replace(plan.zones[0], outline=shapely.Polygon(), label=None, rep="Nobody's neighbour"))
    assert "Nobody&#39;s neighbour" in render_plan_map(replace(plan, zones=zones))


def test_the_map_is_a_folium_map(plan: PlanView) -> None:
    assert isinstance(plan_map(plan), folium.Map)


def test_a_notebook_shows_the_whole_page_in_a_frame(plan: PlanView) -> None:
    shown = plan_map(plan)._repr_html_()
    assert "<iframe srcdoc=" in shown
    assert "plan-workload" in shown


def test_two_maps_do_not_share_what_they_are_made_of(plan: PlanView) -> None:
    first = plan_map(plan)
    alone = first.get_root().render()
    plan_map(plan).get_root().render()
    assert first.get_root().render() == alone


def test_public_names_are_there() -> None:
    for name in maps.__all__:
        assert getattr(maps, name).__name__ == name


def test_barriers_and_earlier_borders_are_lines_over_the_map_and_proofs_stand_in_the_panel(plan: PlanView) -> None:
    west, south, east, north = plan.zones[0].outline.bounds
    drawn = (
        MarkedLine(np.array([[south, west], [north, east]])),
        MarkedLine(np.array([[south, east], [north, west]]), "before"),
    )
    html = render_plan_map(replace(plan, lines=drawn, proof=(HOSTILE,)))
    assert html.count("L.polyline(") == render_plan_map(plan).count("L.polyline(") + 2
    assert ENGLISH["proof"] in html
    assert "<img" not in html
    with pytest.raises(ValueError, match="kind must be barrier or before"):
        MarkedLine(np.zeros((2, 2)), "fence")
