"""The saved page in Chromium, cut off from the world."""

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon

from maps.drawing import render_plan_map
from maps.view import PlanView

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


def click_account(page: Any, row: int) -> None:
    """Bring an account to the middle of the map and click it."""
    at = page.evaluate(
        """row => { const point = Array.from(point_cloud_.row).indexOf(row);
            map_.setView(point_cloud_.latLng(point), 17, {animate: false});
            const {x, y} = map_.latLngToContainerPoint(point_cloud_.latLng(point)), box = map_.getContainer().getBoundingClientRect();
            return [x + box.left, y + box.top]; }"""
        .replace("point_cloud_", page.cloud).replace("map_", page.map),
        row,
    )  # fmt: skip
    page.mouse.click(*at)


def named(opened: Any) -> Any:
    page = opened.page
    names = page.evaluate("Object.keys(window).filter(name => /^(map|point_cloud)_\\d+$/.test(name)).sort()")
    page.map, page.cloud = names
    return page


@pytest.fixture
def page(open_map: Callable[..., Any], plan: PlanView) -> Any:
    return named(open_map(render_plan_map(plan)))


def test_a_click_on_an_account_opens_its_card(page: Any, plan: PlanView) -> None:
    alone = 5
    click_account(page, alone)
    card = page.locator(".account-card")
    assert card.is_visible()
    assert card.locator("h2").inner_text() == plan.accounts.names[alone]
    assert plan.accounts.why[alone] in card.inner_text()
    page.keyboard.press("Escape")
    assert card.is_hidden()


def test_the_card_leads_to_the_next_visit(page: Any, plan: PlanView) -> None:
    places = list(zip(plan.accounts.lat, plan.accounts.lon, strict=True))
    stop = next(stop for stop in plan.routes[0].stops[1:] if places.count(places[stop.account]) == 1)
    click_account(page, stop.account)
    page.locator(".account-card .link").click()
    assert page.locator(".day[aria-pressed=true]").count() == 1
    assert page.locator(".stops li.chosen .stop").inner_text() == str(stop.sequence)


def test_a_day_shows_numbered_stops_in_order_on_the_map_and_in_the_list(page: Any, plan: PlanView) -> None:
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(1).click()
    route = [route for route in plan.routes if route.zone == 0][1]
    marks = [str(stop.sequence) for stop in route.stops]
    assert page.locator(".leaflet-stops-pane .stop").all_inner_texts() == marks
    assert page.locator(".stops .stop").all_inner_texts() == marks
    assert page.locator(".stops .time b").all_inner_texts() == [stop.arrive for stop in route.stops]
    assert page.locator("path.route-arrow").count() > 2


def test_a_stop_chosen_from_the_list_keeps_the_day_in_view(page: Any, plan: PlanView) -> None:
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    zoom = page.evaluate(f"{page.map}.getZoom()")
    for k in range(len(plan.routes[0].stops)):
        page.locator(".stops .link").nth(k).click()
        assert page.locator(".leaflet-stops-pane .chosen").inner_text() == str(k + 1)
    assert page.evaluate(f"{page.map}.getZoom()") == zoom


def test_a_found_account_is_brought_into_view_at_the_scale_of_its_territory(page: Any, plan: PlanView) -> None:
    page.locator("#plan-search").fill(plan.accounts.names[0])
    page.keyboard.press("Enter")
    lat, lon = plan.accounts.lat[0], plan.accounts.lon[0]
    assert page.evaluate(f"{page.map}.getBounds().contains([{lat}, {lon}])")
    assert page.evaluate(f"{page.map}.getZoom()") > 13


def test_stops_at_one_place_do_not_cover_each_other(open_map: Callable[..., Any], plan: PlanView) -> None:
    route = plan.routes[0]
    one = route.stops[0].account
    same = replace(
        route, stops=tuple(replace(stop, account=one) if k < 4 else stop for k, stop in enumerate(route.stops))
    )
    page = open_map(render_plan_map(replace(plan, routes=(same,)))).page
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    boxes = [marker.bounding_box() for marker in page.locator(".leaflet-stops-pane .stop-icon").all()]
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    assert all(math.dist(a, b) > 24 for k, a in enumerate(middles) for b in middles[:k])
    assert page.locator("path.stop-tie").count() >= 3


