"""Sales in Chromium, by keyboard alone: a rep fills in what a stage asks for, a manager sees what is stuck and undoes."""

from datetime import timedelta

import pytest

from crm.act import Act
from crm.tables import Role, StageKind
from planning.deals import add_opportunity, moves_of
from planning.pipelines import Step, add_pipeline, get_pipeline
from planning.viewer import everything
from tests.journeys.map_server import Seat, saved, served
from tests.small_plan import MONDAY, NOON, small_plan

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
STEPS = (
    Step("Lead", expected_days=7),
    Step("Offer", required=("value",), expected_days=14),
    Step("Won", StageKind.WON, 1.0),
    Step("Lost", StageKind.LOST),
)


@pytest.fixture
def site(record, record_url):
    saved(record, small_plan())
    with record.write(Act("tests", "sales", NOON)) as session:
        stages = get_pipeline(session, add_pipeline(session, "Field", STEPS)).stages
        deal = {"account_id": 1, "rep_id": 1, "title": HOSTILE, "stage_id": stages[0].id}
        add_opportunity(session, everything(MONDAY), deal, at=NOON - timedelta(days=20))
    with served(record, record_url) as running:
        running.user("ruth", Role.REP, (1,))
        running.user("mona", Role.MANAGER, (1, 2))
        yield running


def tab_to(page, selector):
    """Press Tab until what has the focus fits."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


def stage_in_focus(page):
    return page.evaluate("document.activeElement.closest('.column')?.querySelector('h2').textContent")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_sale_goes_on_by_keyboard_with_what_is_asked_for_and_is_taken_back(site, browser):
    rep = Seat(browser, site, "ruth")
    page = rep.open("/sales")
    tab_to(page, ".sale-open")
    assert page.evaluate("document.activeElement.textContent") == HOSTILE
    assert page.locator(".sale .stuck").inner_text() == "stuck: 20 days here, 7 expected"
    page.keyboard.press("Shift+ArrowRight")
    page.locator("dialog").get_by_text("The stage Offer asks for value: fill that in first.").wait_for()
    page.keyboard.press("Enter")
    page.locator("dialog label .fault").get_by_text("Fill this in.").wait_for()
    page.keyboard.type("1,200.50")
    page.keyboard.press("Enter")
    page.locator("#notices").get_by_text("is in Offer now").wait_for()
    page.wait_for_function("document.activeElement.closest('.column')?.querySelector('h2').textContent === 'Offer'")
    assert page.locator(".column.is-open:nth-child(2) .worth b").inner_text() == "1,200.50"
    page.keyboard.press("Shift+ArrowLeft")
    page.locator("#notices").get_by_text("is in Lead now").wait_for()
    page.wait_for_function("document.activeElement.closest('.column')?.querySelector('h2').textContent === 'Lead'")
    rep.leave()

    with site.record.write(Act("tests", "another", NOON)) as session:
        deal = {"account_id": 4, "rep_id": 2, "title": "Autumn range", "stage_id": 1, "value": 9.0}
        add_opportunity(session, everything(MONDAY), deal, at=NOON - timedelta(days=30))
    manager = Seat(browser, site, "mona")
    page = manager.open("/sales?view=stuck")
    assert page.locator("#tab-stuck tbody tr").all_inner_texts()[0].split("\t")[:5] == [
        *("Autumn range", "Lead", "30", "7", "+23"),
    ]
    tab_to(page, "#to-stuck")
    page.keyboard.press("ArrowLeft")
    page.locator(".sale").first.wait_for()
    tab_to(page, ".sale-open")
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#notices").get_by_text("is in Offer now").wait_for()
    tab_to(page, "#notices button")
    page.keyboard.press("Enter")
    page.locator("#notices").get_by_text("Taken back").wait_for()
    page.locator(".column:first-child .sale").get_by_text("Autumn range").wait_for()
    manager.leave()
    with site.record.read() as session:
        ways = [[move.to_stage for move in moves_of(session, everything(MONDAY), deal)] for deal in (1, 2)]
    assert ways == [["Lead", "Offer", "Lead"], ["Lead"]]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_firms_are_linked_and_parted_on_the_card_and_never_own_each_other(site, browser):
    seat = Seat(browser, site, "mona", 390, 844)
    seat.expected = ("409",)
    page = seat.open("/accounts/1")
    links, dialog = page.locator("#part-about .rows li"), page.get_by_role("dialog")

    def add(name):
        page.get_by_role("button", name="Add a firm that it belongs with").press("Enter")
        page.keyboard.type(name)
        dialog.locator(".found li b").get_by_text(name).wait_for()
        page.keyboard.press("Enter")
        dialog.get_by_label("Share, in percent").fill("51")
        dialog.get_by_role("button", name="Add", exact=True).press("Enter")

    add("Account 4")
    links.get_by_text("its owner · 51 %").wait_for()
    links.get_by_role("link", name="Account 4").press("Enter")
    seat.ready()
    links.get_by_text("owned by it · 51 %").wait_for()
    add("Account 1")
    dialog.get_by_text("Account 4 → Account 1 → Account 4 would own each other in a circle.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End the link with Account 1").press("Enter")
    dialog.get_by_role("button", name="End it").press("Enter")
    page.locator("#notices").get_by_text("until 23 Nov").wait_for()
    assert links.count() == 0
    page.locator("#notices").get_by_role("button", name="Undo").press("Enter")
    links.get_by_text("owned by it").wait_for()
    seat.leave()
