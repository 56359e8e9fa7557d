"""What happened with a client, and what came in: activities and leads."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class ActivityKind(StrEnum):
    """How somebody was in touch."""

    PHONE_CALL = "phone_call"
    MAIL = "mail"
    VISIT = "visit"
    MEETING = "meeting"
    NOTE = "note"


class Activity(Record, table=True):
    """Something done with or for an account. `outcome` is a code of the list `outcome`; empty for a note.

    `type` is the code of an `ActivityType` of the channel `kind`; None where there are no types.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("duration_s IS NULL OR duration_s >= 0", name="duration"),
        Index("ix_activity_account_id", "account_id", "at"),
        Index("ix_activity_type", "type", "at"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    account_id: int = Field(foreign_key="account.id")
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", index=True)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    rep_id: int | None = Field(default=None, foreign_key="rep.id", index=True)
    kind: ActivityKind = Field(sa_column=code_column(ActivityKind, "kind"))
    type: str | None = Field(default=None, foreign_key="activity_type.code")
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    duration_s: int | None = None
    outcome: str = ""
    text: str = ""
    next_contact_on: date | None = Field(default=None, index=True)
    made_by: str
    version: int = 1


class LeadState(StrEnum):
    """How far a lead has come; the last two are final."""

    NEW = "new"
    MATCHED = "matched"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    REJECTED = "rejected"


class Lead(Record, table=True):
    """A hint at a sale: where it came from (a code of `lead_source`), what set it off, and what came in, unchanged.

    The database refuses to change `source`, `trigger`, `payload` and `received_at`.
    """

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("(state = 'converted') = (opportunity_id IS NOT NULL)", name="opportunity"),
        CheckConstraint("state <> 'rejected' OR reason <> ''", name="reason"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    source: str
    trigger: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: LeadState = Field(
        default=LeadState.NEW, sa_column=code_column(LeadState, "state", default=LeadState.NEW, index=True)
    )
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    rep_id: int | None = Field(default=None, foreign_key="rep.id", index=True)
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", unique=True)
    reason: str = ""
    version: int = 1