def test_a_click_on_a_stop_marks_it_in_the_list(page: Any) -> None:
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    page.locator(".leaflet-stops-pane .stop-icon").nth(3).click(force=True)
    assert page.locator(".stops li.chosen .stop").inner_text() == "4"
    assert page.locator(".account-card").is_visible()


def test_choosing_a_rep_highlights_one_territory(page: Any) -> None:
    page.locator("button.rep").nth(2).click()
    assert page.locator(".zone-label:not(.away)").count() == 1
    assert page.locator(".detail h2").inner_text().endswith("Clara Huber-Lindenstrauß")
    page.locator(".back").click()
    assert page.locator(".zone-label.away").count() == 0
    assert page.evaluate("document.activeElement.dataset.zone") == "2"


def test_every_territory_has_a_label_and_none_covers_another(page: Any, plan: PlanView) -> None:
    boxes = page.eval_on_selector_all(".zone-label", "all => all.map(e => e.getBoundingClientRect().toJSON())")
    assert len(boxes) == len(plan.zones)
    for a in range(len(boxes)):
        for b in range(a):
            first, second = boxes[a], boxes[b]
            apart = (
                first["right"] <= second["left"]
                or second["right"] <= first["left"]
                or first["bottom"] <= second["top"]
                or second["bottom"] <= first["top"]
            )
            assert apart, (a, b)


def test_an_account_is_found_by_name_without_the_mouse(page: Any, plan: PlanView) -> None:
    page.locator("#plan-search").focus()
    page.keyboard.type("shop number 123")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.locator(".account-card h2").inner_text() == "Shop number 123"
    assert page.evaluate("document.activeElement.className") == "account-card"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "plan-search"


def test_accounts_without_a_place_are_listed_under_their_reason(page: Any, plan: PlanView) -> None:
    page.locator("#plan-unplaced summary").click()
    page.locator("#plan-unplaced li").first.wait_for()
    text = page.locator("#plan-unplaced").inner_text()
    assert "Address known only to the postcode (7)" in text
    assert plan.accounts.names[int(plan.accounts.unplaced[0])] in text
    page.locator("#plan-unplaced .link").first.click()
    assert "Not on the map" in page.locator(".account-card").inner_text()


def test_transfers_are_listed_with_both_names(page: Any, plan: PlanView) -> None:
    page.locator("#plan-transfers summary").click()
    page.locator("#plan-transfers li").first.wait_for()
    move = plan.transfers[0]
    assert f"{move.from_rep} → {move.to_rep}" in page.locator("#plan-transfers").inner_text()


def test_transfers_are_drawn_while_their_list_is_open(page: Any, plan: PlanView) -> None:
    assert page.locator("path.suggestion-way").count() == 0
    page.locator("#plan-transfers summary").click()
    page.locator("path.suggestion-way").first.wait_for(state="attached")
    assert page.locator("path.suggestion-way").count() == len(plan.transfers)
    page.locator("#plan-transfers .link").nth(1).click()
    assert page.locator(".account-card h2").inner_text() == plan.accounts.names[plan.transfers[1].account]
    page.locator("#plan-transfers summary").click()
    page.locator("path.suggestion-way").first.wait_for(state="detached")


def test_the_list_of_a_territory_equals_the_map(page: Any, plan: PlanView) -> None:
    page.locator("button.rep").nth(4).click()
    page.locator(".members summary").click()
    page.locator(".members li").first.wait_for()
    members = int((plan.accounts.zone == 4).sum())
    assert page.locator(".members .count").inner_text() == str(members)
    while page.locator(".members .button").count():
        page.locator(".members .button").click()
    assert page.locator(".members li").count() == members


