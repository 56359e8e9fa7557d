"""The units of a job that is being computed: which are in line, on their way, to be tried again, or given up.

A unit is tried again in this one layer: after its process died or an OSError, three times in all. When a batch of
several units loses its process, they are tried one by one, so that only the guilty one is blamed.
"""

from collections import deque
from dataclasses import dataclass, field

from crm.tables import AttemptEnd
from planning.compute import Batch, Ended
from planning.job_units import UnitEnd
from planning.use_case import Unit

MOST_TRIES = 3
"""Of one unit."""
BATCH_S = 1.0
"""Units are put together until they take about so long."""


@dataclass(slots=True)
class Flight:
    """A batch on its way."""

    units: list[int]
    batch: Batch


@dataclass(slots=True)
class Work:
    """The units of a job that are left: in line, on their way, and ended but not yet written."""

    units: dict[int, Unit]
    line: deque[int]
    alone: deque[int] = field(default_factory=deque)
    tries: dict[int, int] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    ends: list[UnitEnd] = field(default_factory=list)
    unit_s: float | None = None

    @property
    def is_over(self) -> bool:
        return not (self.line or self.alone or self.flights or self.ends)

    def next_units(self, at_once: int) -> list[int]:
        """The next batch: as many units as take about a second, as long as there is enough for everybody.

        Suspects come one by one, after all others.
        """
        if not self.line:
            return [self.alone.popleft()]
        fair = -(-len(self.line) // (2 * at_once))
        count = 1 if not self.unit_s else max(1, min(int(BATCH_S / self.unit_s), 500, fair))
        return [self.line.popleft() for _ in range(count)]

    def took(self, wall_s: float) -> None:
        """Learn how long a unit takes."""
        self.unit_s = max(1e-4, wall_s if self.unit_s is None else 0.8 * self.unit_s + 0.2 * wall_s)

    def take_in(self, flight: Flight, ended: Ended) -> None:
        """Note what became of a batch."""
        if ended.lost:
            for number in flight.units:
                self.lost(number, AttemptEnd.LOST, ended.lost, blame=ended.blame and len(flight.units) == 1)
            return
        for one in ended.outcomes:
            self.took(one.wall_s)
            spent = (one.worker, one.wall_s, one.cpu_s)
            if not one.error:
                self.ends.append(UnitEnd(one.unit, AttemptEnd.DONE, *spent, value=one.value))
                continue
            again = one.again and self._try_again(one.unit)
            self.ends.append(UnitEnd(one.unit, AttemptEnd.FAILED, *spent, error=one.error, gives_up=not again))

    def lost(self, number: int, end: AttemptEnd, why: str, *, blame: bool, wall_s: float = 0.0) -> None:
        """A unit whose process is gone: it is tried again, by itself, unless that has happened too often."""
        again = True
        if blame:
            again = self._try_again(number)
        else:
            self.alone.append(number)
        self.ends.append(UnitEnd(number, end, "", wall_s, error=why, counts=blame, gives_up=not again))

    def _try_again(self, number: int) -> bool:
        """Count a try; True, and the unit is in line again, unless that was the last."""
        self.tries[number] = self.tries.get(number, 0) + 1
        if self.tries[number] >= MOST_TRIES:
            return False
        self.alone.append(number)
        return True
