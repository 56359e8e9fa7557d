"""Shapes of pipelines, their funnels, and the moves of deals."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer


class StageOut(Answer):
    """A stage of a pipeline."""

    id: int = Field(examples=[2])
    position: int = Field(examples=[1])
    name: str = Field(examples=["Offer"])
    kind: str = Field(description="open, won or lost", examples=["open"])
    probability: float = Field(description="0–1", examples=[0.5])
    required: tuple[str, ...] = Field(description="What a deal must have to enter", examples=[["value"]])
    owner_role: str = Field(description="Only this role moves deals here; empty: anybody", examples=[""])
    expected_days: float | None = Field(description="Longer than this a deal is stuck", examples=[14.0])
    rules: dict[str, Any] = Field(
        description="As they were given: form, gates, performer, effects, timers", examples=[{"gates": ["site survey"]}]
    )
    deals: int = Field(description="Deals that are here, also those one may not see", examples=[12])
    version: int = Field(examples=[1])


class PipelineOut(Answer):
    """One edition of a pipeline."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Field sales"])
    edition: int = Field(examples=[1])
    retired: bool = Field(description="True: nothing new begins in it", examples=[False])
    version: int = Field(examples=[1])
    stages: tuple[StageOut, ...]


class PipelinesOut(Answer):
    """Pipelines by name."""

    items: tuple[PipelineOut, ...]


class StaysOut(Answer):
    """How long deals stay, in seconds; null where there was no stay."""

    count: int = Field(examples=[40])
    mean_s: float | None = Field(examples=[1_209_600.0])
    median_s: float | None = Field(examples=[864_000.0])
    slow_s: float | None = Field(description="Nine of ten are no longer", examples=[2_592_000.0])


class FunnelStageOut(Answer):
    """One stage of a funnel at a moment."""

    stage_id: int = Field(examples=[2])
    name: str = Field(examples=["Offer"])
    kind: str = Field(examples=["open"])
    entered: int = Field(description="Deals that were here at some time", examples=[52])
    present: int = Field(description="Deals that are here", examples=[12])
    value: float = Field(description="Of those that are here", examples=[48_000.0])
    weighted: float = Field(description="Value times the chance of each", examples=[24_000.0])
    reached_share: float | None = Field(description="Entered, of all deals: 0–1", examples=[0.52])
    won_share: float | None = Field(description="Won, of the closed ones that were here: 0–1", examples=[0.4])
    ended: StaysOut = Field(description="Stays that are over")
    lasting: StaysOut = Field(description="Stays that go on, up to the moment asked for")


class StageAmountOut(Answer):
    """What is in a stage in one currency."""

    currency: str = Field(examples=["EUR"])
    deals: int = Field(examples=[12])
    value: float = Field(examples=[48_000.0])
    weighted: float = Field(description="Value times the chance of each", examples=[24_000.0])


class StageCountOut(Answer):
    """Deals that are in a stage now."""

    stage_id: int = Field(examples=[2])
    name: str = Field(examples=["Offer"])
    kind: str = Field(examples=["open"])
    deals: int = Field(examples=[12])
    value: float = Field(examples=[48_000.0])
    weighted: float = Field(description="Value times the chance of each", examples=[24_000.0])
    amounts: tuple[StageAmountOut, ...] = Field(description="By currency; `value` and `weighted` are over all")


class StageCountsOut(Answer):
    """A pipeline now, stage by stage."""

    items: tuple[StageCountOut, ...]


class FunnelOut(Answer):
    """A pipeline at a moment, as far as one sees its deals."""

    pipeline_id: int = Field(examples=[1])
    name: str = Field(examples=["Field sales"])
    edition: int = Field(examples=[1])
    at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    deals: int = Field(examples=[100])
    cycle: StaysOut = Field(description="From the first move to the won stage")
    stages: tuple[FunnelStageOut, ...]


class MoveOut(Answer):
    """An opportunity came to a stage."""

    id: int = Field(examples=[7])
    from_stage_id: int | None = Field(examples=[1])
    from_stage: str | None = Field(examples=["Lead"])
    to_stage_id: int = Field(examples=[2])
    to_stage: str = Field(examples=["Offer"])
    moved_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    moved_by: str = Field(examples=["anna"])
    reason: str = Field(examples=[""])
    stayed_s: float | None = Field(description="Until the next move, seconds; null: still there", examples=[864_000.0])


class MovesOut(Answer):
    """All moves of an opportunity, the oldest first."""

    items: tuple[MoveOut, ...]
