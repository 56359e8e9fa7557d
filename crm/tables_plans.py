"""Territory plans: who sells where, from which day on, for which reason, and how the work is shared."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, false, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class PlanState(StrEnum):
    """A draft is being made; at most one plan of a sales force is published; the ones before it are superseded."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class HolderRole(StrEnum):
    """In which way a rep holds a territory."""

    PRIMARY = "primary"
    COVER = "cover"
    SUPPORT = "support"


class Rep(Record, table=True):
    """Someone who visits clients. Days and times of a rep are local to `time_zone` (an IANA name).

    `weekdays` are the digits of the days worked (0 = Monday), the shift is in seconds after local midnight, `holidays`
    is a calendar such as "DE-BY" or empty.

    The vehicle holds `vehicle_capacity` units (empty: loads do not matter) and is filled in `reload_s` at the depot,
    else once a day at home; `starts_at_depot`: there the day begins. A day drives `most_drive_s` at most; a second of
    overtime costs as much as `overtime_price` seconds of driving.
    """

    __tablename__ = "rep"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    external_id: str = Field(unique=True)
    name: str
    time_zone: str = "UTC"
    home_lat: float | None = None
    home_lon: float | None = None
    home_assumed: bool = False
    weekdays: str = Field(default="01234", sa_column_kwargs={"server_default": text("'01234'")})
    shift_start_s: int = Field(default=28_800, sa_column_kwargs={"server_default": text("28800")})
    shift_end_s: int = Field(default=61_200, sa_column_kwargs={"server_default": text("61200")})
    holidays: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    vehicle_capacity: int | None = None
    depot_lat: float | None = None
    depot_lon: float | None = None
    reload_s: int = Field(default=1800, sa_column_kwargs={"server_default": text("1800")})
    starts_at_depot: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    most_drive_s: int | None = None
    overtime_price: float = Field(default=1.0, sa_column_kwargs={"server_default": text("1")})
    version: int = 1


class RepAbsence(Record, table=True):
    """Days on which a rep does not work, the first and the last included; `reason` as the rep or manager put it."""

    __tablename__ = "rep_absence"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span"),
        Index("ix_rep_absence_rep_id", "rep_id", "first_on"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    rep_id: int = Field(foreign_key="rep.id")
    first_on: date
    last_on: date
    reason: str = ""
    version: int = 1


class TerritoryPlan(Record, table=True):
    """One division of the accounts among the reps, and the weeks of routes planned with it.

    It is in force from `valid_from` until the day before `valid_to`. Both are empty for a draft, and `valid_to` for the
    plan that no other has followed yet. Each `sales_force` (a product line may be one; empty where there is only one)
    has plans of its own, which lie over each other: the database lets none of one sales force overlap in time.
    """

    __tablename__ = "territory_plan"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "uq_territory_plan_published",
            "sales_force",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    sales_force: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    source: str = ""
    state: PlanState = Field(
        default=PlanState.DRAFT, sa_column=code_column(PlanState, "state", default=PlanState.DRAFT)
    )
    starts_on: date
    weeks: int
    valid_from: date | None = Field(default=None, index=True)
    valid_to: date | None = None
    seed: int
    tolerance: float
    max_deviation: float
    visits_due: int
    visits_planned: int
    visits_unserved: int
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    holds_for: str = ""
    travel_source: str
    travel_estimated: bool
    attribution: str = ""
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    defaults: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class PlanPage(Record, table=True):
    """The map of a plan as a page, drawn when the plan was saved: gzip of self-contained HTML."""

    __tablename__ = "plan_page"

    plan_id: int = Field(primary_key=True, foreign_key="territory_plan.id", ondelete="CASCADE")
    html_gzip: bytes
    sha256: str


class Territory(Record, table=True):
    """A piece of ground in one plan; territories may stand in a tree.

    The outline is WKB in EPSG:4326, with its bounds beside it for a search by place.
    """

    __tablename__ = "territory"
    __table_args__ = (
        UniqueConstraint("plan_id", "zone"),
        Index("ix_territory_bounds", "min_lat", "max_lat", "min_lon", "max_lon"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id")
    parent_id: int | None = Field(default=None, foreign_key="territory.id", index=True)
    zone: int
    name: str
    outline_wkb: bytes | None = None
    min_lat: float | None = None
    min_lon: float | None = None
    max_lat: float | None = None
    max_lon: float | None = None
    label_lat: float | None = None
    label_lon: float | None = None
    version: int = 1


class TerritoryHolder(Record, table=True):
    """A rep who holds a territory from `valid_from` until the day before `valid_to`.

    The database refuses two primary holders on one day.
    """

    __tablename__ = "territory_holder"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "uq_territory_holder_primary",
            "territory_id",
            unique=True,
            sqlite_where=text("role = 'primary' AND valid_to IS NULL"),
            postgresql_where=text("role = 'primary' AND valid_to IS NULL"),
        ),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    territory_id: int = Field(foreign_key="territory.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    role: HolderRole = Field(
        default=HolderRole.PRIMARY, sa_column=code_column(HolderRole, "role", default=HolderRole.PRIMARY)
    )
    valid_from: date
    valid_to: date | None = None
    version: int = 1


class Assignment(Record, table=True):
    """A site that belongs to a territory from `valid_from` until the day before `valid_to`, and why it does.

    The database refuses a second territory of the same plan on the same day.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "uq_assignment_open",
            "site_id",
            "plan_id",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index("ix_assignment_territory", "territory_id", "plan_id", "site_id", "valid_from", "valid_to"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id", index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    territory_id: int = Field(foreign_key="territory.id")
    locked: bool = False
    reason: str = ""
    valid_from: date
    valid_to: date | None = None
    version: int = 1


class Workload(Record, table=True):
    """What one territory asks of its rep over the weeks of its plan, in hours; `deviation` as in the plan.

    The year's figures, and what is lost on access and administration, are empty for plans that were saved without
    them. `service_h` has the access in it.
    """

    __tablename__ = "workload"

    territory_id: int = Field(primary_key=True, foreign_key="territory.id")
    rep_id: int = Field(foreign_key="rep.id", index=True)
    accounts: int
    visits: int
    service_h: float
    drive_h: float
    workload_h: float
    capacity_h: float
    value: float
    deviation: float
    hours_a_year: float
    access_h: float | None = None
    admin_h: float | None = None
    visits_a_year: float | None = None
    work_h_a_year: float | None = None
    net_h_a_year: float | None = None
    potential: float | None = None
    gap: float | None = None


class AccountShare(Record, table=True):
    """A rep's share (above 0, up to 1) of an account from `valid_from` until the day before `valid_to`.

    An account without shares belongs to whoever holds its territory. The shares of one account valid on a day add up
    to 1: that is checked by `planning.account_shares`, which writes them.
    """

    __tablename__ = "account_share"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "uq_account_share_open",
            "account_id",
            "rep_id",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    share: float
    valid_from: date
    valid_to: date | None = None
    version: int = 1


class Transfer(Record, table=True):
    """An account transfer that a plan suggests; hours a year and value go with it."""

    __tablename__ = "transfer"
    __table_args__ = (UniqueConstraint("plan_id", "site_id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id")
    site_id: int = Field(foreign_key="site.id", index=True)
    from_rep_id: int = Field(foreign_key="rep.id", index=True)
    to_rep_id: int = Field(foreign_key="rep.id", index=True)
    reason: str
    hours: float
    value: float | None = None
