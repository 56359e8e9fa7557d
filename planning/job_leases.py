"""Who works on a job: one coordinator at a time, by a lease that it has to renew.

A lease has a number. Everything a coordinator writes names it, in the same statement that checks it, so that one who
was stopped for a while, and whose job another has taken, can write nothing any more. Whether a coordinator still lives
is judged by its `beat`, watched on the watcher's own monotonic clock; a wall clock that is moved gives nobody a job.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.tables import Job, JobState

job = table_of(Job)

MOST_FRUITLESS = 5
"""A job whose coordinator died so often in a row without any progress is given up."""


class LostLeaseError(Exception):
    """Another coordinator has the job, or it is over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this coordinator works on, by lease number `lease`."""

    job_id: int
    lease: int
    kind: str
    title: str
    asked: Mapping[str, Any]
    by: str
    request_id: str
    priority: int


@dataclass(slots=True)
class Watch:
    """What a worker has seen of the jobs of others: since when the beat of each stands still."""

    lease_s: float
    seen: dict[int, tuple[int, int, float]] = field(default_factory=dict)

    def silent(self, rows: list[Any], at_s: float) -> list[tuple[int, int, int]]:
        """Those (id, lease, beat) that have not moved for a whole lease."""
        before, self.seen = self.seen, {}
        found = []
        for row in rows:
            lease, beat, since_s = before.get(row.id, (-1, -1, at_s))
            since_s = since_s if (lease, beat) == (row.lease, row.beat) else at_s
            self.seen[row.id] = row.lease, row.beat, since_s
            if at_s - since_s >= self.lease_s:
                found.append((row.id, row.lease, row.beat))
        return found


def claim_next(
    database: Database, watch: Watch, *, coordinator: str, now: datetime, leave: frozenset[int] = frozenset()
) -> Claim | None:
    """Take the next job that waits, or one whose coordinator is silent; None when there is none.

    `leave` are jobs that this process works on itself.
    """
    with database.read() as session:
        sql = select(job.c.id, job.c.lease, job.c.beat, job.c.state).where(job.c.ended_at.is_(None))
        rows = [row for row in session.execute(sql.order_by(job.c.priority, job.c.id)) if row.id not in leave]
    taken = watch.silent([row for row in rows if row.state == JobState.RUNNING], time.monotonic())
    free = taken + [(row.id, row.lease, row.beat) for row in rows if row.state == JobState.QUEUED]
    for job_id, lease, beat in free:
        if claim := take(database, job_id, lease, beat, coordinator, now, watch.lease_s):
            return claim
    return None


def take(
    database: Database, job_id: int, lease: int, beat: int, coordinator: str, now: datetime, lease_s: float
) -> Claim | None:
    """Take a job that still stands as it was seen; None when another was quicker, or when it is given up."""
    same = (job.c.id == job_id, job.c.lease == lease, job.c.beat == beat, job.c.ended_at.is_(None))
    with database.write() as session:
        row = session.execute(select(job).where(*same).with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        values = {"lease": lease + 1, "version": row.version + 1}
        fruitless = row.fruitless + (row.state == JobState.RUNNING)
        if fruitless >= MOST_FRUITLESS:
            error = f"The worker ended {fruitless} times without any progress; its log says why."
            over = {"state": JobState.FAILED, "ended_at": now, "lease_until": None, "error": error, "phase": ""}
            session.execute(update(job).where(*same).values(values | over))
            return None
        values |= {"state": JobState.RUNNING, "coordinator": coordinator, "fruitless": fruitless}
        values |= {"lease_until": now + timedelta(seconds=lease_s), "started_at": row.started_at or now}
        session.execute(update(job).where(*same).values(values))
        return Claim(
            job_id, lease + 1, row.kind, row.title, row.asked, row.asked_by, row.request_id or "", row.priority
        )


def hold(session: Session, claim: Claim, **values: Any) -> bool:
    """Change the row of a job that this coordinator holds; True when it was asked to stop.

    Raises:
        LostLeaseError: it does not hold it any more; nothing of this transaction may be kept.
    """
    held = (job.c.id == claim.job_id, job.c.lease == claim.lease, job.c.state == JobState.RUNNING)
    made = session.execute(
        update(job).where(*held).values(values | {"beat": job.c.beat + 1}).returning(job.c.cancel_asked_at)
    ).first()
    if made is None:
        raise LostLeaseError(f"job {claim.job_id}, lease {claim.lease}")
    return made[0] is not None


def beat(database: Database, claim: Claim, now: datetime, lease_s: float) -> bool:
    """Say that the coordinator lives; True when the job was asked to stop. Raises what `hold` does."""
    with database.write() as session:
        return hold(session, claim, lease_until=now + timedelta(seconds=lease_s))


def asked_to_stop(database: Database, claim: Claim) -> bool:
    """True when somebody wants the job to end, or it is this coordinator's no longer."""
    with database.read() as session:
        own = (job.c.id == claim.job_id, job.c.lease == claim.lease, job.c.state == JobState.RUNNING)
        gone = or_(job.c.cancel_asked_at.is_not(None))
        return session.execute(select(job.c.id).where(*own, ~gone)).first() is None


def end_job(session: Session, claim: Claim, state: JobState, now: datetime, **values: Any) -> None:
    """Close a job in the transaction of what it has done. Raises what `hold` does."""
    over = {"state": state, "ended_at": now, "lease_until": None, "phase": "", "version": job.c.version + 1}
    hold(session, claim, **(over | values))


def put_back(database: Database, claim: Claim) -> None:
    """Leave a job to whoever comes next, at its old place in the line. Raises what `hold` does."""
    with database.write() as session:
        hold(session, claim, state=JobState.QUEUED, lease_until=None, phase="", version=job.c.version + 1)
