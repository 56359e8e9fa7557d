"""Queues that the team pulls from: an item is handed to one rep for a time, who returns it, does it, or loses it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, ItemState, Rep, WorkItem, WorkQueue
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import BATCH, insert_all

queue, item, rep, account = table_of(WorkQueue), table_of(WorkItem), table_of(Rep), table_of(Account)


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue and how many of its items wait (expired leases included), are leased, and are done."""

    id: int
    name: str
    lease_s: int
    most_leased: int | None
    version: int
    waiting: int
    leased: int
    done: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """A piece of work; `lease` is the number to name when it is returned, renewed or done."""

    id: int
    queue_id: int
    external_id: str
    title: str
    account_id: int | None
    priority: int
    work_min: float
    state: str
    lease: int
    rep_id: int | None
    leased_at: datetime | None
    lease_until: datetime | None
    done_at: datetime | None
    outcome: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class NewItem:
    """Work to put into a queue; `external_id` names it for good, so that it is never there twice."""

    external_id: str
    title: str
    account_id: int | None = None
    priority: int = 0
    work_min: float = 0.0


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items in order of their ids; `after` is the id to go on from, None on the last page."""

    items: tuple[ItemView, ...]
    after: int | None


def make_queue(session: Session, name: str, *, lease_s: int, most_leased: int | None = None) -> int:
    """A new queue; returns its id.

    Raises:
        RefusedError: there is one of this name.
    """
    made = WorkQueue(name=name, lease_s=lease_s, most_leased=most_leased)
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        raise RefusedError(f"There is a queue {name!r} already.") from error
    assert made.id is not None
    return made.id


def add_items(session: Session, queue_id: int, new: Sequence[NewItem], *, now: datetime) -> tuple[int, int]:
    """Put work into a queue; returns how many items are new and how many were there before (they stay as they are).

    Raises:
        MissingError: no such queue, or no such account.
    """
    required_queue(session, queue_id)
    wanted = {row.external_id: row for row in new}
    known = set()
    names, accounts = list(wanted), sorted({row.account_id for row in new if row.account_id is not None})
    for start in range(0, len(names), BATCH):
        there = item.c.external_id.in_(names[start : start + BATCH])
        known |= set(session.scalars(select(item.c.external_id).where(item.c.queue_id == queue_id, there)))
    found: set[int] = set()
    for start in range(0, len(accounts), BATCH):
        found |= set(session.scalars(select(account.c.id).where(account.c.id.in_(accounts[start : start + BATCH]))))
    if missing := next((number for number in accounts if number not in found), None):
        raise MissingError(f"There is no account {missing}.")
    rows = [item_row(row, queue_id, now) for name, row in wanted.items() if name not in known]
    insert_all(session, WorkItem, rows)
    return len(rows), len(new) - len(rows)


def item_row(new: NewItem, queue_id: int, now: datetime) -> dict[str, Any]:
    """A waiting item to insert."""
    return {
        "queue_id": queue_id,
        "external_id": new.external_id,
        "title": new.title,
        "account_id": new.account_id,
        "priority": new.priority,
        "work_min": new.work_min,
        "state": ItemState.WAITING,
        "created_at": now,
    }


def pull(session: Session, queue_id: int, rep_id: int, *, now: datetime, count: int = 1) -> tuple[ItemView, ...]:
    """Hand out the next items to a rep: waiting ones, and those whose lease has run out, by priority, then age.

    No item is ever held by two: on PostgreSQL an item that another pull is just taking is passed over, on SQLite one
    writes after the other. Empty when nothing waits.

    Raises:
        MissingError: no such queue or rep.
        RefusedError: the rep holds as many as the queue allows.
    """
    line = required_queue(session, queue_id)
    # The rep's row is locked, so that the same rep on two devices does not get past the cap.
    if session.scalar(select(rep.c.id).where(rep.c.id == rep_id).with_for_update(key_share=True)) is None:
        raise MissingError(f"There is no rep {rep_id}.")
    wanted = count
    if line.most_leased is not None:
        wanted = min(count, line.most_leased - held_by(session, queue_id, rep_id, now))
        if wanted <= 0:
            raise RefusedError(f"Rep {rep_id} holds {line.most_leased} items, as many as {line.name!r} allows.")
    free = (
        select(item.c.id)
        .where(item.c.queue_id == queue_id, item.c.state != ItemState.DONE, free_at(now))
        .order_by(item.c.priority, item.c.id)
        .limit(wanted)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(free))
    if not ids:
        return ()
    handed_out = {
        "state": ItemState.LEASED,
        "rep_id": rep_id,
        "leased_at": now,
        "lease_until": now + timedelta(seconds=line.lease_s),
        "lease": item.c.lease + 1,
        "version": item.c.version + 1,
    }
    session.execute(update(item).where(item.c.id.in_(ids)).values(handed_out))
    return items_of(session, item.c.id.in_(ids))


def free_at(now: datetime) -> ColumnElement[bool]:
    """Items that may be handed out: waiting, or leased until a moment that has come."""
    return or_(item.c.state == ItemState.WAITING, and_(item.c.state == ItemState.LEASED, item.c.lease_until <= now))


def held_by(session: Session, queue_id: int, rep_id: int, now: datetime) -> int:
    """How many leases of a rep still run."""
    runs = (item.c.state == ItemState.LEASED, item.c.lease_until > now)
    sql = select(func.count()).where(item.c.rep_id == rep_id, item.c.queue_id == queue_id, *runs)
    return int(session.scalar(sql) or 0)


def give_back(session: Session, item_id: int, rep_id: int, lease: int) -> ItemView:
    """Return an item: it waits again, at its old place in the line. See `end_lease`."""
    back = {"state": ItemState.WAITING, "rep_id": None, "leased_at": None, "lease_until": None}
    return end_lease(session, item_id, rep_id, lease, back)


def complete(session: Session, item_id: int, rep_id: int, lease: int, *, now: datetime, outcome: str) -> ItemView:
    """Note that an item is done, also after its lease ran out as long as nobody else took it. See `end_lease`."""
    done = {"state": ItemState.DONE, "lease_until": None, "done_at": now, "outcome": outcome}
    return end_lease(session, item_id, rep_id, lease, done)


def renew(session: Session, item_id: int, rep_id: int, lease: int, *, now: datetime) -> ItemView:
    """Hold an item for another whole lease from now on. See `end_lease`."""
    sql = select(queue.c.lease_s).join(item, item.c.queue_id == queue.c.id).where(item.c.id == item_id)
    lease_s = session.scalar(sql) or 0
    return end_lease(session, item_id, rep_id, lease, {"lease_until": now + timedelta(seconds=lease_s)})


def end_lease(session: Session, item_id: int, rep_id: int, lease: int, values: dict[str, Any]) -> ItemView:
    """Change an item that the rep holds by the lease of this number.

    Raises:
        MissingError: no such item.
        RefusedError: the rep does not hold it by that lease any more: it was taken by another, returned or done.
    """
    mine = (item.c.id == item_id, item.c.state == ItemState.LEASED, item.c.rep_id == rep_id, item.c.lease == lease)
    made: Any = session.execute(update(item).where(*mine).values(values | {"version": item.c.version + 1}))
    if made.rowcount == 1:
        return items_of(session, item.c.id == item_id)[0]
    there = items_of(session, item.c.id == item_id)
    if not there:
        raise MissingError(f"There is no work item {item_id}.")
    now_is = {"waiting": "it waits again", "leased": "another lease has begun", "done": "it is done"}
    raise RefusedError(f"Rep {rep_id} does not hold item {item_id} by lease {lease}: {now_is[there[0].state]}.")


def items_of(session: Session, *which: ColumnElement[bool]) -> tuple[ItemView, ...]:
    """Items by priority, then age."""
    rows = session.execute(select(item).where(*which).order_by(item.c.priority, item.c.id)).mappings()
    return tuple(ItemView(**row) for row in rows)


def held_items(session: Session, rep_id: int, *, now: datetime, queue_id: int | None = None) -> tuple[ItemView, ...]:
    """What a rep holds by leases that still run."""
    mine = [item.c.rep_id == rep_id, item.c.state == ItemState.LEASED, item.c.lease_until > now]
    if queue_id is not None:
        mine.append(item.c.queue_id == queue_id)
    return items_of(session, *mine)


def find_items(
    session: Session, queue_id: int, *, state: ItemState | None = None, after: int = 0, limit: int
) -> ItemPage:
    """The items of a queue, `limit` at most, with ids above `after`.

    Raises:
        MissingError: no such queue.
    """
    required_queue(session, queue_id)
    sql = select(item).where(item.c.queue_id == queue_id, item.c.id > after).order_by(item.c.id).limit(limit + 1)
    if state is not None:
        sql = sql.where(item.c.state == state)
    rows = tuple(ItemView(**row) for row in session.execute(sql).mappings())
    return ItemPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def list_queues(session: Session, *, now: datetime, only: Iterable[int] | None = None) -> tuple[QueueView, ...]:
    """Every queue by name, with its counts at `now`."""
    states = (free_at(now), and_(item.c.state == ItemState.LEASED, item.c.lease_until > now))
    counts = [func.count(case((state, 1))) for state in (*states, item.c.state == ItemState.DONE)]
    sql = select(queue, *counts).outerjoin(item, item.c.queue_id == queue.c.id).group_by(queue.c.id)
    if only is not None:
        sql = sql.where(queue.c.id.in_(list(only)))
    rows = session.execute(sql.order_by(queue.c.name))
    return tuple(QueueView(**dict(zip(QueueView.__slots__, row, strict=True))) for row in rows)


def get_queue(session: Session, queue_id: int, *, now: datetime) -> QueueView:
    """One queue.

    Raises:
        MissingError: there is none with this id.
    """
    required_queue(session, queue_id)
    return list_queues(session, now=now, only=(queue_id,))[0]


def required_queue(session: Session, queue_id: int) -> Any:
    """The row of a queue.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(queue).where(queue.c.id == queue_id)).first()
    if row is None:
        raise MissingError(f"There is no queue {queue_id}.")
    return row
