"""A rep works through a day in a real browser: by mouse, by keyboard, without a network, among hostile names."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from sqlalchemy import delete, func, select

from api.app import create_app
from api.settings import Settings
from crm.act import Act
from crm.columns import table_of
from crm.tables import AccessToken, Change, ContactKind, Role, TokenKind, User
from geo.place import Place
from planning.codes import add_code
from planning.contact_points import NewContact
from planning.people import NewRole, add_person
from planning.record import save_plan
from planning.sign_in import open_token
from planning.users import set_grants
from planning.viewer import everything
from planning.visits import skip_visit
from tests.small_plan import NOON, small_plan

EIGHT = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # five past eight in Berlin, before the first visit
change = table_of(Change)
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


class Here:
    """Runs solvers in this process: how they are reached is tested where that matters."""

    def __call__(self, work: Any, *given: Any) -> Any:
        return work(*given)

    def warm(self, work: Any, *given: Any) -> None:
        pass

    def close(self) -> None:
        pass


def hostile_plan():
    """The small plan, its accounts within some kilometres, one with a hostile name and address."""
    small = small_plan()
    near = [
        replace(one, place=Place(50.2 + number / 50, 10.5)) if one.place else one
        for number, one in enumerate(small.accounts)
    ]
    near[0] = replace(near[0], name=HOSTILE, address=replace(near[0].address, line=HOSTILE, city=HOSTILE))
    reps = tuple(replace(rep, home=Place(50.2, 10.51)) for rep in small.reps)
    return replace(small, accounts=tuple(near), reps=reps)


@contextmanager
def serving(app):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=live.run, kwargs={"sockets": [free]})
        thread.start()
        while not live.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            live.should_exit = True
            thread.join()


class Rep:
    """A rep in front of a page of the browser; `faults` is whatever the browser complained about or asked elsewhere."""

    def __init__(self, browser, address, secret):
        self.address, self.faults = address, []
        self.context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
        self.context.add_cookies([{"name": "bailiwick_session", "value": secret, "url": address}])
        self.open()

    def open(self):
        """The day on a page of its own."""
        self.page = self.context.new_page()
        self.page.on(
            "console", lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda asked: self.faults.append(asked.url) if self.outside(asked.url) else None)
        self.page.set_default_timeout(15_000)
        self.page.goto(f"{self.address}/today", wait_until="load")

    def outside(self, url):
        return not url.startswith((self.address, "data:", "blob:"))

    def names(self):
        return self.page.locator("li.visit summary b").all_inner_texts()

    def press(self, name, within="body"):
        self.page.locator(within).get_by_role("button", name=name, exact=True).click()

    def told(self, text):
        self.page.locator("#notices").get_by_text(text).first.wait_for()


def add_contact(session):
    """Somebody with a hostile name to call at the first account."""
    number = NewContact(ContactKind.PHONE, "+49 (0)30 23125 001")
    add_person(session, everything(NOON.date()), HOSTILE, roles=[NewRole(1)], contacts=[number], now=NOON)


@pytest.fixture
def rep(record, record_url, browser):
    """Ruth, who is Rep 0, on Monday at five past eight; she may see Rep 1's days too."""
    save_plan(record, hostile_plan(), now=NOON, time_zone="Europe/Berlin")
    with record.write(Act("tests", "users", NOON)) as session:
        user = User(name="ruth", role=Role.REP, rep_id=1, created_at=NOON)
        session.add(user)
        session.flush()
        set_grants(session, user.id, (2,))
        secret = open_token(session, user.id, TokenKind.SESSION, "", NOON, NOON + timedelta(days=9))
        for name, words in (("outcome", ("ordered", HOSTILE)), ("skip_reason", ("closed", HOSTILE))):
            for position, word in enumerate(words):
                add_code(session, name, word, word.capitalize() if word != HOSTILE else HOSTILE, position)
        add_contact(session)
    moment = [EIGHT]
    app = create_app(Settings(database_url=record_url), clock=lambda: moment[0], solver=Here())
    with serving(app) as address:
        ruth = Rep(browser, address, secret)
        ruth.moment = moment
        yield ruth
        ruth.context.close()
    assert ruth.faults == []


