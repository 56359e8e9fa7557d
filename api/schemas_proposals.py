"""Shapes of proposed transfers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from api.dependencies import LARGEST_ID
from api.schemas import Answer
from api.writing import Edit


class ProposalMoveOut(Answer):
    """One site that would change its territory."""

    site_id: int = Field(examples=[42])
    from_territory_id: int = Field(examples=[1])
    to_territory_id: int = Field(examples=[2])
    price: float = Field(description="Sum of the terms", examples=[1.0])
    terms: dict[str, float] = Field(examples=[{"account": 1.0}])
    hours: float = Field(description="Hours a year, driving estimated", examples=[14.5])
    reason: str = Field(examples=["relieves an overloaded rep of 2.1% of the rep's load"])
    accepted: bool | None = Field(description="null while the proposal is open", examples=[None])


class ProposalOut(Answer):
    """A list of transfers, computed on the record as it was."""

    id: int = Field(examples=[7])
    plan_id: int = Field(examples=[1])
    title: str = Field(examples=["12 transfers to ±10%"])
    state: str = Field(description="open, accepted or declined", examples=["open"])
    stale: bool = Field(description="The data have changed since it was computed", examples=[False])
    tolerance: float = Field(examples=[0.1])
    feasible: bool = Field(description="Everyone is in the band afterwards", examples=[True])
    proven: bool = Field(description="No cheaper list exists for the stated model", examples=[True])
    bound: float = Field(description="No list costs less", examples=[12.0])
    gap: float = Field(examples=[0.0])
    figures: list[dict[str, Any]] = Field(description="Hours a year of every territory before and after")
    notes: list[str] = Field(examples=[[]])
    deals_until: date | None = Field(description="Open deals stay with the old owner until then", examples=[None])
    deals_given_on: date | None = Field(description="When they went to the new one", examples=[None])
    made_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    made_by: str = Field(examples=["anna"])
    version: int = Field(examples=[1])
    moves: tuple[ProposalMoveOut, ...]


class AcceptIn(Edit):
    """Which of the transfers to make true; all of them where no sites are named."""

    sites: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] | None = Field(
        default=None, max_length=100_000, description="Ids of sites", examples=[[42]]
    )
