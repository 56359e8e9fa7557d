"""Jobs as people see them: asked for, looked at, cancelled, taken up again.

A job is a row that is written in the transaction of whoever asks for it; a worker finds it there (`planning.worker`).
Who asked for a job may see it, and so may planners and administrators.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, true, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AttemptEnd, Job, JobAttempt, JobState, JobUnit, UnitState
from planning.record_errors import MissingError, RefusedError
from planning.use_cases import use_case
from planning.viewer import Viewer

job, unit, attempt = table_of(Job), table_of(JobUnit), table_of(JobAttempt)

OPEN = (JobState.QUEUED, JobState.RUNNING)
SHOWN = 20
"""Failed units that are named with a job."""


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit that was given up, and why."""

    unit: int
    name: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands; `failed` names its first failed units."""

    id: int
    kind: str
    title: str
    state: str
    phase: str
    units: int
    units_done: int
    units_failed: int
    asked: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    request_id: str
    cancel_asked_at: datetime | None
    cancel_asked_by: str
    started_at: datetime | None
    ended_at: datetime | None
    answer: Mapping[str, Any]
    error: str
    batch_id: int | None
    version: int
    failed: tuple[UnitView, ...] = ()

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen to it by itself."""
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs, the newest first; `before` is the id to go on from, None on the last page."""

    jobs: tuple[JobView, ...]
    before: int | None


FACTS = tuple(job.c[name] for name in JobView.__dataclass_fields__ if name != "failed")


def ask_job(
    session: Session,
    kind: str,
    what: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    request_id: str = "",
    priority: int = 0,
) -> int:
    """Write the row of a new job in the transaction of `session`; returns its id. Lower `priority` comes first.

    Raises:
        MissingError: there is no such kind of job, or what it is asked about is not there.
        RefusedError: it cannot be done as things stand.
    """
    title = use_case(kind).title(session, what)
    row = Job(
        kind=kind,
        title=title,
        asked=dict(what),
        asked_by=by,
        asked_at=now,
        request_id=request_id,
        priority=priority,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def may_see_jobs(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `job`: one's own; planners and administrators see all."""
    return true() if viewer.sees_all else job.c.asked_by == viewer.name


def get_job(session: Session, viewer: Viewer, job_id: int) -> JobView:
    """A job as it stands.

    Raises:
        MissingError: there is none, or none that the viewer may see.
    """
    row = session.execute(select(*FACTS).where(job.c.id == job_id, may_see_jobs(viewer))).first()
    if row is None:
        raise MissingError(f"There is no job {job_id}.")
    view = JobView(*row)
    return replace(view, failed=failed_units(session, job_id)) if view.units_failed else view


def failed_units(session: Session, job_id: int, limit: int = SHOWN) -> tuple[UnitView, ...]:
    """The first units that were given up."""
    sql = select(unit.c.unit, unit.c.name, unit.c.attempts, unit.c.error)
    own = (unit.c.job_id == job_id, unit.c.state == UnitState.FAILED)
    return tuple(UnitView(*row) for row in session.execute(sql.where(*own).order_by(unit.c.unit).limit(limit)))


def find_jobs(
    session: Session,
    viewer: Viewer,
    *,
    state: JobState | None = None,
    kind: str | None = None,
    before: int = 0,
    limit: int = 50,
) -> JobPage:
    """The jobs that the viewer may see, the newest first; below the id `before`, if that is given."""
    some = [may_see_jobs(viewer)]
    some += [job.c.state == state] if state else []
    some += [job.c.kind == kind] if kind else []
    some += [job.c.id < before] if before else []
    rows = session.execute(select(*FACTS).where(*some).order_by(job.c.id.desc()).limit(limit + 1)).all()
    found = tuple(JobView(*row) for row in rows[:limit])
    return JobPage(found, found[-1].id if len(rows) > limit else None)


