"""What reps earn besides their pay: the rules, one run of them for each period, and its lines for payroll."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record


class IncentiveRules(Record, table=True):
    """An edition of incentive rules, as data (see `planning.incentive_rules`).

    The highest edition of a name is in force; editions are only ever added.
    """

    __tablename__ = "incentive_rules"
    __table_args__ = (UniqueConstraint("name", "edition"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    edition: int
    rules: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str


class IncentiveRun(Record, table=True):
    """What the rules `name` came to from `first_on` to `last_on`, both included; runs of a name never overlap.

    One that was closed (paid) never changes again: what would be different by now is a correction in a later run.
    """

    __tablename__ = "incentive_run"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span"),
        UniqueConstraint("name", "first_on"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    rules_id: int = Field(foreign_key="incentive_rules.id", index=True)
    first_on: date
    last_on: date
    closed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    version: int = 1


class IncentiveLine(Record, table=True):
    """What one rep earned by one rule with one event, in hundredths of the currency.

    `event` names it ("sale 17", "visit 5", "target"), `day` is its day, `base` what the rule counted of it and `share`
    the rep's part. `earned_on` is the first day of the run in which it was earned: an earlier one for a correction.
    """

    __tablename__ = "incentive_line"
    __table_args__ = (
        UniqueConstraint("run_id", "earned_on", "rule", "event", "rep_id", "currency"),
        Index("ix_incentive_line_rep_id", "rep_id", "run_id"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="incentive_run.id")
    earned_on: date
    rule: str
    event: str
    rep_id: int = Field(foreign_key="rep.id")
    currency: str
    day: date
    base: float
    share: float
    hundredths: int = Field(sa_column=Column(BigInteger, nullable=False))
    why: str
    version: int = 1
