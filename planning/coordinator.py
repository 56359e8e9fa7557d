"""Working on one job: prepare, have the units computed, save; alive or dead, nothing counts twice.

What makes it safe is in the database (`planning.job_leases`, `planning.job_units`); this module only goes through it.
Which unit is tried again, and when it is given up, is decided in `planning.job_work`.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError

from crm.act import Act
from crm.database import Database
from crm.tables import AttemptEnd, JobState
from geo.errors import GeoError
from planning.compute import Engine, EngineAwayError
from planning.errors import PlanningError
from planning.job_leases import Claim, LostLeaseError, beat, end_job, hold, put_back
from planning.job_reading import Reading
from planning.job_run import said
from planning.job_units import UnitEnd, counts, enter_units, forget_unsaved, keep_ends, mark_saved, unsaved
from planning.job_work import Flight, Work
from planning.jobs import failed_units
from planning.log_context import belonging
from planning.record_errors import AskError
from planning.tracing import span
from planning.use_case import Asked, Installation, MovedError, Prepared, Reads, Unit, UseCase
from planning.use_cases import use_case

log = logging.getLogger("bailiwick.jobs")

MOST_MOVES = 3
"""How often a job prepares anew because the record changed meanwhile."""
FLUSH_S = 0.5
"""What is computed is in the database after so long at most."""
GRACE_S = 5.0
"""Beyond its limit, before a unit is ended from outside: loading a solver is not counted against it."""


class StoppedError(Exception):
    """This process is to end; the job goes back."""


class CancelledError(Exception):
    """Somebody asked the job to stop."""


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
        work = Work(left, deque(sorted(left)))
        if not left:
            return
        self._phase("computing")
        shared: Any = None
        has_shared = False
        at_once = 0
        flushed_s = looked_s = time.monotonic()
        try:
            while not work.is_over:
                self._check()
                try:
                    if not has_shared:
                        shared, has_shared = self.engine.share(prepared.shared), True
                    if not at_once:  # a question to the cluster, which is not asked in every turn
                        at_once = self.engine.at_once()
                    while (work.line or work.alone) and len(work.flights) < 2 * at_once:
                        self._hand_in(work, shared, at_once)
                except EngineAwayError as error:
                    log.warning("job %d waits for the compute engine: %s", self.claim.job_id, error)
                    has_shared = False
                    self.stopping.wait(1.0)
                ended = self._collect(work, use)
                now_s = time.monotonic()
                if work.ends and (now_s - flushed_s >= FLUSH_S or not work.flights):
                    self._flush(work)
                    flushed_s = now_s
                if now_s - looked_s >= 1.0:
                    self._end_overlong(work, use)
                    looked_s, at_once = now_s, 0
                if not ended and work.flights:
                    time.sleep(0.02)
        except (StoppedError, CancelledError) as reason:
            self.engine.look([flight.batch for flight in work.flights])
            for flight in work.flights:
                flight.batch.stop(process_too=isinstance(reason, CancelledError))
            if work.ends:
                self._keep_what_is_done(work.ends)
            raise
        except BaseException:
            for flight in work.flights:
                flight.batch.stop(process_too=False)
            raise

    def _hand_in(self, work: Work, shared: Any, at_once: int) -> None:
        units = work.next_units(at_once)
        try:
            payloads = [(number, work.units[number].payload) for number in units]
            batch = self.engine.hand_in(self.claim.kind, shared, payloads, self.claim.priority)
        except BaseException:
            work.line.extendleft(reversed(units))
            raise
        work.flights.append(Flight(units, batch))

    def _collect(self, work: Work, use: UseCase) -> int:
        """Take in what has ended; returns how many batches."""
        there = [(flight, flight.batch.ended()) for flight in work.flights]
        work.flights = [flight for flight, ended in there if ended is None]
        for flight, ended in there:
            if ended is not None:
                work.take_in(flight, ended)
        return sum(ended is not None for _, ended in there)

    def _end_overlong(self, work: Work, use: UseCase) -> None:
        """End what has taken longer than it may, with the process it runs in."""
        self.engine.look([flight.batch for flight in work.flights])
        for flight in list(work.flights):
            if flight.batch.running_s <= use.limit_s * len(flight.units) + GRACE_S:
                continue
            work.flights.remove(flight)
            flight.batch.stop(process_too=True)
            why = f"it took longer than {use.limit_s:g} s"
            alone = len(flight.units) == 1
            for number in flight.units:
                took_s = flight.batch.running_s if alone else 0.0
                work.lost(number, AttemptEnd.TOO_LONG, why, blame=alone, wall_s=took_s)

    def _flush(self, work: Work) -> None:
        ends, work.ends = work.ends, []

        def keep() -> bool:
            with self.database.write() as session:
                return keep_ends(session, self.claim, ends, self.clock())

        if self._persistently(keep):
            self.cancelled.set()

    def _keep_what_is_done(self, ends: list[UnitEnd]) -> None:
        """Before stopping: one try to write what has been computed."""
        try:
            with self.database.write() as session:
                keep_ends(session, self.claim, ends, self.clock())
        except (LostLeaseError, DBAPIError) as error:
            log.warning("job %d: %d results are computed again: %s", self.claim.job_id, len(ends), error)

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
        with self.database.write(act) as session:
            answer = work.save(session, asked, results)
            mark_saved(session, self.claim.job_id)
            saved = {"answer": answer, "batch_id": session.info["batch_id"], "error": ""}
            end_job(session, self.claim, JobState.DONE, now, **saved)
        log.info("job %d is done", self.claim.job_id)

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
                if beat(self.database, self.claim, self.clock(), self.lease_s):
                    self.cancelled.set()
            except LostLeaseError:
                self.lost.set()
                return
            except DBAPIError as error:
                log.warning("job %d could not renew its lease: %s", self.claim.job_id, str(error.orig).strip())


def is_away(error: DBAPIError) -> bool:
    """True when the database cannot be used at the moment, rather than that the statement is wrong."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    return isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated
