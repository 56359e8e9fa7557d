"""Administrative regions in Chromium: outlines over the map, what lies in each, and the way from there to accounts."""

from datetime import date

import pytest
from shapely.geometry import box

from crm.act import Act
from crm.tables import AdminRegion, RegionEdition
from tests.journeys.map_server import Seat, saved, served, uneven_plan
from tests.small_plan import NOON

WEST = "<b>West</b>"
SHAPES = {"W": (WEST, box(9.9, 49.9, 11, 51.1)), "E": ("East", box(11, 49.9, 11.6, 51.1))}
"""Of the thirty accounts on the grid fifteen lie in the west, ten in the east, five beyond, and one nowhere."""


@pytest.fixture
def site(record, record_url):
    saved(record, uneven_plan())
    with record.write(Act("tests", "regions", NOON)) as session:
        facts = {"level": "district", "title": "Districts", "valid_from": date(2026, 1, 1), "made_at": NOON}
        edition = RegionEdition(regions=2, sha256="few", source="<i>us</i>", made_by="tests", **facts)
        session.add(edition)
        session.flush()
        for code, (name, shape) in SHAPES.items():
            west, south, east, north = shape.bounds
            bounds = {"min_lat": south, "min_lon": west, "max_lat": north, "max_lon": east}
            session.add(AdminRegion(edition_id=edition.id, code=code, name=name, outline_wkb=shape.wkb, **bounds))
    with served(record, record_url) as running:
        yield running


def at(page, lat, lon):
    """Where a place is on the screen."""
    script = "([lat, lon]) => { const p = bailiwickPage.map.latLngToContainerPoint([lat, lon]), b = bailiwickPage.map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }"
    return page.evaluate(script, [lat, lon])


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_regions_are_drawn_named_summed_up_and_filtered_by(site, browser):
    seat = Seat(browser, site, "paul")
    page = seat.open()
    assert page.locator(".leaflet-regions-pane").count() == 0, "off until asked for"
    page.get_by_role("tab", name="Regions").click()
    rows = page.locator(".regions tbody tr")
    assert [row.inner_text().split("\t")[:2] for row in rows.all()] == [
        [WEST, "15"],
        ["East", "10"],
        ["no place known", "1"],
        ["outside of all regions", "5"],
    ]
    button = page.get_by_role("button", name="Outlines of administrative regions")
    button.click()
    page.locator(".leaflet-regions-pane canvas").wait_for()
    assert button.get_attribute("aria-pressed") == "true"
    assert page.get_by_label("Outlines on the map").is_checked()
    page.mouse.move(*at(page, 50.2, 10.3))
    tip = page.locator(".region-tip")
    assert tip.locator("b").inner_text() == f"{WEST} (W)" and "15 accounts" in tip.inner_text()
    page.mouse.click(*at(page, 50.2, 11.3))
    popup = page.locator(".region-popup")
    popup.get_by_text("East (E)").wait_for()
    assert popup.get_by_role("button", name="Territory Rep 0").is_visible()
    popup.get_by_role("button", name="Show only these").click()
    page.get_by_text("10 of 31 accounts pass").wait_for()

    page.get_by_role("tab", name="Filter").press("ArrowRight")
    page.locator(".regions").get_by_role("button", name=WEST).press("Enter")
    chosen = page.locator(".region-chosen")
    chosen.get_by_role("button", name="Choose these accounts").press("Enter")
    page.locator("#card").get_by_text("15 accounts chosen").wait_for()
    page.keyboard.press("Escape")
    button.press("Enter")
    page.wait_for_function("() => !document.querySelector('.leaflet-regions-pane canvas')")
    seat.leave()

    phone = Seat(browser, site, "paul", 390, 844)
    page = phone.open("/accounts")
    page.locator("#region option[value='district:E']").wait_for(state="attached")
    page.locator("#region").select_option(label="East")
    page.wait_for_function("() => document.querySelectorAll('table.list tbody tr').length === 10")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.leave()