def cancel_job(session: Session, viewer: Viewer, job_id: int, *, now: datetime) -> JobView:
    """Ask a job to stop: at once when nobody works on it, else within seconds; what was computed is kept for a retry.

    Raises:
        MissingError: there is none, or none that the viewer may see.
        RefusedError: it is over.
    """
    view = get_job(session, viewer, job_id)
    if view.is_over:
        raise RefusedError(f"Job {job_id} is over already: it is {view.state}.")
    asked = {"cancel_asked_at": now, "cancel_asked_by": viewer.name, "version": job.c.version + 1}
    stopped = {"state": JobState.CANCELLED, "ended_at": now, "phase": ""}
    waiting = (job.c.id == job_id, job.c.state == JobState.QUEUED)
    made: Any = session.execute(update(job).where(*waiting).values(asked | stopped))
    if not made.rowcount and view.cancel_asked_at is None:
        session.execute(update(job).where(job.c.id == job_id, job.c.ended_at.is_(None)).values(asked))
    return get_job(session, viewer, job_id)


def cancel_waiting(session: Session, asked_by: str, *, by: str, now: datetime) -> None:
    """Cancel the jobs that somebody asked for and nobody works on; any planner may take them up again."""
    waiting = (job.c.asked_by == asked_by, job.c.state == JobState.QUEUED)
    stopped = {"state": JobState.CANCELLED, "ended_at": now, "phase": "", "version": job.c.version + 1}
    values: dict[str, Any] = stopped | {"cancel_asked_at": now, "cancel_asked_by": by}
    session.execute(update(job).where(*waiting).values(values))


def retry_job(session: Session, viewer: Viewer, job_id: int) -> JobView:
    """Take up a job that failed, was cancelled, or gave up units: what it has computed is not computed again.

    Raises:
        MissingError: there is none, or none that the viewer may see.
        RefusedError: it still runs, or all of it is done.
    """
    view = get_job(session, viewer, job_id)
    if not view.is_over:
        raise RefusedError(f"Job {job_id} is {view.state}; it can be taken up again once it is over.")
    if view.state == JobState.DONE and not view.units_failed:
        raise RefusedError(f"Job {job_id} is done; ask for a new one.")
    again = {"state": UnitState.WAITING, "attempts": 0, "error": ""}
    given_up = (unit.c.job_id == job_id, unit.c.state == UnitState.FAILED)
    session.execute(update(unit).where(*given_up).values(again))
    values: dict[str, Any] = {
        **{"state": JobState.QUEUED, "phase": "", "ended_at": None, "error": "", "fruitless": 0, "units_failed": 0},
        **{"cancel_asked_at": None, "cancel_asked_by": "", "version": view.version + 1},
    }
    same = (job.c.id == job_id, job.c.version == view.version, job.c.ended_at.is_not(None))
    made: Any = session.execute(update(job).where(*same).values(values))
    if made.rowcount != 1:
        raise RefusedError(f"Job {job_id} was just changed by somebody else.")
    return get_job(session, viewer, job_id)


def forget_jobs(session: Session, before: datetime) -> int:
    """Remove jobs that ended before a moment, with all their units and attempts; returns how many."""
    from crm.tables import ExportPiece, JobResult

    old = select(job.c.id).where(and_(job.c.ended_at.is_not(None), job.c.ended_at < before))
    for table in (table_of(ExportPiece), table_of(JobResult), attempt, unit):
        session.execute(delete(table).where(table.c.job_id.in_(old)))
    made: Any = session.execute(delete(job).where(or_(job.c.id.in_(old))))
    return int(made.rowcount)


def attempts_of(session: Session, job_id: int, *, end: AttemptEnd | None = None) -> list[Any]:
    """Every attempt at the units of a job, as rows, in the order in which they ended."""
    own = [attempt.c.job_id == job_id] + ([attempt.c.end == end] if end else [])
    return list(session.execute(select(attempt).where(*own).order_by(attempt.c.id)))
