"""All that happened with an account in one order: contacts, visits, documents, leads, sales, tasks, owners, changes.

Every event says of which kind it is and where it stands in the record. What belonged to accounts that were merged into
this one is part of it: a merge moves the rows, and the ledger keeps what was changed.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Activity, Change
from planning.activities import ActivityView, activities
from planning.history import ChangeView, change_view, changes
from planning.timeline_sources import CONTACTS, SOURCES, EventKind, Source
from planning.viewer import Viewer, require_account

activity, change = table_of(Activity), table_of(Change)


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened; `table` and `id` say where it stands. With `day_only` nobody knows the time of day.

    `what` is what it was (the type, form, stage, territory, title), `state` how it stands or went (`done`, `skipped`,
    `won`, …), `text` what was said of it. A change tells field by field what became of the row, a contact who was met,
    for how long, and when the next one is.
    """

    at: datetime
    day_only: bool
    kind: EventKind
    table: str
    id: int
    state: str
    what: str
    outcome: str
    text: str
    by: str
    rep_id: int | None
    rep: str | None
    opportunity_id: int | None
    change: ChangeView | None = None
    contact: ActivityView | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page ends: the moment, the source (its number in `SOURCES`) and the id of the last event."""

    at: datetime
    source: int
    id: int

    def text(self) -> str:
        """As `spot_from` reads it."""
        return f"{self.at.isoformat()} {self.source} {self.id}"


def spot_from(text: str) -> Spot:
    """The spot behind a text.

    Raises:
        ValueError: it is not the text of a spot.
    """
    at, source, row_id = text.split(" ")
    found = Spot(datetime.fromisoformat(at), int(source), int(row_id))
    if (
        found.at.tzinfo is None
        or not 1000 < found.at.year < 9000
        or not 0 <= found.source < len(SOURCES)
        or not 0 < found.id < 2**63
    ):
        raise ValueError(text)
    return found


@dataclass(frozen=True, slots=True)
class AskedEvents:
    """Which events: of these kinds (none: all), from a moment on, before a moment, and after the end of a page."""

    kinds: frozenset[EventKind] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    after: Spot | None = None

    def wants(self, *kinds: EventKind) -> bool:
        """True when events of one of these kinds are asked for."""
        return not self.kinds or not self.kinds.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, the newest first; `after` is where to go on, None on the last page."""

    events: tuple[EventView, ...]
    after: Spot | None


def timeline(session: Session, viewer: Viewer, account_id: int, asked: AskedEvents, *, limit: int) -> EventPage:
    """What happened with an account, the newest first.

    Who sees the account sees all of it, as in its overview.

    Raises:
        MissingError: there is no such account for the viewer.
    """
    require_account(session, viewer, account_id)
    wanted = [(number, one) for number, one in enumerate(SOURCES) if asked.wants(*one.kinds)]
    lines = [line(session, account_id, number, one, asked, limit + 1) for number, one in wanted]
    merged = heapq.merge(*lines, key=lambda pair: key_of(pair[1]), reverse=True)
    found = list(islice(merged, limit + 1))
    last = found[limit - 1][1] if len(found) > limit else None
    return EventPage(tuple(told(session, [event for event, _ in found[:limit]])), last)


def told(session: Session, events: list[EventView]) -> Iterator[EventView]:
    """The events of a page, changes and contacts with all that their rows say."""
    ids = {table: [event.id for event in events if event.table == table.name] for table in (change, activity)}
    made = {row.id: change_view(row) for row in session.execute(changes().where(change.c.id.in_(ids[change])))}
    done = {row[0]: ActivityView(*row) for row in session.execute(activities().where(activity.c.id.in_(ids[activity])))}
    for event in events:
        if event.table == change.name:
            yield replace(event, change=made[event.id])
        elif event.table == activity.name:
            yield replace(event, contact=done[event.id])
        else:
            yield event


def key_of(spot: Spot) -> tuple[datetime, int, int]:
    """By what events are ordered."""
    return spot.at, spot.source, spot.id


def line(
    session: Session, account_id: int, number: int, source: Source, asked: AskedEvents, most: int
) -> Iterator[tuple[EventView, Spot]]:
    """The events of one source, the newest first."""
    key = source.table.c.id
    sql = source.select(account_id).where(*conditions(number, source, key, asked))
    if asked.kinds and source.table is activity:
        sql = sql.where(activity.c.kind.in_(sorted(asked.kinds & set(CONTACTS))))
    rows = session.execute(sql.add_columns(source.at, key).order_by(source.at.desc(), key.desc()).limit(most)).all()
    for kind, state, what, outcome, text, by, rep_id, name, deal, when, row_id in rows:
        at = midnight(when) if source.day_only else when
        said = (str(state), what or "", outcome or "", text or "", by or "", rep_id, name, deal)
        yield (
            EventView(at, source.day_only, EventKind(kind), source.table.name, row_id, *said),
            Spot(at, number, row_id),
        )


def midnight(day: date) -> datetime:
    """The moment at which events stand of which only the day is known."""
    return datetime.combine(day, time(), UTC)


def conditions(number: int, source: Source, key: ColumnElement[int], asked: AskedEvents) -> list[ColumnElement[bool]]:
    """What is asked of the moments of a source."""
    found: list[ColumnElement[bool]] = []
    column = source.at
    if asked.since is not None:
        found.append(column >= (first_day(asked.since) if source.day_only else asked.since))
    if asked.until is not None:
        found.append(column < (first_day(asked.until) if source.day_only else asked.until))
    if (last := asked.after) is None:
        return found
    edge: Any = last.at
    if source.day_only:
        edge = last.at.astimezone(UTC).date()
        if last.at > midnight(edge):
            return [*found, column <= edge]
    if number < last.source:
        return [*found, column <= edge]
    if number > last.source:
        return [*found, column < edge]
    return [*found, or_(column < edge, and_(column == edge, key < last.id))]


def first_day(moment: datetime) -> date:
    """The first day that does not begin before a moment."""
    day = moment.astimezone(UTC).date()
    return day if moment <= midnight(day) else day + timedelta(days=1)
