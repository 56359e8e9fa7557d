"""Every stay of a deal in a stage, from its moves, and how long stays last: put together and counted by the database.

A pipeline of a million moves has as many stays: none of them is brought into this process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    Float,
    Numeric,
    Select,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlmodel import Session

from crm.columns import Instant, table_of
from crm.tables import Opportunity, PipelineStage, StageKind, StageMove

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)

type Condition = ColumnElement[bool]
type DaySum = tuple[int, date, int, float]
"""A stage, a day, how many stays, and what their deals are worth."""


@dataclass(frozen=True, slots=True)
class Stays:
    """How long deals stay in a stage, in seconds; empty where there was no stay. Nine in ten are no longer than
    `slow_s`."""

    count: int
    mean_s: float | None = None
    median_s: float | None = None
    slow_s: float | None = None


@dataclass(frozen=True, slots=True)
class StageSums:
    """What is in a stage: deals that `entered` it by the stage they are in now (one of `ends`), and those `present`."""

    ends: Mapping[int, int]
    present: int
    value: float
    weighted: float


def stays_in(stages: Sequence[int], at: datetime, conditions: Sequence[Condition]) -> CTE:
    """The stays in these stages up to a moment, of the deals that `conditions` on `opportunity` let in.

    A stay is `since` one move `until` the next (empty: still there). A deal that a new edition of its pipeline has
    taken over `came` to its stage in the old one, and one that was `taken_over` has not left its stage by that. `began`
    is its first move of all, `ends_in` where its last one led.
    """
    order = (move.c.moved_at, move.c.id)
    way: dict[str, Any] = {"partition_by": move.c.opportunity_id, "order_by": order}
    whole: dict[str, Any] = {**way, "rows": (None, None)}
    by_itself = case((~move.c.migrated, move.c.moved_at))
    path = (
        select(
            *(move.c.opportunity_id.label("deal"), move.c.to_stage_id.label("stage_id"), move.c.moved_at),
            func.lead(move.c.moved_at, type_=Instant()).over(**way).label("until"),
            func.max(by_itself, type_=Instant()).over(**way).label("came"),
            func.lead(move.c.migrated, type_=Boolean()).over(**way).label("taken_over"),
            func.min(move.c.moved_at, type_=Instant()).over(**way).label("began"),
            func.last_value(move.c.to_stage_id).over(**whole).label("ends_in"),
        )
        .where(move.c.moved_at <= at)
        .subquery("path")
    )
    worth, own = func.coalesce(opportunity.c.value, 0.0), path.c
    stays = (
        select(
            *(own.deal, own.stage_id, own.moved_at.label("since"), own.until, own.came, own.began, own.ends_in),
            func.coalesce(own.taken_over, false()).label("taken_over"),
            worth.label("worth"),
            (worth * func.coalesce(opportunity.c.probability, stage.c.probability)).label("weighted"),
            stage.c.kind.label("kind"),
        )
        .join(opportunity, opportunity.c.id == own.deal)
        .join(stage, stage.c.id == own.stage_id)
        .where(own.stage_id.in_(stages), *conditions)
    )
    return stays.cte("stay").prefix_with("MATERIALIZED")


def deals_of(session: Session, stages: Sequence[int], at: datetime, conditions: Sequence[Condition]) -> int:
    """How many deals have come to one of these stages."""
    sql = select(func.count(move.c.opportunity_id.distinct())).join(
        opportunity, opportunity.c.id == move.c.opportunity_id
    )
    return session.scalar(sql.where(move.c.to_stage_id.in_(stages), move.c.moved_at <= at, *conditions)) or 0


def sums_of(session: Session, stay: CTE) -> dict[int, StageSums]:
    """What is in each stage that a deal has come to."""
    here = stay.c.until.is_(None)
    sql: Select[Any] = select(
        *(stay.c.stage_id, stay.c.ends_in, func.count(stay.c.deal.distinct()), func.count(case((here, 1)))),
        *(func.coalesce(func.sum(case((here, column))), 0.0) for column in (stay.c.worth, stay.c.weighted)),
    ).group_by(stay.c.stage_id, stay.c.ends_in)
    found: dict[int, list[Any]] = {}
    for row in session.execute(sql):
        found.setdefault(row[0], []).append(row)
    return {
        stage_id: StageSums(
            {row[1]: row[2] for row in rows},
            sum(row[3] for row in rows),
            sum(row[4] for row in rows),
            sum(row[5] for row in rows),
        )
        for stage_id, rows in found.items()
    }


def lengths_of(session: Session, stay: CTE, at: datetime) -> dict[tuple[str, int], Stays]:
    """How long stays last, by what and stage: `ended` ones and those `lasting` until `at` in open stages; and how long
    it took from the first move to being `won`, whichever the stage (0)."""
    own, dialect = stay.c, session.get_bind().dialect.name
    now: ColumnElement[Any] = literal(at, Instant())
    left, here = own.until.is_not(None), own.until.is_(None)
    parts: tuple[tuple[str, ColumnElement[Any], ColumnElement[Any], Condition], ...] = (
        ("ended", own.until, own.came, and_(left, ~own.taken_over)),
        ("lasting", now, own.came, and_(here, own.kind == StageKind.OPEN)),
        ("won", own.since, own.began, and_(here, own.kind == StageKind.WON)),
    )
    spans = union_all(
        *(
            select(
                literal_column(f"'{name}'").label("what"),
                (literal_column("0") if name == "won" else own.stage_id).label("stage_id"),
                seconds_between(dialect, first, last).label("length_s"),
            ).where(which)
            for name, last, first, which in parts
        )
    ).subquery("span")
    each: dict[str, Any] = {"partition_by": (spans.c.what, spans.c.stage_id)}
    place = func.row_number().over(**each, order_by=spans.c.length_s).label("place")
    ranked = select(spans, place, func.count().over(**each).label("n")).subquery("ranked")
    r, n, length = ranked.c.place, ranked.c.n, ranked.c.length_s
    middle = case((r.in_(((n + 1) // 2, (n + 2) // 2)), length))
    slow = case((r == (9 * (n - 1) + 4) // 10 + 1, length))
    sql = select(ranked.c.what, ranked.c.stage_id, func.count(), func.avg(length), func.avg(middle), func.max(slow))
    rows = session.execute(sql.group_by(ranked.c.what, ranked.c.stage_id))
    return {(row[0], row[1]): Stays(*row[2:]) for row in rows}


def seconds_between(dialect: str, first: ColumnElement[Any], last: ColumnElement[Any]) -> ColumnElement[Any]:
    """Seconds from one moment to another, to the millisecond."""
    if dialect == "sqlite":
        return func.round((func.julianday(last) - func.julianday(first)) * 86_400.0, 3, type_=Float())
    return cast(func.round(cast(extract("epoch", last - first), Numeric), 3), Float)


def days_of(session: Session, stay: CTE, column: str) -> list[DaySum]:
    """By stage and day (UTC) of `since` or `until`: how many stays began or ended, and what their deals are worth."""
    moment = stay.c[column]
    sqlite = session.get_bind().dialect.name == "sqlite"
    day: ColumnElement[Any] = (
        func.date(moment) if sqlite else cast(func.timezone(literal_column("'UTC'"), moment), Date)
    )
    sql = select(stay.c.stage_id, day.label("day"), func.count(), func.sum(stay.c.worth))
    rows = session.execute(sql.where(moment.is_not(None)).group_by(stay.c.stage_id, day))
    return [(row[0], row[1] if isinstance(row[1], date) else date.fromisoformat(row[1]), *row[2:]) for row in rows]
