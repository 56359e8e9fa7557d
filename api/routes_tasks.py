"""Tasks of sales and accounts, and the events that other programs read."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched, MatchedChange
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.routes_people import Id, Long, Name
from api.schemas_tasks import EventsOut, TaskOut, TasksOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, Line, given
from crm.tables import TaskState
from planning.events import list_events
from planning.tasks import AskedTasks, add_task, edit_task, end_task, find_tasks, get_task, task_by_id

router = APIRouter(prefix="/api", tags=["tasks"])

Word = Annotated[str | None, Query(max_length=300, pattern=NO_NUL)]


class TaskEdit(Edit):
    """What of an open task may be changed; fields that are left out stay as they are."""

    kind: Name = Field(default="", description="A code of the list task_kind", examples=["site survey"])
    title: Name = Field(default="", examples=["Measure the shelf"])
    text: Long = Field(default="", examples=["Ask for the key at the till"])
    rep_id: Id | None = Field(default=None, description="Also of another branch", examples=[7])
    due_on: date | None = Field(default=None, examples=["2026-12-01"])


class TaskIn(TaskEdit):
    """A task, for a sale or for an account."""

    kind: Name = Field(description="A code of the list task_kind", examples=["site survey"])
    title: Name = Field(examples=["Measure the shelf"])
    opportunity_id: Id | None = Field(default=None, examples=[12])
    account_id: Id | None = Field(default=None, description="In place of opportunity_id", examples=[None])


class TaskEnd(Edit):
    """What came of a task; one that is cancelled needs the reason here."""

    outcome: Line = Field(default="", examples=["2.40 m, two shelves"])


@router.get("/tasks")
def list_tasks(
    db: Read,
    viewer: Seen,
    after: Cursor,
    state: TaskState | None = None,
    rep: AskedId = None,
    opportunity: AskedId = None,
    account: AskedId = None,
    kind: Word = None,
    due_by: date | None = None,
    limit: Limit = 50,
) -> TasksOut:
    """Tasks of your reps, and of the sales and accounts that you see."""
    page = find_tasks(db, viewer, AskedTasks(state, rep, opportunity, account, kind, due_by), after=after, limit=limit)
    return TasksOut.model_validate({"items": page.tasks, "next": write_cursor(page.after)})


@router.post("/tasks", status_code=201, response_model=TaskOut)
def give_task(change: Changing, body: TaskIn) -> Response:
    """Give somebody something to do. Whoever it is sees the sale and its account as long as it takes."""

    def work(session: Session) -> TaskOut:
        return TaskOut.model_validate(task_by_id(session, add_task(session, change.viewer, given(body), at=change.now)))

    return change.answered(
        body, work, 201, said=body.model_dump_json(exclude_unset=True), otherwise=f"Task {body.title}"
    )


@router.get("/tasks/{todo_id}")
@with_etag
def read_task(db: Read, viewer: Seen, todo_id: RowId) -> TaskOut:
    """One task."""
    return TaskOut.model_validate(get_task(db, viewer, todo_id))


@router.patch("/tasks/{todo_id}", response_model=TaskOut)
def change_task(change: ChangingMatched, todo_id: RowId, body: TaskEdit) -> Response:
    """Change an open task of yours, if it is still at the version in If-Match."""

    def work(session: Session) -> TaskOut:
        edit_task(session, change.viewer, todo_id, change.version, given(body))
        return TaskOut.model_validate(task_by_id(session, todo_id))

    return change.answered(body, work)


@router.post("/tasks/{todo_id}/done", response_model=TaskOut)
def finish_task(change: ChangingMatched, todo_id: RowId, body: TaskEnd) -> Response:
    """Say that a task of yours is done; stages that wait for it let the sale in."""
    return _ended(change, todo_id, body, TaskState.DONE)


@router.post("/tasks/{todo_id}/cancel", response_model=TaskOut)
def drop_task(change: ChangingMatched, todo_id: RowId, body: TaskEnd) -> Response:
    """Say that nobody has to do a task of yours any more, and why."""
    return _ended(change, todo_id, body, TaskState.CANCELLED)


def _ended(change: MatchedChange, todo_id: int, body: TaskEnd, state: TaskState) -> Response:
    def work(session: Session) -> TaskOut:
        end_task(session, change.viewer, todo_id, change.version, state, body.outcome, at=change.now)
        return TaskOut.model_validate(task_by_id(session, todo_id))

    return change.answered(body, work, otherwise=f"Task {state}")


@router.get("/events", dependencies=[OFFICE])
def read_events(
    db: Read,
    kind: Word = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The last id that was dealt with")] = 0,
    limit: Limit = 100,
) -> EventsOut:
    """What happened since, for other programs: each event was written with the change that it tells of, and is kept."""
    return EventsOut.model_validate({"items": list_events(db, kind=kind, after=after, limit=limit)})
