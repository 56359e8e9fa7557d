"""A manager at the map, in Chromium: draws, moves, takes suggestions, undoes, compares, publishes; by keyboard too."""

from dataclasses import replace

import pytest

from crm.act import Act
from crm.tables import Role
from planning.account_search import OwnedOn
from planning.deals import add_opportunity
from planning.demo_pipeline import default_pipeline
from planning.find_accounts import get_account
from planning.viewer import everything
from tests.journeys.map_server import Seat, saved, served, uneven_plan
from tests.planning.job_builders import work
from tests.small_plan import MONDAY, NOON

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def site(record, record_url):
    saved(record, uneven_plan())
    expect_sales(record)
    with served(record, record_url) as running:
        yield running


def expect_sales(record):
    """An open deal of the account in the south-west corner."""
    with record.write(Act("tests", "a deal", NOON)) as session:
        own = {"account_id": 1, "rep_id": 1, "stage_id": default_pipeline(session)[0], "title": "Autumn range"}
        add_opportunity(session, everything(MONDAY), own | {"value": 5000.0, "currency": "EUR"}, at=NOON)


def hours(page):
    """Hours by territory, as the table says them."""
    rows = page.locator(".workload tbody tr").all()
    return {row.locator(".rep-name").inner_text(): float(row.locator("td b").first.inner_text()) for row in rows}


def drag_corner(page, lat, lon, by):
    at = "([lat, lon]) => { const p = bailiwickPage.map.latLngToContainerPoint([lat, lon]), b = bailiwickPage.map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }"
    x, y = page.evaluate(at, [lat, lon])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


def test_a_manager_draws_moves_takes_suggestions_undoes_compares_and_publishes(site, browser):
    seat = Seat(browser, site, "paul")
    page = seat.open()
    assert hours(page) == {"Rep 0": 40, "Rep 1": 20}

    page.get_by_role("button", name="Rep 0", exact=False).first.click()
    page.get_by_role("button", name="Edit border").click()
    page.wait_for_selector(".corner")
    drag_corner(page, 51, 10 + 4 / 3, (-120, 0))
    seat.settled("Border of Rep 0")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    bordered = hours(page)
    assert bordered["Rep 0"] < 40 and sum(bordered.values()) == pytest.approx(60, abs=0.2)

    page.get_by_role("button", name="Draw around accounts").click()
    rings = page.evaluate("(() => { const b = bailiwickPage.map.getContainer().getBoundingClientRect(); return [[49.95, 10.05], [49.95, 10.3], [50.2, 10.3], [50.2, 10.05]].map(at => { const p = bailiwickPage.map.latLngToContainerPoint(at); return [p.x + b.left, p.y + b.top] }) })()")  # fmt: skip
    page.mouse.move(*rings[0])
    page.mouse.down()
    for corner in [*rings[1:], rings[0]]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    card = page.locator("#card")
    assert card.get_by_role("heading", name="1 account chosen").is_visible()
    card.get_by_text("1 · 5,000 EUR").wait_for()
    assert "weighted" in card.locator(".deals").inner_text()
    card.get_by_label("Move to").select_option(
        label=next(text for text in card.locator("option").all_inner_texts() if "Rep 1" in text)
    )
    foreseen = [float(row.split(" → ")[1]) for row in card.locator(".change td:nth-child(2)").all_inner_texts()]
    card.get_by_role("button", name="Move", exact=True).click()
    seat.settled("1 account to Rep 1")
    assert foreseen == pytest.approx([hours(page)[name] for name in ("Rep 1", "Rep 0")], abs=0.11)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    seat.settled("undid: 1 account to Rep 1")
    assert hours(page) == bordered

    page.get_by_role("tab", name="Suggestions").click()
    with page.expect_response(lambda said: said.url.endswith("/curves") and said.request.method == "POST"):
        page.get_by_role("button", name="Compute transfers").click()
    work(site.record)
    page.get_by_role("radio", name="±2.5 %").check()
    for _ in range(2):
        page.get_by_role("button", name="Accept", exact=True).click()
        seat.settled("relieves")
        page.wait_for_function("() => !document.getElementById('panel').classList.contains('busy')")
    page.get_by_role("tab", name="Steps").click()
    page.get_by_text("3 of 3 steps").wait_for()
    page.get_by_role("tab", name="Workload").click()
    evened = hours(page)
    assert evened["Rep 0"] < bordered["Rep 0"]

    page.get_by_role("button", name="New draft").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Plan B")
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Undo").click()
    seat.settled("undid")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Side by side").wait_for()
    page.get_by_label("Compare with").select_option(index=1)
    page.get_by_text("1 accounts lie elsewhere").or_(page.get_by_text("1 account: first")).first.wait_for()
    assert page.locator(".second-map canvas").count() >= 1
    page.get_by_role("button", name="Close the comparison").click()

    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_label("Why").fill("one more quarter")
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.wait_for_url("**/map?plan=2")
    seat.ready()
    assert page.locator("h1").inner_text() == "Plan B"
    assert sum(hours(page).values()) == pytest.approx(60, abs=0.2)
    with site.record.read() as session:
        owners = {get_account(session, everything(MONDAY), n, on=OwnedOn(MONDAY)).sites[0].territory for n in (1, 30)}
    assert owners == {"Rep 0", "Rep 1"}
    seat.leave()


