"""Scenarios: drafts of how the territories of a plan could be cut, kept step by step.

Nothing in a scenario is true until it is published as a plan; who did what in it is told by its steps, so these tables
are not in the ledger.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record


class Scenario(Record, table=True):
    """A named draft on top of a plan. `position` of its steps count; those after it were undone and can be redone.

    `touched`: zones of the plan's territories that its steps have had to do with.

    `published_plan_id` is the plan it became. It may have been taken back since; then the scenario is a draft again.
    """

    __tablename__ = "scenario"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id", index=True)
    name: str
    position: int = 0
    discarded: bool = False
    published_plan_id: int | None = None
    last_act: str = ""
    touched: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    changed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    changed_by: str
    version: int = 1


class ScenarioStep(Record, table=True):
    """One act in a scenario: what changed, as it was and as it became (`planning.scenario_delta`)."""

    __tablename__ = "scenario_step"
    __table_args__ = (UniqueConstraint("scenario_id", "number"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id")
    number: int
    kind: str
    title: str
    delta: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
