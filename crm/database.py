"""The door to the database: engines by URL, transactions, versions. The only module that commits.

SQLite runs in WAL mode with `synchronous=FULL` (a commit that returned survives a crash of the program or the machine,
as far as the disk keeps its word) and takes its write lock at the start of a write (`BEGIN IMMEDIATE`), so that a
writer waits for another instead of failing half-way. PostgreSQL reads in one snapshot (`REPEATABLE READ`, read only).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from crm.act import Act, entered
from crm.errors import DatabaseAddressError, DatabaseUnreachableError
from crm.often import START
from crm.versions import check_current, migrate

BUSY_MS = 10_000
"""How long a writer waits for another one."""
PASSWORD = re.compile(r"(:)[^:/@][^:@]*@")
"""As it stands in what was meant to be a URL."""
STEPS = 100_000
"""Steps of SQLite's machine, a millisecond or so, between two looks at the clock."""
POOL, MORE = 40, 24
"""Connections of a process, and how many more for a while: two for each request that is worked on (`api.dependencies`),
and some for exports and jobs, so that nobody waits for one who waits for another."""


class Database:
    """One database: reads in one snapshot that changes nothing, writes that are committed whole or not at all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        options: dict[str, Any] = {"bailiwick_write": False}
        if engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self.reading = engine.execution_options(**options)
        self.writing = engine.execution_options(bailiwick_write=True)

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; whatever is changed in it is thrown away."""
        with self.reader() as session:
            yield session

    def reader(self) -> Session:
        """The same for callers that close it themselves; it connects with its first query.

        What was asked once may be remembered in its `info`, which says `snapshot`: it sees one state of the record.
        """
        return Session(self.reading, autoflush=False, info={"snapshot": True})

    @contextmanager
    def write(self, act: Act | None = None) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when anything is raised.

        Changes of the record need an `act`: who, when and why; they are one batch of the ledger, whose id is then in
        `session.info["batch_id"]`. Without one the database refuses them.
        """
        with Session(self.writing) as session, session.begin():
            if act is None:
                yield session
                return
            with entered(session, act):
                yield session

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, *, check: bool = True, statement_s: float | None = None) -> Database:
    """The database behind `url`: `sqlite:///file` or `postgresql://user:password@host/name`.

    A statement that takes longer than `statement_s` is ended with an `OperationalError`; nothing is written then.

    Raises:
        DatabaseAddressError: a URL that names neither.
        DatabaseUnreachableError: it does not answer, or the file cannot be opened.
        DatabaseVersionError: with `check`, when its version is not ours; see `upgrade`.
    """
    database = Database(make_engine(url, statement_s=statement_s))
    if check:
        try:
            with reachable(database.name), database.reading.connect() as connection:
                check_current(connection)
        except BaseException:
            database.close()
            raise
    return database


def upgrade(url: str, to: str = "head") -> None:
    """Make the tables, or bring them to version `to`, in one transaction; nothing happens when they are there.

    Raises:
        DatabaseVersionError: the database was used by a newer program, or is somebody else's.
    """
    database = Database(make_engine(url, make_folder=True))
    try:
        with reachable(database.name), database.writing.begin() as connection:
            migrate(connection, to)
    finally:
        database.close()


def make_engine(url: str, *, make_folder: bool = False, statement_s: float | None = None) -> Engine:
    """An engine for `url` with the settings this module promises."""
    try:
        address = make_url(url)
    except ArgumentError:
        shown = PASSWORD.sub(r"\1***@", url)
        raise DatabaseAddressError(f"A database URL was expected, like sqlite:///plan.sqlite; got {shown!r}.") from None
    if address.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return postgresql_engine(address, statement_s)
    if address.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise DatabaseAddressError(f"SQLite or PostgreSQL was expected, got {address.drivername!r}.")
    if address.database in (None, "", ":memory:"):
        raise DatabaseAddressError("The database must be a file, like sqlite:///plan.sqlite.")
    if make_folder:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    return sqlite_engine(address, statement_s)


def postgresql_engine(address: URL, statement_s: float | None = None) -> Engine:
    """PostgreSQL, with a time limit on connecting and connections looked at before use; see `crm.postgresql`.

    A transaction that was left open and idle for a minute is ended by the server, so that it blocks nobody.
    """
    limits = "-c idle_in_transaction_session_timeout=60000"
    if statement_s is not None:
        limits += f" -c statement_timeout={round(1000 * statement_s)} -c lock_timeout={BUSY_MS}"
    options = " ".join(filter(None, (str(address.query.get("options", "")), limits)))
    told = {"connect_timeout": 10, "application_name": "bailiwick", "options": options}
    try:
        from crm.postgresql import connected

        pool = {"pool_size": POOL, "max_overflow": MORE, "pool_use_lifo": True}
        return connected(address, **pool, hide_parameters=True, connect_args=told)
    except ModuleNotFoundError:
        raise DatabaseAddressError("PostgreSQL needs its driver: pip install 'bailiwick[postgresql]'.") from None


def sqlite_engine(address: URL, statement_s: float | None = None) -> Engine:
    """SQLite; the driver's own transaction handling is off, SQLAlchemy's `begin` says what kind it is.

    Errors do not say what was to be written: they end in logs and on jobs.
    """
    engine = create_engine(
        address.set(drivername="sqlite"),
        pool_size=POOL,
        max_overflow=MORE,
        hide_parameters=True,
        connect_args={"timeout": BUSY_MS / 1000, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    if statement_s is not None:
        limit_sqlite(engine, statement_s)
    return engine


def limit_sqlite(engine: Engine, statement_s: float) -> None:
    """Interrupt statements that think for longer; SQLite asks after every so many steps of its machine."""

    def connected(connection: Any, entry: ConnectionPoolEntry) -> None:
        until = inf

        def start() -> None:
            nonlocal until
            until = monotonic() + statement_s

        connection.set_progress_handler(lambda: monotonic() > until, STEPS)
        entry.info[START] = start

    def begun(connection: Connection, *_: Any) -> None:
        connection.info[START]()

    event.listen(engine, "connect", connected)
    event.listen(engine, "before_cursor_execute", begun)


def prepare_sqlite(connection: Any, _: Any) -> None:
    """Settings that SQLite forgets with every connection."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once; readers keep the snapshot of their first read."""
    write = connection.get_execution_options().get("bailiwick_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reachable(name: str) -> Iterator[None]:
    """Turn the driver's trouble with connecting into one sentence."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (OperationalError, DatabaseError):  # a wrong statement is our fault, not the database's
            raise
        first_line = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnreachableError(f"The database {name} cannot be used: {first_line}.") from error
