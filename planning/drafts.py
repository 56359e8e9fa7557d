"""Drafts of territory plans that a job made: bringing one into force."""

from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Assignment, PlanState, TerritoryPlan
from planning.record import supersede
from planning.record_errors import MissingError, RefusedError, StaleError

plan, assignment = table_of(TerritoryPlan), table_of(Assignment)


def publish_draft(session: Session, plan_id: int, version: int, today: date) -> None:
    """Have a draft be in force from its first day on; the plan before it ends there. One act, which can be undone.

    Raises:
        MissingError: there is no such plan.
        RefusedError: it is no draft, has no accounts, or would begin in the past or before the published plan does.
        StaleError: it has another version.
    """
    row = session.execute(select(plan).where(plan.c.id == plan_id)).first()
    if row is None:
        raise MissingError(f"There is no plan {plan_id}.")
    if row.state != PlanState.DRAFT:
        raise RefusedError(f"“{row.title}” is no draft: it is {row.state}.")
    if row.starts_on < today:
        raise RefusedError(
            f"“{row.title}” would begin on {row.starts_on.isoformat()}, which is gone by: build it anew."
        )
    same = (plan.c.state == PlanState.PUBLISHED, plan.c.sales_force == row.sales_force)
    now = session.execute(select(plan).where(*same)).first()
    if now is not None and row.starts_on < now.valid_from:
        raise RefusedError(
            f"“{now.title}” begins only on {now.valid_from.isoformat()}: build the draft for a later day."
        )
    if not session.scalar(select(func.count()).select_from(assignment).where(assignment.c.plan_id == plan_id)):
        raise RefusedError(f"“{row.title}” has no accounts.")
    supersede(session, row.starts_on, row.sales_force)
    values = {"state": PlanState.PUBLISHED, "valid_from": row.starts_on, "version": row.version + 1}
    made: Any = session.execute(update(plan).where(plan.c.id == plan_id, plan.c.version == version).values(values))
    if made.rowcount != 1:
        raise StaleError(f"“{row.title}”", row.version)
