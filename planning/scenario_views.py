"""Scenarios and their steps as they are shown, and who may see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Role, Scenario, ScenarioStep, Territory, TerritoryPlan
from planning.record_errors import MissingError
from planning.viewer import Viewer, may_see_territories

scenario, step = table_of(Scenario), table_of(ScenarioStep)
plan, territory = table_of(TerritoryPlan), table_of(Territory)


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A scenario; `published_plan_id` is None while it is a draft."""

    id: int
    plan_id: int
    name: str
    state: str
    position: int
    steps: int
    undo: str | None
    redo: str | None
    published_plan_id: int | None
    last_act: str
    touched: list[int]
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    version: int


@dataclass(frozen=True, slots=True)
class StepView:
    """A step; `done` is False for those that were undone."""

    number: int
    kind: str
    title: str
    made_at: datetime
    made_by: str
    done: bool


def list_scenarios(session: Session, viewer: Viewer, plan_id: int | None = None) -> tuple[ScenarioView, ...]:
    """The scenarios that the viewer may see, the one changed last first; discarded ones left out."""
    sql = _views().where(~scenario.c.discarded).order_by(scenario.c.changed_at.desc(), scenario.c.id)
    if plan_id is not None:
        sql = sql.where(scenario.c.plan_id == plan_id)
    return tuple(_view(session, row) for row in session.execute(sql).all() if _may_see(session, viewer, row))


def get_scenario(session: Session, viewer: Viewer, scenario_id: int) -> ScenarioView:
    """One scenario.

    Raises:
        MissingError: there is none with this id, or none that the viewer may see.
    """
    row = session.execute(_views().where(scenario.c.id == scenario_id)).first()
    if row is None or not _may_see(session, viewer, row):
        raise MissingError(f"There is no scenario {scenario_id}.")
    return _view(session, row)


def list_steps(session: Session, viewer: Viewer, scenario_id: int, limit: int = 100) -> tuple[StepView, ...]:
    """The last steps of a scenario, the newest first, undone ones too."""
    found = get_scenario(session, viewer, scenario_id)
    names = ("number", "kind", "title", "made_at", "made_by")
    sql = select(*(step.c[name] for name in names)).where(step.c.scenario_id == scenario_id)
    rows = session.execute(sql.order_by(step.c.number.desc()).limit(limit))
    return tuple(
        StepView(row.number, row.kind, row.title, row.made_at, row.made_by, row.number <= found.position)
        for row in rows
    )


def _views() -> Select[Any]:
    count = select(func.count()).where(step.c.scenario_id == scenario.c.id).scalar_subquery()
    mine = (step.c.scenario_id == scenario.c.id, step.c.number == scenario.c.position)
    following = (step.c.scenario_id == scenario.c.id, step.c.number == scenario.c.position + 1)
    return select(
        scenario,
        plan.c.state.label("plan_state"),
        count.label("steps"),
        select(step.c.title).where(*mine).scalar_subquery().label("undo"),
        select(step.c.title).where(*following).scalar_subquery().label("redo"),
    ).join(plan, plan.c.id == scenario.c.plan_id)


def _view(session: Session, row: Any) -> ScenarioView:
    facts = {name: getattr(row, name) for name in ScenarioView.__dataclass_fields__ if name != "state"}
    there = row.published_plan_id is not None and session.scalar(
        select(plan.c.id).where(plan.c.id == row.published_plan_id)
    )
    if not there:
        facts["published_plan_id"] = None
    return ScenarioView(**facts, state="published" if there else "draft")


def _may_see(session: Session, viewer: Viewer, row: Any) -> bool:
    """Planners see every scenario, managers their own and those that concern only what they see, reps none."""
    if viewer.sees_all or viewer.role is Role.REP:
        return viewer.sees_all
    if row.made_by == viewer.name:
        return True
    seen = select(territory.c.zone).where(territory.c.plan_id == row.plan_id, may_see_territories(session, viewer))
    return bool(row.touched) and set(row.touched) <= set(session.scalars(seen))
