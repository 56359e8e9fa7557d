"""Jobs: every unit counts once, whoever dies when; what goes wrong is named and costs only itself."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from crm.columns import table_of
from crm.tables import ChangeBatch, Job, JobResult
from planning import job_computing
from planning.compute import Ended
from planning.drill import Drill
from planning.job_leases import LostLeaseError, Watch, beat
from planning.job_units import UnitEnd, keep_ends
from planning.jobs import AttemptEnd, attempts_of, cancel_job, find_jobs, forget_jobs, retry_job
from planning.record_errors import MissingError, RefusedError
from planning.use_case import MovedError, Prepared
from planning.viewer import Viewer, everything
from tests.planning.job_builders import LATER, Here, HereBatch, asked, claimed, coordinator, seen, work
from tests.small_plan import NOON

BOSS = everything(NOON.date())
sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what is decided in Python: the statements are the same as in the tests that run on both databases."""


def count(record, model):
    with record.read() as session:
        return session.scalar(select(func.count()).select_from(table_of(model)))


def test_a_job_is_done_once_and_says_what_came_out(record):
    job = asked(record, units=7, seconds=0.0)
    assert seen(record, job).state == "queued"
    work(record)
    done = seen(record, job)
    assert (done.state, done.units, done.units_done, done.units_failed) == ("done", 7, 7, 0)
    assert done.answer == {"units": 7, "sum": 28} and done.ended_at == NOON
    assert claimed(record) is None
    with record.read() as session:
        batch = session.get(ChangeBatch, done.batch_id)
        assert batch.made_by == "me" and batch.why.startswith(f"Job {job}: Drill of 7 units")


@sqlite_only
def test_a_job_that_cannot_be_is_refused_when_it_is_asked_for(record):
    with pytest.raises(RefusedError, match="whole number from 1"):
        asked(record, units=0)
    with pytest.raises(MissingError, match=r"kind 'nonsense'; there are .*drill"):
        asked(record, kind="nonsense")
    assert count(record, Job) == 0


@sqlite_only
def test_a_faulty_unit_is_named_and_costs_only_itself(record):
    job = asked(record, units=30, seconds=0.0, poison=7, fault="error")
    work(record)
    done = seen(record, job)
    assert (done.state, done.units_done, done.units_failed) == ("done", 29, 1)
    (bad,) = done.failed
    assert (bad.name, bad.attempts) == ("unit 7", 1)
    assert bad.error.startswith("ValueError: this unit was asked to fail (drill.py:")


@sqlite_only
def test_a_unit_that_kills_its_process_is_found_among_the_others_of_its_batch(record):
    job = asked(record, units=40, seconds=0.0)
    engine = Here(kills={9})
    work(record, engine)
    done = seen(record, job)
    assert (done.units_done, [unit.name for unit in done.failed]) == (39, ["unit 9"])
    assert done.failed[0].attempts == 3 and "process" in done.failed[0].error
    guilty = [batch for batch in engine.batches if 9 in batch]
    assert len(guilty[0]) > 1 and guilty[1:] == [[9]] * 3  # nobody else is blamed, nobody else waits for it
    assert engine.batches[-2:] == [[9]] * 2


@sqlite_only
def test_a_unit_is_tried_again_after_trouble_with_the_network(record, monkeypatch):
    tries = []

    def run(self, shared, payload):
        tries.append(payload)
        if len(tries) < 3:
            raise ConnectionResetError("gone")
        return {"number": 1}

    monkeypatch.setattr(Drill, "run", run)
    job = asked(record, units=1, seconds=0.0)
    work(record)
    assert seen(record, job).state == "done" and len(tries) == 3
    with record.read() as session:
        assert [row.end for row in attempts_of(session, job)] == ["failed", "failed", "done"]


@sqlite_only
def test_a_result_that_json_cannot_hold_fails_its_unit(record, monkeypatch):
    monkeypatch.setattr(Drill, "run", lambda self, shared, payload: {"number": float("nan")})
    job = asked(record, units=1, seconds=0.0)
    work(record)
    failed = seen(record, job)
    assert failed.state == "failed" and "None of its units could be computed: ValueError" in failed.error


