"""Shapes of the answers about types of activities."""

from datetime import date

from pydantic import Field

from api.schemas import Answer


class ActivityTypeOut(Answer):
    """A type of activity."""

    id: int = Field(examples=[3])
    code: str = Field(examples=["shelf_audit"])
    label: str = Field(examples=["Audit of the shelf"])
    channel: str = Field(description="phone_call, mail, visit, meeting or note", examples=["visit"])
    duration_s: int | None = Field(description="How long it takes where a site says nothing", examples=[1200])
    counts_as_visit: bool = Field(description="Satisfies the visits that fall due", examples=[True])
    workload_weight: float = Field(description="Seconds of work that a second of it stands for", examples=[1.0])
    outcomes: tuple[str, ...] = Field(description="Codes of the list outcome; empty: all", examples=[["met"]])
    colour: str = Field(examples=["#2c7fb8"])
    position: int = Field(examples=[1])
    valid_from: date | None = Field(examples=[None])
    valid_to: date | None = Field(
        description="The first day on which it can no longer be chosen", examples=["2027-01-01"]
    )
    version: int = Field(examples=[1])


class ActivityTypesOut(Answer):
    """Types of activities in their order."""

    items: tuple[ActivityTypeOut, ...]
