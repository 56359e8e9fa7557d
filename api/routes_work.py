"""Queues of work that reps pull from: an item is held by one rep for a time, then returned, done or lost."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from api.change import Change, Changing
from api.cursor import Cursor, write_cursor
from api.dependencies import LARGEST_ID, AskedId, Limit, Now, Read, RowId
from api.schemas_work import AddedOut, ItemOut, ItemsOut, PulledOut, QueueOut, QueuesOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, Line
from crm.tables import ItemState
from planning.viewer import require_rep
from planning.work_queue import (
    ItemView,
    NewItem,
    add_items,
    complete,
    find_items,
    get_queue,
    give_back,
    held_items,
    list_queues,
    make_queue,
    pull,
    renew,
)

router = APIRouter(prefix="/api", tags=["work"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL, strip_whitespace=True)]
DAY_S = 24 * 3600


class QueueIn(Edit):
    """A queue to make."""

    name: Name = Field(examples=["New leads"])
    lease_s: int = Field(default=3600, ge=1, le=30 * DAY_S, description="How long an item is held", examples=[3600])
    most_leased: int | None = Field(default=None, ge=1, le=1000, description="Per rep, at a time", examples=[3])


class ItemIn(BaseModel):
    """Work to put into a queue."""

    model_config = ConfigDict(extra="forbid")

    external_id: Name = Field(description="Names it for good: it is never there twice", examples=["call-17"])
    title: Line = Field(default="", examples=["Call back about the autumn range"])
    account_id: int | None = Field(default=None, ge=1, le=LARGEST_ID, examples=[42])
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000, description="Lower comes first", examples=[0])
    work_min: float = Field(default=0.0, ge=0, le=10_000, allow_inf_nan=False, examples=[15])


class ItemsIn(Edit):
    """Work to put into a queue, all of it in one act."""

    items: list[ItemIn] = Field(min_length=1, max_length=5000)


class PullIn(Edit):
    """How many items are wanted."""

    count: int = Field(default=1, ge=1, le=100, examples=[1])


class LeaseIn(Edit):
    """Which lease is meant: the number that came with the item."""

    lease: int = Field(ge=1, le=LARGEST_ID, examples=[1])


class DoneIn(LeaseIn):
    """What came of it."""

    outcome: Line = Field(default="", examples=["visit agreed"])


@router.get("/queues")
def read_queues(db: Read, now: Now) -> QueuesOut:
    """Every queue, with how much of it waits, is leased and is done."""
    return QueuesOut.model_validate({"items": list_queues(db, now=now)})


@router.post("/queues", response_model=QueueOut, dependencies=[OFFICE])
def add_queue(change: Changing, body: QueueIn) -> Response:
    """Make a queue."""

    def work(session: Session) -> QueueOut:
        made = make_queue(session, body.name, lease_s=body.lease_s, most_leased=body.most_leased)
        return QueueOut.model_validate(get_queue(session, made, now=change.now))

    return change.answered(body, work)


@router.get("/queues/{queue_id}/items", dependencies=[OFFICE])
def read_items(db: Read, queue_id: RowId, after: Cursor, state: ItemState | None = None, limit: Limit = 50) -> ItemsOut:
    """The items of a queue, page by page: all, or those that wait, are leased or are done."""
    page = find_items(db, queue_id, state=state, after=after, limit=limit)
    return ItemsOut.model_validate({"items": page.items, "next": write_cursor(page.after)})


@router.post("/queues/{queue_id}/items", response_model=AddedOut, dependencies=[OFFICE])
def put_items(change: Changing, queue_id: RowId, body: ItemsIn) -> Response:
    """Put work into a queue; what is there already stays as it is."""
    new = [NewItem(**item.model_dump()) for item in body.items]

    def work(session: Session) -> AddedOut:
        added, known = add_items(session, queue_id, new, now=change.now)
        return AddedOut(added=added, known=known)

    return change.answered(body, work)


@router.post("/queues/{queue_id}/reps/{rep_id}/pulls", response_model=PulledOut)
def pull_items(change: Changing, queue_id: RowId, rep_id: RowId, body: PullIn) -> Response:
    """Take the next items for a rep; nobody else gets them while the lease runs. 409 when the rep holds enough."""

    def work(session: Session) -> PulledOut:
        require_rep(session, change.viewer, rep_id)
        return PulledOut.model_validate({"items": pull(session, queue_id, rep_id, now=change.now, count=body.count)})

    return change.answered(body, work)


@router.get("/reps/{rep_id}/work-items")
def read_held(db: Read, now: Now, viewer: Seen, rep_id: RowId, queue: AskedId = None) -> PulledOut:
    """What a rep holds at this moment, of all queues or of one."""
    require_rep(db, viewer, rep_id)
    return PulledOut.model_validate({"items": held_items(db, rep_id, now=now, queue_id=queue)})


@router.post("/reps/{rep_id}/work-items/{item_id}/return", response_model=ItemOut)
def return_item(change: Changing, rep_id: RowId, item_id: RowId, body: LeaseIn) -> Response:
    """Give an item back: it waits again at its old place. 409 when that lease has ended."""
    return ended(change, rep_id, body, lambda session: give_back(session, item_id, rep_id, body.lease))


@router.post("/reps/{rep_id}/work-items/{item_id}/renew", response_model=ItemOut)
def renew_item(change: Changing, rep_id: RowId, item_id: RowId, body: LeaseIn) -> Response:
    """Hold an item for another whole lease from now on. 409 when that lease has ended."""
    return ended(change, rep_id, body, lambda session: renew(session, item_id, rep_id, body.lease, now=change.now))


@router.post("/reps/{rep_id}/work-items/{item_id}/complete", response_model=ItemOut)
def complete_item(change: Changing, rep_id: RowId, item_id: RowId, body: DoneIn) -> Response:
    """Note that an item is done. 409 when that lease has ended: another has it now, or it was returned."""
    return ended(
        change,
        rep_id,
        body,
        lambda session: complete(session, item_id, rep_id, body.lease, now=change.now, outcome=body.outcome),
    )


def ended(change: Change, rep_id: int, body: LeaseIn, end: Callable[[Session], ItemView]) -> Response:
    """End or prolong a lease of a rep whom the user may see."""

    def work(session: Session) -> ItemOut:
        require_rep(session, change.viewer, rep_id)
        return ItemOut.model_validate(end(session))

    return change.answered(body, work)
