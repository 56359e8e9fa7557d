"""Shapes of jobs, and of what they are asked."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

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
        description="preparing, computing, saving; empty when nobody works on it", examples=["computing"]
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


class RebalanceIn(Edit):
    """What transfers are asked for."""

    tolerance: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.15, description="How far from the mean every territory's workload may be, as a share", examples=[0.15]
    )
    deals_until: date | None = Field(
        default=None, description="Open deals stay with their owners until this day", examples=["2027-01-01"]
    )
