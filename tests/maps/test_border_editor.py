"""Borders moved by their corners, in Chromium, checked with shapely."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo.outline import zone_outlines
from geo.place import Place
from maps.layers.borders import BorderEditor
from maps.layers.points import PointCloud
from maps.layers.zones import ZoneLayer
from maps.page import OfflineMap, Page, number_elements

MIDDLE = [50.5, 10.5]


def opened(browser: Any, folder: Path, outlines: list, lat: np.ndarray, lon: np.ndarray, group: np.ndarray) -> Any:
    page = Page("Borders")
    west, south, east, north = shapely.union_all(outlines).bounds
    whole = OfflineMap(page, (west, south, east, north))
    zones = ZoneLayer(outlines, [f"Zone {k}" for k in range(len(outlines))])
    cloud = PointCloud(lat, lon, group)
    editor = BorderEditor(zones, cloud)
    for layer in (zones, cloud, editor):
        layer.add_to(whole)
    number_elements(page)
    path = folder / "borders.html"
    path.write_text(page.render(), encoding="utf-8")
    tab = browser.new_page(viewport={"width": 800, "height": 800})
    tab.set_default_timeout(20_000)
    tab.complaints = []
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(path.as_uri())
    tab.evaluate(
        f"window.editor = {editor.get_name()}, window.cloud = {cloud.get_name()}, window.map = {whole.get_name()}, editor.ready.then(() => 1)"
    )
    return tab


@pytest.fixture
def square(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Four squares around one corner, with a grid of 400 accounts."""
    outlines = [shapely.box(x, y, x + 0.5, y + 0.5) for y in (50, 50.5) for x in (10, 10.5)]
    lat, lon = (part.ravel() for part in np.meshgrid(*[np.arange(20) / 20 + 0.025] * 2, indexing="ij"))
    tab = opened(browser, tmp_path, outlines, 50 + lat, 10 + lon, (lat > 0.5) * 2 + (lon > 0.5))
    yield tab
    tab.close()
    assert tab.complaints == []


def shapes(tab: Any, zones: int = 4) -> list[Any]:
    return [shapely.geometry.shape(tab.evaluate(f"editor.geometry({k})")) for k in range(zones)]


def groups(tab: Any) -> np.ndarray:
    return np.array(tab.evaluate("Array.from(cloud.group)"))


def where(tab: Any, found: list[Any]) -> np.ndarray:
    """The territory that holds each account, by shapely; -1 for none."""
    lat, lon = np.array(tab.evaluate("[Array.from(cloud.lat), Array.from(cloud.lon)]"))
    inside = [shapely.contains_xy(shape, lon, lat) for shape in found]
    return np.select(inside, range(len(found)), -1)


def sound(found: list[Any], area: float) -> None:
    """No gap and no overlap: valid shapes whose areas add up to that of all together."""
    assert all(shape.is_valid for shape in found)
    assert sum(shape.area for shape in found) == pytest.approx(area, abs=1e-9)
    assert shapely.union_all(found).area == pytest.approx(area, abs=1e-9)


def test_a_shared_corner_moves_in_every_territory_and_takes_the_accounts_along(square: Any) -> None:
    assert square.evaluate("editor.moveCorner([50.5, 10.5], [50.7, 10.8])")
    sound(shapes(square), 1.0)
    now = groups(square)
    assert (now == where(square, shapes(square))).all()
    assert (now == 0).sum() > 100


def test_undo_and_redo_go_all_the_way(square: Any) -> None:
    before, was = shapes(square), groups(square)
    square.evaluate("editor.moveCorner([50.5, 10.5], [50.7, 10.8]); editor.moveCorner([50.7, 10.8], [50.6, 10.3])")
    after, now = shapes(square), groups(square)
    square.evaluate("editor.undo(); editor.undo(); editor.undo()")
    assert [a.equals(b) for a, b in zip(shapes(square), before, strict=True)] == [True] * 4
    assert (groups(square) == was).all()
    assert square.evaluate("[editor.canUndo(), editor.canRedo()]") == [False, True]
    square.evaluate("editor.redo(); editor.redo()")
    assert [a.equals(b) for a, b in zip(shapes(square), after, strict=True)] == [True] * 4
    assert (groups(square) == now).all()


