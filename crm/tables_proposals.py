"""Proposed transfers: computed on a version of the data, accepted whole or in part, once."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class ProposalState(StrEnum):
    """Open until somebody accepts it (all of it, or a part) or declines it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Proposal(Record, table=True):
    """A list of transfers for a plan; `data_version` is a fingerprint of what it was computed on.

    `figures`: workload of every territory before and after. `deals_until`: open deals of the accounts stay with the old
    owner until that day; `deals_given_on`: the day on which they went to the new one.
    """

    __tablename__ = "proposal"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id", index=True)
    title: str
    data_version: str
    tolerance: float
    state: ProposalState = Field(
        default=ProposalState.OPEN, sa_column=code_column(ProposalState, "state", default=ProposalState.OPEN)
    )
    feasible: bool
    proven: bool
    bound: float
    gap: float
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    deals_until: date | None = None
    deals_given_on: date | None = None
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    version: int = 1


class ProposalMove(Record, table=True):
    """One site that would change its territory; `price` is the sum of `terms`. `accepted` is empty while it is open."""

    __tablename__ = "proposal_move"
    __table_args__ = (
        UniqueConstraint("proposal_id", "site_id"),
        CheckConstraint("from_territory_id <> to_territory_id", name="elsewhere"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    proposal_id: int = Field(foreign_key="proposal.id", index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    from_territory_id: int = Field(foreign_key="territory.id")
    to_territory_id: int = Field(foreign_key="territory.id")
    price: float
    terms: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    hours: float
    reason: str
    accepted: bool | None = None
    version: int = 1
