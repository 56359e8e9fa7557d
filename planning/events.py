"""Events for other programs: written in the transaction in which something happens, read in their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from crm.act import in_line
from crm.columns import table_of
from crm.tables import Event

event = table_of(Event)


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to the row `subject_id` of the table `subject`, by the act `batch_id`."""

    id: int
    at: datetime
    kind: str
    subject: str
    subject_id: int
    batch_id: int
    data: Mapping[str, Any]


def emit(
    session: Session, kind: str, subject: str, subject_id: int, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Write an event down; it is there when the transaction is, and never without it. Call it inside an act.

    Events get their ids at the very end of the act, in the order of the commits (see `crm.act.settle`).
    """
    row = {"at": at, "kind": kind, "subject": subject, "subject_id": subject_id, "data": dict(data or {})}
    rows: list[dict[str, Any]] = session.info.setdefault("events", [])
    if not rows:
        in_line(session, _write)
    rows.append(row | {"batch_id": session.info["batch_id"]})


def _write(session: Session) -> None:
    session.execute(insert(event), session.info.pop("events"))


def list_events(session: Session, *, kind: str | None = None, after: int = 0, limit: int) -> tuple[EventView, ...]:
    """Events with ids above `after`, the oldest first; a reader goes on from the last id it has dealt with."""
    sql = select(event).where(event.c.id > after)
    if kind is not None:
        sql = sql.where(event.c.kind == kind)
    return tuple(
        EventView(row.id, row.at, row.kind, row.subject, row.subject_id, row.batch_id, row.data)
        for row in session.execute(sql.order_by(event.c.id).limit(limit))
    )
