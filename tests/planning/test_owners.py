"""Whose a street was: found by an index on both databases, whichever way the street is written."""

import pytest
from sqlalchemy import event, select, text, update

from crm import open_database, upgrade
from crm.act import Act
from crm.columns import table_of
from crm.ledger import entries, take_back
from crm.site_streets import street_form
from crm.tables import Account, ActKind, Site, SiteStreet
from planning.owners import owners_of_street
from planning.record import save_plan
from planning.record_rows import insert_all
from planning.viewer import everything
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("tests", "a change", NOON)
ALL = everything(MONDAY)
site, written = table_of(Site), table_of(SiteStreet)
LINES = {1: "ул. Ленина 5", 2: "Lange Straße 3", 3: "Müllerstraße 1", 4: "İstiklal Cd. 7"}


@pytest.fixture
def streets(record):
    """The small plan with lines of several languages."""
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    with record.write(ACT) as session:
        for key, line in LINES.items():
            session.execute(update(site).where(site.c.id == key).values(line=line, city="Köln"))
    return record


def found(record, street, **more):
    """How many sites the answer speaks of."""
    with record.read() as session:
        return sum(one.sites for one in owners_of_street(session, ALL, street, MONDAY, **more))


def test_case_and_spelling_do_not_matter(streets):
    for street in ("ул. Ленина", "УЛ. ЛЕНИНА", "ул.  ленина 5", "Lange Straße", "LANGE STRASSE", "MÜLLERSTRASSE"):
        cities = (None, "KÖLN", "Bonn")
        assert [found(streets, street, city=city) for city in cities] == [1, 1, 0], street


def test_it_is_how_the_line_begins(streets):
    assert [found(streets, street) for street in ("Lange", "Straße", "Street", "Street 51")] == [1, 0, 2, 0]


def test_moving_and_taking_back_move_the_street_too(streets):
    with streets.write(ACT) as session:
        batch = session.info["batch_id"]
        session.execute(update(site).where(site.c.id == 1).values(line="Новая 1"))
        session.execute(update(site).where(site.c.id == 2).values(line=""))
    assert [found(streets, street) for street in ("ул. Ленина", "НОВАЯ", "Lange")] == [0, 1, 0]
    with streets.write(Act("tests", "undo", NOON, ActKind.UNDO, undoes=batch)) as session:
        take_back(session, entries(session, batch))
    assert [found(streets, street) for street in ("ул. Ленина", "НОВАЯ", "Lange")] == [1, 0, 1]
    with streets.read() as session:
        rows = session.execute(select(site.c.line, written.c.street).join(written, written.c.site_id == site.c.id))
        assert all(street_form(line) == street for line, street in rows)


def test_a_site_that_goes_takes_its_street_along(record):
    firm = {"external_id": "a", "name": "A", "created_at": NOON}
    with record.write(ACT) as session:
        batch = session.info["batch_id"]
        (key,) = insert_all(session, Account, [firm])
        insert_all(session, Site, [{"account_id": key, "line": "Weg 1"}])
    with record.write(Act("tests", "undo", NOON, ActKind.UNDO, undoes=batch)) as session:
        take_back(session, entries(session, batch))
    with record.read() as session:
        assert session.execute(select(written)).all() == []


def test_an_index_finds_the_street(streets):
    asked = []
    listen = (streets.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    with streets.read() as session:
        event.listen(*listen)
        owners_of_street(session, ALL, "УЛ. ЛЕНИНА", MONDAY)
        event.remove(*listen)
        statement, given = next(one for one in asked if "site_street" in one[0])
        connection = session.connection()
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # with six sites it would read them all
        explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", given))
    assert "ix_site_street_street" in plan
    index = plan[plan.index("ix_site_street_street") :]
    assert any(one in index for one in ("Index Cond: ((street >=", "(street>? AND street<?"))
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan


def test_streets_of_sites_that_were_there_are_written_by_the_upgrade(record_url):
    database = open_database(record_url)
    save_plan(database, small_plan(), now=NOON, time_zone="Europe/Berlin")
    with database.write(ACT) as session:
        session.execute(update(site).where(site.c.id == 1).values(line="УЛ. ЛЕНИНА 5"))
    kept = select(written).order_by(written.c.site_id)
    with database.read() as session:
        before = session.execute(kept).all()
    database.close()
    upgrade(record_url, "0040")
    upgrade(record_url)
    database = open_database(record_url)
    with database.read() as session:
        assert session.execute(kept).all() == before
        assert before[0].street == b"ul. lenina 5"
        assert session.scalar(text("SELECT count(*) FROM site_street")) == 7
    database.close()
