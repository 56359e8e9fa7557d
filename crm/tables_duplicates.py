"""Accounts that may be one firm, as a search through the whole record found them, and what people said to it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class PairState(StrEnum):
    """Nobody has looked at it yet, or somebody said that it is two firms: then it is not suggested again."""

    OPEN = "open"
    TWO = "two"


class DuplicatePair(Record, table=True):
    """Two accounts that may be one firm; `account_id` is the lower id, `score` 0 to 1. A merge removes the row."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("account_id", "other_id"),
        CheckConstraint("account_id < other_id", name="order"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_duplicate_pair_state", "state", "score", "id"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    other_id: int = Field(foreign_key="account.id", index=True)
    score: float
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: PairState = Field(default=PairState.OPEN, sa_column=code_column(PairState, "state", default=PairState.OPEN))
    found_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    decided_by: str = ""
    version: int = 1
