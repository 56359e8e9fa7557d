"""Which plan counts on a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, FromClause, and_, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import PlanState, TerritoryPlan

plan = table_of(TerritoryPlan)


@dataclass(frozen=True, slots=True)
class InForce:
    """A plan, and the day its ownership is looked at."""

    plan_id: int
    day: date


def plan_on(session: Session, day: date, *, exactly: bool = False) -> InForce | None:
    """The plan in force on `day`.

    Before the first one begins it is the published plan as of its first day: what is coming is shown, unless `exactly`
    that day is asked for.
    """
    key = ("plan", day, exactly)
    if key in session.info:
        remembered: InForce | None = session.info[key]
        return remembered
    picked = select(plan.c.id, plan.c.valid_from)
    row = session.execute(picked.where(covers(plan, day)).limit(1)).first()
    if row is None and not exactly:
        row = session.execute(picked.where(plan.c.state == PlanState.PUBLISHED)).first()
    found = InForce(row[0], max(day, row[1])) if row else None
    if session.info.get("snapshot"):
        session.info[key] = found
    return found


def covers(table: FromClause, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """True for rows that are valid on `day`, or on that of a column; drafts, which have no first day, never are."""
    return and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to > day))
