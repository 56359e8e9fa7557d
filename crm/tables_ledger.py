"""The ledger: every change of the record, who made it, when and why, with the row before and after.

The rows are written by triggers of the database (`crm.migrations.ledger_triggers`), so that no statement can go past
them, and are never changed or removed; what names a person can be erased from them (`Erasure`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column

BIG_ID = BigInteger().with_variant(Integer, "sqlite")
ROW = JSON().with_variant(JSONB(), "postgresql")


class ActKind(StrEnum):
    """What sort of act a batch was."""

    EDIT = "edit"
    IMPORT = "import"
    PLAN = "plan"
    UNDO = "undo"
    UPGRADE = "upgrade"


class ChangeBatch(Record, table=True):
    """One act: all the changes that were made, and can be undone, together.

    An undo names the batch it takes back, and the change when it took back only one of it.
    """

    __tablename__ = "change_batch"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    kind: ActKind = Field(sa_column=code_column(ActKind, "kind"))
    why: str
    undoes_id: int | None = Field(default=None, foreign_key="change_batch.id", index=True)
    undoes_change_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class SettledAct(Record, table=True):
    """The acts in the order in which they were committed; their own ids follow the order in which they began."""

    __tablename__ = "settled_act"
    __table_args__ = (KEEP_IDS,)

    number: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="change_batch.id", unique=True)


class Change(Record, table=True):
    """One row that was added (`before` empty), changed, or removed (`after` empty); both hold the whole row."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_row", "table_name", "row_id", "id"), KEEP_IDS)

    id: int | None = Field(default=None, sa_column=Column(BIG_ID, primary_key=True))
    batch_id: int = Field(sa_column=Column(Integer, ForeignKey("change_batch.id"), nullable=False, index=True))
    table_name: str
    row_id: int
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(ROW, nullable=True))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(ROW, nullable=True))


class Erasure(Record, table=True):
    """A row whose personal data were erased, here and in the ledger, by one act; it is never removed.

    Only the act that enters it may blank what the ledger says of that row.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_row", "table_name", "row_id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="change_batch.id")
    table_name: str
    row_id: int


class KeptAnswer(Record, table=True):
    """The answer to a request that carried an Idempotency-Key, to be given again when the request comes again."""

    __tablename__ = "kept_answer"

    asked_by: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    body: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))


class LedgerNow(Record, table=True):
    """The batch of the write that is going on, on SQLite, which has one writer at a time; PostgreSQL has a setting."""

    __tablename__ = "ledger_now"

    id: int = Field(primary_key=True)
    batch_id: int | None = Field(default=None, foreign_key="change_batch.id")


NOT_IN_LEDGER = frozenset(
    {
        *("change_batch", "settled_act", "change", "ledger_now", "kept_answer"),
        *("plan_page", "import_run", "import_row", "upload", "site_region", "site_street", "account_text"),
        *("scenario", "scenario_step"),
        *("password", "access_token", "sign_in_failure", "intake_key", "erasure"),
        *("second_factor", "recovery_code", "sign_in_step"),
        *("job", "job_unit", "job_result", "job_attempt", "export_piece", "event", "event_reader"),
    }
)
"""Tables whose rows are not recorded: the ledger, drawn pages, what is staged or a draft, what follows from names,
places, addresses and regions, jobs, events, secrets, erasures."""
