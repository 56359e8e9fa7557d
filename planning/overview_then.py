"""Sales and tasks of an account as they were at the end of a day that has passed.

What they said then is told by the ledger (`planning.as_it_was`). As in the sums of such a day a sale counts from its
first move, stands where its last move until then led, and belongs to the account that it belonged to; a task is open
from when it was given until it was done or cancelled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import batched
from typing import Any

from sqlalchemy import Table, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Opportunity, Pipeline, PipelineStage, Rep, StageMove, Task, TaskState
from planning.as_it_was import end_of, first_since, restored, rows_then
from planning.opportunities import OpportunityView, opportunities
from planning.record_rows import BATCH
from planning.rollups import stages_on
from planning.tasks import TaskView, tasks

opportunity, task, rep = table_of(Opportunity), table_of(Task), table_of(Rep)
stage, pipeline, move = table_of(PipelineStage), table_of(Pipeline), table_of(StageMove)


@dataclass(frozen=True, slots=True)
class FirmThen:
    """An account on a day that has passed: its id, and the name it had."""

    id: int
    name: str
    day: date


def work_then(
    session: Session, firm: FirmThen, *, limit: int
) -> tuple[tuple[OpportunityView, ...], tuple[TaskView, ...]]:
    """The sales of the account at the end of the day, and the tasks that were open for it or them, `limit` of each."""
    sales = belonged(session, opportunity, firm)
    own = or_(task.c.id.in_(belonged(session, task, firm)), task.c.opportunity_id.in_(sales))
    open_then = (task.c.made_at < end_of(firm.day), or_(task.c.ended_at.is_(None), task.c.ended_at >= end_of(firm.day)))
    found = session.execute(tasks().where(own, *open_then).order_by(task.c.id).limit(limit))
    return sales_then(session, firm, sales, limit), tasks_then(session, firm, [TaskView(*row) for row in found])


def belonged(session: Session, table: Table, firm: FirmThen) -> list[int]:
    """The ids of rows that belonged to the account at the end of the day, in order."""
    was = first_since(table, firm.day)
    changed = select(was.c.row_id).where(was.c.before["account_id"].as_integer() == firm.id)
    now = set(session.scalars(select(table.c.id).where(table.c.account_id == firm.id)))
    then = rows_then(session, table, now, firm.day)
    stayed = {one for one in now if one not in then or then[one]["account_id"] == firm.id}
    return sorted(stayed | set(session.scalars(select(table.c.id).where(table.c.id.in_(changed)))))


def sales_then(session: Session, firm: FirmThen, ids: Sequence[int], limit: int) -> tuple[OpportunityView, ...]:
    """Those of these sales that had begun, the first `limit`."""
    made: list[OpportunityView] = []
    for some in batched(ids, BATCH):
        at = stages_on(firm.day, move.c.opportunity_id.in_(some))
        sql = (
            select(opportunity.c.id, opportunity.c.probability, at.c.stage_id, pipeline.c.name.label("pipeline"))
            .add_columns(stage.c.name.label("stage"), stage.c.kind, stage.c.probability.label("usual"))
            .join(at, at.c.opportunity_id == opportunity.c.id)
            .join(stage, stage.c.id == at.c.stage_id)
            .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        )
        places = {row.id: row for row in session.execute(sql)}
        rows = session.execute(opportunities().where(opportunity.c.id.in_(places)).order_by(opportunity.c.id))
        views = [OpportunityView(*row) for row in rows]
        was = rows_then(session, opportunity, places, firm.day)
        made += [sale_then(view, was.get(view.id), places[view.id], firm) for view in views]
        if len(made) >= limit:
            break
    return with_reps(session, made[:limit])


def sale_then(view: OpportunityView, was: Any, place: Any, firm: FirmThen) -> OpportunityView:
    """A sale as it was, in the stage where it stood; its rep has the name of today still."""
    own = place.probability if was is None else was["probability"]
    return replace(
        restored(view, was),
        account_id=firm.id,
        account=firm.name,
        pipeline=place.pipeline,
        stage_id=place.stage_id,
        stage=place.stage,
        kind=place.kind,
        probability=place.usual if own is None else own,
    )


def tasks_then(session: Session, firm: FirmThen, views: Sequence[TaskView]) -> tuple[TaskView, ...]:
    """These tasks as they were, open."""
    was = rows_then(session, task, [view.id for view in views], firm.day)
    sold = {view.opportunity_id for view in views if view.opportunity_id is not None}
    titles = {key: row["title"] for key, row in rows_then(session, opportunity, sold, firm.day).items()}
    made = [
        replace(
            restored(view, was.get(view.id)),
            account_id=firm.id,
            account=firm.name,
            opportunity=titles.get(view.opportunity_id or 0, view.opportunity),
            state=TaskState.OPEN,
            outcome="",
            ended_at=None,
            ended_by="",
        )
        for view in views
    ]
    return with_reps(session, made)


def with_reps[View: (OpportunityView, TaskView)](session: Session, views: Iterable[View]) -> tuple[View, ...]:
    """The same with the names of the reps whose ids they have."""
    found = tuple(views)
    ids = {view.rep_id for view in found if view.rep_id is not None}
    names = {row.id: row.name for row in session.execute(select(rep.c.id, rep.c.name).where(rep.c.id.in_(ids)))}
    return tuple(replace(view, rep=names.get(view.rep_id or 0)) for view in found)
