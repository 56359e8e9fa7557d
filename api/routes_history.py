"""What was changed, and taking it back."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime
from sqlmodel import Session

from api.cursor import Cursor, said_by, write_cursor
from api.dependencies import ChangeId, Limit, Now, Read, RowId
from api.schemas_history import BatchesOut, BatchOut, ChangesOut, TimelineOut
from api.signed_in import Seen
from api.writing import Edit, KeyText, Records, answered
from crm.act import Act
from crm.tables import ActKind
from planning.history import (
    account_history,
    batch_changes,
    get_batch,
    list_batches,
    person_history,
    sale_history,
    undo,
)
from planning.opaque_text import opaque
from planning.timeline import AskedEvents, spot_from, timeline
from planning.timeline_sources import EventKind
from planning.viewer import Viewer

router = APIRouter(prefix="/api", tags=["history"])

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime | None, Query(ge=FIRST, le=LAST, examples=["2026-11-01T00:00:00Z"])]
Kinds = Annotated[tuple[EventKind, ...], Query(max_length=20, description="Only these; may come again [all].")]
TimelineCursor = Annotated[str | None, Query(max_length=120, description="`next` of the page before.")]


@router.get("/batches")
def read_batches(db: Read, viewer: Seen, after: Cursor, limit: Limit = 50) -> BatchesOut:
    """What was done to the record, the newest act first."""
    page = list_batches(db, viewer, after=after, limit=limit)
    return BatchesOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.get("/batches/{batch_id}")
def read_batch(db: Read, viewer: Seen, batch_id: RowId) -> BatchOut:
    """One act."""
    return BatchOut.model_validate(get_batch(db, viewer, batch_id))


@router.get("/batches/{batch_id}/changes")
def read_batch_changes(db: Read, viewer: Seen, batch_id: RowId, after: Cursor, limit: Limit = 50) -> ChangesOut:
    """Every row that an act added, changed or removed, in the order it did."""
    page = batch_changes(db, viewer, batch_id, after=after, limit=limit)
    return ChangesOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.get("/accounts/{account_id}/history")
def read_account_history(db: Read, viewer: Seen, account_id: RowId, after: Cursor, limit: Limit = 50) -> ChangesOut:
    """What was changed of an account, its names, links and sites and their territory, the newest first."""
    page = account_history(db, viewer, account_id, after=after, limit=limit)
    return ChangesOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.get("/people/{person_id}/history")
def read_person_history(db: Read, viewer: Seen, person_id: RowId, after: Cursor, limit: Limit = 50) -> ChangesOut:
    """What was changed of a person, the ways to reach them, consents and roles, the newest first."""
    page = person_history(db, viewer, person_id, after=after, limit=limit)
    return ChangesOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.get("/opportunities/{opportunity_id}/history")
def read_sale_history(db: Read, viewer: Seen, opportunity_id: RowId, after: Cursor, limit: Limit = 50) -> ChangesOut:
    """What was changed of a sale, its tasks and its division among reps, the newest first."""
    page = sale_history(db, viewer, opportunity_id, after=after, limit=limit)
    return ChangesOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.get("/accounts/{account_id}/timeline")
def read_timeline(
    db: Read,
    viewer: Seen,
    account_id: RowId,
    kind: Kinds = (),
    since: Moment = None,
    until: Moment = None,
    cursor: TimelineCursor = None,
    limit: Limit = 50,
) -> TimelineOut:
    """All that happened with an account, the newest first: contacts, visits, documents, leads, sales, tasks, owners,
    changes; some kinds of them, or a span of time (`until` not included).
    """
    after = None if cursor is None else said_by(cursor, spot_from)
    page = timeline(db, viewer, account_id, AskedEvents(frozenset(kind), since, until, after), limit=limit)
    last = None if page.after is None else opaque(page.after.text())
    return TimelineOut.model_validate({"items": page.events, "next": last})


@router.post("/batches/{batch_id}/undo", response_model=BatchOut)
def undo_batch(
    request: Request, read: Read, db: Records, now: Now, viewer: Seen, batch_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Take back a whole act, as a new act; refused with 409 when something was changed again since."""
    get_batch(read, viewer, batch_id)
    act = Act(viewer.name, body.why or f"Undo of batch {batch_id}", now, ActKind.UNDO, undoes=batch_id)
    return answered(request, db, act, key, body.model_dump_json(), partial(undone, viewer, batch_id, None))


@router.post("/batches/{batch_id}/changes/{change_id}/undo", response_model=BatchOut)
def undo_change(
    request: Request,
    read: Read,
    db: Records,
    now: Now,
    viewer: Seen,
    batch_id: RowId,
    change_id: ChangeId,
    body: Edit,
    key: KeyText = None,
) -> Response:
    """Take back a single change of an act, as a new act; refused with 409 when that row was changed again since."""
    get_batch(read, viewer, batch_id)
    why = body.why or f"Undo of change {change_id}"
    act = Act(viewer.name, why, now, ActKind.UNDO, undoes=batch_id, undoes_change=change_id)
    return answered(request, db, act, key, body.model_dump_json(), partial(undone, viewer, batch_id, change_id))


def undone(viewer: Viewer, batch_id: int, change_id: int | None, session: Session) -> BatchOut:
    """Undo, and tell of the act that did it."""
    undo(session, viewer, batch_id, change_id)
    return BatchOut.model_validate(get_batch(session, viewer, session.info["batch_id"]))
