"""A worker: finds jobs in the record and works on some of them at a time, until it is told to stop."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from sqlalchemy.exc import DBAPIError

from crm.database import Database
from planning.compute import DaskEngine, EngineOptions
from planning.coordinator import Coordinator, is_away
from planning.deal_handover import hand_over_due
from planning.exports import forget_exports
from planning.hook import Hook
from planning.job_leases import Claim, Watch, claim_next
from planning.jobs import forget_jobs
from planning.positions import forget_positions
from planning.stage_effects import fire_due
from planning.use_case import Installation
from planning.webhook import keep_delivering

log = logging.getLogger("bailiwick.jobs")

DUE_S = 600.0
"""Between two looks for what falls due by the calendar: deals handed over, timers of stages, jobs forgotten."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works.

    `here`: what there is to work with. `hook`: where events are delivered. `lease_s`: a job whose coordinator has been
    silent for so long is another's.
    `jobs_at_once`: jobs share the compute engine. `look_s`: between two looks for new jobs. `idle_s`: after so long
    without a job our own processes end. `keep_days`: jobs that ended longer ago are forgotten,
    and after `keep_positions_days` where documents were written.
    """

    engine: EngineOptions = field(default_factory=EngineOptions)
    here: Installation = field(default_factory=Installation)
    hook: Hook | None = None
    lease_s: float = 15.0
    jobs_at_once: int = 4
    look_s: float = 0.5
    idle_s: float = 600.0
    keep_days: float = 365.0
    keep_positions_days: float = 90.0


def coordinator_name() -> str:
    """How the jobs' rows name this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(slots=True)
class Worker:
    """Works on the jobs of one record; `stop` may be called from any thread or signal handler."""

    database: Database
    options: WorkerOptions
    clock: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    _threads: dict[int, threading.Thread] = field(default_factory=dict)
    _looked_s: float = -inf

    def stop(self) -> None:
        """Give the jobs back and end soon."""
        self.stopping.set()

    def run(self) -> None:
        """Work until stopped. A database that is away is waited for."""
        if self.options.hook is not None:
            hook = (self.database, self.options.hook, self.clock, self.stopping)
            threading.Thread(target=keep_delivering, args=hook, name="events", daemon=True).start()
        engine = DaskEngine(self.options.engine)
        watch = Watch(self.options.lease_s)
        busy_s = time.monotonic()
        away = False
        try:
            while not self.stopping.is_set():
                try:
                    claim = self._next(watch)
                    away = False
                except DBAPIError as error:
                    if not is_away(error):
                        raise
                    if not away:
                        log.warning("waiting for the database: %s", str(error.orig).strip())
                    claim, away = None, True
                if self._threads:
                    busy_s = time.monotonic()
                elif time.monotonic() - busy_s > self.options.idle_s:
                    engine.close()
                if claim is not None:
                    self._begin(engine, claim)
                else:
                    self.stopping.wait(self.options.look_s)
        finally:
            self.stopping.set()
            for thread in self._threads.values():
                thread.join(timeout=20)
            engine.close()

    def _next(self, watch: Watch) -> Claim | None:
        if time.monotonic() - self._looked_s >= DUE_S:
            self._do_what_is_due(self.clock())
            self._looked_s = time.monotonic()
        self._threads = {job_id: thread for job_id, thread in self._threads.items() if thread.is_alive()}
        if len(self._threads) >= self.options.jobs_at_once:
            return None
        own = frozenset(self._threads)
        return claim_next(self.database, watch, coordinator=coordinator_name(), now=self.clock(), leave=own)

    def _do_what_is_due(self, now: datetime) -> None:
        """What the calendar asks for; a fault in one part of it stops neither the others nor the jobs."""
        oldest = now - timedelta(days=self.options.keep_positions_days)
        parts: dict[str, Callable[[], object]] = {
            "handing deals over": lambda: hand_over_due(self.database, now),
            "timers of stages": lambda: fire_due(self.database, now),
            "forgetting jobs": lambda: self._forget_jobs(now),
            "forgetting positions": lambda: forget_positions(self.database, oldest, now),
        }
        for name, part in parts.items():
            try:
                part()
            except Exception as error:
                if isinstance(error, DBAPIError) and is_away(error):
                    raise
                log.exception("%s failed; it is tried again in %g minutes", name, DUE_S / 60)

    def _forget_jobs(self, now: datetime) -> None:
        with self.database.write() as session:
            forget_jobs(session, now - timedelta(days=self.options.keep_days))
            forget_exports(session, now - self.options.here.keep_exports)

    def _begin(self, engine: DaskEngine, claim: Claim) -> None:
        log.info("job %d: %s, lease %d", claim.job_id, claim.title, claim.lease)
        rest = (self.clock, self.options.lease_s, self.stopping, self.options.here)
        one = Coordinator(self.database, engine, claim, *rest)
        thread = threading.Thread(target=one.run, name=f"job {claim.job_id}", daemon=True)
        self._threads[claim.job_id] = thread
        thread.start()


def work_off(database: Database, job_id: int, options: WorkerOptions, clock: Callable[[], datetime]) -> None:
    """Work here until a job is over, and on others that come by: for notebooks and the command line.

    Where a worker runs already it is left to that one, and only waited for.
    """
    from crm.columns import table_of
    from crm.tables import Job

    worker = Worker(database, options, clock)
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)
    thread.start()
    job = table_of(Job)
    try:
        while thread.is_alive():
            with suppress(DBAPIError), database.read() as session:
                ended = session.execute(job.select().where(job.c.id == job_id)).one().ended_at
                if ended is not None:
                    return
            time.sleep(0.2)
    finally:
        worker.stop()
        thread.join(timeout=30)
