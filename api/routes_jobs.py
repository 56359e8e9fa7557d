"""Jobs: what is being computed, how far it is, stopping it and taking it up again."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api.cursor import Cursor, write_cursor
from api.dependencies import Limit, Now, Read, RowId
from api.etag import with_etag
from api.job_events import follow
from api.schemas_jobs import JobOut, JobsOut
from api.signed_in import Seen, SignedInUser
from api.writing import Edit, KeyText, Records, answered
from crm.act import Act
from crm.tables import JobState
from planning.jobs import JobView, cancel_job, find_jobs, get_job, retry_job
from planning.viewer import Viewer

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

Kind = Annotated[str | None, Query(max_length=60, pattern=r"^[a-z_]+$", examples=["rebalance"])]


@router.get("")
def read_jobs(
    db: Read, viewer: Seen, before: Cursor, state: JobState | None = None, kind: Kind = None, limit: Limit = 50
) -> JobsOut:
    """Jobs that you asked for, the newest first; planners and administrators see everybody's."""
    page = find_jobs(db, viewer, state=state, kind=kind, before=before, limit=limit)
    return JobsOut.model_validate({"items": page.jobs, "next": write_cursor(page.before)})


@router.get("/{job_id}")
@with_etag
def read_job(db: Read, viewer: Seen, job_id: RowId) -> JobOut:
    """A job, how far it is, and the first of its parts that failed."""
    return JobOut.model_validate(get_job(db, viewer, job_id))


EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""One of the stream."""


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}, "description": "Progress"}},
)
def watch_job(request: Request, db: Read, user: SignedInUser, job_id: RowId) -> Response:
    """The job as server-sent events: `progress` whenever something changed, `end` when it is over.

    Where streams do not get through, ask `GET /api/jobs/{id}` every few seconds instead; it says the same.
    """
    get_job(db, user.viewer, job_id)
    return follow(request, user, job_id)


@router.post("/{job_id}/cancel", response_model=JobOut)
def cancel(
    request: Request, db: Records, now: Now, viewer: Seen, job_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Ask a job to stop: at once when nobody works on it, else within seconds; 409 when it is over."""
    return _changed(request, db, viewer, now, key, body, lambda session: cancel_job(session, viewer, job_id, now=now))


@router.post("/{job_id}/retry", response_model=JobOut)
def retry(
    request: Request, db: Records, now: Now, viewer: Seen, job_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Take up a job that failed, was cancelled or gave up parts; what it has computed is not computed again."""
    return _changed(request, db, viewer, now, key, body, lambda session: retry_job(session, viewer, job_id))


def _changed(
    request: Request,
    db: Records,
    viewer: Viewer,
    now: datetime,
    key: str | None,
    body: Edit,
    change: Callable[[Session], JobView],
) -> Response:
    act = Act(viewer.name, body.why or "A job changed", now)
    return answered(
        request, db, act, key, body.model_dump_json(), lambda session: JobOut.model_validate(change(session))
    )
