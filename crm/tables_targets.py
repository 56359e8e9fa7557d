"""What reps are to sell, and who is credited with a sale that several made together."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Record


class Target(Record, table=True):
    """Revenue that a rep is to win from `first_on` to `last_on`, both included; targets of a rep never overlap."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_target_rep_id", "rep_id", "first_on"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    rep_id: int = Field(foreign_key="rep.id")
    first_on: date
    last_on: date
    amount: float
    currency: str
    version: int = 1


class CreditSplit(Record, table=True):
    """A rep's share (above 0, up to 1) of the credit for a sale, from `valid_from` until the day before `valid_to`.

    A sale without shares is its rep's. The shares of one sale valid on a day add up to 1: that is checked by
    `planning.credit_splits`, which writes them.
    """

    __tablename__ = "credit_split"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "uq_credit_split_open",
            "opportunity_id",
            "rep_id",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    share: float
    valid_from: date
    valid_to: date | None = None
    version: int = 1
