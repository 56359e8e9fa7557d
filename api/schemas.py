"""Shapes of the answers, with examples; filled from the frozen values of `planning`."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of every answer: read from attributes, never changed."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class SiteOut(Answer):
    """A place of an account, and whose it is on the day asked for."""

    id: int = Field(examples=[17])
    line: str = Field(description="Street and house number as written", examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])
    postcode: str = Field(examples=["13355"])
    region: str = Field(examples=["Berlin"])
    country: str = Field(examples=["DE"])
    lat: float | None = Field(description="WGS84 degrees", examples=[52.54])
    lon: float | None = Field(description="WGS84 degrees", examples=[13.39])
    level: str = Field(description="How exactly the place is known", examples=["rooftop"])
    why: str = Field(description="Why it has no usable place; empty when it has one", examples=[""])
    place_score: float | None = Field(description="How likely the place is right, 0 to 1", examples=[0.97])
    place_source: str = Field(description="Data the place comes from, with version", examples=["copenhagen 4d6976"])
    place_why: str = Field(description="How the place was found", examples=["Sundparken: number 10 is known"])
    snap_m: float | None = Field(description="Metres to the nearest road", examples=[12.5])
    doubts: str = Field(description="What a person should look at; see /api/review", examples=[""])
    visits_per_year: float = Field(examples=[12])
    service_s: int = Field(description="Length of a visit in seconds", examples=[1800])
    visit_type: str | None = Field(description="Type of its planned visits", examples=["shelf_audit"])
    territory_id: int | None = Field(examples=[3])
    territory: str | None = Field(examples=["North"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    since: date | None = Field(description="First day of this assignment", examples=["2026-11-23"])
    reason: str | None = Field(description="Why it lies in this territory", examples=["nearest to the middle of North"])
    version: int = Field(description="Of the site, for If-Match", examples=[1])
    opening_hours: str = Field(description="As OpenStreetMap writes them", examples=["Mo-Fr 09:00-18:00"])
    wishes: dict[str, Any] | None = Field(
        description="What was agreed of visits, as PATCH /api/sites/{id} takes it", examples=[{"weekdays": [0, 2]}]
    )
    locked: bool = Field(examples=[False])


class AccountOut(Answer):
    """A client."""

    id: int = Field(examples=[42])
    external_id: str = Field(description="Its id in the files it came from", examples=["4711"])
    name: str = Field(examples=["Café Nord"])
    state: str = Field(examples=["active"])
    segment: str = Field(examples=["A"])
    industry: str = Field(examples=["bakery"])
    value: float | None = Field(description="Money a year", examples=[12500.0])
    potential: float | None = Field(description="What it could become, money a year", examples=[20000.0])
    version: int = Field(examples=[1])
    sites: tuple[SiteOut, ...]


class AccountsOut(Answer):
    """A page of accounts in order of their ids."""

    items: tuple[AccountOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class PlanOut(Answer):
    """A division of the accounts among the reps, and the weeks planned with it."""

    id: int = Field(examples=[1])
    title: str = Field(examples=["Towns of Germany"])
    sales_force: str = Field(description="Sales force or product line; empty where there is one", examples=[""])
    source: str = Field(examples=["accounts.csv"])
    state: str = Field(description="draft, published or superseded", examples=["published"])
    starts_on: date = Field(examples=["2026-11-23"])
    weeks: int = Field(examples=[4])
    valid_from: date | None = Field(examples=["2026-11-23"])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])
    seed: int = Field(examples=[0])
    tolerance: float = Field(description="Share by which workloads may differ", examples=[0.05])
    max_deviation: float = Field(description="Largest deviation of a rep's workload, a share", examples=[0.03])
    visits_due: int = Field(examples=[1600])
    visits_planned: int = Field(examples=[1596])
    visits_unserved: int = Field(examples=[4])
    cost: float | None = Field(examples=[1.2e9])
    bound: float | None = Field(examples=[1.1e9])
    gap: float | None = Field(examples=[0.08])
    holds_for: str = Field(description="What the bound holds for", examples=["these centres"])
    travel_source: str = Field(examples=["estimated: straight line"])
    travel_estimated: bool = Field(examples=[True])
    attribution: str = Field(examples=["© OpenStreetMap contributors"])
    notes: tuple[str, ...]
    defaults: dict[str, Any] = Field(description="Figures that nobody gave", examples=[{"visits_per_year": "12"}])
    created_at: datetime = Field(examples=["2026-11-20T09:00:00Z"])
    version: int = Field(examples=[1])


class PlansOut(Answer):
    """All plans, the newest first."""

    items: tuple[PlanOut, ...]


class RepOut(Answer):
    """Someone who visits clients."""

    id: int = Field(examples=[7])
    external_id: str = Field(examples=["Anna Berg"])
    name: str = Field(examples=["Anna Berg"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    home_lat: float | None = Field(examples=[52.5])
    home_lon: float | None = Field(examples=[13.4])
    home_assumed: bool = Field(examples=[True])
    version: int = Field(examples=[1])


class RepsOut(Answer):
    """Every rep, by name."""

    items: tuple[RepOut, ...]


class StopOut(Answer):
    """A visit of the day; times are those of the rep's clock."""

    visit_id: int = Field(examples=[5])
    sequence: int = Field(description="From 1", examples=[1])
    state: str = Field(description="planned, done, skipped or cancelled", examples=["planned"])
    account_id: int = Field(examples=[42])
    external_id: str = Field(examples=["4711"])
    account: str = Field(examples=["Café Nord"])
    site_id: int = Field(examples=[17])
    line: str = Field(examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])
    postcode: str = Field(examples=["13355"])
    lat: float | None = Field(examples=[52.54])
    lon: float | None = Field(examples=[13.39])
    arrives_at: datetime = Field(examples=["2026-11-23T08:52:00+01:00"])
    starts_at: datetime = Field(examples=["2026-11-23T09:00:00+01:00"])
    departs_at: datetime = Field(examples=["2026-11-23T09:30:00+01:00"])
    drive_s: int = Field(description="Driving that leads here, seconds", examples=[720])
    service_s: int = Field(description="Length of the visit, seconds", examples=[1800])
    outcome: str = Field(description="What came of it; empty until it is done", examples=[""])
    why: str = Field(description="Why it was skipped, or which service it is for", examples=[""])
    done_at: datetime | None = Field(description="When it was reported done", examples=[None])
    type: str | None = Field(description="Its type, see /api/activity-types", examples=["shelf_audit"])
    by_phone: bool = Field(description="By telephone or video: no way leads to it", examples=[False])
    version: int = Field(description="Of the visit, for If-Match", examples=[1])


