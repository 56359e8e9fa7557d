"""A device that is cut off anywhere and goes on ends with what one has that reads everything anew."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from crm.act import Act, entered
from crm.columns import table_of
from crm.ledger import UndoConflictError, entries, take_back
from crm.tables import (
    Account,
    AccountPerson,
    Activity,
    ActKind,
    Assignment,
    Consent,
    ContactPoint,
    Opportunity,
    Person,
    Pipeline,
    PipelineStage,
    Rep,
    Role,
    Route,
    Site,
    Task,
    Territory,
    TerritoryHolder,
    Visit,
    VisitCompanion,
)
from planning.record import save_plan
from planning.record_rows import insert_all
from planning.sync import sync
from planning.sync_cursor import StartOverError, cursor_from
from planning.viewer import Viewer
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("tests", "a change", NOON)
account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
task, visit, holder, activity = table_of(Task), table_of(Visit), table_of(TerritoryHolder), table_of(Activity)
sale, companion, rep = table_of(Opportunity), table_of(VisitCompanion), table_of(Rep)


class Device:
    """What a rep's telephone keeps; `page` is one request, whose answer may get lost."""

    def __init__(self, record, rep_id, limit=2):
        self.record, self.viewer, self.limit = record, Viewer(1, "anna", Role.REP, rep_id, MONDAY), limit
        self.restarts = 0
        self.empty()

    def empty(self):
        self.accounts, self.sales, self.days, self.cursor = {}, {}, {}, None

    def page(self, *, lost=False, twice=False):
        with self.record.read() as session:
            try:
                cursor = None if self.cursor is None else cursor_from(self.cursor)
                page = sync(session, self.viewer, cursor, limit=self.limit)
            except StartOverError:
                self.restarts += 1
                self.empty()
                return True
        for _ in range(0 if lost else 2 if twice else 1):
            self.put(page)
        return lost or page.more

    def put(self, page):
        assert not {one["id"] for one in page.accounts} & set(page.gone_accounts)
        assert not {one["id"] for one in page.sales} & set(page.gone_sales)
        self.accounts |= {one["id"]: one for one in page.accounts}
        self.sales |= {one["id"]: one for one in page.sales}
        self.days |= {one["day"]: one for one in page.days}
        for gone in page.gone_accounts:
            self.accounts.pop(gone, None)
        for gone in page.gone_sales:
            self.sales.pop(gone, None)
        for day in page.gone_days:
            self.days.pop(day, None)
        self.cursor = page.cursor.text()

    def catch_up(self):
        while self.page():
            pass
        return self

    def fresh(self):
        """A new device of the same rep."""
        other = Device(self.record, self.viewer.rep_id, limit=500)
        other.viewer = self.viewer
        return other.catch_up()

    def wake(self, days):
        self.viewer = replace(self.viewer, day=self.viewer.day + timedelta(days=days))


def ids(record, model):
    with record.read() as session:
        return list(session.scalars(select(table_of(model).c.id).order_by(table_of(model).c.id)))


