"""Shapes of jobs, and of what they are asked."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import LARGEST_ID
from api.schemas import Answer
from api.writing import Edit


class FailedUnitOut(Answer):
    """A part of a job that was given up, and why."""

    unit: int = Field(examples=[17])
    name: str = Field(examples=["Rep 17"])
    attempts: int = Field(examples=[3])
    error: str = Field(examples=["the process that computed it ended"])


class JobOut(Answer):
    """Something that takes longer than a request may, and how far it is."""

    id: int = Field(examples=[5])
    kind: str = Field(examples=["rebalance"])
    title: str = Field(examples=["Rebalance North to ±15%"])
    state: str = Field(description="queued, running, done, failed or cancelled", examples=["running"])
    phase: str = Field(
        description="preparing, computing, reading, saving; empty when nobody works on it", examples=["computing"]
    )
    units: int = Field(description="Parts that are computed by themselves; 0 until they are known", examples=[200])
    units_done: int = Field(examples=[120])
    units_failed: int = Field(examples=[1])
    asked: dict[str, Any] = Field(examples=[{"territory_id": 3, "tolerance": 0.15}])
    asked_by: str = Field(examples=["paul"])
    asked_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    cancel_asked_at: datetime | None = Field(examples=[None])
    started_at: datetime | None = Field(examples=["2026-11-23T09:00:01Z"])
    ended_at: datetime | None = Field(examples=[None])
    answer: dict[str, Any] = Field(description="What came out, once it is done", examples=[{"proposal_id": 7}])
    error: str = Field(description="Why it failed", examples=[""])
    batch_id: int | None = Field(description="The act that saved it, which can be undone", examples=[None])
    version: int = Field(examples=[3])
    failed: tuple[FailedUnitOut, ...] = Field(default=(), description="The first parts that were given up")


class JobsOut(Answer):
    """Jobs, the newest first."""

    items: tuple[JobOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Part = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int | None, Field(ge=0, le=1_000_000)]


class WeightsIn(BaseModel):
    """What a transfer costs, in parts of one account: a sum of terms, each shown with every move."""

    model_config = ConfigDict(extra="forbid")

    account: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = Field(default=1.0, examples=[1.0])
    revenue: Weight = Field(default=0.0, description="An account with the mean revenue", examples=[0.5])
    tenure: Weight = Field(default=0.0, description="One as long with its rep as the mean", examples=[0.5])
    open_deals: Weight = Field(default=0.0, description="Each open deal", examples=[1.0])
    visits: Weight = Field(default=0.0, description="Each visit or contact already agreed on", examples=[0.2])
    travel: Weight = Field(default=0.0, description="Each hour more on the road a year", examples=[0.1])


class RulesIn(BaseModel):
    """Weights of the price, and caps on what changes hands."""

    model_config = ConfigDict(extra="forbid")

    weights: WeightsIn = Field(default_factory=WeightsIn)
    most_given: Count = Field(default=None, description="Accounts a rep gives away at most", examples=[20])
    most_taken: Count = Field(default=None, description="Accounts a rep is given at most", examples=[20])
    accounts_share: Part = Field(default=None, description="Part of all accounts that moves at most", examples=[0.05])
    hours_share: Part = Field(default=None, description="Part of all hours that moves at most", examples=[0.1])
    revenue_share: Part = Field(default=None, description="Part of all revenue that moves at most", examples=[0.05])
    rest_months: Annotated[float, Field(ge=0, le=1200, allow_inf_nan=False)] = Field(
        default=12.0, description="Accounts transferred more recently stay", examples=[12.0]
    )
    revenue_band: Annotated[float | None, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        default=None, description="How far every territory's revenue may be from its share too", examples=[0.3]
    )


class ChallengeIn(Edit):
    """What a rep objects to, or asks for."""

    site_id: int = Field(ge=1, le=LARGEST_ID, examples=[42])
    tolerance: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = Field(default=0.15, examples=[0.15])
    rules: RulesIn = Field(default_factory=RulesIn)


class RebalanceIn(Edit):
    """What transfers are asked for."""

    tolerance: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.15, description="How far from the mean every territory's workload may be, as a share", examples=[0.15]
    )
    deals_until: date | None = Field(
        default=None, description="Open deals stay with their owners until this day", examples=["2027-01-01"]
    )
    rules: RulesIn = Field(default_factory=RulesIn)