class LeftOutOut(Answer):
    """A visit that found no room when its day was planned again."""

    visit_id: int = Field(examples=[6])
    account_id: int = Field(examples=[43])
    account: str = Field(examples=["Café Süd"])
    site_id: int = Field(examples=[18])
    why: str = Field(examples=["the day is full: would need 25 min more"])
    version: int = Field(examples=[2])


class JointOut(Answer):
    """A visit that another rep leads; its times where the rep is who comes along."""

    visit_id: int = Field(examples=[6])
    rep_id: int = Field(description="Who leads it", examples=[8])
    rep: str = Field(examples=["Ben Carl"])
    account_id: int = Field(examples=[43])
    account: str = Field(examples=["Bakery South"])
    site_id: int = Field(examples=[18])
    line: str = Field(examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])
    lat: float | None = Field(examples=[52.54])
    lon: float | None = Field(examples=[13.39])
    state: str = Field(description="planned or done", examples=["planned"])
    outcome: str = Field(description="As its leader reported it", examples=[""])
    done_at: datetime | None = Field(description="As its leader reported it", examples=["2026-11-23T10:50:00+01:00"])
    starts_at: datetime = Field(examples=["2026-11-23T10:00:00+01:00"])
    departs_at: datetime = Field(examples=["2026-11-23T10:45:00+01:00"])


