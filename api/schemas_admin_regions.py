"""Shapes of the answers about administrative regions."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer


class SiteRegionOut(Answer):
    """Where a site lies among the regions of a level."""

    site_id: int = Field(examples=[17])
    level: str = Field(examples=["state"])
    code: str | None = Field(description="null: outside of all", examples=["DE-BE"])
    name: str | None = Field(examples=["Berlin"])
    found: str = Field(description="inside, border (of several: the first code counts) or outside", examples=["inside"])
    edition_id: int = Field(examples=[1])
    since: date = Field(description="From when on the regions are drawn so", examples=["2026-01-01"])


class RegionEditionOut(Answer):
    """The regions of a level from a day on, until the next edition."""

    id: int = Field(examples=[1])
    level: str = Field(examples=["state"])
    title: str = Field(examples=["States of Germany"])
    source: str = Field(examples=["© BKG (2026) dl-de/by-2-0"])
    valid_from: date = Field(examples=["2026-01-01"])
    regions: int = Field(examples=[16])
    in_force: bool = Field(description="On the day `on`", examples=[True])
    sites: int = Field(description="That lie in one of them", examples=[5120])
    outside: int = Field(description="Sites with a place outside of all", examples=[3])
    made_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    made_by: str = Field(examples=["boss"])


class RegionEditionsOut(Answer):
    """All editions, by level, the newest first."""

    items: tuple[RegionEditionOut, ...]


class AdminRegionOut(Answer):
    """A region."""

    id: int = Field(examples=[3])
    edition_id: int = Field(examples=[1])
    level: str = Field(examples=["state"])
    code: str = Field(examples=["DE-BE"])
    name: str = Field(examples=["Berlin"])
    parent_code: str = Field(
        description="Of the region it is a part of; empty where that was not said", examples=["DE"]
    )
    sites: int = Field(examples=[212])


class AdminRegionsOut(Answer):
    """The regions of an edition, by code."""

    items: tuple[AdminRegionOut, ...]
