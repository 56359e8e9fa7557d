"""Shapes of the answers about what was changed."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer


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
