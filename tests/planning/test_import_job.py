"""Large files are compared and committed by a worker, with progress, and whole or not at all."""

import threading
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, ActKind, ImportRow, ImportRun, Upload
from planning import import_job
from planning.history import undo
from planning.import_fields import Setting
from planning.import_job import import_asked, keep_upload
from planning.viewer import everything
from tests.planning.job_builders import Here, asked, claimed, coordinator, seen, work
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
CSV = b"id,name,city\n" + b"".join(b"k%d,Firm %d,Bonn\n" % (n, n) for n in range(7))


def count(record, model):
    with record.read() as session:
        return session.scalar(select(func.count()).select_from(table_of(model)))


@pytest.fixture
def waiting(record, monkeypatch):
    """A job that is to stage seven rows, two in a unit."""
    monkeypatch.setattr(import_job, "AT_ONCE", 2)
    with record.write() as session:
        made = keep_upload(session, "firms.csv", CSV, by="me", now=NOON)
    setting = Setting("me", NOON, ZoneInfo("UTC"), most_rows=1000)
    return asked(record, "import", **import_asked(made, "accounts", setting))


@sqlite_only
def test_a_worker_stages_and_commits_a_file(record, waiting):
    work(record)
    job = seen(record, waiting)
    assert (job.state, job.units, job.units_done, job.error) == ("done", 5, 5, "")
    assert job.answer["counts"]["create"] == 7
    assert (count(record, ImportRow), count(record, Upload), count(record, Account)) == (7, 0, 0)
    commit = asked(record, "import_commit", import_id=job.answer["import_id"])
    work(record)
    done = seen(record, commit)
    assert (done.state, done.title, count(record, Account)) == ("done", "Import of firms.csv", 7)
    act = Act("me", "not meant", NOON, ActKind.UNDO, undoes=done.batch_id)
    with record.write(act) as session:
        undo(session, everything(NOON.date()), done.batch_id)
    assert count(record, Account) == 0


@sqlite_only
def test_a_worker_that_stops_leaves_nothing_half_done_and_another_goes_on(record, waiting):
    stopping = threading.Event()
    coordinator(record, claimed(record), Here(before=lambda units: stopping.set()), stopping=stopping).run()
    assert seen(record, waiting).state == "queued"
    assert (count(record, ImportRun), count(record, ImportRow), count(record, Upload)) == (0, 0, 1)
    work(record)
    assert (seen(record, waiting).state, count(record, ImportRow)) == ("done", 7)


@sqlite_only
def test_a_file_that_cannot_be_read_fails_with_the_reason(record):
    with record.write() as session:
        made = keep_upload(session, "firms.csv", b"\x00\x01", by="me", now=NOON)
    job = asked(record, "import", **import_asked(made, "accounts", Setting("me", NOON, ZoneInfo("UTC"))))
    work(record)
    found = seen(record, job)
    assert (found.state, "firms.csv" in found.error) == ("failed", True)
    assert count(record, ImportRun) == 0
