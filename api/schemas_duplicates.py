"""Shapes of accounts that may be one firm, as the search through the whole record suggests them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas import Answer
from api.writing import Edit


class PairFirmOut(Answer):
    """One of the two accounts."""

    id: int = Field(examples=[42])
    external_id: str = Field(examples=["4711"])
    name: str = Field(examples=["Café Nord"])
    version: int = Field(description="For the merge", examples=[1])


class PairOut(Answer):
    """Two accounts that may be one firm."""

    id: int = Field(examples=[7])
    one: PairFirmOut
    other: PairFirmOut
    score: float = Field(description="How likely it is, 0 to 1", examples=[0.94])
    reasons: tuple[str, ...] = Field(examples=[["names 94% alike", "the same address"]])
    state: Literal["open", "two"] = Field(description="`two`: somebody said that they are two firms", examples=["open"])
    found_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    decided_at: datetime | None = Field(examples=[None])
    decided_by: str = Field(examples=[""])
    version: int = Field(examples=[1])


class PairsOut(Answer):
    """Pairs, the likeliest first."""

    items: tuple[PairOut, ...]
    next: str | None = Field(description="`cursor` of the next page", examples=[None])


class PairEdit(Edit):
    """What somebody says to a pair."""

    state: Literal["open", "two"] = Field(description="`two`: these are two firms", examples=["two"])