def test_another_coordinator_goes_on_where_one_died(record):
    job = asked(record, units=6, seconds=0.0)
    dead = claimed(record)
    engine = Here(before=lambda units: (_ for _ in ()).throw(SystemExit) if 4 in units else None)
    with pytest.raises(SystemExit):
        coordinator(record, dead, engine).run()
    watch = Watch(0.05)
    assert claimed(record, watch=watch) is None  # it may still live
    threading.Event().wait(0.06)
    heir = claimed(record, watch=watch)
    assert (heir.job_id, heir.lease) == (job, dead.lease + 1)
    second = Here()
    coordinator(record, heir, second).run()
    done = seen(record, job)
    assert done.state == "done" and done.answer["sum"] == 21
    kept = {unit for batch in engine.batches for unit in batch} - {unit for batch in second.batches for unit in batch}
    with record.read() as session:
        ends = [(row.unit, row.lease) for row in attempts_of(session, job)]
    assert sorted(unit for unit, _ in ends) == [1, 2, 3, 4, 5, 6]
    assert {unit for unit, lease in ends if lease == dead.lease} == kept


def test_who_lost_the_lease_writes_nothing_any_more(record):
    job = asked(record, units=2, seconds=0.0)
    slow = claimed(record)
    watch = Watch(0.0)
    heir = claimed(record, watch=watch)
    assert heir.lease == slow.lease + 1
    with pytest.raises(LostLeaseError):
        beat(record, slow, NOON, 15.0)
    late = [UnitEnd(1, AttemptEnd.DONE, "w", value={"number": 99})]
    with pytest.raises(LostLeaseError), record.write() as session:
        keep_ends(session, slow, late, NOON)
    assert count(record, JobResult) == 0
    coordinator(record, slow, Here()).run()  # ends quietly
    assert seen(record, job).state == "running"
    coordinator(record, heir, Here()).run()
    assert seen(record, job).answer == {"units": 2, "sum": 3}


@sqlite_only
def test_a_moved_clock_gives_nobody_a_job(record):
    asked(record)
    first = claimed(record)
    watch = Watch(15.0)
    for _ in range(3):
        assert claimed(record, watch=watch) is None
    assert not beat(record, first, LATER, 15.0) and not beat(record, first, NOON, 15.0)


@sqlite_only
def test_a_job_that_ends_its_workers_is_given_up(record):
    job = asked(record)
    for _ in range(5):
        assert claimed(record, watch=Watch(0.0)) is not None
    assert claimed(record, watch=Watch(0.0)) is None
    assert seen(record, job).state == "failed" and "5 times" not in seen(record, job).title
    assert "without any progress" in seen(record, job).error


@sqlite_only
def test_a_cancelled_job_keeps_what_it_has_and_is_taken_up_again(record):
    job = asked(record, units=60, seconds=0.0)

    def stop(units):
        if 5 in units:
            with record.write() as session:
                cancel_job(session, BOSS, job, now=NOON)
            one.cancelled.set()

    engine = Here(before=stop)
    one = coordinator(record, claimed(record), engine)
    one.run()
    stopped = seen(record, job)
    assert stopped.state == "cancelled" and 0 < stopped.units_done < 60 and stopped.cancel_asked_by == "bailiwick"
    with record.write() as session:
        assert retry_job(session, BOSS, job).state == "queued"
    second = Here()
    work(record, second)
    assert seen(record, job).answer == {"units": 60, "sum": 1830}
    assert sum(map(len, second.batches)) == 60 - stopped.units_done


def test_a_job_that_waits_is_cancelled_at_once_and_an_ended_one_is_not(record):
    job = asked(record)
    with record.write() as session:
        assert cancel_job(session, BOSS, job, now=NOON).state == "cancelled"
    with pytest.raises(RefusedError, match="over already"), record.write() as session:
        cancel_job(session, BOSS, job, now=NOON)
    assert claimed(record) is None


def test_only_the_failed_units_of_a_job_are_computed_again_and_saved(record, monkeypatch):
    job = asked(record, units=9, seconds=0.0)
    work(record, Here(kills={2}))
    assert seen(record, job).answer == {"units": 8, "sum": 43}
    with record.write() as session:
        retry_job(session, BOSS, job)
    engine = Here()
    work(record, engine)
    assert engine.batches == [[2]]
    done = seen(record, job)
    assert (done.answer, done.units_done, done.units_failed) == ({"units": 1, "sum": 2}, 9, 0)
    with pytest.raises(RefusedError, match="is done"), record.write() as session:
        retry_job(session, BOSS, job)