def test_a_border_that_would_cross_another_is_refused(square: Any) -> None:
    before = shapes(square)
    assert not square.evaluate("editor.moveCorner([50.5, 10.5], [51.4, 10.7])")
    assert not square.evaluate("editor.moveCorner([50.5, 10.5], [50.5, 10.0])")
    assert not square.evaluate("editor.moveCorner([50.0, 10.0], [50.9, 10.9])")
    assert all(a.equals(b) for a, b in zip(shapes(square), before, strict=True))
    assert not square.evaluate("editor.canUndo()")


def test_a_new_corner_belongs_to_both_neighbours(square: Any) -> None:
    assert square.evaluate("editor.addCorner([50.5, 10.5], [50.5, 10.0], [50.4, 10.25])")
    found = shapes(square)
    sound(found, 1.0)
    assert shapely.Point(10.25, 50.45).within(found[2])
    assert (groups(square) == where(square, found)).all()


def test_an_account_kept_by_another_rep_stays_with_that_rep(square: Any) -> None:
    square.evaluate("cloud.setGroups([[0, 3]])")
    square.evaluate("editor.moveCorner([50.5, 10.5], [50.1, 10.1])")
    assert groups(square)[0] == 3


def test_a_corner_is_dragged_with_the_mouse(square: Any) -> None:
    square.evaluate(
        "window.told = [], editor.on('borderedit', event => told.push([event.act, event.zones, event.moved.length])), editor.edit(0)"
    )
    x, y = square.evaluate("(() => { const p = map.latLngToContainerPoint([50.5, 10.5]); return [p.x, p.y] })()")
    square.mouse.move(x, y)
    square.mouse.down()
    square.mouse.move(x + 70, y - 60, steps=6)
    square.mouse.up()
    ((act, zones, moved),) = square.evaluate("told")
    assert (act, zones) == ("edit", [0, 1, 2, 3])
    assert moved > 5
    sound(shapes(square), 1.0)
    assert (groups(square) == where(square, shapes(square))).all()


def test_a_corner_is_moved_with_the_keyboard(square: Any) -> None:
    square.evaluate("editor.edit(0)")
    names = square.eval_on_selector_all(".corner", "all => all.map(e => e.getAttribute('aria-label'))")
    assert set(names) == {"Corner of the border", "Add a corner to the border"}
    square.evaluate("editor._focus([50.5, 10.5])")
    for _ in range(5):
        square.keyboard.press("ArrowRight")
    ring = shapes(square)[0].geoms[0].exterior.coords
    assert max(lon for lon, _ in ring) > 10.5
    sound(shapes(square), 1.0)


def test_many_edits_of_real_outlines_leave_no_gap_no_overlap_and_no_account_behind(
    browser: Any, tmp_path: Path
) -> None:
    dice = np.random.default_rng(3)
    lat, lon = 50 + dice.random(500) * 0.4, 10 + dice.random(500) * 0.6
    seeds = dice.random((6, 2)) * [0.4, 0.6] + [50, 10]
    zone = np.argmin(np.hypot(lat[:, None] - seeds[:, 0], lon[:, None] - seeds[:, 1]), axis=1).astype(np.int32)
    outlines = zone_outlines([Place(a, b) for a, b in zip(lat, lon, strict=True)], zone, 6)
    tab = opened(browser, tmp_path, outlines, lat, lon, zone)
    start = shapes(tab, 6)
    area, hull = sum(shape.area for shape in start), shapely.union_all(start).exterior
    inner = {
        tuple(at) for shape in start for at in shapely.get_coordinates(shape) if hull.distance(shapely.Point(at)) > 1e-5
    }
    done = 0
    for x, y in sorted(inner):
        to = [round(y + dice.normal(0, 0.01), 6), round(x + dice.normal(0, 0.015), 6)]
        done += tab.evaluate("([from, to]) => editor.moveCorner(from, to)", [[y, x], to])
    found = shapes(tab, 6)
    assert done > 20
    sound(found, area)
    assert (groups(tab) == where(tab, found)).all()
    tab.evaluate("while (editor.canUndo()) editor.undo()")
    assert (groups(tab) == zone).all()
    assert all(a.equals(b) for a, b in zip(shapes(tab, 6), start, strict=True))
    tab.close()
