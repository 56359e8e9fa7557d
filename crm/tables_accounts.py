"""Clients and the places they have: the account is the firm, the site is what lies in a territory and is visited."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column

EMPTY = {"server_default": text("''")}
"""Of a column that came to a table with rows in it."""


class AccountState(StrEnum):
    """Where a client is in its life with us."""

    PROSPECT = "prospect"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


class Account(Record, table=True):
    """A firm. `external_id` is its id in its files; `value` is money a year, `potential` what that could become.

    `segment` and `industry` are codes of the lists of these names.
    """

    __tablename__ = "account"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    external_id: str = Field(unique=True)
    name: str = Field(index=True)
    state: AccountState = Field(
        default=AccountState.ACTIVE,
        sa_column=code_column(AccountState, "state", default=AccountState.ACTIVE, index=True),
    )
    segment: str = ""
    industry: str = Field(default="", sa_column_kwargs=EMPTY)
    value: float | None = None
    potential: float | None = None
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class Site(Record, table=True):
    """One address of an account: where it is, how well that is known, and what a visit there takes.

    `level` is one of geo's levels; lat and lon (WGS84 degrees) are empty exactly when it is `none`. `place_why` and
    what follows say how the place was found; `doubts` are separated by semicolons. A place at level `manual` was set by
    a person, and only a later act of a person may change it. `wishes`: what was agreed of visits, see
    `planning.kept_wishes`. `visit_type` is the code of the `ActivityType` of its planned visits.
    """

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place"),
        CheckConstraint("lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)", name="degrees"),
        Index("ix_site_band", text("round(lat * 4)"), "lon", "lat"),  # `planning.areas.BAND`
        Index("ix_site_postcode", "postcode"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    line: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    level: str = "none"
    why: str = ""
    place_score: float | None = None
    place_source: str = Field(default="", sa_column_kwargs=EMPTY)
    place_why: str = Field(default="", sa_column_kwargs=EMPTY)
    place_scores: dict[str, float] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    runner_up: str = Field(default="", sa_column_kwargs=EMPTY)
    runner_up_m: float | None = None
    snap_m: float | None = None
    doubts: str = Field(default="", sa_column_kwargs=EMPTY)
    place_attribution: str = Field(default="", sa_column_kwargs=EMPTY)
    visits_per_year: float = 0.0
    service_s: int = 0
    last_visit_on: date | None = None
    opening_hours: str = Field(default="", sa_column_kwargs=EMPTY)
    wishes: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    visit_type: str | None = Field(default=None, foreign_key="activity_type.code")
    version: int = 1


class AccountText(Record, table=True):
    """Whatever an account can be found by, in one text; see `crm.account_texts`.

    It follows from the account, its names and its sites, which are in the ledger, and is brought up to date at the end
    of every act: it is in no ledger itself.
    """

    __tablename__ = "account_text"

    account_id: int = Field(
        sa_column=Column(Integer, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    words: str


class SiteStreet(Record, table=True):
    """The line and the city of a site's address, written so that spellings of one street compare equal.

    It follows from the site, which is in the ledger, and is kept up to date by `crm.site_streets` at the end of every
    act: it is in no ledger itself. Bytes, because both databases order those alike. Sites without a line: no row.
    """

    __tablename__ = "site_street"
    __table_args__ = (Index("ix_site_street_street", "street", "city"),)

    site_id: int = Field(
        sa_column=Column(Integer, ForeignKey("site.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    street: bytes
    city: bytes
