"""The migrations make exactly what the models say, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from crm import DatabaseVersionError, open_database, upgrade
from crm.tables import Record
from crm.versions import newest


def tables_of(url: str) -> set[str]:
    database = open_database(url, check=False)
    with database.reading.connect() as connection:
        found = set(inspect(connection).get_table_names())
    database.close()
    return found


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
