"""The sales of a stage as cards of a board: how long each has been there, whether it is stuck, what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session

from crm.columns import Instant, table_of
from crm.tables import Account, Opportunity, PipelineStage, Rep, StageMove, Task, TaskState
from planning.funnel import ALL, Among
from planning.record_errors import MissingError
from planning.time_in_stage import DAY_S
from planning.viewer import Viewer

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)
account, rep, task = table_of(Account), table_of(Rep), table_of(Task)


@dataclass(frozen=True, slots=True)
class NextTask:
    """The open task of a sale that is due first; one without a day comes after those with one."""

    id: int
    title: str
    kind: str
    due_on: date | None
    rep: str | None


@dataclass(frozen=True, slots=True)
class SaleCard:
    """A sale on the board. `days` it has been in its stage; `overdue_days` above 0: longer than the stage expects.

    `chance` is its own, or else its stage's.
    """

    id: int
    title: str
    account_id: int | None
    account: str | None
    rep_id: int | None
    rep: str | None
    stage_id: int
    value: float | None
    currency: str
    chance: float
    expected_on: date | None
    since: datetime
    days: float
    expected_days: float | None
    overdue_days: float | None
    next_task: NextTask | None
    open_tasks: int
    version: int


@dataclass(frozen=True, slots=True)
class After:
    """The card to go on from: when it came to the stage, and its id."""

    since: datetime
    id: int


@dataclass(frozen=True, slots=True)
class CardPage:
    """Cards in the order asked for; `after` is where to go on, None on the last page."""

    cards: tuple[SaleCard, ...]
    after: After | None


def stage_cards(
    session: Session,
    viewer: Viewer,
    stage_id: int,
    *,
    at: datetime,
    limit: int,
    among: Among = ALL,
    newest: bool = False,
    after: After | None = None,
    only: int | None = None,
) -> CardPage:
    """Sales that are in a stage, those that have been there for longest first, or with `newest` the other
    way round; `only` the one of this id.

    Raises:
        MissingError: there is no such stage, or territory for the viewer.
    """
    row = session.execute(select(stage.c.expected_days).where(stage.c.id == stage_id)).first()
    if row is None:
        raise MissingError(f"There is no stage {stage_id}.")
    own, since = opportunity.c, since_column()
    sql = (
        select(
            *(own.id, own.title, own.account_id, account.c.name, own.rep_id, rep.c.name, own.stage_id, own.value),
            *(own.currency, func.coalesce(own.probability, stage.c.probability), own.expected_on, since, own.version),
        )
        .join(stage, stage.c.id == own.stage_id)
        .outerjoin(account, account.c.id == own.account_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(own.stage_id == stage_id, *among.conditions(session, viewer, at.date()))
    )
    if only is not None:
        sql = sql.where(own.id == only)
    if after is not None:
        sql = sql.where(beyond(since, after, newest=newest))
    ordered = sql.order_by(since.desc(), own.id.desc()) if newest else sql.order_by(since, own.id)
    rows = session.execute(ordered.limit(limit + 1)).all()
    waiting = open_tasks_of(session, [one.id for one in rows[:limit]])
    cards = tuple(card(one, row.expected_days, waiting.get(one.id, ()), at) for one in rows[:limit])
    return CardPage(cards, After(cards[-1].since, cards[-1].id) if len(rows) > limit else None)


def since_column() -> ColumnElement[datetime]:
    """When a sale came to its stage; a new edition of its pipeline does not begin the time anew."""
    came = select(func.max(move.c.moved_at, type_=Instant())).where(
        move.c.opportunity_id == opportunity.c.id, ~move.c.migrated
    )
    return func.coalesce(came.scalar_subquery(), opportunity.c.created_at, type_=Instant()).label("since")


def beyond(since: ColumnElement[datetime], after: After, *, newest: bool) -> ColumnElement[bool]:
    """True for what comes after a card in the order of the board."""
    own = opportunity.c.id
    if newest:
        return or_(since < after.since, and_(since == after.since, own < after.id))
    return or_(since > after.since, and_(since == after.since, own > after.id))


def open_tasks_of(session: Session, ids: Sequence[int]) -> dict[int, Sequence[NextTask]]:
    """The open tasks of these sales, by sale, what is due first first."""
    own = task.c
    sql = (
        select(own.opportunity_id, own.id, own.title, own.kind, own.due_on, rep.c.name)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(own.opportunity_id.in_(ids), own.state == TaskState.OPEN)
        .order_by(own.due_on.is_(None), own.due_on, own.id)
    )
    found: dict[int, list[NextTask]] = {}
    for row in session.execute(sql):
        found.setdefault(row[0], []).append(NextTask(*row[1:]))
    return dict(found)


def card(row: Any, expected_days: float | None, waiting: Sequence[NextTask], at: datetime) -> SaleCard:
    """A row as a card."""
    days = max(timedelta(0), at - row.since).total_seconds() / DAY_S
    over = None if expected_days is None or days <= expected_days else days - expected_days
    *known, since, version = row
    tasks = (waiting[0] if waiting else None, len(waiting))
    return SaleCard(*(*known, since, days, expected_days, over, *tasks, version))
