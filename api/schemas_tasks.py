"""Shapes of tasks, and of the events that other programs read."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer


class TaskOut(Answer):
    """Something to do for a sale or an account."""

    id: int = Field(examples=[5])
    opportunity_id: int | None = Field(examples=[12])
    opportunity: str | None = Field(examples=["Autumn range"])
    account_id: int | None = Field(description="Also that of the sale", examples=[42])
    account: str | None = Field(examples=["Café Nord"])
    rep_id: int | None = Field(description="Whose it is; null: whoever sees it", examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    kind: str = Field(examples=["site survey"])
    title: str = Field(examples=["Measure the shelf"])
    text: str = Field(examples=[""])
    due_on: date | None = Field(examples=["2026-12-01"])
    state: str = Field(description="open, done or cancelled", examples=["open"])
    outcome: str = Field(examples=[""])
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["anna"])
    ended_at: datetime | None = Field(examples=[None])
    ended_by: str = Field(examples=[""])
    version: int = Field(examples=[1])


class TasksOut(Answer):
    """A page of tasks."""

    items: tuple[TaskOut, ...]
    next: str | None = Field(description="Cursor of the next page", examples=[None])


class EventOut(Answer):
    """Something that happened."""

    id: int = Field(examples=[101])
    at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    kind: str = Field(examples=["opportunity.won"])
    subject: str = Field(description="Which kind of row it is about", examples=["opportunity"])
    subject_id: int = Field(examples=[12])
    batch_id: int = Field(description="The act; see /api/batches", examples=[77])
    data: dict[str, Any] = Field(examples=[{"from_stage_id": 3, "to_stage_id": 5}])


class EventsOut(Answer):
    """Events in their order; go on with `after` = the id of the last one."""

    items: tuple[EventOut, ...]
