"""Shapes of what long work on the record is asked, and of the regions there are."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.dependencies import LARGEST_ID
from api.schemas import Answer
from api.writing import Edit, Line

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Ids = Annotated[list[Id] | None, Field(min_length=1, max_length=10_000)]
Minutes = Annotated[float, Field(ge=0, le=240, allow_inf_nan=False)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]


class WeeksIn(Edit):
    """Which weeks, and for whom."""

    starts_on: Day | None = Field(
        default=None, description="The Monday to come where it is left out", examples=["2027-03-01"]
    )
    weeks: int = Field(default=4, ge=1, le=26, examples=[4])
    rep_ids: Ids = Field(default=None, description="Everybody where it is left out", examples=[[1, 2]])
    access_min: Minutes | None = Field(
        default=None,
        description="Minutes of parking that every visit takes besides its own; without it as /api/workload-rules say",
        examples=[5],
    )
    admin_min: Minutes | None = Field(
        default=None,
        description="Minutes of administration on every working day; without it as /api/workload-rules say",
        examples=[30],
    )


class TerritoriesIn(WeeksIn):
    """Territories to be built for all accounts, as a draft."""

    title: Line = Field(default="", max_length=200, examples=["Spring 2027"])
    tolerance: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.05, description="How far every rep's hours may be from their share", examples=[0.05]
    )
    sales_force: Line = Field(
        default="", max_length=200, description="Whose plan it becomes, where there are several", examples=[""]
    )
    seed: int = Field(default=0, ge=0, lt=2**31, examples=[0])
    rebuild: bool = Field(
        default=False, description="Draw territories anew although the accounts have reps", examples=[False]
    )


class LookUpIn(Edit):
    """Which addresses to look up."""

    which: Literal["rough", "all"] = Field(
        default="rough",
        description="`rough`: those without an exact place; `all`: also those found before. Pins stay in either case",
        examples=["rough"],
    )


class RegionIn(Edit):
    """A region to be built of an extract on the server."""

    extract: str = Field(max_length=150, description="One of the extracts there are", examples=["bayern.osm.pbf"])
    name: str = Field(max_length=61, pattern=r"^[a-z0-9][a-z0-9_-]*$", examples=["bayern"])
    profiles: list[Literal["car", "bicycle", "foot"]] = Field(
        default=["car"], min_length=1, max_length=3, examples=[["car"]]
    )
    street_map: str | None = Field(default=None, max_length=61, pattern=r"^[a-z0-9][a-z0-9_-]*$", examples=[None])


class OfferOut(Answer):
    """An extract on the server."""

    name: str = Field(examples=["bayern.osm.pbf"])
    size: int = Field(description="Bytes", examples=[800_000_000])


class BuiltOut(Answer):
    """A region on the server."""

    name: str = Field(examples=["bayern"])
    title: str = Field(examples=["bayern"])
    addresses: int = Field(examples=[3_000_000])
    attribution: str = Field(examples=["© OpenStreetMap contributors"])
    in_use: bool = Field(description="Whether BAILIWICK_REGION names it", examples=[True])


class RegionsOut(Answer):
    """What regions can be built of, and those there are."""

    extracts: tuple[OfferOut, ...]
    regions: tuple[BuiltOut, ...]
