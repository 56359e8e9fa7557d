"""How long deals have been in their stages: the stuck ones, and what came to and left each stage over time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched, pairwise
from typing import Any

from sqlalchemy import Subquery, and_, false, func, or_, select
from sqlmodel import Session

from balancing.workload import PERIODS
from crm.columns import Instant, table_of
from crm.tables import Account, Opportunity, Pipeline, PipelineStage, Rep, StageKind, StageMove, Task, TaskState
from planning.funnel import ALL, Among
from planning.pipelines import get_pipeline
from planning.record_errors import RefusedError
from planning.record_rows import BATCH
from planning.stays import DaySum, days_of, stays_in
from planning.viewer import Viewer

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)
pipeline, account, rep = table_of(Pipeline), table_of(Account), table_of(Rep)
task = table_of(Task)

DAY_S = 86_400.0
MOST_PERIODS = 400


@dataclass(frozen=True, slots=True)
class AskedStuck:
    """Which deals; None leaves a question open. A territory counts with all below it."""

    pipeline_id: int | None = None
    stage_id: int | None = None
    rep_id: int | None = None
    territory_id: int | None = None


@dataclass(frozen=True, slots=True)
class StuckDeal:
    """A deal that has been in its stage for longer than is expected there, in days; `open_tasks` may be why."""

    opportunity_id: int
    title: str
    account_id: int | None
    account: str | None
    rep_id: int | None
    rep: str | None
    pipeline: str
    stage_id: int
    stage: str
    since: datetime
    days: float
    expected_days: float
    overdue_days: float
    value: float | None
    currency: str
    open_tasks: int


@dataclass(frozen=True, slots=True)
class StuckDeals:
    """The longest overdue first; `count` are all that fit, of which at most as many as asked for are named."""

    at: datetime
    count: int
    deals: tuple[StuckDeal, ...]


def since_subquery() -> Subquery:
    """When each deal came to its stage; a new edition of its pipeline does not begin the time anew."""
    own = select(move.c.opportunity_id, func.max(move.c.moved_at, type_=Instant()).label("since"))
    return own.where(~move.c.migrated).group_by(move.c.opportunity_id).subquery("came")


def since_of(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """When these deals came to their stages."""
    came, found = since_subquery(), dict[int, datetime]()
    for some in batched(ids, BATCH):
        rows = session.execute(select(came.c.opportunity_id, came.c.since).where(came.c.opportunity_id.in_(some)))
        found |= {row[0]: row[1] for row in rows}
    return found


def stuck_deals(session: Session, viewer: Viewer, asked: AskedStuck, *, at: datetime, limit: int) -> StuckDeals:
    """Open deals that are in their stage for longer than it expects.

    Raises:
        MissingError: there is no such pipeline or territory for the viewer.
    """
    came = since_subquery()
    late = [
        and_(stage.c.id == row.id, came.c.since < at - timedelta(days=row.expected_days))
        for row in timed_stages(session, asked)
    ]
    waiting = select(func.count()).where(task.c.opportunity_id == opportunity.c.id, task.c.state == TaskState.OPEN)
    own = opportunity.c
    sql = (
        select(
            *(own.id, own.title, own.account_id, account.c.name.label("account"), own.rep_id, rep.c.name.label("rep")),
            *(pipeline.c.name.label("pipeline"), own.stage_id, stage.c.name.label("stage"), came.c.since),
            *(stage.c.expected_days, own.value, own.currency, waiting.scalar_subquery().label("open_tasks")),
        )
        .join(came, came.c.opportunity_id == own.id)
        .join(stage, stage.c.id == own.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .outerjoin(account, account.c.id == own.account_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(or_(false(), *late), *Among(asked.rep_id, asked.territory_id).conditions(session, viewer, at.date()))
    )
    deals = [stuck(row, at) for row in session.execute(sql)]
    deals.sort(key=lambda one: (-one.overdue_days, one.opportunity_id))
    return StuckDeals(at, len(deals), tuple(deals[:limit]))


def timed_stages(session: Session, asked: AskedStuck) -> list[Any]:
    """The open stages that say how long a deal is expected to stay."""
    sql = select(stage.c.id, stage.c.expected_days)
    sql = sql.where(stage.c.kind == StageKind.OPEN, stage.c.expected_days.is_not(None))
    if asked.pipeline_id is not None:
        get_pipeline(session, asked.pipeline_id)
        sql = sql.where(stage.c.pipeline_id == asked.pipeline_id)
    if asked.stage_id is not None:
        sql = sql.where(stage.c.id == asked.stage_id)
    return list(session.execute(sql))


def stuck(row: Any, at: datetime) -> StuckDeal:
    """A row with its days."""
    facts = row._asdict()
    days = (at - facts["since"]).total_seconds() / DAY_S
    return StuckDeal(
        **{"opportunity_id": facts.pop("id"), **facts}, days=days, overdue_days=days - facts["expected_days"]
    )


@dataclass(frozen=True, slots=True)
class StageFlow:
    """One stage in one period: deals that came and went, and how many are there at its end with their value."""

    stage_id: int
    stage: str
    kind: str
    first: date
    entered: int
    left: int
    present: int
    value: float


def stage_flow(
    session: Session, viewer: Viewer, pipeline_id: int, *, first: date, last: date, period: str, among: Among = ALL
) -> tuple[StageFlow, ...]:
    """How deals came to and left the stages of a pipeline, by period (UTC), from its moves.

    `present` is what was there before, plus those who entered, less those who left.

    Raises:
        MissingError: there is no such pipeline, or territory for the viewer.
        RefusedError: the days are the wrong way round, or too many periods.
    """
    begins = periods_between(first, last, period)
    found = get_pipeline(session, pipeline_id)
    mine = among.conditions(session, viewer, last)
    end = last + timedelta(days=1)
    stay = stays_in([one.id for one in found.stages], midnight(end) - timedelta(microseconds=1), mine)
    came, went = days_of(session, stay, "since"), days_of(session, stay, "until")
    edges = [max(day, first) for day in begins] + [end]
    return tuple(
        flow_of(step, [row for row in came if row[0] == step.id], [row for row in went if row[0] == step.id], day, span)
        for step in found.stages
        for day, span in zip(begins, pairwise(edges), strict=True)
    )


def flow_of(step: Any, came: Sequence[DaySum], went: Sequence[DaySum], day: date, span: tuple[date, date]) -> StageFlow:
    """The figures of a stage from one day to another, which is not part of it; of what came and went, day by day."""
    start, end = span
    return StageFlow(
        step.id,
        step.name,
        step.kind,
        day,
        entered=sum(count for _, on, count, _ in came if start <= on < end),
        left=sum(count for _, on, count, _ in went if start <= on < end),
        present=sum(row[2] for row in came if row[1] < end) - sum(row[2] for row in went if row[1] < end),
        value=round(sum(row[3] for row in came if row[1] < end) - sum(row[3] for row in went if row[1] < end), 6),
    )


def periods_between(first: date, last: date, period: str) -> list[date]:
    """The first days of the periods that the days touch.

    Raises:
        RefusedError: the days are the wrong way round, or too many periods.
    """
    if last < first:
        raise RefusedError(f"last: {last} comes before first, {first}.")
    if (last - first).days > MOST_PERIODS * 366:
        raise RefusedError("These are more years than there are deals for: ask for fewer.")
    first_of: Mapping[str, Any] = PERIODS
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    begins = list(dict.fromkeys(first_of[period](day) for day in days))
    if len(begins) > MOST_PERIODS:
        raise RefusedError(f"{len(begins)} periods are more than {MOST_PERIODS}: ask for longer ones.")
    return begins


def midnight(day: date) -> datetime:
    """The moment at which a day begins, in UTC."""
    from datetime import UTC, time

    return datetime.combine(day, time(), UTC)
