"""Leads that come from outside, such as a form on a web site: by which form, with which key, and how to reach whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column
from crm.tables_people import ContactKind


class LeadIntake(Record, table=True):
    """A place outside from which leads come, such as a form. `source` is a code of the list `lead_source`.

    `sales_force` is whose territories decide; empty: the first. With `needs_stamp` what comes in has to carry a stamp
    that was asked for `least_s` seconds before at least. One that is not `active` takes nothing.
    """

    __tablename__ = "lead_intake"
    __table_args__ = (CheckConstraint("least_s >= 0", name="least_s"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    source: str
    trigger: str
    sales_force: str = ""
    needs_stamp: bool = True
    least_s: int = 2
    active: bool = True
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class IntakeKey(Record, table=True):
    """A key with which leads come in; `digest` is its SHA-256, the key itself is kept nowhere.

    `secret` signs stamps. `taken`, `repeated` and `refused` count what came with the key: new leads, what was there
    already, and what was no lead. Not in the ledger.
    """

    __tablename__ = "intake_key"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="lead_intake.id", index=True)
    digest: str = Field(unique=True)
    secret: str
    title: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    taken: int = 0
    repeated: int = 0
    refused: int = 0


class LeadContact(Record, table=True):
    """A way to reach whoever a lead came from; `key` is what two writings of the same share, as in `ContactPoint`."""

    __tablename__ = "lead_contact"
    __table_args__ = (Index("ix_lead_contact_key", "key"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="lead.id", index=True)
    kind: ContactKind = Field(sa_column=code_column(ContactKind, "kind"))
    key: str
    version: int = 1
