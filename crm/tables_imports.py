"""Files on their way into the record: what each row would do is staged first, and done in one act afterwards."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class ImportState(StrEnum):
    """Whether what was staged has been done."""

    STAGED = "staged"
    COMMITTED = "committed"


class RowState(StrEnum):
    """What a row would do, or did; `review` waits for a person to choose among candidates."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CLOSE = "close"
    REVIEW = "review"
    REJECT = "reject"


class ImportRun(Record, table=True):
    """One file of records of one `kind` (see `planning.import_kinds`), and the `options` it was read with.

    `batch_id` is the act that brought it into the record, None when it changed nothing. Deciding a row raises the
    `version`.
    """

    __tablename__ = "import_run"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(default="accounts", sa_column_kwargs={"server_default": text("'accounts'")})
    source: str
    whole: bool
    state: ImportState = Field(
        default=ImportState.STAGED, sa_column=code_column(ImportState, "state", default=ImportState.STAGED)
    )
    staged_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    staged_by: str
    batch_id: int | None = Field(default=None, foreign_key="change_batch.id")
    options: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    rows_read: int
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    recognised: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    notes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class Upload(Record, table=True):
    """A file that came in and waits for a worker to read it; it is removed with what it was staged into."""

    __tablename__ = "upload"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    content: bytes
    sha256: str
    made_by: str
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class ImportRow(Record, table=True):
    """One row of the file (`line` as an editor counts), or a record that the file no longer has (`line` None).

    `record_id` is the row of the record it was matched with, `account_id` the account it is about. `writes` holds the
    values to write by table, for a table of things that are only added a list of them; `targets` the id and version,
    by table, of the rows they were compared with. Each of `candidates` is what the row would be if a person chose it.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_state", "run_id", "state", "id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="import_run.id")
    line: int | None = None
    state: RowState = Field(sa_column=code_column(RowState, "state"))
    external_id: str = ""
    record_id: int | None = None
    account_id: int | None = None
    writes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    targets: dict[str, list[int]] = Field(sa_column=Column(JSON, nullable=False))
    candidates: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    reasons: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
