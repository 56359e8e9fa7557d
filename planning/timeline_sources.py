"""Where the events of an account come from: for each kind of rows a query, all with the same columns."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select

from crm.columns import table_of
from crm.tables import (
    Activity,
    Assignment,
    Change,
    ChangeBatch,
    DocumentForm,
    Lead,
    Opportunity,
    PipelineStage,
    PlanState,
    Rep,
    Site,
    StageMove,
    Task,
    Territory,
    TerritoryPlan,
    Visit,
    VisitDocument,
    VisitState,
)
from planning.history import changes_of_account

site, rep, lead = table_of(Site), table_of(Rep), table_of(Lead)
activity, visit, assignment = table_of(Activity), table_of(Visit), table_of(Assignment)
document, form, task = table_of(VisitDocument), table_of(DocumentForm), table_of(Task)
opportunity, move, stage = table_of(Opportunity), table_of(StageMove), table_of(PipelineStage)
territory, plan = table_of(Territory), table_of(TerritoryPlan)
change, batch = table_of(Change), table_of(ChangeBatch)
NOTHING = literal("")


class EventKind(StrEnum):
    """What an event is; the first five are how somebody was in touch."""

    PHONE_CALL = "phone_call"
    MAIL = "mail"
    VISIT = "visit"
    MEETING = "meeting"
    NOTE = "note"
    DOCUMENT = "document"
    LEAD = "lead"
    SALE = "sale"
    TASK = "task"
    OWNER = "owner"
    CHANGE = "change"


CONTACTS = (EventKind.PHONE_CALL, EventKind.MAIL, EventKind.VISIT, EventKind.MEETING, EventKind.NOTE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from: rows of one table. `at` is the column of the moment or, with `day_only`, of the day.

    `select` is the query for the rows of an account: kind, and what follows `id` in `EventView`.
    """

    table: Any
    kinds: tuple[EventKind, ...]
    at: ColumnElement[Any]
    select: Callable[[int], Select[Any]]
    day_only: bool = False


def contacts(account_id: int) -> Select[Any]:
    """What was done with the account; a visit that was made stands here."""
    own = activity.c
    return (
        select(own.kind, literal("done"), own.type, own.outcome, own.text, own.made_by, own.rep_id, rep.c.name)
        .add_columns(own.opportunity_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(own.account_id == account_id)
    )


def visits(account_id: int) -> Select[Any]:
    """Visits that are planned, and those that were skipped or left out."""
    own = visit.c
    return (
        select(literal(EventKind.VISIT.value), own.state, own.type, own.outcome, own.why, NOTHING, rep.c.id, rep.c.name)
        .add_columns(literal(None))
        .join(rep, rep.c.id == own.rep_id)
        .join(site, site.c.id == own.site_id)
        .where(site.c.account_id == account_id, own.state != VisitState.DONE)
    )


def documents(account_id: int) -> Select[Any]:
    """What was written down at visits."""
    own = document.c
    return (
        select(literal(EventKind.DOCUMENT.value), form.c.kind, form.c.name, NOTHING, NOTHING, own.made_by, own.rep_id)
        .add_columns(rep.c.name, literal(None))
        .join(form, form.c.id == own.form_id)
        .join(rep, rep.c.id == own.rep_id)
        .join(visit, visit.c.id == own.visit_id)
        .join(site, site.c.id == visit.c.site_id)
        .where(site.c.account_id == account_id)
    )


def leads(account_id: int) -> Select[Any]:
    """What came in."""
    own = lead.c
    return (
        select(literal(EventKind.LEAD.value), own.state, own.source, NOTHING, own.trigger, NOTHING, own.rep_id)
        .add_columns(rep.c.name, own.opportunity_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(own.account_id == account_id)
    )


def sales(account_id: int) -> Select[Any]:
    """Sales that began, went from stage to stage, and ended."""
    return (
        select(literal(EventKind.SALE.value), stage.c.kind, opportunity.c.title, stage.c.name, move.c.reason)
        .add_columns(move.c.moved_by, opportunity.c.rep_id, rep.c.name, opportunity.c.id)
        .join(opportunity, opportunity.c.id == move.c.opportunity_id)
        .join(stage, stage.c.id == move.c.to_stage_id)
        .outerjoin(rep, rep.c.id == opportunity.c.rep_id)
        .where(opportunity.c.account_id == account_id)
    )


def tasks(account_id: int) -> Select[Any]:
    """Tasks of the account and of its sales, where they were given."""
    own = task.c
    of_sales = select(opportunity.c.id).where(opportunity.c.account_id == account_id)
    return (
        select(literal(EventKind.TASK.value), own.state, own.title, own.outcome, own.text, own.made_by, own.rep_id)
        .add_columns(rep.c.name, own.opportunity_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
        .where(or_(own.account_id == account_id, own.opportunity_id.in_(of_sales)))
    )


def owners(account_id: int) -> Select[Any]:
    """Territories into which its sites came, under plans that were published."""
    own = assignment.c
    return (
        select(literal(EventKind.OWNER.value), plan.c.sales_force, territory.c.name, NOTHING, own.reason, NOTHING)
        .add_columns(literal(None), literal(None), literal(None))
        .join(site, site.c.id == own.site_id)
        .join(territory, territory.c.id == own.territory_id)
        .join(plan, plan.c.id == own.plan_id)
        .where(site.c.account_id == account_id, plan.c.state != PlanState.DRAFT)
    )


def edits(account_id: int) -> Select[Any]:
    """Rows of the account that were added, changed or removed; `/history` says field by field how."""
    return (
        select(literal(EventKind.CHANGE.value), batch.c.kind, change.c.table_name, NOTHING, batch.c.why)
        .add_columns(batch.c.made_by, literal(None), literal(None), literal(None))
        .join(batch, batch.c.id == change.c.batch_id)
        .where(changes_of_account(account_id), change.c.table_name != assignment.name)
    )


SOURCES: tuple[Source, ...] = (
    Source(change, (EventKind.CHANGE,), batch.c.at, edits),
    Source(assignment, (EventKind.OWNER,), assignment.c.valid_from, owners, day_only=True),
    Source(visit, (EventKind.VISIT,), visit.c.day, visits, day_only=True),
    Source(lead, (EventKind.LEAD,), lead.c.received_at, leads),
    Source(task, (EventKind.TASK,), task.c.made_at, tasks),
    Source(move, (EventKind.SALE,), move.c.moved_at, sales),
    Source(document, (EventKind.DOCUMENT,), document.c.made_at, documents),
    Source(activity, CONTACTS, activity.c.at, contacts),
)
"""Where events come from; of one moment, those of later ones come first."""
