"""A full disk, a database that goes and comes back, a migration that is killed: a clear error, and all is well after."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, func, select, text

import crm.database
from api.app import create_app
from api.settings import Settings
from crm import open_database, upgrade
from crm.columns import table_of
from crm.tables import Account, Role
from crm.versions import current, newest
from planning.record import save_plan
from tests.api_users import bearer
from tests.planning.job_builders import Here, asked, claimed, coordinator, seen, work
from tests.small_plan import NOON, small_plan

account = table_of(Account)
sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


class Disk:
    """A disk that can be full: SQLite may then not make its file larger, which is what it meets on a full one."""

    def __init__(self, record):
        self.full = False
        event.listen(record.engine, "begin", self.begun)

    def begun(self, connection):
        cursor = connection.connection.cursor()
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages if self.full else 1 << 30}")
        cursor.close()


@sqlite_only
def test_a_full_disk_is_a_clear_answer_and_all_is_well_after(record, record_url):
    save_plan(record, small_plan(), now=NOON)
    boss = bearer(record, "boss", Role.ADMIN)
    app = create_app(Settings(database_url=record_url), clock=lambda: NOON)
    disk = Disk(app.state.database)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:

        def note(number):
            body = {"account_id": 1, "kind": "note", "text": f"{number} " + "long " * 900}
            return client.post("/api/activities", json=body, headers=boss)

        disk.full = True
        answers = [note(number) for number in range(40)]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused and {answer.status_code for answer in refused} == {503}
        assert "nothing was changed" in refused[0].json()["detail"]
        assert client.get("/api/accounts/1", headers=boss).status_code == 200  # reading goes on
        disk.full = False
        assert note(99).status_code == 201
        with record.read() as session:
            notes = session.scalar(text("SELECT count(*) FROM activity"))
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert notes == sum(answer.status_code == 201 for answer in answers) + 1


@sqlite_only
def test_a_job_waits_for_room_on_the_disk_and_loses_nothing(record):
    job = asked(record, units=40, seconds=0.0)
    disk = Disk(record)
    filled = []

    def fill(units):
        if not filled:
            filled.append(True)
            disk.full = True
            threading.Timer(1.2, lambda: setattr(disk, "full", False)).start()

    work(record, Here(before=fill))
    assert seen(record, job).answer == {"units": 40, "sum": 820}


@postgresql_only
def test_a_job_survives_that_the_database_goes_and_comes_back(record, databases):
    job = asked(record, units=40, seconds=0.0)
    name = record.engine.url.database
    gone = []

    def cut(units):
        if len(gone) < 3 and units[0] > 4 * (len(gone) + 1):
            gone.append(units)
            databases.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    work(record, Here(before=cut))
    assert gone and seen(record, job).answer == {"units": 40, "sum": 820}


@postgresql_only
def test_requests_are_answered_again_after_the_database_was_away(record, record_url, databases):
    boss = bearer(record, "boss", Role.ADMIN)
    app = create_app(Settings(database_url=record_url), clock=lambda: NOON)
    name = record.engine.url.database
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        assert client.get("/api/me", headers=boss).status_code == 200
        databases.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        databases.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert client.get("/api/me", headers=boss).status_code == 503
        assert client.get("/ready").status_code == 503
        databases.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert client.get("/api/me", headers=boss).status_code == 200


@contextmanager
def full_server(record):
    """What PostgreSQL says on a full disk to whoever adds a note or a result."""
    raises = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END"
    with record.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ {raises} $$")
        for table in ("activity", "job_result"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
            )
    try:
        yield
    finally:
        with record.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")


@contextmanager
def locked_file(record):
    """Another program that keeps SQLite's write lock for longer than anybody waits."""
    with closing(sqlite3.connect(record.engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_where_nothing_can_be_written_that_is_a_clear_answer_and_jobs_wait(record_url, databases, monkeypatch):
    monkeypatch.setattr(crm.database, "BUSY_MS", 50)
    hindered = full_server if databases.kind == "postgresql" else locked_file
    record = open_database(record_url)
    save_plan(record, small_plan(), now=NOON)
    boss = bearer(record, "boss", Role.ADMIN)
    job = asked(record, units=4, seconds=0.0)
    worker = threading.Thread(target=coordinator(record, claimed(record), Here()).run)
    app = create_app(Settings(database_url=record_url), clock=lambda: NOON)
    with TestClient(app, base_url="http://localhost", headers=boss, raise_server_exceptions=False) as client:
        body = {"account_id": 1, "kind": "note", "text": "a note"}
        with hindered(record):
            refused = client.post("/api/activities", json=body)
            assert refused.status_code == 503 and "nothing was changed" in refused.json()["detail"]
            assert client.get("/api/accounts/1").status_code == 200
            worker.start()
            time.sleep(0.8)
            assert worker.is_alive() and not seen(record, job).units_done
        worker.join(timeout=60)
        assert seen(record, job).answer == {"units": 4, "sum": 10}
        assert client.post("/api/activities", json=body).status_code == 201
    record.close()


UPGRADE = "import sys; from crm import upgrade; print('ready', flush=True); upgrade(sys.argv[1])"


def version(url):
    record = open_database(url, check=False)
    try:
        with record.reading.connect() as connection:
            return current(connection)
    finally:
        record.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_migration_leaves_the_old_version_or_the_new_one(empty_url):
    upgrade(empty_url, "0011")
    for delay_s in (0.05, 0.3):
        process = subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_url],
            stdout=subprocess.PIPE,
            env=dict(os.environ, PYTHONPATH=os.getcwd()),
        )
        assert process.stdout.readline() == b"ready\n"
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert version(empty_url) in ("0011", newest())
    upgrade(empty_url)
    assert version(empty_url) == newest()
    record = open_database(empty_url)
    try:
        save_plan(record, small_plan(), now=NOON)
        with record.read() as session:
            assert session.scalar(select(func.count()).select_from(account)) == 7
    finally:
        record.close()
