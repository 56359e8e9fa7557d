"""Shapes of the answers about what was changed."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer
from api.schemas_activities import ActivityOut
from planning.timeline_sources import EventKind


class BatchOut(Answer):
    """One act: its changes were made together and can be undone together."""

    id: int = Field(examples=[12])
    at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    made_by: str = Field(examples=["anna"])
    kind: str = Field(description="edit, import, plan, undo or upgrade", examples=["edit"])
    why: str = Field(examples=["told by phone"])
    undoes: int | None = Field(description="The batch that this one took back", examples=[None])
    undoes_change: int | None = Field(description="When it took back only one change of it", examples=[None])
    undone_by: int | None = Field(description="The batch that took this one back and still stands", examples=[13])
    changes: int = Field(description="Rows added, changed or removed", examples=[1])


class BatchesOut(Answer):
    """Acts, the newest first."""

    items: tuple[BatchOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class ChangeOut(Answer):
    """One row that was added, changed or removed."""

    id: int = Field(examples=[311])
    batch_id: int = Field(examples=[12])
    at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    made_by: str = Field(examples=["anna"])
    why: str = Field(examples=["told by phone"])
    table: str = Field(examples=["account"])
    row_id: int = Field(examples=[42])
    act: str = Field(description="added, changed or removed", examples=["changed"])
    fields: dict[str, tuple[Any, Any]] = Field(
        description="By field, what it was and what it became", examples=[{"name": ["Cafe Nord", "Café Nord"]}]
    )


class ChangesOut(Answer):
    """A page of changes."""

    items: tuple[ChangeOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class EventOut(Answer):
    """Something that happened with an account."""

    at: datetime = Field(description="Midnight UTC where only the day is known", examples=["2026-11-23T09:00:00Z"])
    day_only: bool = Field(description="Only the day is known", examples=[False])
    kind: EventKind = Field(examples=["visit"])
    table: str = Field(description="Where it stands in the record", examples=["activity"])
    id: int = Field(description="And under which id", examples=[42])
    state: str = Field(description="How it stands or went; of owners the sales force", examples=["done"])
    what: str = Field(description="Type, form, source, title, territory or table", examples=["shelf_audit"])
    outcome: str = Field(description="What came of it; of sales the stage", examples=["met"])
    text: str = Field(examples=["Wants an offer"])
    by: str = Field(description="Who wrote it", examples=["anna"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    opportunity_id: int | None = Field(examples=[None])
    change: ChangeOut | None = Field(description="Of changes, field by field", examples=[None])
    contact: ActivityOut | None = Field(description="Of contacts, with whom, how long and when next", examples=[None])


class TimelineOut(Answer):
    """A page of events, the newest first."""

    items: tuple[EventOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])
