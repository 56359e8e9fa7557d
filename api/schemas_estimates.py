"""Chances of sales: what people said of them, what a model learned from closed ones says, and how well both did."""

from datetime import datetime

from pydantic import Field

from api.schemas import Answer


class EstimateOut(Answer):
    """A probability that was given to a sale."""

    id: int = Field(examples=[9])
    source: str = Field(description="manual or model", examples=["manual"])
    probability: float | None = Field(description="0–1; null: taken back", examples=[0.4])
    model_id: int | None = Field(examples=[None])
    at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["anna"])


class EstimatesOut(Answer):
    """The chances of a sale."""

    opportunity_id: int = Field(examples=[12])
    of_stage: float = Field(examples=[0.5])
    manual: float | None = Field(examples=[0.4])
    model: float | None = Field(description="The latest", examples=[0.57])
    history: tuple[EstimateOut, ...] = Field(description="The newest first")


class ModelBinOut(Answer):
    """Forecasts of sales that the model had not learnt from."""

    low: float = Field(description="From here to a tenth more", examples=[0.6])
    deals: float = Field(description="A sale counts once, in parts", examples=[40.5])
    mean_estimate: float = Field(examples=[0.64])
    won_share: float = Field(examples=[0.61])


class WinModelOut(Answer):
    """A model of the chances of sales."""

    id: int = Field(examples=[3])
    pipeline: str = Field(examples=["Field sales"])
    deals: int = Field(description="Closed sales it learnt from", examples=[6711])
    won: int = Field(examples=[4238])
    looks: int = Field(description="States of these sales it was shown", examples=[15000])
    columns: tuple[str, ...] = Field(examples=[["log days since the beginning", "log days in stage"]])
    brier: float = Field(description="Mean squared error on sales it did not learn from", examples=[0.21])
    base_brier: float = Field(description="The same of the share won, for all alike", examples=[0.23])
    skill: float = Field(description="1 - brier / base_brier; 0: worth nothing", examples=[0.09])
    bins: tuple[ModelBinOut, ...]
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["paul"])


class WinModelsOut(Answer):
    """Models, the newest first."""

    items: tuple[WinModelOut, ...]


class BinOut(Answer):
    """Closed sales with an estimate from `low` to below `high`."""

    low: float = Field(examples=[0.4])
    high: float = Field(examples=[0.5])
    deals: int = Field(examples=[40])
    mean_estimate: float = Field(examples=[0.44])
    won: int = Field(examples=[17])
    won_share: float = Field(examples=[0.425])
    likely_low: float = Field(description="95 % interval of the share", examples=[0.29])
    likely_high: float = Field(examples=[0.58])


class CalibrationOut(Answer):
    """Estimates against outcomes."""

    pipeline: str = Field(examples=["Field sales"])
    source: str = Field(examples=["manual"])
    days_before: float = Field(examples=[0.0])
    closed: int = Field(description="Closed sales, also without an estimate", examples=[300])
    deals: int = Field(description="Those with an estimate", examples=[120])
    won: int = Field(examples=[51])
    mean_estimate: float | None = Field(examples=[0.47])
    brier: float | None = Field(description="Mean squared distance of estimate and outcome", examples=[0.2])
    base_brier: float | None = Field(description="The same of the share won, for all alike", examples=[0.24])
    bins: tuple[BinOut, ...] = Field(description="Empty ones are left out")