@sqlite_only
def test_a_rebalance_by_keyboard_alone(site, browser):
    seat = Seat(browser, site, "paul")
    page = seat.open()
    keys = page.keyboard

    def walk(selector, key="Tab", most=60):
        """Press a key until the focus is on what is looked for."""
        for _ in range(most):
            if page.evaluate("sel => document.activeElement.matches(sel)", selector):
                return
            keys.press(key)
        raise AssertionError(f"{selector} is not reached by {key}")

    walk("[role=tab][aria-selected=true]")
    walk(".rep")
    keys.press("Enter")
    page.locator("#territory h2").wait_for()
    walk("#territory .accounts input")
    keys.press("Space")
    walk("#territory .accounts li:nth-child(2) input")
    keys.press("Space")
    walk("#territory .members > .button", "Shift+Tab")
    keys.press("Enter")
    page.get_by_role("heading", name="2 accounts chosen").wait_for()
    walk("#card select")
    keys.press("ArrowDown")
    walk("#card .main")
    keys.press("Enter")
    seat.settled("2 accounts to Rep 1")
    keys.press("Escape")
    keys.press("Control+z")
    seat.settled("undid: 2 accounts to Rep 1")
    keys.press("Control+Shift+z")
    seat.settled("did again")
    keys.press("Escape")
    # A corner of the border, and a territory drawn with the cross.
    walk("#overview .rep")
    keys.press("Enter")
    walk("#territory .territory-actions .button")
    keys.press("Enter")
    page.wait_for_selector(".corner")
    page.locator(".corner:not(.middle)").nth(1).focus()
    keys.press("ArrowLeft")
    seat.settled("Border of")
    keys.press("Escape")
    keys.press("Escape")
    page.get_by_role("button", name="Draw a new territory").focus()
    keys.press("Enter")
    for way, times in (("ArrowLeft", 3), ("ArrowUp", 3), ("ArrowRight", 3)):
        keys.press("Space")
        for _ in range(times):
            keys.press(way)
    keys.press("Space")
    keys.press("Enter")
    page.get_by_role("dialog").wait_for()
    keys.type("Middle")
    keys.press("Enter")
    seat.settled("New territory Middle")
    assert set(hours(page)) == {"Rep 0", "Rep 1", "Middle"}
    seat.leave()


@sqlite_only
def test_the_same_work_is_done_on_a_phone_a_tablet_and_a_desk(site, browser):
    for width in (390, 820, 1440):
        seat = Seat(browser, site, "paul", width, 900)
        page = seat.open()
        page.get_by_role("combobox", name="Find an account").fill("account 12")
        page.locator("#plan-results li").first.wait_for()
        page.keyboard.press("Enter")
        card = page.locator("#card")
        card.get_by_label("Move to").select_option(index=1)
        card.get_by_role("button", name="Move", exact=True).click()
        card.get_by_text("In “Draft").wait_for()
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Undo").click()
        page.wait_for_function("() => bailiwickPage.store.scenario.position === 0")
        assert hours(page) == {"Rep 0": 40, "Rep 1": 20}
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        seat.leave()