class RouteOut(Answer):
    """A rep's day from door to door."""

    id: int = Field(examples=[9])
    plan_id: int = Field(examples=[1])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    day: date = Field(examples=["2026-11-23"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    starts_at: datetime = Field(examples=["2026-11-23T08:30:00+01:00"])
    ends_at: datetime = Field(examples=["2026-11-23T16:40:00+01:00"])
    lunch: tuple[datetime, datetime] | None = Field(
        description="From, to", examples=[["2026-11-23T12:00:00+01:00", "2026-11-23T12:30:00+01:00"]]
    )
    drive_s: int = Field(description="All driving of the day, seconds", examples=[7200])
    service_s: int = Field(description="All visits of the day, seconds; those skipped not counted", examples=[18000])
    wait_s: int = Field(description="What driving, visits and lunch leave, seconds", examples=[600])
    travel_estimated: bool = Field(description="True: not from a road network", examples=[True])
    travel_source: str = Field(examples=["estimated: straight line"])
    stops: tuple[StopOut, ...]
    left_out: tuple[LeftOutOut, ...]
    line: dict[str, Any] | None = Field(
        description="The way to draw, a GeoJSON LineString",
        examples=[{"type": "LineString", "coordinates": [[13.39, 52.54], [13.41, 52.53]]}],
    )
    version: int = Field(description="Of the day, for If-Match when it is planned again", examples=[1])
    joined: tuple[JointOut, ...] = Field(description="Visits of others on which the rep comes along")


class OpportunityOut(Answer):
    """A possible sale."""

    id: int = Field(examples=[3])
    external_id: str | None = Field(examples=["1C1I7A6R"])
    title: str = Field(examples=["Autumn range"])
    product: str = Field(examples=["GTX Pro"])
    account_id: int | None = Field(description="null: not known yet to whom", examples=[42])
    account: str | None = Field(examples=["Café Nord"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    pipeline: str = Field(examples=["Field sales"])
    stage_id: int = Field(examples=[2])
    stage: str = Field(examples=["Offer"])
    kind: str = Field(description="open, won or lost", examples=["open"])
    probability: float = Field(description="0–1; the opportunity's own, or else its stage's", examples=[0.4])
    value: float | None = Field(examples=[4514.0])
    currency: str = Field(examples=["EUR"])
    expected_on: date | None = Field(examples=["2027-01-31"])
    source: str = Field(description="Where it comes from", examples=["import of 2026-11-20"])
    created_at: datetime = Field(examples=["2026-11-20T09:00:00Z"])
    version: int = Field(examples=[1])


class OpportunitiesOut(Answer):
    """A page of opportunities in order of their ids."""

    items: tuple[OpportunityOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class ZoneProperties(Answer):
    """What is said of a zone."""

    zone: int = Field(examples=[2])
    name: str = Field(examples=["North"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    label: tuple[float, float] | None = Field(description="Longitude, latitude of the label", examples=[[13.4, 52.5]])
    version: int = Field(examples=[1])


class ZoneFeature(Answer):
    """A zone as a GeoJSON feature."""

    type: str = Field(default="Feature", examples=["Feature"])
    id: int = Field(examples=[3])
    properties: ZoneProperties
    geometry: dict[str, Any] | None = Field(
        examples=[{"type": "Polygon", "coordinates": [[[13.0, 52.0], [14.0, 52.0], [14.0, 53.0], [13.0, 52.0]]]}]
    )
    bbox: tuple[float, float, float, float] | None = Field(default=None, examples=[[13.0, 52.0, 14.0, 53.0]])


class ZonesOut(Answer):
    """The zones of a plan as a GeoJSON feature collection."""

    type: str = Field(default="FeatureCollection", examples=["FeatureCollection"])
    features: tuple[ZoneFeature, ...]


class HealthOut(Answer):
    """The server answers and reaches its database."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])
    schema_version: str = Field(examples=["0004"])
