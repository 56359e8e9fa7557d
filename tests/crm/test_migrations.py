"""The migrations make exactly what the models say, on both databases."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, select, text

from crm import DatabaseVersionError, open_database, upgrade
from crm.act import Act, set_batch
from crm.columns import table_of
from crm.ledger import entries, take_back
from crm.tables import ActKind, Change, ChangeBatch, Record
from crm.versions import newest

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def tables_of(url: str) -> set[str]:
    database = open_database(url, check=False)
    with database.reading.connect() as connection:
        found = set(inspect(connection).get_table_names())
    database.close()
    return found


@pytest.mark.filterwarnings("ignore:.*expression-based index .?ix_site_band")  # SQLite does not tell what it is on
def test_migrations_and_models_agree(record):
    with record.reading.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Record.metadata) == []


def test_check_constraints_of_the_models_are_in_the_database(record):
    with record.reading.connect() as connection:
        found = {
            (table, check["name"])
            for table in Record.metadata.tables
            for check in inspect(connection).get_check_constraints(table)
        }
    wanted = {
        (table.name, str(constraint.name))
        for table in Record.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert len(wanted) > 8
    assert wanted == found


def test_upgrading_twice_changes_nothing(empty_url):
    upgrade(empty_url)
    before = tables_of(empty_url)
    upgrade(empty_url)
    assert tables_of(empty_url) == before


def test_every_version_can_be_reached_and_left(empty_url):
    for version in ("0001", "0002", "head", "0003", "head", "base"):
        upgrade(empty_url, version)
    assert tables_of(empty_url) == {"alembic_version"}


def test_a_database_of_a_newer_program_is_refused(record_url):
    database = open_database(record_url)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for act in (upgrade, open_database):
        with pytest.raises(DatabaseVersionError, match=r"version 9999.*newer Bailiwick"):
            act(record_url)


def test_an_older_database_says_how_to_bring_it_up(empty_url):
    upgrade(empty_url, "0002")
    with pytest.raises(DatabaseVersionError, match=f"has version 0002.*{newest()}.*bailiwick upgrade"):
        open_database(empty_url)


def test_an_empty_database_says_how_to_fill_it(empty_url):
    if empty_url.startswith("sqlite"):
        upgrade(empty_url, "base")  # SQLite has no database before something is written
    with pytest.raises(DatabaseVersionError, match=r"is empty.*bailiwick upgrade"):
        open_database(empty_url)


def test_tables_of_another_program_are_left_alone(empty_url):
    database = open_database(empty_url, check=False)
    with database.write() as session:
        session.execute(text("CREATE TABLE theirs (id INTEGER)"))
    database.close()
    with pytest.raises(DatabaseVersionError, match="not Bailiwick's"):
        upgrade(empty_url)
    assert tables_of(empty_url) == {"theirs"}


def test_data_survive_every_upgrade_and_downgrade_and_enter_the_ledger(empty_url):
    upgrade(empty_url, "0001")
    database = open_database(empty_url, check=False)
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO account (external_id, name, state, segment, value, created_at, version) "
                "VALUES ('a', 'Café', 'active', '', 0.1, '2026-11-23 12:00:00', 1)"
            )
        )
        session.execute(
            text(
                "INSERT INTO site (account_id, line, city, postcode, region, country, lat, lon, level, why, "
                "visits_per_year, service_s, version) "
                "VALUES (1, '', '', '', '', '', 50.1, 8.3, 'given', '', 12, 1800, 1)"
            )
        )
    content = text("SELECT external_id, name, value, lat, lon FROM account JOIN site ON account_id = account.id")

    def rows():
        with database.read() as session:
            return [tuple(row) for row in session.execute(content)]

    before = rows()
    assert before == [("a", "Café", 0.1, 50.1, 8.3)]
    upgrade(empty_url)
    assert rows() == before
    with database.read() as session:
        entered = session.execute(select(table_of(Change)).order_by(table_of(Change).c.id)).mappings()
        assert [(row["table_name"], row["after"]["id"]) for row in entered] == [("account", 1), ("site", 1)]
    upgrade(empty_url, "0001")
    assert rows() == before
    database.close()


def test_a_filled_record_goes_down_to_the_first_version_and_up_again(record, record_url):
    from planning.demo_pipeline import seed_pipeline
    from planning.record import save_plan
    from tests.small_plan import small_plan

    save_plan(record, small_plan(), now=NOW, time_zone="Europe/Berlin", page="<p>map")
    seed_pipeline(record, now=NOW, share=1.0)
    kept = text(
        "SELECT external_id, name, value, lat, lon FROM account JOIN site ON account_id = account.id ORDER BY 1"
    )

    def rows():
        with record.read() as session:
            return [tuple(row) for row in session.execute(kept)]

    before = rows()
    assert len(before) == 7
    for version in ("0013", "0010", "0005", "0001", "head"):
        upgrade(record_url, version)
        assert rows() == before, version


def old_act(database, sql):
    """An act as programs made it before acts were numbered in the order of their commits."""
    with database.write() as session:
        batch = ChangeBatch(at=NOW, made_by="tester", kind=ActKind.EDIT, why="before")
        session.add(batch)
        session.flush()
        set_batch(session, batch.id)
        session.execute(text(sql))
        set_batch(session, None)


def test_a_change_older_than_a_column_can_be_undone(empty_url):
    upgrade(empty_url, "0005")
    database = open_database(empty_url, check=False)
    old_act(
        database,
        "INSERT INTO account (external_id, name, state, segment, created_at, version) "
        "VALUES ('a', 'Old', 'active', '', '2026-11-23 12:00:00', 1)",
    )
    old_act(database, "UPDATE account SET name = 'New', version = 2")
    database.close()
    upgrade(empty_url)
    database = open_database(empty_url)
    for batch, left in ((2, [("Old", 3)]), (1, [])):
        with database.write(Act("tester", "undo", NOW, ActKind.UNDO, undoes=batch)) as session:
            take_back(session, entries(session, batch))
        with database.read() as session:
            assert [tuple(row) for row in session.execute(text("SELECT name, version FROM account"))] == left
    database.close()
