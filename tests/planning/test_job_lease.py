"""The lease of a job while its results are saved for longer than others wait for the database; and what a worker does
besides jobs."""

import logging
import time

import pytest
from sqlalchemy import select

import crm.database
from crm.columns import table_of
from crm.database import open_database
from crm.tables import Job
from planning.job_leases import Watch
from planning.use_cases import use_case
from planning.worker import Worker, WorkerOptions
from tests.planning.job_builders import Here, asked, claimed, coordinator, seen
from tests.small_plan import NOON

job = table_of(Job)


def test_a_long_save_neither_loses_the_lease_nor_complains_of_itself(record_url, monkeypatch, caplog):
    monkeypatch.setattr(crm.database, "BUSY_MS", 50)
    record = open_database(record_url)
    number = asked(record)
    one = coordinator(record, claimed(record), Here())
    one.lease_s = 0.25  # a beat every 50 ms
    beats = []

    def save(session, what, results):
        for _ in range(8):
            time.sleep(0.05)
            with record.read() as other:
                beats.append(other.scalar(select(job.c.beat).where(job.c.id == number)))
        return {"units": len(results)}

    monkeypatch.setattr(type(use_case("drill")), "save", staticmethod(save))
    with caplog.at_level(logging.WARNING, "bailiwick.jobs"):
        one.run()
    done = seen(record, number)
    record.close()
    assert done.state == "done" and done.answer == {"units": 5}
    assert "could not renew" not in caplog.text
    if record.engine.dialect.name == "postgresql":  # where it can, it goes on beating
        assert beats[-1] > beats[0]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_fault_in_what_falls_due_stops_neither_the_rest_of_it_nor_the_jobs(record, monkeypatch, caplog):
    def faulty(*given):
        raise LookupError("a stage that nobody thought of")

    done = []
    monkeypatch.setattr("planning.worker.fire_due", faulty)
    monkeypatch.setattr("planning.worker.forget_positions", lambda *given: done.append(given))
    job = asked(record)
    claim = Worker(record, WorkerOptions(), lambda: NOON)._next(Watch(15.0))
    assert (claim.job_id, len(done)) == (job, 1)
    assert "timers of stages failed" in caplog.text and "nobody thought of" in caplog.text