@pytest.fixture
def planned(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    line = add(record, Pipeline, name="Field", version=1)
    for position, (name, kind) in enumerate((("Offer", "open"), ("Won", "won"))):
        facts = {"name": name, "kind": kind, "position": position, "probability": 0.5, "version": 1}
        add(record, PipelineStage, pipeline_id=line, **facts)
    return record


def write(record, sql):
    with record.write(ACT) as session:
        session.execute(sql)
        return session.info["batch_id"]


def add(record, model, **values):
    with record.write(ACT) as session:
        return insert_all(session, model, [values])[0]


def move(record, site_id, on):
    """Give a site to the other territory from a day on."""
    with record.write(ACT) as session:
        rows = session.execute(select(assignment).where(assignment.c.site_id == site_id)).all()
        now = next((row for row in rows if row.valid_to is None), None)
        if now is None or now.valid_from >= on:
            return 0
        others = select(table_of(Territory).c.id).where(table_of(Territory).c.id != now.territory_id)
        session.execute(update(assignment).where(assignment.c.id == now.id).values(valid_to=on))
        kept = {"plan_id": now.plan_id, "site_id": site_id, "locked": False, "reason": "moved", "version": 1}
        values = kept | {"territory_id": session.scalars(others).first(), "valid_from": on}
        session.execute(insert(assignment).values(values))
        return session.info["batch_id"]


def undo(record, batch):
    if not batch:
        return
    try:
        with record.write(replace(ACT, kind=ActKind.UNDO, undoes=batch)) as session:
            take_back(session, entries(session, batch))
    except UndoConflictError:
        pass


def give_task(record, account_id, rep_id):
    facts = {"kind": "survey", "title": "Look", "made_at": NOON, "made_by": "boss", "state": "open", "version": 1}
    return add(record, Task, account_id=account_id, rep_id=rep_id, **facts)


def speak(record, account_id):
    facts = {"kind": "note", "at": NOON, "text": "said", "made_by": "anna", "outcome": "", "version": 1}
    return add(record, Activity, account_id=account_id, **facts)


def sell(record, account_id=None, rep_id=None):
    """An open sale, of nobody's account unless one is named."""
    facts = {"title": "Machine", "value": 100.0, "currency": "EUR", "created_at": NOON, "version": 1, "product": ""}
    stage_id = ids(record, PipelineStage)[0]
    return add(record, Opportunity, stage_id=stage_id, account_id=account_id, rep_id=rep_id, source="", **facts)


def come_along(record, visit_id, rep_id):
    with record.write(ACT) as session:
        here = (companion.c.visit_id == visit_id) & (companion.c.rep_id == rep_id)
        if session.execute(select(companion.c.id).where(here)).first() is None:
            insert_all(session, VisitCompanion, [{"visit_id": visit_id, "rep_id": rep_id, "version": 1}])
        return session.info["batch_id"]


SELLING = ("sell", "sell own", "win", "to account", "off account", "to rep", "task in sale")


def trade(record, kind, n, account_id, mine):
    """Something that happens to sales; returns the batch of what may be undone."""
    deals = ids(record, Opportunity)
    if kind.startswith("sell") or not deals:
        sell(record, account_id if n % 2 else None, mine if kind == "sell own" else None)
        return 0
    one = deals[n % len(deals)]
    if kind == "task in sale":
        facts = {"kind": "survey", "title": "Ask", "made_at": NOON, "made_by": "boss", "state": "open", "version": 1}
        add(record, Task, opportunity_id=one, rep_id=mine, **facts)
        return 0
    values = {
        "win": {"stage_id": ids(record, PipelineStage)[n % 2]},
        "to account": {"account_id": account_id},
        "off account": {"account_id": None},
        "to rep": {"rep_id": mine if n % 2 else None},
    }[kind]
    return write(record, update(sale).where(sale.c.id == one).values(**values))


ALONG = ("along", "along", "not along", "other day", "leader's name")


def visit_together(record, kind, n, mine):
    """Something that happens to visits that another rep leads; returns the batch of what may be undone."""
    with record.read() as session:
        others = list(session.scalars(select(visit.c.id).where(visit.c.rep_id != mine).order_by(visit.c.id)))
    one = others[n % len(others)]
    if kind == "along":
        return come_along(record, one, mine)
    if kind == "not along":
        return write(record, delete(companion).where(companion.c.rep_id == mine))
    if kind == "other day":
        return write(record, update(visit).where(visit.c.id == one).values(day=MONDAY + timedelta(days=n)))
    return write(record, update(rep).where(rep.c.id != mine).values(name=f"Rep {n}"))


STEPS = ("rename", "move", "move tomorrow", "undo", "close", "task", "no task", "say", "skip", "hand over", "sleep")
READS = ("page", "page", "lost", "twice")


@settings(max_examples=20, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from((*STEPS, *SELLING, *ALONG, *READS)), st.integers(0, 5)), min_size=6, max_size=18)
)
def run_anyhow(world, steps):
    record, device = world
    accounts, sites, visits, batches = ids(record, Account), ids(record, Site), ids(record, Visit), []
    device.empty()
    for kind, n in steps:
        one = accounts[n]
        if kind == "rename":
            batches.append(write(record, update(account).where(account.c.id == one).values(name=f"N{len(batches)}")))
        elif kind.startswith("move"):
            batches.append(move(record, sites[n], device.viewer.day + timedelta(days="tomorrow" in kind)))
        elif kind == "undo":
            undo(record, batches.pop() if batches else 0)
        elif kind == "close":
            batches.append(write(record, update(account).where(account.c.id == one).values(state="closed")))
        elif kind == "task":
            give_task(record, one, device.viewer.rep_id)
        elif kind == "no task":
            batches.append(write(record, delete(task).where(task.c.account_id == one)))
        elif kind == "say":
            speak(record, one)
        elif kind == "skip":
            batches.append(write(record, update(visit).where(visit.c.id == visits[n]).values(why=f"{len(batches)}")))
        elif kind == "hand over":
            swap = update(holder).where(holder.c.id == ids(record, TerritoryHolder)[n % 2])
            write(record, swap.values(rep_id=ids(record, Rep)[n // 3], role="cover"))
        elif kind in SELLING:
            batches.append(trade(record, kind, n, one, device.viewer.rep_id))
        elif kind in ALONG:
            batches.append(visit_together(record, kind, n, device.viewer.rep_id))
        elif kind == "sleep":
            device.wake(n % 2 + 1)
        else:
            device.page(lost=kind == "lost", twice=kind == "twice")
    device.catch_up()
    fresh = device.fresh()
    assert device.accounts == fresh.accounts
    assert device.sales == fresh.sales
    assert device.days == fresh.days


def test_cut_off_anywhere_a_device_ends_with_what_a_fresh_one_reads(planned):
    run_anyhow((planned, Device(planned, ids(planned, Rep)[0])))


def test_an_account_goes_with_its_territory_and_comes_back_by_an_undo(planned):
    mine, theirs = (Device(planned, rep_id).catch_up() for rep_id in ids(planned, Rep)[:2])
    accounts, sites = ids(planned, Account), ids(planned, Site)
    assert (list(mine.accounts), list(theirs.accounts)) == (accounts[:3], accounts[3:6])
    moved = move(planned, sites[0], MONDAY + timedelta(days=1))
    for device in (mine, theirs):
        device.catch_up()
    assert accounts[0] in mine.accounts and accounts[0] not in theirs.accounts  # not before the day
    for device in (mine, theirs):
        device.wake(1)
        device.catch_up()
    assert accounts[0] not in mine.accounts and accounts[0] in theirs.accounts
    undo(planned, moved)
    for device in (mine, theirs):
        device.catch_up()
        assert device.restarts == 0
    assert (list(mine.accounts), list(theirs.accounts)) == ([*accounts[1:3], accounts[0]], accounts[3:6])


def test_others_accounts_are_not_named_and_a_task_shows_one_as_long_as_it_takes(planned):
    device = Device(planned, ids(planned, Rep)[0]).catch_up()
    other = ids(planned, Account)[4]
    speak(planned, other)
    with planned.read() as session:
        page = sync(session, device.viewer, cursor_from(device.cursor), limit=10)
    assert not page.accounts and not page.gone_accounts and not page.more
    given_ = give_task(planned, other, device.viewer.rep_id)
    device.catch_up()
    assert [one["title"] for one in device.accounts[other]["tasks"]] == ["Look"]
    write(planned, update(task).where(task.c.id == given_).values(state="cancelled", ended_at=NOON))
    assert other not in device.catch_up().accounts and device.restarts == 0


def test_people_and_days_come_with_what_is_changed_in_them(planned):
    device = Device(planned, ids(planned, Rep)[0]).catch_up()
    first = ids(planned, Account)[0]
    person = add(planned, Person, name="Maria", key="maria", note="", created_at=NOON, version=1)
    write(
        planned,
        insert(table_of(AccountPerson)).values(account_id=first, person_id=person, role="", is_main=True, version=1),
    )
    add(planned, ContactPoint, person_id=person, kind="phone", value="1", key="1", preferred=False, version=1)
    write(planned, update(site).where(site.c.account_id == first).values(line="New Street 5"))
    device.catch_up()
    number = {"kind": "phone", "value": "1", "preferred": False, "valid_from": None, "valid_to": None}
    assert device.accounts[first]["people"][0]["contacts"] == [number]
    assert list(device.days) == [MONDAY, MONDAY + timedelta(days=2)]
    assert [row["line"] for row in device.days[MONDAY]["visits"]] == ["New Street 5", "Street 2"]
    with planned.write(ACT) as session:  # the whole day is given up
        session.execute(delete(visit).where(visit.c.day == MONDAY))
        session.execute(delete(table_of(Route)).where(table_of(Route).c.day == MONDAY))
    assert list(device.catch_up().days) == [MONDAY + timedelta(days=2)]


def test_a_number_comes_and_goes_with_its_days(planned):
    device = Device(planned, ids(planned, Rep)[0]).catch_up()
    first = ids(planned, Account)[0]
    person = add(planned, Person, name="Maria", key="maria", note="", created_at=NOON, version=1)
    add(planned, AccountPerson, account_id=first, person_id=person, role="", is_main=True, version=1)
    tomorrow = MONDAY + timedelta(days=1)
    for value, days in (("1", {"valid_to": tomorrow}), ("2", {"valid_from": tomorrow})):
        number = {"kind": "phone", "value": value, "key": value, "preferred": False, "version": 1}
        add(planned, ContactPoint, person_id=person, **number, **days)
    for channel, state in ((None, "given"), ("email", "withdrawn")):
        said = {"purpose": "news", "state": state, "said_at": NOON, "source": "", "channel": channel}
        add(planned, Consent, person_id=person, **said)
    shown = device.catch_up().accounts[first]["people"][0]
    assert [way["value"] for way in shown["contacts"]] == ["1"]
    assert (shown["consents"], shown["channel_consents"]) == ({"news": "given"}, {"email": {"news": "withdrawn"}})
    device.wake(1)
    shown = device.catch_up().accounts[first]["people"][0]
    assert [way["value"] for way in shown["contacts"]] == ["2"] and device.restarts == 0


def test_what_a_slower_transaction_writes_is_not_missed(planned):
    if planned.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    device = Device(planned, ids(planned, Rep)[0]).catch_up()
    first, second = ids(planned, Account)[:2]
    with Session(planned.writing) as slow, slow.begin(), entered(slow, ACT):
        slow.execute(update(account).where(account.c.id == first).values(name="Slow"))
        write(planned, update(account).where(account.c.id == second).values(name="Fast"))
        device.catch_up()
        assert device.accounts[second]["name"] == "Fast"
    assert device.catch_up().accounts[first]["name"] == "Slow"


def test_a_cursor_of_somebody_else_of_long_ago_or_of_another_record_starts_over(planned):
    write(planned, update(account).values(segment="B"))
    device = Device(planned, ids(planned, Rep)[0]).catch_up()
    cursor = cursor_from(device.cursor)
    foreign = replace(device.viewer, user_id=2)
    later = replace(device.viewer, day=MONDAY + timedelta(days=31))
    with planned.read() as session:
        for viewer, wrong, why in (
            (foreign, cursor, "another user's"),
            (later, cursor, "too long ago"),
            (device.viewer, replace(cursor, mark="0"), "restore"),
            (device.viewer, replace(cursor, number=cursor.number + 1), "restore"),
        ):
            with pytest.raises(StartOverError, match=why):
                sync(session, viewer, wrong, limit=5)
    assert cursor_from(cursor.text()) == cursor and cursor.day == date(2026, 11, 23)


def test_visits_one_comes_along_on_are_in_the_day_until_they_are_called_off(planned):
    mine, theirs = ids(planned, Rep)[:2]
    device = Device(planned, mine).catch_up()
    with planned.read() as session:
        shared, day = session.execute(select(visit.c.id, visit.c.day).where(visit.c.rep_id == theirs)).first()
    come_along(planned, shared, mine)
    device.catch_up()
    (joined,) = device.days[day]["joined"]
    assert (joined["visit_id"], joined["rep_id"], joined["rep"]) == (shared, theirs, "Rep 1")
    free = day + timedelta(days=1)
    write(planned, update(visit).where(visit.c.id == shared).values(day=free))
    write(planned, delete(companion).where(companion.c.visit_id == shared))
    device.catch_up()
    assert free not in device.days and not device.days.get(day, {"joined": []})["joined"]
    assert device.days == device.fresh().days and device.restarts == 0


def test_sales_of_nobodys_account_come_along_and_those_of_others_are_not_named(planned):
    mine, theirs = ids(planned, Rep)[:2]
    device = Device(planned, mine).catch_up()
    own, lost = sell(planned, rep_id=mine), sell(planned, rep_id=mine)
    other = sell(planned, rep_id=theirs)
    foreign = sell(planned, account_id=ids(planned, Account)[4], rep_id=mine)  # of an account that is another's
    device.catch_up()
    assert list(device.sales) == [own, lost, foreign] and device.sales[foreign]["account"] == "Account 5"
    write(planned, update(sale).where(sale.c.id == own).values(account_id=ids(planned, Account)[0]))
    write(planned, update(sale).where(sale.c.id == other).values(value=1.0))
    write(planned, update(sale).where(sale.c.id == lost).values(rep_id=theirs))
    with planned.read() as session:
        page = sync(session, device.viewer, cursor_from(device.cursor), limit=10)
    assert (page.sales, page.gone_sales) == ((), (own, lost))
    device.catch_up()
    first = ids(planned, Account)[0]
    assert [one["id"] for one in device.accounts[first]["sales"]] == [own] and list(device.sales) == [foreign]
    assert device.sales == device.fresh().sales
    boss = Device(planned, None, limit=1)
    boss.viewer = Viewer(2, "boss", Role.PLANNER, None, MONDAY)
    assert list(boss.catch_up().sales) == [lost, other]
