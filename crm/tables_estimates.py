"""What is thought of the chances of a sale: by people, by a model learnt from closed sales, and when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class EstimateSource(StrEnum):
    """Who estimates."""

    MANUAL = "manual"
    MODEL = "model"


class WinModel(Record, table=True):
    """A model of the chances of sales in a pipeline, by its name; `figures` holds all that estimating needs.

    `deals` closed sales taught it, `won` of them won. Rows are only ever added.
    """

    __tablename__ = "win_model"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    pipeline: str = Field(index=True)
    deals: int
    won: int
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str


class WinEstimate(Record, table=True):
    """A probability (0–1) that somebody gave a sale at a moment; None: the manual one was taken back.

    Rows are only ever added.
    """

    __tablename__ = "win_estimate"
    __table_args__ = (
        CheckConstraint("probability IS NULL OR probability BETWEEN 0 AND 1", name="probability"),
        CheckConstraint("(source = 'model') = (model_id IS NOT NULL)", name="model"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    source: EstimateSource = Field(sa_column=code_column(EstimateSource, "source"))
    probability: float | None = None
    model_id: int | None = Field(default=None, foreign_key="win_model.id", index=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
