"""An export made by a worker is the file that is sent at once; it is its user's, for a while, as long as they may."""

import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select, update

from crm import export_table
from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, Assignment, ExportPiece, Lead, Role, User
from planning import export_job
from planning.export import export_pieces
from planning.exports import fetch_export, file_pieces, forget_exports, kept_export, viewer_named
from planning.jobs import cancel_job
from planning.record import save_plan
from planning.record_errors import MissingError, RefusedError
from planning.use_case import Installation
from planning.users import edit_user, get_user
from planning.viewer import everything
from tests.api_users import bearer
from tests.planning.job_builders import asked, claimed, coordinator, seen, work
from tests.small_plan import NOON, small_plan

ALL = everything(NOON.date())
sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def planned(record, monkeypatch):
    """The small plan, five rows in a part, and users."""
    monkeypatch.setattr(export_table, "PART", 5)
    monkeypatch.setattr(export_job, "PART", 5)
    monkeypatch.setattr(export_job, "PIECE", 100)
    monkeypatch.setattr(export_table, "AT_ONCE", 3)
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin", page="<!doctype html>")
    bearer(record, "boss", Role.ADMIN)
    bearer(record, "paul", Role.PLANNER)
    bearer(record, "ruth", Role.REP, rep_id=1)
    return record


def viewer(record, name):
    with record.read() as session:
        return viewer_named(session, {"user": name}, NOON.date())


def fetched(record, job, name):
    with record.read() as session:
        made = kept_export(session, viewer(record, name), job)
    got = b"".join(file_pieces(record, job, made))
    assert len(got) == made.size == seen(record, job).answer["bytes"]
    return got


def pieces(record):
    with record.read() as session:
        return session.scalar(select(func.count()).select_from(table_of(ExportPiece)))


def edited(record, name, **values):
    with record.write(Act("boss", "changed", NOON)) as session:
        user_id = session.scalar(select(User.id).where(User.name == name))
        edit_user(session, user_id, get_user(session, user_id).version, values, by="boss", now=NOON)


def test_the_file_is_the_one_that_is_sent_at_once(planned, tmp_path):
    job = asked(planned, "export", by="ruth", user="ruth")
    work(planned)
    done = seen(planned, job)
    assert (done.state, done.error, done.answer["complete"]) == ("done", "", False)
    assert done.units_done == done.units > 20
    direct = b"".join(export_pieces(planned, viewer(planned, "ruth")))
    assert sha256(fetched(planned, job, "ruth")).digest() == sha256(direct).digest()
    fetch_export(planned, job, tmp_path / "ruth.zip")
    assert (tmp_path / "ruth.zip").read_bytes() == direct
    for name in ("boss", "paul"):
        with planned.read() as session, pytest.raises(MissingError):
            kept_export(session, viewer(planned, name), job)


@sqlite_only
def test_the_whole_record_of_an_administrator_comes_back_complete(planned, tmp_path):
    from crm.export import read_export

    job = asked(planned, "export", by="boss", user="boss")
    work(planned)
    (tmp_path / "all.zip").write_bytes(fetched(planned, job, "boss"))
    assert read_export(tmp_path / "all.zip", f"sqlite:///{tmp_path}/new.sqlite").complete


@sqlite_only
def test_a_worker_that_stops_leaves_what_another_goes_on_with_unless_the_record_changed(planned, monkeypatch):
    for module in (export_table, export_job):
        monkeypatch.setattr(module, "PART", 2)
    job = asked(planned, "export", by="paul", user="paul")
    direct = b"".join(export_pieces(planned, viewer(planned, "paul")))
    read, done = export_job.Export.read, []

    def watched(self, shared, number, payload, desk):
        done.append(payload)
        if len(done) == 3:
            stopping.set()  # while it is made: it is not kept
        return read(self, shared, number, payload, desk)

    monkeypatch.setattr(export_job.Export, "read", watched)
    stopping = threading.Event()
    coordinator(planned, claimed(planned), None, stopping=stopping).run()
    assert (seen(planned, job).state, done) == ("queued", [("account", part) for part in range(3)])
    work(planned)
    assert (seen(planned, job).units, len(done)) == (len(set(done)), len(set(done)) + 1)
    assert fetched(planned, job, "paul") == direct

    done.clear()
    stopping = threading.Event()
    again = asked(planned, "export", by="paul", user="paul")
    coordinator(planned, claimed(planned), None, stopping=stopping).run()
    with planned.write(Act("boss", "a new one", NOON)) as session:
        session.add(Account(external_id="late", name="Late", created_at=NOON))
    work(planned)
    assert len(done) == seen(planned, again).units + 3
    assert fetched(planned, again, "paul") == b"".join(export_pieces(planned, viewer(planned, "paul")))


@sqlite_only
def test_it_goes_with_rights_time_the_next_one_and_its_user(planned):
    def made():
        job = asked(planned, "export", by="ruth", user="ruth")
        work(planned)
        return job

    first = made()
    second = made()
    with planned.read() as session, pytest.raises(MissingError):
        kept_export(session, viewer(planned, "ruth"), first)
    edited(planned, "ruth", sees_reps=[2])
    with planned.read() as session, pytest.raises(RefusedError, match="has changed"):
        kept_export(session, viewer(planned, "ruth"), second)
    edited(planned, "ruth", sees_reps=[])
    assert fetched(planned, second, "ruth")
    with planned.write() as session:
        forget_exports(session, NOON + timedelta(days=1))
    assert pieces(planned) == 0
    made()
    with pytest.raises(RefusedError, match="There is no user 'NOBODY'"):
        asked(planned, "export", by="bailiwick", user="NOBODY")
    waiting = asked(planned, "export", by="ruth", user="ruth")
    with pytest.raises(RefusedError, match="already"):
        asked(planned, "export", by="ruth", user="ruth")
    edited(planned, "ruth", active=False)
    assert (seen(planned, waiting).state, pieces(planned)) == ("cancelled", 0)


@sqlite_only
def test_it_is_refused_once_something_in_it_went_out_of_sight(planned):
    job = asked(planned, "export", by="ruth", user="ruth")
    work(planned)
    assert fetched(planned, job, "ruth")
    lies = table_of(Assignment)
    with planned.write(Act("boss", "one more", NOON)) as session:
        session.add(Lead(source="call", trigger="test", payload={}, received_at=NOON, rep_id=1))
    assert fetched(planned, job, "ruth"), "what came to be seen since is no reason"
    with planned.write(Act("boss", "one account moves", NOON)) as session:
        one = select(func.min(lies.c.id)).where(lies.c.territory_id == 1).scalar_subquery()
        session.execute(update(lies).where(lies.c.id == one).values(territory_id=2))
    with planned.read() as session, pytest.raises(RefusedError, match="has changed"):
        kept_export(session, viewer(planned, "ruth"), job)


@sqlite_only
def test_one_that_grows_too_large_or_is_cancelled_leaves_nothing_to_fetch(planned):
    job = asked(planned, "export", by="ruth", user="ruth")
    work(planned, here=replace(Installation(), export_bytes=500))
    found = seen(planned, job)
    assert (found.state, "larger than 500 bytes" in found.error) == ("failed", True)
    with pytest.raises(MissingError):
        fetch_export(planned, job, planned)  # type: ignore[arg-type]
    job = asked(planned, "export", by="ruth", user="ruth")
    with planned.write() as session:
        cancel_job(session, ALL, job, now=NOON)
    assert seen(planned, job).state == "cancelled"
    asked(planned, "export", by="ruth", user="ruth")
