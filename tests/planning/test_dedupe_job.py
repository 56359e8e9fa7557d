"""The search for accounts that may be one firm: it finds what one account's own search finds, and remembers answers."""

from itertools import combinations
from random import Random

import pytest
from sqlalchemy import event, insert, select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import (
    Account,
    AccountLink,
    AccountName,
    AccountPerson,
    ContactPoint,
    DuplicatePair,
    PairState,
    Person,
    Site,
)
from geo.address_fold import fold
from planning.dedupe_job import Dedupe
from planning.duplicate_list import decide, find_pairs
from planning.duplicates import find_duplicates
from planning.jobs import ask_job
from planning.merge import Merge, merge_accounts
from planning.record_errors import RefusedError
from planning.viewer import everything
from tests.planning.job_builders import Here, seen, work
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
ACT = Act("me", "told by phone", NOON)
ME = everything(NOON.date())
NAMES = ("Cafe Nord", "Café Nord GmbH", "Kiosk am Markt", "Kiosk Markt", "Bäckerei Huber", "Baeckerei Huber", "Hirsch")
PLACES = ((-17.0, 179.9995), (-17.0, -179.9995), (89.9995, 10.0), (48.0, 10.0))


def firms(record, count, seed):
    """Accounts around the date line and a pole whose names, places and telephones are partly alike; some are linked."""
    chance = Random(seed)
    with record.write(ACT) as session:
        for number in range(1, count + 1):
            name = chance.choice(NAMES)
            session.execute(insert(Account).values(external_id=f"f{number}", name=name, created_at=NOON))
            for _ in range(chance.choice((1, 1, 2))):
                lat, lon = chance.choice(PLACES)
                place = {"lat": min(90.0, lat + chance.uniform(-1, 1) / 400), "lon": lon, "level": "given"}
                where = place if chance.random() < 0.8 else {}
                said = {"line": chance.choice(("", "Weg 1", "Weg 2")), "city": chance.choice(("Ulm", "Köln", ""))}
                session.add(Site(account_id=number, **where, **said))
            if chance.random() < 0.3:
                other = chance.choice(NAMES)
                session.add(AccountName(account_id=number, kind="brand", name=other, key=fold(other)))
            if chance.random() < 0.5:
                reach(session, number, f"+49{chance.randrange(count // 4)}")
        session.flush()
        for number in range(1, count, 9):
            session.add(AccountLink(account_id=number, to_account_id=number + 1, kind="supplier"))


def reach(session, account_id, number):
    person = Person(name="Anna", key="anna", created_at=NOON)
    session.add(person)
    session.flush()
    session.add(AccountPerson(account_id=account_id, person_id=person.id))
    session.add(ContactPoint(person_id=person.id, kind="phone", value=number, key=number))


def listed(record, state=PairState.OPEN, **more):
    with record.read() as session:
        return find_pairs(session, ME, state=state, **({"limit": 500} | more))


def searched(record, engine=None):
    with record.write() as session:
        job = ask_job(session, "dedupe", {}, by="boss", now=NOON)
    work(record, engine)
    done = seen(record, job)
    assert done.state == "done", (done.error, done.failed)
    return done.answer


def test_it_finds_in_parts_what_every_account_finds_for_itself(record, monkeypatch):
    monkeypatch.setattr("planning.dedupe_job.AT_ONCE", 7)
    firms(record, 45, seed=3)
    answer = searched(record)
    found = {(one.one.id, one.other.id): one for one in listed(record).pairs}
    assert answer == {"accounts": 45, "pairs": len(found), "new": len(found), "gone": 0}
    own = {}
    with record.read() as session:
        for number in range(1, 46):
            for one in find_duplicates(session, ME, number, limit=100):
                own[min(number, one.account_id), max(number, one.account_id)] = one.score
    assert len(own) > 30 and own.keys() <= found.keys()
    assert all(found[pair].score == pytest.approx(score, abs=0.002) for pair, score in own.items())
    assert len(found) < len(list(combinations(range(45), 2))) / 2
    assert searched(record) == {"accounts": 45, "pairs": len(found), "new": 0, "gone": 0}


@sqlite_only
def test_what_people_said_stays_said_and_what_is_so_no_more_goes(record):
    with record.write(ACT) as session:
        for number in range(1, 5):
            session.execute(insert(Account).values(external_id=f"f{number}", name="Cafe Nord", created_at=NOON))
            session.add(Site(account_id=number, lat=48.0, lon=10.0, level="given"))
    assert searched(record)["new"] == 6
    first = listed(record).pairs[0]
    assert first.score == 0.99 and first.reasons == ("names 100% alike", "the same address")
    assert ((first.one.id, first.one.name), first.other.external_id) == ((1, "Cafe Nord"), "f2")
    with record.write(ACT) as session:
        decide(session, ME, first.id, first.version, PairState.TWO, NOON)
        session.execute(update(Account).where(table_of(Account).c.id == 4).values(name="Zum Hirsch"))
    assert searched(record) == {"accounts": 4, "pairs": 3, "new": 0, "gone": 3}
    assert [(one.one.id, one.other.id) for one in listed(record).pairs] == [(1, 3), (2, 3)]
    assert [(one.one.id, one.decided_by) for one in listed(record, PairState.TWO).pairs] == [(1, "bailiwick")]
    page = listed(record, limit=1)
    again = listed(record, limit=1, after=page.after)
    assert [one.one.id for one in (*page.pairs, *again.pairs)] == [1, 2] and again.after is None


