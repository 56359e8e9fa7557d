"""Working on one job: prepare, have the units computed, save; alive or dead, nothing counts twice.

What makes it safe is in the database (`planning.job_leases`, `planning.job_units`); this module only goes through it.
How units are computed is in `planning.job_computing`.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from crm.act import Act
from crm.database import Database
from crm.tables import JobState
from geo.errors import GeoError
from planning.compute import Engine
from planning.errors import PlanningError
from planning.job_computing import CancelledError, Computing, StoppedError
from planning.job_leases import Claim, LostLeaseError, beat, end_job, hold, put_back
from planning.job_reading import Reading
from planning.job_run import said
from planning.job_units import counts, enter_units, forget_unsaved, mark_saved, unsaved
from planning.jobs import failed_units
from planning.log_context import belonging
from planning.record_errors import AskError
from planning.tracing import span
from planning.use_case import Asked, Installation, MovedError, Prepared, Readies, Reads, Unit, UseCase
from planning.use_cases import use_case

log = logging.getLogger("bailiwick.jobs")

MOST_MOVES = 3
"""How often a job prepares anew because the record changed meanwhile."""


@dataclass(slots=True)
class Coordinator:
    """Works on one job that it has claimed."""

    database: Database
    engine: Engine
    claim: Claim
    clock: Callable[[], datetime]
    lease_s: float
    stopping: threading.Event
    here: Installation = field(default_factory=Installation)
    lost: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    saving: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Bring the job as far as it goes; never raises for what goes wrong with the job itself."""
        with belonging(job_id=self.claim.job_id, request_id=self.claim.request_id):
            self._run()

    def _run(self) -> None:
        over = threading.Event()
        keeper = threading.Thread(target=self._keep_lease, args=(over,), name=f"lease {self.claim.job_id}", daemon=True)
        keeper.start()
        try:
            with span(f"job {self.claim.kind}"):
                self._bring_to_end()
        except LostLeaseError:
            log.warning("job %d is another coordinator's now", self.claim.job_id)
        except StoppedError:
            self._persistently(lambda: put_back(self.database, self.claim), give_up_s=5)
        except CancelledError:
            self._close(JobState.CANCELLED, "")
        except (AskError, PlanningError, GeoError) as error:
            self._close(JobState.FAILED, str(error))
        except Exception as error:  # a fault of the program: the job ends with it, the worker goes on
            log.exception("job %d failed", self.claim.job_id)
            self._close(JobState.FAILED, said(error))
        finally:
            over.set()
            keeper.join()

    def _bring_to_end(self) -> None:
        work = use_case(self.claim.kind)
        asked = Asked(self.claim.job_id, self.claim.asked, self.claim.by, self.clock(), self.here)
        for _ in range(MOST_MOVES):
            if isinstance(work, Reads):
                self._read(work, asked)
            else:
                prepared, left = self._prepare(work, asked)
                self._compute(work, prepared, left)
            try:
                self._persistently(lambda: self._save(work, asked))
                return
            except MovedError as error:
                log.info("job %d prepares anew: %s", self.claim.job_id, error)
                self._persistently(partial(self._forget, error.units))
        raise MovedError("The record kept changing while this was computed: ask again when it is quiet.")

    def _read(self, work: Reads, asked: Asked) -> None:
        """Have the units read; where the database goes away, on a new snapshot."""
        self._phase("reading")
        reading = Reading(self.database, self.claim, self.clock, self._check, self._persistently)
        self._persistently(lambda: reading.read_all(work, asked))

    def _prepare(self, work: UseCase, asked: Asked) -> tuple[Prepared, dict[int, Unit]]:
        self._phase("preparing")

        def read() -> Prepared:
            with self.database.read() as session:
                return work.prepare(session, asked)

        prepared = self._persistently(read)

        def enter() -> dict[int, Unit]:
            with self.database.write() as session:
                return enter_units(session, self.claim, prepared.units)

        return prepared, self._persistently(enter)

    def _compute(self, use: UseCase, prepared: Prepared, left: dict[int, Unit]) -> None:
        """Have the units computed that are left."""
        if not left:
            return
        self._phase("computing")
        how = (self.clock, self._check, self._persistently, self.stopping, self.cancelled)
        Computing(self.database, self.engine, self.claim, *how).compute_all(use, prepared, left)

    def _save(self, work: UseCase, asked: Asked) -> None:
        """Write what came out and close the job, in one transaction."""
        now = self.clock()
        act = Act(self.claim.by, f"Job {self.claim.job_id}: {self.claim.title}", now, work.act)
        with self.database.read() as session:
            results, there = unsaved(session, self.claim.job_id), counts(session, self.claim.job_id)
            failed = failed_units(session, self.claim.job_id, 1)
        self._phase("saving")
        self._check()
        if there["units"] and not there["units_done"]:
            raise PlanningError(f"None of its units could be computed: {failed[0].error}")
        if there["units"] and not results:  # a retry that came to nothing new
            with self.database.write() as session:
                end_job(session, self.claim, JobState.DONE, now)
            return
        if isinstance(work, Readies):
            with self.database.read() as session:
                asked = replace(asked, ready=work.ready(session, asked, results))
            self._check()
        with self._alone(), self.database.write(act) as session:
            answer = work.save(session, asked, results)
            mark_saved(session, self.claim.job_id)
            saved = {"answer": answer, "batch_id": session.info["batch_id"], "error": ""}
            end_job(session, self.claim, JobState.DONE, now, **saved)
        log.info("job %d is done", self.claim.job_id)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Save: where there is one writer at a time (SQLite) nobody can take the job meanwhile, nor can we beat."""
        if self.database.engine.dialect.name == "sqlite":
            self.saving.set()
        try:
            yield
        finally:
            self.saving.clear()

    def _forget(self, units: Sequence[str] | None) -> None:
        with self.database.write() as session:
            forget_unsaved(session, self.claim.job_id, units)
            hold(session, self.claim)

    def _phase(self, name: str) -> None:
        def note() -> None:
            with self.database.write() as session:
                hold(session, self.claim, phase=name)

        self._persistently(note)

    def _close(self, state: JobState, error: str) -> None:
        def close() -> None:
            with self.database.write() as session:
                end_job(session, self.claim, state, self.clock(), error=error)

        try:
            self._persistently(close, give_up_s=60)
            log.info("job %d is %s%s", self.claim.job_id, state, f": {error}" if error else "")
        except (LostLeaseError, StoppedError):
            log.warning("job %d is another coordinator's now", self.claim.job_id)

    def _check(self) -> None:
        """Go on only when nobody wants this to end."""
        if self.lost.is_set():
            raise LostLeaseError
        if self.stopping.is_set():
            raise StoppedError
        if self.cancelled.is_set():
            raise CancelledError

    def _persistently[T](self, act: Callable[[], T], *, give_up_s: float | None = None) -> T:
        """Do something with the database; where that is away or full, wait for it: what was computed is not lost."""
        began_s = time.monotonic()
        while True:
            try:
                return act()
            except DBAPIError as error:
                if not is_away(error) or (give_up_s and time.monotonic() - began_s > give_up_s):
                    raise
                log.warning("job %d waits for the database: %s", self.claim.job_id, str(error.orig).strip())
            if give_up_s is None:
                self._check()
            self.lost.wait(0.5)

    def _keep_lease(self, over: threading.Event) -> None:
        """Beat as long as the job is worked on, and hear what is wanted of it."""
        while not over.wait(min(self.lease_s / 5, 2.0)):
            try:
                if not self.saving.is_set() and beat(self.database, self.claim, self.clock(), self.lease_s):
                    self.cancelled.set()
            except LostLeaseError:
                self.lost.set()
                return
            except DBAPIError as error:
                if self.saving.is_set():  # it has waited for ourselves
                    continue
                log.warning("job %d could not renew its lease: %s", self.claim.job_id, str(error.orig).strip())


def is_away(error: DBAPIError) -> bool:
    """True when the database cannot be used at the moment, rather than that the statement is wrong."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    return isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated
