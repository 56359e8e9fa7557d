"""People at clients: what they do there, how to reach them, and what they agreed to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class Person(Record, table=True):
    """Somebody at one client or several. `external_id` is the id in files; `key` the name in a form to find."""

    __tablename__ = "person"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str
    key: str = Field(index=True)
    note: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class PersonKey(Record, table=True):
    """A person who turned out to be the same as another: files go on finding them there by the id they had.

    `external_id` is that id in files, where there was one; `was_id` the id of the row that went, and `said` what it
    held, so that a file which still says the same changes nothing.
    """

    __tablename__ = "person_key"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    external_id: str | None = Field(default=None, unique=True)
    was_id: int = Field(index=True)
    said: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1


class AccountPerson(Record, table=True):
    """What a person does at an account (a code of `person_role`), from one day until the day before another."""

    __tablename__ = "account_person"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str = ""
    is_main: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1


class ContactKind(StrEnum):
    """A way to reach somebody."""

    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    POST = "post"
    OTHER = "other"


class ContactPoint(Record, table=True):
    """One way to reach a person, from one day until the day before another.

    `value` is as written, `key` what two writings of the same share.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from", name="validity"),
        Index("ix_contact_point_key", "kind", "key"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: ContactKind = Field(sa_column=code_column(ContactKind, "kind"))
    value: str
    key: str
    preferred: bool = False
    version: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


class ConsentState(StrEnum):
    """What a person said."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Consent(Record, table=True):
    """A person agreed to a purpose (a code of the list `consent_purpose`), or no longer does.

    `channel` is the kind of way to reach them that it is about; None: every way, whatever was said of one before.
    Rows are only added; the database refuses to change anything but whose they are, which a merge of people does.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person_id", "person_id", "purpose", "id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    purpose: str
    state: ConsentState = Field(sa_column=code_column(ConsentState, "state"))
    said_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    source: str = ""
    channel: ContactKind | None = Field(default=None, sa_column=code_column(ContactKind, "channel", nullable=True))
