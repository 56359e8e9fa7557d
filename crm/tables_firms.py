"""What a firm is called and was called, and how firms belong together."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Record, code_column


class NameKind(StrEnum):
    """Which of its names this is; `account.name` is the one that is shown."""

    LEGAL = "legal"
    BRAND = "brand"
    FORMER = "former"
    LATIN = "latin"
    PROJECT = "project"


class AccountName(Record, table=True):
    """A name of an account from one day until the day before another; `key` is what two writings of it share."""

    __tablename__ = "account_name"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: NameKind = Field(sa_column=code_column(NameKind, "kind"))
    name: str
    key: str = Field(index=True)
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1


class AccountKey(Record, table=True):
    """The id in files of an account that was merged into another: files go on finding it there.

    `was_id` is the id that the merged row had; `said` what it held by table, so that a file which still says the same
    changes nothing. `site_id` is the site it had, or the one that took its place.
    """

    __tablename__ = "account_key"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    external_id: str = Field(unique=True)
    was_id: int = Field(index=True)
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    said: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1


class LinkKind(StrEnum):
    """In which way one firm belongs to another. Only ownership makes a family."""

    OWNER = "owner"
    FRANCHISE = "franchise"
    SUPPLIER = "supplier"
    PAYER = "payer"


class AccountLink(Record, table=True):
    """The account belongs to another from one day until the day before another; owners never go round in a circle."""

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("account_id <> to_account_id", name="another"),
        Index("ix_account_link_to_account_id", "to_account_id", "kind"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    to_account_id: int = Field(foreign_key="account.id")
    kind: LinkKind = Field(sa_column=code_column(LinkKind, "kind"))
    share: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1


class FamilyGrant(Record, table=True):
    """A user sees a whole family of firms across territories: this account, and all that it owns directly or not."""

    __tablename__ = "family_grant"
    __table_args__ = (Index("uq_family_grant", "user_id", "account_id", unique=True), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    version: int = 1