def draw_around(page: Any) -> set[str]:
    """Lasso the middle of the map; what lies inside by the page's own projection, worked out apart from it."""
    box = page.locator(".folium-map").bounding_box()
    left, top = box["x"] + 250, box["y"] + 250
    page.locator(".choose").click()
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((250, 0), (250, 250), (0, 250), (0, 0)):
        page.mouse.move(left + x, top + y, steps=4)
    page.mouse.up()
    corners = page.evaluate(
        f"[[250, 250], [500, 500]].map(at => {{ const p = {page.map}.containerPointToLatLng(at); return [p.lat, p.lng]; }})"
    )
    (north, west), (south, east) = corners
    accounts = page.plan_accounts
    inside = (accounts.lat < north) & (accounts.lat > south) & (accounts.lon > west) & (accounts.lon < east)
    return {accounts.ids[k] for k in inside.nonzero()[0]}


def test_a_lasso_chooses_what_it_goes_around_and_saves_it_as_a_list(page: Any, plan: PlanView) -> None:
    page.plan_accounts = plan.accounts
    wanted = draw_around(page)
    assert len(wanted) > 5
    card = page.locator(".account-card")
    assert card.locator("dd").first.inner_text() == str(len(wanted))
    with page.expect_download() as saved:
        card.locator(".button").click()
    rows = list(csv.DictReader(saved.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert {row["id"] for row in rows} == wanted
    assert page.locator(".choose").get_attribute("aria-pressed") == "false"


def test_a_formula_in_a_name_is_text_in_the_saved_list(
    open_map: Callable[..., Any], make_plan: Callable[..., PlanView]
) -> None:
    plan = make_plan(200, 3, name=lambda k: '=HYPERLINK("http://x")')
    page = named(open_map(render_plan_map(plan)))
    page.plan_accounts = plan.accounts
    draw_around(page)
    with page.expect_download() as saved:
        page.locator(".account-card .button").click()
    rows = list(csv.DictReader(saved.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert {row["name"] for row in rows} == {'\'=HYPERLINK("http://x")'}


def test_accounts_can_be_coloured_by_visits_and_a_class_left_out(page: Any, plan: PlanView) -> None:
    page.locator(".color-by select").select_option("visits_a_year")
    classes = page.locator(".classes li")
    drawn = plan.accounts.visits_per_year[plan.accounts.drawn]
    assert [int(text) for text in classes.locator(".count").all_inner_texts()] == [
        int((drawn == v).sum()) for v in (6, 12, 26)
    ]
    seen = "Array.from({length: CLOUD.n}, (_, k) => k).filter(k => CLOUD.near(MAP.latLngToContainerPoint(CLOUD.latLng(k))).includes(k)).length"
    seen = seen.replace("CLOUD", page.cloud).replace("MAP", page.map)
    assert page.evaluate(seen) == len(drawn)
    classes.nth(0).locator("input").uncheck()
    assert page.evaluate(seen) == int((drawn != 6).sum())
    page.locator(".color-by select").select_option("territories")
    assert page.evaluate(seen) == len(drawn)


def test_the_keyboard_alone_reaches_a_day_and_its_stops(page: Any) -> None:
    page.locator("button.rep").nth(1).focus()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "day":
            break
    page.keyboard.press("Space")
    assert page.locator(".stops .stop").count() == 9
    focused = page.evaluate("document.activeElement.getAttribute('aria-pressed')")
    assert focused == "true"


def test_every_control_has_a_name(page: Any) -> None:
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    page.locator(".stops .link").nth(0).click()
    nameless = page.eval_on_selector_all(
        "button, input, a[href], [role=button]",
        "all => all.filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.title)).map(e => e.outerHTML)",
    )
    assert nameless == []


def test_on_a_phone_nothing_is_wider_than_the_screen(open_map: Callable[..., Any], plan: PlanView) -> None:
    page = open_map(render_plan_map(plan), 390, 844).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    assert page.evaluate("document.querySelector('.plan-body').scrollWidth") <= 390
    page.locator(".sheet-handle").click()
    assert page.locator(".plan-panel").evaluate("e => e.getBoundingClientRect().height") > 600


def test_hostile_names_stay_text_everywhere(open_map: Callable[..., Any], make_plan: Callable[..., PlanView]) -> None:
    plan = make_plan(40, 3, name=lambda k: HOSTILE)
    count = len(plan.accounts)
    accounts = replace(plan.accounts, why=(HOSTILE,) * count, ids=(HOSTILE,) * count, address=(HOSTILE,) * count)
    zones = tuple(replace(zone, name=HOSTILE, rep=HOSTILE) for zone in plan.zones)
    moves = tuple(replace(move, reason=HOSTILE, from_rep=HOSTILE) for move in plan.transfers)
    plan = replace(
        plan, title=HOSTILE, accounts=accounts, zones=zones, transfers=moves, notes=(HOSTILE,), attribution=HOSTILE
    )
    page = named(open_map(render_plan_map(plan)))
    page.locator("#plan-unplaced summary").click()
    page.locator("#plan-transfers summary").click()
    page.locator("#plan-transfers li").first.wait_for()
    page.locator("#plan-search").fill("onerror")
    assert page.locator("#plan-results b").first.inner_text() == HOSTILE
    page.keyboard.press("Escape")
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    page.locator(".stops .link").nth(0).click()
    assert page.locator(".account-card h2").inner_text() == HOSTILE
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert page.title() == HOSTILE
    assert HOSTILE in page.locator(".leaflet-control-attribution").inner_text()


def test_accounts_at_one_place_can_be_stepped_through(page: Any, plan: PlanView) -> None:
    places = list(zip(plan.accounts.lat, plan.accounts.lon, strict=True))
    row = next(row for row, place in enumerate(places) if places.count(place) == 2)
    click_account(page, row)
    names = {page.locator(".account-card h2").inner_text()}
    for _ in range(int(page.locator(".account-card .steps").inner_text().split(" of ")[1].split()[0]) - 1):
        page.locator(".account-card .steps button").nth(1).click()
        names.add(page.locator(".account-card h2").inner_text())
    assert {plan.accounts.names[k] for k, place in enumerate(places) if place == places[row]} <= names


def test_labels_stay_inside_the_map_and_off_its_buttons(open_map: Callable[..., Any], plan: PlanView) -> None:
    page = open_map(render_plan_map(plan), 390, 844).page
    boxes = page.eval_on_selector_all(".zone-label", "all => all.map(e => e.getBoundingClientRect().toJSON())")
    assert all(box["left"] >= 0 and box["right"] <= 390 for box in boxes)
    assert not any(box["left"] < 50 and box["top"] < 120 for box in boxes)


def test_a_rep_without_an_area_can_still_be_chosen(open_map: Callable[..., Any], plan: PlanView) -> None:
    zones = (*plan.zones, replace(plan.zones[0], outline=Polygon(), label=None, rep="Nobody"))
    page = open_map(render_plan_map(replace(plan, zones=zones))).page
    page.locator("button.rep").last.click()
    assert page.locator(".detail h2").inner_text().endswith("Nobody")


def test_a_served_page_holds_under_a_strict_policy(browser: Any, plan: PlanView) -> None:
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    policy = "default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; img-src data: blob:"
    html = render_plan_map(plan, nonce="abc")
    page.route(
        "**/*",
        lambda route: route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy}),
    )
    page.goto("http://bailiwick.test/map")
    page.wait_for_selector("html[data-plan=ready]", state="attached")
    page.locator("button.rep").nth(0).click()
    page.locator(".day").nth(0).click()
    page.close()
    assert complaints == []


def test_the_page_prints_without_its_controls(page: Any, tmp_path: Path) -> None:
    page.emulate_media(media="print")
    assert page.locator("#plan-search").is_hidden()
    assert page.locator("#plan-workload").is_visible()
    assert page.locator(".folium-map").is_visible()