@sqlite_only
def test_hostile_names_stay_text_and_two_people_keep_their_work(record, record_url, browser):
    plan = uneven_plan()
    evil = replace(
        plan.accounts[0],
        name=HOSTILE,
        segment=HOSTILE,
        address=replace(plan.accounts[0].address, line=HOSTILE, city=HOSTILE),
        why=HOSTILE,
    )
    pair = replace(plan.accounts[30], name=HOSTILE, why=HOSTILE)
    reps = tuple(replace(rep, rep=HOSTILE) if rep.zone == 0 else rep for rep in plan.reps)
    motors = replace(plan.accounts[1], name="ОАО «Моторы»")
    accounts = (evil, motors, *plan.accounts[2:30], pair)
    saved(record, replace(plan, title=HOSTILE, accounts=accounts, reps=reps, attribution=HOSTILE, notes=(HOSTILE,)))
    with served(record, record_url) as site:
        site.user("mona")
        seat, other = Seat(browser, site, "paul"), Seat(browser, site, "mona")
        seat.expected = ("412",)
        page = seat.open()
        page.evaluate("bailiwickPage.look(0)")
        page.get_by_role("button", name=HOSTILE).first.click()
        page.locator("#card h2").wait_for()
        assert page.locator("#card h2").inner_text() == HOSTILE
        page.locator("#card").get_by_role("button", name="Lock").click()
        seat.settled("1 account locked")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_label("Colour by").select_option("segment")
        for tab in ("Filter", "No place", "Steps"):
            page.get_by_role("tab", name=tab).click()
        page.get_by_role("combobox", name="Find an account").fill("Motory")
        page.locator("#plan-results li", has_text="Моторы").wait_for()
        page.get_by_role("combobox", name="Find an account").fill("script")
        page.locator("#plan-results li").first.wait_for()
        page.keyboard.press("Escape")

        theirs = other.open(f"/map?scenario={page.evaluate('bailiwickPage.store.scenario.id')}")
        theirs.evaluate("bailiwickPage.act({kind: 'move', sites: [2], territory: 1})")
        other.settled("1 account to Rep 1")
        page.evaluate("void bailiwickPage.act({kind: 'move', sites: [3], territory: 1})")
        page.get_by_text("mona changed this scenario meanwhile").wait_for()
        page.get_by_role("button", name="Do mine as well").click()
        seat.settled("3 of 3 steps")
        assert page.evaluate("[2, 3].map(site => bailiwickPage.plan.zone[bailiwickPage.plan.rowOf.get(site)])") == [
            1,
            1,
        ]
        assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
        for one in (seat, other):
            one.leave()


@sqlite_only
def test_a_manager_sees_and_changes_only_the_own_part_and_an_unplaced_account_gets_a_pin(site, browser):
    site.user("mona", Role.MANAGER, sees=(1,))
    seat = Seat(browser, site, "mona", 390, 800)
    page = seat.open()
    assert list(hours(page)) == ["Rep 0"]
    assert page.evaluate("bailiwickPage.plan.n") == 20
    seat.leave()

    seat = Seat(browser, site, "paul", 820, 1000)
    page = seat.open()
    page.get_by_role("tab", name="Filter").click()
    page.get_by_label("Filter by").select_option("segment")
    page.locator(".rule .tick", has_text="B").get_by_role("checkbox").check()
    page.get_by_text("As a list").click()
    page.locator(".rows tbody tr").nth(9).wait_for()
    assert page.locator(".rows tbody tr").count() == 10
    page.get_by_role("button", name="Keep this view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("All of B")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_label("Kept views", exact=True).locator("option", has_text="All of B").wait_for(state="attached")
    seat.leave()

    seat = Seat(browser, site, "paul", 820, 1000)
    page = seat.open()
    page.get_by_role("tab", name="Filter").click()
    page.locator("select[aria-label='Kept views']").select_option(label="All of B")
    page.get_by_text("10 of 31 accounts pass").wait_for()
    page.get_by_role("tab", name="Workload").click()
    page.get_by_role("button", name="Rep 0", exact=False).first.click()
    page.get_by_role("button", name="Split").click()
    page.get_by_role("dialog").get_by_role("button", name="Split").click()
    seat.settled("Rep 0 2")
    page.keyboard.press("Escape")
    assert sum(hours(page).values()) == pytest.approx(60, abs=0.2) and len(hours(page)) == 3
    page.get_by_role("button", name="Rep 0 2", exact=True).click()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("dialog").get_by_role("combobox").select_option(index=0)
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    page.wait_for_function("() => bailiwickPage.plan.territories.length === 2")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => bailiwickPage.plan.territories.length === 3")
    page.get_by_role("tab", name="No place").click()
    page.get_by_role("button", name="Drop a pin for Account 99").click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("How do you know?").fill("told by phone")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_function("() => window.bailiwickPage && bailiwickPage.cloud.n === 31")
    seat.ready()
    assert page.evaluate("bailiwickPage.plan.unplaced().length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seat.leave()
