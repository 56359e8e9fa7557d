"""A policy of visits in Chromium, and the card of an account: who says how often, further sites, all that happened."""

import pytest

from crm.tables import Role
from tests.journeys.map_server import Seat, saved, served
from tests.small_plan import small_plan

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


@pytest.fixture
def site(record, record_url):
    saved(record, small_plan())
    with served(record, record_url) as running:
        running.user("ruth", Role.REP, (1,))
        yield running


def keep_policy(page):
    """Two rows, one of them wrong at first; its effect is seen before it is kept."""
    button = page.get_by_role("button", name="New policy")
    button.press("Enter")
    row = page.locator(".policy-row").nth(0)
    row.get_by_label("Visits a year").fill("many")
    page.get_by_role("button", name="See what it does").press("Enter")
    row.get_by_text("A number is needed here, such as 12; got many.").wait_for()
    row.get_by_label("Visits a year").fill("6,5")
    page.get_by_role("button", name="Add a row").press("Enter")
    assert page.evaluate("document.activeElement.closest('li').nextElementSibling") is None
    page.get_by_role("button", name="See what it does").press("Enter")
    page.locator(".policy-row").nth(1).get_by_text("a segment once with and once without contract").wait_for()
    page.get_by_role("button", name="Remove this row").nth(1).press("Enter")
    page.get_by_role("button", name="See what it does").press("Enter")
    keep = page.get_by_role("button", name="Keep it from today on")
    keep.press("Enter")
    page.get_by_text("Say why it changes.").wait_for()
    page.get_by_label("Why").fill(HOSTILE)
    keep.press("Enter")
    page.locator("#notices").get_by_text("Kept").wait_for()
    shown = page.locator(".policy[data-policy]")
    assert [row.split("\n") for row in shown.locator("tbody tr").all_inner_texts()] == [["every segment", "6.5", "–"]]
    assert HOSTILE in shown.inner_text() and "in force" in shown.inner_text()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_policy_is_seen_before_it_is_kept_and_the_card_says_that_it_counts(site, browser):
    planner = Seat(browser, site, "paul", 390, 844)
    planner.expected = ("422",)
    page = planner.open("/visit-policies")
    assert page.get_by_text("No policy is in force").is_visible()
    keep_policy(page)
    planner.leave()

    rep = Seat(browser, site, "ruth", 390, 844)
    page = rep.open("/accounts/1")
    assert not page.get_by_role("link", name="Policies").count()
    assert page.request.get(f"{site.address}/visit-policies").status == 403
    page.get_by_role("button", name="Add a site").press("Enter")
    page.get_by_role("dialog").get_by_label("Street and number").fill("Side Road 1")
    page.keyboard.press("Enter")
    page.locator("#notices").get_by_text("Site added").wait_for()
    added = page.locator(".site").nth(1)
    assert "6.5 a year, by policy for all segments" in added.inner_text()
    assert "said of this site" in page.locator(".site").nth(0).inner_text()
    page.locator("#tab-timeline").get_by_text("Site added: Side Road 1").wait_for()
    page.get_by_role("button", name="Change the site Side Road 1").press("Enter")
    page.get_by_role("dialog").get_by_label("Visits a year").fill("4")
    page.keyboard.press("Enter")
    added.get_by_text("4 a year, said of this site").wait_for()
    page.locator("#tab-timeline .chips").get_by_role("button", name="Changes").press("Enter")
    newest = page.locator("#tab-timeline .timeline > li").first
    newest.get_by_text("Visits a year: 0 → 4").wait_for()
    assert not page.locator("#tab-timeline .is-visit").count()
    newest.get_by_role("button", name="Take back the change").press("Enter")
    added.get_by_text("6.5 a year, by policy").wait_for()
    rep.leave()