def test_a_rep_works_through_a_day(rep):
    page = rep.page
    assert rep.names() == [HOSTILE, "Account 2"]
    page.wait_for_selector(".map.is-drawn .stop-icon")
    assert page.locator(".map .stop-icon").all_inner_texts() == ["1", "2"]
    assert len(page.content()) < 205_000 and page.request.get(f"{rep.address}/today").headers["content-length"]
    assert int(page.request.get(f"{rep.address}/today").headers["content-length"]) < 15_000

    page.locator("li.visit summary").nth(1).click()
    rep.press("Make this next")
    rep.told("Next: Account 2")
    assert rep.names() == ["Account 2", HOSTILE]
    rep.press("Undo")
    rep.told("Taken back")
    assert rep.names() == [HOSTILE, "Account 2"]

    assert page.get_by_role("link", name=f"Call {HOSTILE}", exact=False).get_attribute("href") == "tel:+493023125001"
    rep.press("Done", "li.visit:has(details[open])")
    dialog = page.get_by_role("dialog")
    dialog.locator(".draft").get_by_text("planned").wait_for()
    assert dialog.get_by_label("Ended at").input_value() == "08:05"
    dialog.get_by_label(HOSTILE, exact=True).check()
    dialog.get_by_label("in 2 weeks").check()
    dialog.get_by_label("Note").fill(HOSTILE)
    rep.press("Save", "dialog")
    rep.told("Saved")
    assert "1 of 2 done" in page.locator(".progress").inner_text()
    assert HOSTILE in page.locator("li.is-done .state").inner_text()

    rep.press("Near and due", ".bar")
    near = page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Account 3")
    assert "found no day in the plan" in near.inner_text() and "min" in near.inner_text()
    near.locator("summary").click()
    assert near.get_by_text("value 2.00 × due 1.20 × way").is_visible()
    near.get_by_role("button").click()
    rep.told("Added: Account 3")
    assert sorted(rep.names()) == sorted([HOSTILE, "Account 2", "Account 3"])

    rep.press("Skip", "li.visit:has(details[open])")
    page.get_by_role("dialog").get_by_label(HOSTILE, exact=True).check()
    rep.press("Skip this visit", "dialog")
    rep.told("Skipped")
    assert f"Skipped: {HOSTILE}" in page.locator("li.is-skipped .state").inner_text()

    rep.press("Re-plan from here", ".bar")
    rep.press("Re-plan", "dialog")
    rep.told("Planned again")
    page.get_by_role("link", name="Week").click()
    week = page.locator("ul.week li")
    assert "3 visits" in week.nth(0).inner_text() and "Nothing planned" in week.nth(1).inner_text()
    week.nth(1).get_by_role("link").click()
    assert "Nothing is planned yet" in page.locator(".empty").inner_text()
    assert page.get_by_role("button", name="Near and due").is_visible()

    rep.moment[0] = EIGHT + timedelta(days=1)
    page.goto(f"{rep.address}/today?day=2026-11-23", wait_until="load")
    fact = page.locator(".fact")
    assert "Made\n1 of 3" in fact.inner_text() and HOSTILE in fact.locator("tr.is-done").inner_text()
    page.wait_for_selector(".map.is-drawn .made-way", state="attached")
    rep.press("Done after all", "tr.is-planned")
    page.get_by_role("dialog").get_by_label("Ordered", exact=True).check()
    rep.press("Save", "dialog")
    rep.told("Saved")
    assert "Made\n2 of 3" in fact.inner_text()


ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""What is about the browser alone needs no second database."""


@ON_SQLITE
def test_what_is_done_without_a_network_is_sent_once_it_is_back_and_conflicts_are_shown(rep, record):
    page = rep.page
    page.wait_for_selector(".map.is-drawn")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload(wait_until="load")  # now through the worker, which keeps the page
    page.wait_for_selector(".map.is-drawn")
    rep.context.set_offline(True)
    for _ in range(2):
        rep.press("Skip", "li.visit:not(.is-waiting):has(details[open])")
        page.get_by_role("dialog").get_by_label("Closed", exact=True).check()
        rep.press("Skip this visit", "dialog")
        page.wait_for_selector("li.visit.is-waiting")
        if page.locator("li.visit.is-waiting").count() == 1:
            page.locator("li.visit:not(.is-waiting) summary").click()
    rep.told("2 waiting for the network")
    page.reload(wait_until="load")
    assert page.locator("li.visit").count() == 2  # the page opens, and knows what waits
    rep.told("2 waiting for the network")
    with record.write(Act("office", "closed for good", NOON)) as session:
        skip_visit(session, everything(NOON.date()), 2, 1, "closed")
    rep.faults.clear()  # that the network was away is no fault
    rep.context.set_offline(False)
    page.locator("li.is-skipped").nth(1).wait_for()
    rep.told("Not taken: Account 2")
    assert page.locator("li.visit.is-waiting").count() == 0
    rep.press("Discard")
    page.locator(".notice.bad").wait_for(state="detached")
    rep.faults[:] = [fault for fault in rep.faults if "412" not in fault and "409" not in fault]


def skip_open(rep):
    """Skip the visit that is open on the page."""
    rep.press("Skip", "li.visit:has(details[open])")
    rep.page.get_by_role("dialog").get_by_label("Closed", exact=True).check()
    rep.press("Skip this visit", "dialog")


def times_written(record, visit_id):
    with record.read() as session:
        mine = (change.c.table_name == "visit", change.c.row_id == visit_id, change.c.before.is_not(None))
        return session.scalar(select(func.count()).select_from(change).where(*mine))


KEPT_PAGES = "caches.keys().then((names) => names.length)"


@ON_SQLITE
def test_what_a_killed_page_sent_is_done_once_and_a_revoked_session_leaves_only_what_was_not_sent(rep, record):
    lost = []

    def lose_the_answer(route):  # the server has done it, and the device never hears of it
        lost.append(route.fetch().status)
        route.abort()

    rep.context.route("**/api/visits/*/skip", lose_the_answer)
    skip_open(rep)
    rep.told("1 waiting for the network")
    assert set(lost) == {200} and times_written(record, 1) == 1
    rep.page.close()  # killed while it was sending
    rep.context.unroute("**/api/visits/*/skip")
    rep.open()
    rep.told("Skipped")
    assert rep.page.locator("li.visit.is-waiting").count() == 0 and times_written(record, 1) == 1

    rep.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    rep.page.reload(wait_until="load")
    rep.page.wait_for_function(f"() => {KEPT_PAGES}")
    rep.context.set_offline(True)
    skip_open(rep)
    rep.page.wait_for_selector("li.visit.is-waiting")
    with record.write() as session:  # the device was lost
        session.execute(delete(table_of(AccessToken)))
    rep.faults.clear()
    rep.context.set_offline(False)
    rep.told("You are signed out. 1 not sent yet")
    assert rep.page.evaluate(KEPT_PAGES) == 0 and not rep.names() and times_written(record, 2) == 0
    with record.write() as session:  # found again
        secret = open_token(session, 1, TokenKind.SESSION, "", NOON, NOON + timedelta(days=9))
    rep.context.add_cookies([{"name": "bailiwick_session", "value": secret, "url": rep.address}])
    rep.faults.clear()
    rep.page.reload(wait_until="load")
    rep.told("Skipped")
    assert times_written(record, 2) == 1
    rep.faults.clear()


@ON_SQLITE
def test_everything_is_reached_by_the_keyboard(rep):
    page = rep.page
    keys = page.keyboard

    def tab_to(name):
        for _ in range(40):
            keys.press("Tab")
            focused = page.evaluate(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || ''"
            )
            if name in focused:
                return
        raise AssertionError(f"{name!r} is not reached by the keyboard")

    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    tab_to("Done")
    keys.press("Enter")
    page.keyboard.press("Space")  # the first outcome has the focus
    keys.press("Enter")
    rep.told("Saved")
    assert page.locator("li.is-done").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # of the next visit
    tab_to("Skip")
    keys.press("Enter")
    keys.press("Escape")
    assert page.evaluate("document.activeElement.innerText") == "Skip"
    tab_to("Re-plan from here")
    keys.press("Enter")
    keys.press("Enter")
    rep.told("Planned again")
    tab_to("Undo")
    unnamed = page.evaluate(
        """Array.from(document.querySelectorAll("a, button, input, select, textarea, summary"))
        .filter(one => one.offsetParent && !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)).map(one => one.outerHTML.slice(0, 200))"""
    )
    small = page.evaluate(
        """Array.from(document.querySelectorAll("main a, main button, summary"))
        .filter(one => one.offsetParent && !one.closest(".leaflet-control-attribution, .map") && one.offsetHeight < 44)
        .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert (unnamed, small) == ([], [])
