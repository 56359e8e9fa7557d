"""Which plan counts on a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.often import Often
from crm.tables import PlanState, TerritoryPlan

plan = table_of(TerritoryPlan)


@dataclass(frozen=True, slots=True)
class InForce:
    """A plan, the day its ownership is looked at, and whose plan it is."""

    plan_id: int
    day: date
    sales_force: str = ""


def plans_on(session: Session, day: date, *, exactly: bool = False) -> tuple[InForce, ...]:
    """The plans in force on `day`, one for each sales force, by their names; the one without a name first.

    Before the first plan of a sales force begins it is the published one as of its first day: what is coming is shown,
    unless `exactly` that day is asked for.
    """
    key = ("plans", day, exactly)
    if key in session.info:
        remembered: tuple[InForce, ...] = session.info[key]
        return remembered
    found: dict[str, InForce] = {}
    for plan_id, valid_from, sales_force in (EXACTLY if exactly else COMING).rows(session, day=day):
        found.setdefault(sales_force, InForce(plan_id, max(day, valid_from), sales_force))  # in force before coming
    made = tuple(found.values())
    if session.info.get("snapshot"):
        session.info[key] = made
    return made


def plan_on(session: Session, day: date, *, exactly: bool = False, sales_force: str | None = None) -> InForce | None:
    """The plan in force on `day` of one sales force, the first of them where none is named; see `plans_on`."""
    plans = plans_on(session, day, exactly=exactly)
    return next((one for one in plans if sales_force in (None, one.sales_force)), None)


def covers(table: FromClause, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """True for rows that are valid on `day`, or on that of a column; drafts, which have no first day, never are."""
    return and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to > day))


# Built once: nearly every request asks.
ON_DAY = covers(plan, bindparam("day", type_=plan.c.valid_from.type))
PLANS = select(plan.c.id, plan.c.valid_from, plan.c.sales_force).order_by(plan.c.sales_force, plan.c.valid_from)
EXACTLY = Often(PLANS.where(ON_DAY))
COMING = Often(PLANS.where(or_(ON_DAY, plan.c.state == PlanState.PUBLISHED)))
