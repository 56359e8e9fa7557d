"""A record with jobs, and a compute engine that computes at once, dies on demand and remembers what it was given."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from planning.compute import Ended, EngineAwayError
from planning.coordinator import Coordinator
from planning.job_leases import Claim, Watch, claim_next
from planning.job_run import run_batch
from planning.jobs import ask_job, get_job
from planning.use_case import Installation
from planning.viewer import everything
from tests.small_plan import NOON


@dataclass
class HereBatch:
    said: Ended
    running_s: float = 0.0
    stopped: bool = False

    def ended(self) -> Ended:
        return self.said

    def stop(self, *, process_too: bool) -> None:
        self.stopped = True


@dataclass
class Here:
    """An engine in this thread. `kills`: numbers of units whose process dies; `before`: called with every batch."""

    kills: set[int] = field(default_factory=set)
    before: Callable[[list[int]], None] = lambda units: None
    away: int = 0
    batches: list[list[int]] = field(default_factory=list)

    def at_once(self) -> int:
        return 2

    def share(self, value: Any) -> Any:
        return value

    def hand_in(self, kind: str, shared: Any, units: Any, priority: int) -> HereBatch:
        if self.away:
            self.away -= 1
            raise EngineAwayError("nobody there")
        numbers = [number for number, _ in units]
        self.batches.append(numbers)
        self.before(numbers)
        if self.kills & set(numbers):
            return HereBatch(Ended(lost="the process that computed it ended", blame=True))
        return HereBatch(Ended(run_batch(kind, shared, units)))

    def look(self, batches: Any) -> None:
        pass


def asked(record, kind="drill", by="me", **what):
    with record.write() as session:
        return ask_job(session, kind, what or {"units": 5, "seconds": 0.0}, by=by, now=NOON)


def claimed(record, *, lease_s=15.0, name="c1", watch=None) -> Claim | None:
    return claim_next(record, watch or Watch(lease_s), coordinator=name, now=NOON)


def coordinator(record, claim, engine, *, stopping=None, clock=None, here=None) -> Coordinator:
    now, stop = clock or (lambda: NOON), stopping or threading.Event()
    return Coordinator(record, engine, claim, now, 15.0, stop, here or Installation())


def work(record, engine=None, **more):
    """Claim the next job and bring it as far as it goes."""
    claim = claimed(record)
    assert claim is not None
    coordinator(record, claim, engine or Here(), **more).run()


def seen(record, job):
    with record.read() as session:
        return get_job(session, everything(NOON.date()), job)


LATER = NOON + timedelta(hours=1)
