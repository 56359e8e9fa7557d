"""Shared fixtures. Everything heavy is imported by the fixture that needs it."""

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.scratch import scratch_in_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from crm.database import Database

# The same cases every time: a failure must be there again when it is looked for. No deadlines: speed is benchmarked.
settings.register_profile("bailiwick", derandomize=True, deadline=None)
settings.load_profile("bailiwick")

# A terminated run (`timeout`, a cancelled CI job) stops the PostgreSQL server too.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Let the whole run write into memory; processes of `-n` are told by their environment."""
    if folder := scratch_in_memory():
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


LONG = ("journeys", "faults", "notebooks", "benchmarks")
"""Folders whose files take longest for a test."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `-n`, what takes longest first and many tests before few, so that no process is left alone at the end."""
    if not hasattr(config, "workerinput"):
        return
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.parent.name not in LONG, -tests[item.path], str(item.path)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a private PostgreSQL on a Unix socket, started once and removed at the end; works as root and without.

    It never waits for a disk: nobody needs its data after a crash of the machine.
    """
    if sys.platform == "win32":
        pytest.skip("PostgreSQL is tested on Unix sockets")
    from benchmarks.private_postgresql import private_postgresql

    with private_postgresql() as url:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            outside_transactions(url, f"ALTER SYSTEM SET {name} = off")
        outside_transactions(url, "SELECT pg_reload_conf()")
        yield url


DATABASES = count(1)
"""Numbers for the names of databases."""
TEMPLATES: dict[str, str] = {}
"""A database with every table per kind and server: pytest makes the fixtures anew whenever the kind changes."""


def outside_transactions(server: str, sql: str) -> None:
    """A statement that PostgreSQL runs outside a transaction."""
    from sqlalchemy import create_engine, text

    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(sql))
    finally:
        engine.dispose()


class EmptyDatabases:
    """Makes databases on one kind of server, empty or with all tables, and removes them."""

    def __init__(self, kind: str, folder: Path, server: str | None) -> None:
        self.kind, self.folder, self.server = kind, folder, server

    def url(self, template: str | None = None) -> str:
        """A new database: empty, or a copy of `template`, which nobody may have open."""
        name = f"t{os.getpid()}_{next(DATABASES)}"
        if self.kind == "sqlite":
            path = self.folder / f"{name}.sqlite"
            if template:
                shutil.copyfile(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        from sqlalchemy.engine import make_url

        # Copying files is three times as cheap as writing every page to the log.
        like = f" TEMPLATE {make_url(template).database} STRATEGY FILE_COPY" if template else ""
        self.run(f"CREATE DATABASE {name}{like}")
        assert self.server is not None
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database."""
        if self.kind == "sqlite":
            for tail in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + tail).unlink(missing_ok=True)
        else:
            self.run(f"DROP DATABASE {url.rpartition('/')[2].partition('?')[0]} WITH (FORCE)")

    def run(self, sql: str) -> None:
        """A statement that PostgreSQL runs outside a transaction."""
        assert self.server is not None
        outside_transactions(self.server, sql)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EmptyDatabases:
    """Both kinds of database, one after the other: a test that asks for this (or what follows) runs on both."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    return EmptyDatabases(request.param, tmp_path_factory.mktemp("databases"), server)


@pytest.fixture
def empty_url(databases: EmptyDatabases) -> Iterator[str]:
    """URL of a database without a table."""
    url = databases.url()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def template_url(databases: EmptyDatabases) -> str:
    """A database with every table and no row, to be copied; made by the migrations."""
    from crm.database import upgrade

    name = databases.server or databases.kind
    if name not in TEMPLATES:
        TEMPLATES[name] = databases.url()
        upgrade(TEMPLATES[name])
    return TEMPLATES[name]


@pytest.fixture
def record_url(databases: EmptyDatabases, template_url: str) -> Iterator[str]:
    """URL of a database with every table and no row."""
    url = databases.url(template_url)
    yield url
    databases.drop(url)


@pytest.fixture
def record(record_url: str) -> Iterator["Database"]:
    """An open record with no row in it."""
    from crm.database import open_database

    database = open_database(record_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Finds test data that lies beside the repository; a test skips where there are none."""

    def find(name: str) -> Path:
        path = Path(__file__).parents[2] / "shared" / name
        if not path.exists():
            pytest.skip(f"needs {name} in a folder named shared beside the repository")
        return path

    return find


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The system's Chromium; Playwright's own download is not needed."""
    exe = os.environ.get("BAILIWICK_CHROMIUM") or shutil.which("chromium")
    if not exe:
        pytest.skip("no Chromium: apt-get install chromium, or set BAILIWICK_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        live = play.chromium.launch(executable_path=exe, args=["--no-sandbox"])
        yield live
        live.close()
