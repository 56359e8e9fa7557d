"""Transactions: whole or not at all, one writer after the other, readers on one snapshot."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, Site

account = table_of(Account)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
postgresql_only = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
ACT = Act(by="tester", why="test", at=NOW)


def add(record, name):
    with record.write(ACT) as session:
        session.add(Account(external_id=name, name=name, created_at=NOW))


def names(record):
    with record.read() as session:
        return list(session.scalars(select(account.c.name).order_by(account.c.id)))


def test_a_write_is_there_afterwards(record):
    add(record, "one")
    assert names(record) == ["one"]


def test_a_write_that_fails_leaves_nothing(record):
    with pytest.raises(RuntimeError), record.write(ACT) as session:
        session.add(Account(external_id="one", name="one", created_at=NOW))
        session.flush()
        raise RuntimeError
    assert names(record) == []


def test_what_is_changed_while_reading_is_not_kept(record):
    add(record, "one")
    with record.read() as session:
        found = session.get(Account, 1)
        found.name = "changed"
    assert names(record) == ["one"]


def test_a_reader_sees_one_moment(record):
    add(record, "one")
    with record.read() as session:
        before = session.scalar(select(func.count()).select_from(account))
        add(record, "two")
        assert session.scalar(select(func.count()).select_from(account)) == before == 1
    assert names(record) == ["one", "two"]


@postgresql_only
def test_a_dead_connection_is_replaced_before_anything_is_asked(record):
    add(record, "one")
    with record.read() as one, record.read() as other:
        assert one.scalar(select(account.c.id)) == other.scalar(select(account.c.id)) == 1
    with record.write() as session:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    with record.read() as one, record.read() as other:
        assert one.scalar(select(account.c.id)) == other.scalar(select(account.c.id)) == 1


@postgresql_only
def test_what_is_often_read_stays_prepared(record):
    for _ in range(10):
        names(record)
    with record.read() as session:
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) > 0


def test_writers_wait_for_each_other_and_lose_nothing(record):
    add(record, "counter")

    def count_up():
        for _ in range(25):
            with record.write(ACT) as session:
                row = account.c.id == 1
                version = session.scalar(select(account.c.version).where(row).with_for_update())
                session.execute(update(account).where(row).values(version=version + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with record.read() as session:
        assert session.scalar(select(account.c.version)) == 101


def test_a_moment_comes_back_in_utc_and_needs_a_zone(record):
    add(record, "one")
    with record.read() as session:
        moment = session.scalar(select(account.c.created_at))
    assert (moment, moment.utcoffset()) == (NOW, UTC.utcoffset(None))
    with pytest.raises(Exception, match="a moment needs its time zone"), record.write(ACT) as session:
        session.add(Account(external_id="two", name="two", created_at=datetime(2026, 11, 23)))


@pytest.mark.parametrize(
    "wrong", [{"lat": 1.0}, {"lat": 91.0, "lon": 0.0}, {"lat": 0.0, "lon": -181.0}, {"account_id": 99}]
)
def test_the_database_itself_refuses_what_cannot_be(record, wrong):
    add(record, "one")
    with pytest.raises(IntegrityError), record.write(ACT) as session:
        session.add(Site(**({"account_id": 1} | wrong)))
