"""The units of a job that only reads: one after the other, in the coordinator's own process, on one snapshot.

Computing processes know no database, and the parts of one file have to be of one state of the record; so they are made
where the snapshot is. What is made is written beside it in short transactions, each under the job's lease.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from crm.database import Database
from crm.tables import AttemptEnd
from planning.job_leases import Claim, hold
from planning.job_units import UnitEnd, enter_units, keep_ends
from planning.use_case import Asked, Reads, Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """A job that reads; `check` raises when it shall not go on, `persistently` waits for a database that is away."""

    database: Database
    claim: Claim
    clock: Callable[[], datetime]
    check: Callable[[], None]
    persistently: Callable[[Callable[[], None]], None]

    def write(self, work: Callable[[Session], None]) -> None:
        """Keep something of what is made, as long as the job is ours and wanted."""

        def keep() -> None:
            with self.database.write() as session:
                hold(session, self.claim)
                work(session)

        self.persistently(keep)
        self.check()

    def look[Found](self, work: Callable[[Session], Found]) -> Found:
        """Read what was kept: the snapshot of the job does not see it."""
        with self.database.read() as session:
            return work(session)

    def read_all(self, work: Reads, asked: Asked) -> None:
        """Prepare, and make the units that are left."""
        with self.database.read() as session:
            prepared = work.prepare(session, asked)
            left: dict[int, Unit] = {}
            self.persistently(lambda: left.update(self._entered(prepared.units)))
            for number, unit in left.items():
                began_s, began_cpu_s = time.monotonic(), time.thread_time()
                value = work.read(prepared.shared, number, unit.payload, self)
                took = time.monotonic() - began_s, time.thread_time() - began_cpu_s
                end = UnitEnd(number, AttemptEnd.DONE, "coordinator", *took, value)
                self.persistently(partial(self._ended, end))
                self.check()

    def _entered(self, units: Sequence[Unit]) -> dict[int, Unit]:
        with self.database.write() as session:
            return enter_units(session, self.claim, units)

    def _ended(self, end: UnitEnd) -> None:
        with self.database.write() as session:
            keep_ends(session, self.claim, [end], self.clock())
