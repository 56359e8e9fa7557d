"""Roles of the database that only read and see what one user sees: for reports, spreadsheets and SQL by hand."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from crm.columns import table_of
from crm.database import open_database, reachable, upgrade
from crm.tables import User
from planning.record_errors import MissingError, RefusedError
from planning.row_policies import bound, grant, install, is_installed, schema_of, suspend
from planning.users import user_named

app_user = table_of(User)
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "1min",
    "lock_timeout": "10s",
}
"""Courtesies of a new role, which whoever uses it can change; what it may do at all, it cannot."""
MOST_CONNECTIONS = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """A role and whose eyes it has."""

    role: str
    user: str
    active: bool


def add_reader(session: Session, user: str, role: str | None = None) -> tuple[str, str]:
    """Make a role for a user; returns its name and its password, which is kept nowhere.

    Raises:
        MissingError: nobody has this name.
        RefusedError: not PostgreSQL, a name that is taken or not possible, or not enough rights to make roles.
    """
    require_postgresql(session)
    found = user_named(session, user)
    name = role or re.sub(r"[^a-z0-9_]", "_", f"bailiwick_{found.name}")[:63]
    if not NAME.fullmatch(name):
        raise RefusedError(f"A role's name is made of a–z, 0–9 and _, at most 63; got {name!r}.")
    if session.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).first():
        raise RefusedError(f"The server has a role {name!r} already: choose another name with --role.")
    require_owner(session)
    with allowed(session):
        install(session)
        password = token_urlsafe(24)
        run(
            session,
            f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT "
            f"CONNECTION LIMIT {MOST_CONNECTIONS} PASSWORD '{verifier(session, name, password)}'",
        )
        for setting, value in LIMITS.items():
            run(session, f"ALTER ROLE {name} SET {setting} = '{value}'")
        session.execute(insert(bound).values(role_name=name, user_id=found.id))
        grant(session, name)
        may_create = text("SELECT has_schema_privilege(:role, current_schema(), 'CREATE')")
        if session.scalar(may_create, {"role": name}):
            raise RefusedError(
                f"Everybody may make tables in the schema {schema_of(session)}: its owner has to say REVOKE CREATE ON "
                f"SCHEMA {schema_of(session)} FROM PUBLIC first."
            )
    return name, password


def list_readers(session: Session) -> list[Reader]:
    """Every role, by name.

    Raises:
        RefusedError: not PostgreSQL.
    """
    require_postgresql(session)
    if not is_installed(session):
        return []
    sql = select(bound.c.role_name, app_user.c.name, app_user.c.active).join(app_user, app_user.c.id == bound.c.user_id)
    return [Reader(*row) for row in session.execute(sql.order_by(bound.c.role_name))]


def remove_reader(session: Session, role: str) -> None:
    """Take a role away; whoever uses it is cut off.

    Raises:
        MissingError: there is none of this name that was made here.
        RefusedError: not PostgreSQL, or not enough rights.
    """
    if role not in {one.role for one in list_readers(session)}:
        raise MissingError(f"There is no role {role!r} of a reader.")
    with allowed(session):
        run(session, f"ALTER ROLE {role} NOLOGIN")
        cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role")
        session.execute(cut, {"role": role})
        run(session, f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema_of(session)} FROM {role}")
        run(session, f"REVOKE ALL ON SCHEMA {schema_of(session)} FROM {role}")
        session.execute(delete(bound).where(bound.c.role_name == role))
        run(session, f"DROP ROLE {role}")


def refresh(session: Session) -> None:
    """Make policies what they are to be in this version, where there are readers."""
    if session.get_bind().dialect.name == "postgresql" and is_installed(session):
        install(session)


def upgrade_record(url: str) -> None:
    """Bring a record up to this version with its readers; they see nothing while tables change.

    Raises:
        crm.RecordError: as `crm.database.upgrade`.
    """
    database = open_database(url, check=False)
    try:
        if database.engine.dialect.name == "postgresql":
            with reachable(database.name), database.write() as session:
                if is_installed(session):
                    suspend(session)
        upgrade(url)
        with database.write() as session:
            refresh(session)
    finally:
        database.close()


def require_postgresql(session: Session) -> None:
    """Go on only on PostgreSQL.

    Raises:
        RefusedError: SQLite has neither roles nor policies.
    """
    if session.get_bind().dialect.name != "postgresql":
        raise RefusedError("Roles that only read need PostgreSQL: from SQLite, give an export as seen by the user.")


def require_owner(session: Session) -> None:
    """Go on only as the owner of the tables: policies hold everybody else, the program too.

    Raises:
        RefusedError: they are somebody else's.
    """
    sql = text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = current_schema() AND tableowner <> user")
    if owner := session.scalar(sql):
        raise RefusedError(
            f"The tables belong to {owner!r}: the program has to work as their owner before this is safe."
        )


@contextmanager
def allowed(session: Session) -> Iterator[None]:
    """Say in a sentence what rights are missing.

    Raises:
        RefusedError: this role may not do that.
    """
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        why = str(error.orig).partition("\n")[0]
        raise RefusedError(
            f"The database refuses ({why}): its administrator has to say ALTER ROLE … CREATEROLE first, "
            "and GRANT CREATE ON DATABASE."
        ) from error


def verifier(session: Session, role: str, password: str) -> str:
    """What the server keeps instead of the password (SCRAM, RFC 5802): so it is in no log of statements either."""
    connection: Any = session.connection().connection.dbapi_connection
    made: bytes = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return made.decode()


def run(session: Session, statement: str) -> None:
    """A statement without parameters."""
    session.connection().exec_driver_sql(statement)
