"""Files on their way into the record: what each row would do is staged first, and done in one act afterwards."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class ImportState(StrEnum):
    """Whether what was staged has been done."""

    STAGED = "staged"
    COMMITTED = "committed"


class RowState(StrEnum):
    """What a row would do, or did."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CLOSE = "close"
    REJECT = "reject"


class ImportRun(Record, table=True):
    """One file; `batch_id` is the act that brought it into the record, None when it changed nothing."""

    __tablename__ = "import_run"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    whole: bool
    state: ImportState = Field(
        default=ImportState.STAGED, sa_column=code_column(ImportState, "state", default=ImportState.STAGED)
    )
    staged_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    staged_by: str
    batch_id: int | None = Field(default=None, foreign_key="change_batch.id")
    rows_read: int
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    recognised: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    notes: list[str] = Field(sa_column=Column(JSON, nullable=False))


class ImportRow(Record, table=True):
    """One row of the file (`line` as an editor counts), or an account that the file no longer has (`line` None).

    `account` and `site` hold the values to write; the versions are those of the rows they were compared with.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_state", "run_id", "state", "id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="import_run.id")
    line: int | None = None
    state: RowState = Field(sa_column=code_column(RowState, "state"))
    external_id: str = ""
    account_id: int | None = None
    account_version: int | None = None
    site_id: int | None = None
    site_version: int | None = None
    account: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    site: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reasons: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
