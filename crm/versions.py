"""Which version of the schema a database has, and how it gets to ours (Alembic, from the first table on)."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from crm.errors import DatabaseVersionError

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
LOCK = 7_202_611_210_001
"""Key of PostgreSQL's advisory lock under which one process at a time migrates."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings for the migrations in this package; there is no alembic.ini."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@cache
def versions() -> tuple[str, ...]:
    """Every version there is, newest first; the files are read once in a process."""
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest() -> str:
    """The version this program works with."""
    return versions()[0]


def current(connection: Connection) -> str | None:
    """The version of the database, None when it has no tables at all.

    Raises:
        DatabaseVersionError: a version that this program does not know, or tables made by something else.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        if set(inspect(connection).get_table_names()) - {VERSION_TABLE}:
            raise DatabaseVersionError(
                "The database holds tables that are not Bailiwick's: name an empty database, or one that "
                "Bailiwick has made."
            )
        return None
    if found not in versions():
        raise DatabaseVersionError(
            f"The database has version {found}, which this program does not know (its newest is {newest()}): "
            "it was used by a newer Bailiwick. Install that one, or name another database."
        )
    return found


def check_current(connection: Connection) -> None:
    """Refuse a database that is not of our version.

    Raises:
        DatabaseVersionError: newer, older, unknown or empty; the sentence says what to do.
    """
    found = current(connection)
    if found != newest():
        has = "is empty" if found is None else f"has version {found}"
        raise DatabaseVersionError(
            f"The database {has}, this program works with {newest()}: bring it up with `bailiwick upgrade`."
        )


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the database up (or down) to version `to` inside the transaction that is open on `connection`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    found = current(connection)
    target = newest() if to == "head" else to
    if found == target:
        return
    up = target != "base" and (found is None or versions().index(target) < versions().index(found))
    (command.upgrade if up else command.downgrade)(alembic_config(connection), target)
