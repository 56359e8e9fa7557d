"""What `bailiwick doctor` asks of the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, text
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import EventReader, Job, JobState
from planning.users import any_user

job, reader = table_of(Job), table_of(EventReader)


@dataclass(frozen=True, slots=True)
class JobHealth:
    """Jobs that wait and run, since when the oldest waits, and how many failed in the day before the newest ended."""

    waiting: int
    running: int
    failed_today: int
    oldest_waiting_at: datetime | None


def job_health(session: Session) -> JobHealth:
    """How the jobs are."""
    last = session.scalar(select(func.max(job.c.ended_at)))
    failed = select(func.count()).where(job.c.state == JobState.FAILED)
    today = session.scalar(failed.where(job.c.ended_at > last - timedelta(days=1))) if last else 0
    count = select(*(func.count(case((job.c.state == state, 1))) for state in (JobState.QUEUED, JobState.RUNNING)))
    waiting, running = session.execute(count).one()
    oldest = session.scalar(select(func.min(job.c.asked_at)).where(job.c.state == JobState.QUEUED))
    return JobHealth(waiting, running, int(today or 0), oldest)


def check_integrity(session: Session) -> Iterator[str]:
    """What the database itself finds wrong with its file; PostgreSQL has no such question."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (said,) in session.execute(text("PRAGMA quick_check(5)")):
        if said != "ok":
            yield f"the file is damaged: {said}; restore a backup"
    for table, row, of, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"row {row} of {table} points at a row of {of} that is not there"


def users_who_may_sign_in(session: Session) -> bool:
    """True when somebody may."""
    return any_user(session)


def delivery_fault(session: Session, url: str) -> str:
    """Why the last event was not taken there, and how often in a row; empty where all is well or nothing was sent."""
    row = session.execute(select(reader.c.failures, reader.c.error).where(reader.c.url == url)).first()
    return f"{row.error} (failed {row.failures} times in a row)" if row is not None and row.failures else ""
