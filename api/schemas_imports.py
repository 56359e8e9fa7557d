"""Shapes of the answers about imports."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer


class ImportOut(Answer):
    """A file that was staged, and perhaps committed."""

    id: int = Field(examples=[4])
    kind: str = Field(description="What the file holds", examples=["accounts"])
    source: str = Field(examples=["accounts.csv"])
    whole: bool = Field(description="True: the file is the list of all accounts", examples=[False])
    state: str = Field(description="staged or committed", examples=["staged"])
    staged_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    staged_by: str = Field(examples=["anna"])
    batch_id: int | None = Field(description="The act that did it, to undo it by", examples=[None])
    options: dict[str, Any] = Field(
        description="What was said besides the file: columns by field, values for all rows, time zone",
        examples=[{"columns": {"outcome": "type"}, "set": {"kind": "visit"}, "zone": "UTC"}],
    )
    rows_read: int = Field(examples=[3])
    counts: dict[str, int] = Field(
        description="Rows by what they do; close counts accounts that are not in the file",
        examples=[{"create": 1, "update": 1, "unchanged": 0, "close": 0, "review": 0, "reject": 1}],
    )
    recognised: dict[str, str] = Field(description="Which column was taken for what", examples=[{"id": "business_id"}])
    notes: tuple[str, ...]


class Reason(Answer):
    """Why, field by field."""

    field: str = Field(examples=["name"])
    given: str = Field(examples=["Café Nord"])
    note: str = Field(examples=["was Cafe Nord"])


class CandidateOut(Answer):
    """What a row under review would do if this were chosen."""

    state: str = Field(examples=["update"])
    label: str = Field(examples=["Anna Berg (12)"])
    record_id: int | None = Field(description="null: a new record", examples=[12])
    account_id: int | None = Field(examples=[42])
    reasons: tuple[Reason, ...]


class ImportRowOut(Answer):
    """What one row does."""

    id: int = Field(examples=[17])
    line: int | None = Field(description="As an editor counts; null: not in the file", examples=[2])
    state: str = Field(description="create, update, unchanged, close, review or reject", examples=["update"])
    external_id: str = Field(examples=["4711"])
    record_id: int | None = Field(description="The record it is matched with, or has become", examples=[42])
    account_id: int | None = Field(description="The account it is about", examples=[42])
    candidates: tuple[CandidateOut, ...] = Field(description="What to choose from, where a person has to")
    reasons: tuple[Reason, ...]


class ImportRowsOut(Answer):
    """A page of rows in the order of the file."""

    items: tuple[ImportRowOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class ImportsOut(Answer):
    """A page of imports, the newest first."""

    items: tuple[ImportOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])
