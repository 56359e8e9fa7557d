"""Kinds of contact, weights of work and frequencies of visits as data."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column
from crm.tables_activities import ActivityKind


class ActivityType(Record, table=True):
    """A kind of contact that users name: a delivery, an audit of a shelf, a demonstration.

    `channel` is how it happens, which is all that the program itself distinguishes. `duration_s` is how long it takes
    where a site says nothing of its own; `counts_as_visit`: it satisfies the visits that fall due at a site;
    `workload_weight`: work that a second of it stands for, 0 for none. `outcomes`: the codes of the list `outcome` that
    may come of it, empty for all. It may be chosen for days from `valid_from` until the day before `valid_to`.

    The database refuses to change `code`, `channel`, `counts_as_visit` and `workload_weight`: what was reported stays
    what it was. A type that is to count otherwise ends, and another begins; weights may also change by a later
    `WorkloadRules`.
    """

    __tablename__ = "activity_type"
    __table_args__ = (
        CheckConstraint("duration_s IS NULL OR duration_s > 0", name="duration"),
        CheckConstraint("workload_weight >= 0", name="weight"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    label: str
    channel: ActivityKind = Field(sa_column=code_column(ActivityKind, "channel"))
    duration_s: int | None = None
    counts_as_visit: bool = True
    workload_weight: float = 1.0
    outcomes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    colour: str = ""
    position: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1


class WorkloadRules(Record, table=True):
    """How work is weighed for plans of a sales force that begin on `valid_from` or later, until the next rules begin.

    `access_min` are minutes of parking and the way to the door of every visit, `admin_min` those of administration on
    every working day, `service_min` how long a visit takes where nobody says otherwise. `weights`, by code of an
    `ActivityType`, come before its own. `hours_share`, `value_share` and `potential_share` add up to 1: territories
    are balanced by them. Rows are only ever added, each with who made it and why; of one day, the last counts.
    """

    __tablename__ = "workload_rules"
    __table_args__ = (
        CheckConstraint("access_min >= 0 AND admin_min >= 0 AND service_min > 0", name="minutes"),
        CheckConstraint("hours_share > 0 AND value_share >= 0 AND potential_share >= 0", name="shares"),
        Index("ix_workload_rules_sales_force", "sales_force", "valid_from"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    sales_force: str
    valid_from: date
    access_min: float
    admin_min: float
    service_min: float
    weights: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hours_share: float
    value_share: float
    potential_share: float
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    why: str


class VisitPolicy(Record, table=True):
    """How often and how long clients are visited where nobody says it of themselves, from `valid_from` on.

    Each of `rows` names a `segment` (of accounts, "" for any) or those with a `contract`, and gives `visits_per_year`
    or `service_min` or both. It holds until the next policy begins. Rows of the table are only ever added, each with
    who made it and why; of one day, the last counts.
    """

    __tablename__ = "visit_policy"
    __table_args__ = (Index("ix_visit_policy_valid_from", "valid_from"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    valid_from: date
    rows: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    why: str