@sqlite_only
def test_a_retry_that_comes_to_nothing_leaves_what_was_done(record):
    job = asked(record, units=3, seconds=0.0, poison=2, fault="error")
    work(record)
    with record.write() as session:
        retry_job(session, BOSS, job)
    work(record)
    done = seen(record, job)
    assert (done.state, done.answer["sum"], done.units_failed) == ("done", 4, 1)


@sqlite_only
def test_a_job_with_nothing_to_do_is_done(record, monkeypatch):
    monkeypatch.setattr(Drill, "prepare", lambda *_: Prepared([]))
    job = asked(record)
    work(record)
    assert seen(record, job).state == "done" and seen(record, job).answer == {"units": 0, "sum": 0}


def test_a_job_prepares_anew_when_the_record_moved_and_gives_up_in_the_end(record, monkeypatch):
    moves = [MovedError("moved"), None]
    saved = Drill.save

    def save(self, session, asked, results):
        if error := moves.pop(0):
            raise error
        return saved(self, session, asked, results)

    monkeypatch.setattr(Drill, "save", save)
    job = asked(record, units=3, seconds=0.0)
    engine = Here()
    work(record, engine)
    assert seen(record, job).answer == {"units": 3, "sum": 6} and sum(map(len, engine.batches)) == 6
    moves[:] = [MovedError("moved")] * 3
    other = asked(record, units=1, seconds=0.0)
    work(record)
    assert seen(record, other).state == "failed" and "kept changing" in seen(record, other).error


@sqlite_only
def test_a_stopped_worker_gives_its_job_back(record):
    job = asked(record, units=4, seconds=0.0)
    stopping = threading.Event()
    engine = Here(before=lambda units: stopping.set())
    work(record, engine, stopping=stopping)
    back = seen(record, job)
    assert back.state == "queued" and back.ended_at is None
    work(record)
    assert seen(record, job).state == "done"


@sqlite_only
def test_an_engine_that_is_away_and_a_database_that_is_away_are_waited_for(record, monkeypatch):
    job = asked(record, units=4, seconds=0.0)
    fails = [1, 1]
    kept = job_computing.keep_ends

    def keep(*words):
        if fails:
            fails.pop()
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return kept(*words)

    monkeypatch.setattr(job_computing, "keep_ends", keep)
    work(record, Here(away=1))
    assert seen(record, job).answer == {"units": 4, "sum": 10} and not fails


@sqlite_only
def test_what_takes_too_long_is_ended_and_named(record, monkeypatch):
    monkeypatch.setattr(job_computing, "GRACE_S", 0.0)
    monkeypatch.setattr(Drill, "limit_s", 0.5)
    stuck = []

    class Stuck(HereBatch):
        def ended(self):
            return None

    class Engine(Here):
        def hand_in(self, kind, shared, units, priority):
            batch = super().hand_in(kind, shared, units, priority)
            if any(number == 3 for number, _ in units):
                batch = Stuck(Ended(), running_s=9.0)
                stuck.append(batch)
            return batch

    job = asked(record, units=4, seconds=0.0)
    work(record, Engine())
    done = seen(record, job)
    assert (done.units_done, done.failed[0].name) == (3, "unit 3") and "longer than 0.5 s" in done.failed[0].error
    assert stuck and all(batch.stopped for batch in stuck)


@sqlite_only
def test_one_sees_ones_own_jobs_and_planners_see_all(record):
    mine, other = asked(record, by="ruth"), asked(record, by="paul")
    from crm.tables import Role

    ruth = Viewer(1, "ruth", Role.REP, None, NOON.date())
    with record.read() as session:
        assert [job.id for job in find_jobs(session, ruth).jobs] == [mine]
        page = find_jobs(session, BOSS, limit=1)
        assert ([job.id for job in page.jobs], page.before) == ([other], other)
        assert [job.id for job in find_jobs(session, BOSS, before=page.before).jobs] == [mine]
    for act in (lambda session: cancel_job(session, ruth, other, now=NOON), lambda s: retry_job(s, ruth, other)):
        with pytest.raises(MissingError), record.write() as session:
            act(session)


def test_old_jobs_are_forgotten_with_all_they_had(record):
    asked(record, units=2, seconds=0.0)
    work(record)
    waiting = asked(record)
    with record.write() as session:
        assert forget_jobs(session, NOON) == 0
        assert forget_jobs(session, LATER) == 1
    with record.read() as session:
        assert [job.id for job in find_jobs(session, BOSS).jobs] == [waiting]
