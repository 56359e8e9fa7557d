"""The units of a job on the compute engine: handed in, taken in, written down every half second."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from crm.database import Database
from crm.tables import AttemptEnd
from planning.compute import Engine, EngineAwayError
from planning.job_leases import Claim, LostLeaseError
from planning.job_units import UnitEnd, keep_ends
from planning.job_work import Flight, Work
from planning.use_case import Prepared, Unit, UseCase

log = logging.getLogger("bailiwick.jobs")

FLUSH_S = 0.5
"""What is computed is in the database after so long at most."""
LOOK_S = 1.0
"""Between two questions to the cluster: how large it is, and what it works on."""
TURN_S = 0.02
"""Between two looks at what has ended."""
GRACE_S = 5.0
"""Beyond its limit, before a unit is ended from outside: loading a solver is not counted against it."""


class StoppedError(Exception):
    """This process is to end; the job goes back."""


class CancelledError(Exception):
    """Somebody asked the job to stop."""


@dataclass(slots=True)
class Computing:
    """A job that computes; `check` raises when it shall not go on, `persistently` waits for a database that is away.

    `cancelled` is set when the record says that somebody wants it to stop.
    """

    database: Database
    engine: Engine
    claim: Claim
    clock: Callable[[], datetime]
    check: Callable[[], None]
    persistently: Callable[[Callable[[], bool]], bool]
    stopping: threading.Event
    cancelled: threading.Event
    work: Work = field(default_factory=lambda: Work({}, deque()))
    _shared: Any = None
    _has_shared: bool = False
    _at_once: int = 0

    def compute_all(self, use: UseCase, prepared: Prepared, left: dict[int, Unit]) -> None:
        """Have the units computed that are left."""
        self.work = Work(left, deque(sorted(left)))
        try:
            self._take_turns(use, prepared)
        except (StoppedError, CancelledError) as reason:
            self.engine.look([flight.batch for flight in self.work.flights])
            self._stop(process_too=isinstance(reason, CancelledError))
            if self.work.ends:
                self._keep_what_is_done(self.work.ends)
            raise
        except BaseException:
            self._stop(process_too=False)
            raise

    def _take_turns(self, use: UseCase, prepared: Prepared) -> None:
        work = self.work
        flushed_s = looked_s = time.monotonic()
        while not work.is_over:
            self.check()
            self._hand_in(prepared)
            ended = self._collect()
            now_s = time.monotonic()
            if work.ends and (now_s - flushed_s >= FLUSH_S or not work.flights):
                self._flush()
                flushed_s = now_s
            if now_s - looked_s >= LOOK_S:
                self._end_overlong(use)
                looked_s, self._at_once = now_s, 0
            if not ended and work.flights:
                time.sleep(TURN_S)

    def _hand_in(self, prepared: Prepared) -> None:
        """Give the cluster something to do, and as much again to go on with."""
        work = self.work
        if not (work.line or work.alone):
            return
        try:
            if not self._has_shared:
                self._shared, self._has_shared = self.engine.share(prepared.shared), True
            if not self._at_once:  # a question to the cluster, not to be asked in every turn
                self._at_once = self.engine.at_once()
            while (work.line or work.alone) and len(work.flights) < 2 * self._at_once:
                self._hand_in_batch()
        except EngineAwayError as error:
            log.warning("job %d waits for the compute engine: %s", self.claim.job_id, error)
            self._has_shared = False
            self.stopping.wait(1.0)

    def _hand_in_batch(self) -> None:
        work = self.work
        units = work.next_units(self._at_once)
        try:
            payloads = [(number, work.units[number].payload) for number in units]
            batch = self.engine.hand_in(self.claim.kind, self._shared, payloads, self.claim.priority)
        except BaseException:
            work.line.extendleft(reversed(units))
            raise
        work.flights.append(Flight(units, batch))

    def _collect(self) -> int:
        """Take in what has ended; returns how many batches."""
        work = self.work
        there = [(flight, flight.batch.ended()) for flight in work.flights]
        work.flights = [flight for flight, ended in there if ended is None]
        for flight, ended in there:
            if ended is not None:
                work.take_in(flight, ended)
        return sum(ended is not None for _, ended in there)

    def _end_overlong(self, use: UseCase) -> None:
        """End what has taken longer than it may, with the process it runs in."""
        work = self.work
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

    def _stop(self, *, process_too: bool) -> None:
        for flight in self.work.flights:
            flight.batch.stop(process_too=process_too)

    def _flush(self) -> None:
        ends, self.work.ends = self.work.ends, []

        def keep() -> bool:
            with self.database.write() as session:
                return keep_ends(session, self.claim, ends, self.clock())

        if self.persistently(keep):
            self.cancelled.set()

    def _keep_what_is_done(self, ends: list[UnitEnd]) -> None:
        """Before stopping: one try to write what has been computed."""
        try:
            with self.database.write() as session:
                keep_ends(session, self.claim, ends, self.clock())
        except (LostLeaseError, DBAPIError) as error:
            log.warning("job %d: %d results are computed again: %s", self.claim.job_id, len(ends), error)