@sqlite_only
def test_a_merge_takes_suggestions_along_and_one_that_comes_meanwhile_is_no_fault(record):
    with record.write(ACT) as session:
        for number in range(1, 4):
            session.execute(insert(Account).values(external_id=f"f{number}", name="Cafe Nord", created_at=NOON))
            session.add(Site(account_id=number, lat=48.0, lon=10.0, level="given"))
    searched(record)
    last = listed(record).pairs[-1]
    assert (last.one.id, last.other.id) == (2, 3)
    with record.write(ACT) as session:
        decide(session, ME, last.id, last.version, PairState.TWO, NOON)

    def merged(units):
        with record.write(ACT) as session:
            if session.scalar(select(table_of(Account).c.id).where(table_of(Account).c.id == 2)):
                merge_accounts(session, ME, 1, 1, Merge(2, 1), today=NOON.date())

    assert searched(record, Here(before=merged))["pairs"] == 3
    with record.read() as session:
        rows = session.execute(select(table_of(DuplicatePair))).all()
    assert [(row.account_id, row.other_id, row.state) for row in rows] == [(1, 3, "two")]
    with pytest.raises(RefusedError, match="no options, got often"), record.write() as session:
        ask_job(session, "dedupe", {"often": 1}, by="boss", now=NOON)


def same_named(record, count):
    """So many accounts that are all alike."""
    with record.write(ACT) as session:
        for number in range(1, count + 1):
            session.execute(insert(Account).values(external_id=f"f{number}", name="Cafe Nord", created_at=NOON))
            session.add(Site(account_id=number, lat=48.0, lon=10.0, level="given"))


def searched_while(record, monkeypatch, act):
    """Search, with `act` done by others between what is read and what is written; returns answer and statements."""
    plain, asked = Dedupe.ready, []

    def ready(self, *given):
        found = plain(self, *given)
        with record.write(ACT) as session:
            act(session)
        event.listen(record.engine, "before_cursor_execute", note)
        return found

    def note(connection, cursor, sql, *more):
        asked.append(sql)

    monkeypatch.setattr(Dedupe, "ready", ready)
    try:
        return searched(record), asked
    finally:
        event.remove(record.engine, "before_cursor_execute", note)
        monkeypatch.setattr(Dedupe, "ready", plain)


def test_what_others_do_before_it_is_written_is_kept(record, monkeypatch):
    same_named(record, 5)
    pair = table_of(DuplicatePair)

    def add(session, one, other, score):
        row = {"account_id": one, "other_id": other, "score": score, "reasons": ["by hand"], "found_at": NOON}
        session.execute(insert(DuplicatePair).values(row))

    with record.write(ACT) as session:
        for one, other in ((1, 2), (1, 3)):
            add(session, one, other, 0.5)
        session.execute(update(Account).where(table_of(Account).c.id == 5).values(name="Zum Hirsch"))
        for one in (1, 2):
            add(session, one, 5, 0.5)

    def meanwhile(session):
        by_ids = {(row.account_id, row.other_id): row for row in session.execute(select(pair))}
        for ids in ((1, 2), (1, 5)):  # of one it would change the score, the other it would remove
            decide(session, ME, by_ids[ids].id, by_ids[ids].version, PairState.TWO, NOON)
        add(session, 2, 3, 0.7)
        merge_accounts(session, ME, 1, 1, Merge(4, 1), today=NOON.date())

    answer, asked = searched_while(record, monkeypatch, meanwhile)
    assert answer == {"accounts": 5, "pairs": 6, "new": 0, "gone": 1}
    with record.read() as session:
        rows = session.execute(select(pair).order_by(pair.c.account_id, pair.c.other_id)).all()
    assert [(row.account_id, row.other_id, row.state, row.score) for row in rows] == [
        (1, 2, "two", 0.5),
        (1, 3, "open", 0.99),
        (1, 5, "two", 0.5),
        (2, 3, "open", 0.7),
    ]
    read = [
        sql for sql in asked if sql.startswith("SELECT") and ("FROM duplicate_pair" in sql or "FROM account" in sql)
    ]
    assert read and all("WHERE" in sql for sql in read), "nobody waits while all pairs are read"
    assert searched(record) == {"accounts": 4, "pairs": 3, "new": 0, "gone": 0}
