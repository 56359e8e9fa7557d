"""A visit's report filled in for its rep to confirm; how many visits are made by the rep whom the customer knows."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import Now, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.schemas import Answer
from api.signed_in import Seen
from geo.place import Place
from planning.continuity import continuity, whole
from planning.visit_report import report_draft

EARLIEST = date(2000, 1, 1)

router = APIRouter(prefix="/api", tags=["days"])


class ReportDraftOut(Answer):
    """What the report of a visit would say; POST /api/visits/{id}/done reports it."""

    visit_id: int = Field(examples=[5])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    state: str = Field(examples=["planned"])
    version: int = Field(description="For If-Match", examples=[1])
    planned_from: datetime | None = Field(examples=["2026-11-23T09:00:00+01:00"])
    planned_until: datetime | None = Field(examples=["2026-11-23T09:30:00+01:00"])
    began_at: datetime | None = Field(
        description="As planned, not before the last visit ended", examples=["2026-11-23T09:00:00+01:00"]
    )
    ended_at: datetime | None = Field(
        description="Now, on the visit's day; else as planned", examples=["2026-11-23T09:33:00+01:00"]
    )
    distance_m: int | None = Field(description="From the position given to the site", examples=[40])
    at_site: bool | None = Field(description="null: no position was given", examples=[True])
    why: str = Field(description="What the visit is for", examples=["meeting: autumn range"])
    companions: tuple[str, ...] = Field(description="Who comes along, by the calendar", examples=[["Ben Carl"]])
    person: str = Field(description="The main contact", examples=["Maria Nord"])
    next_visit_on: date | None = Field(description="As planned", examples=["2026-12-21"])
    next_contact_on: date | None = Field(
        description="As noted, else by the visits a year, where no visit is planned", examples=["2026-12-21"]
    )


class ContinuityRowOut(Answer):
    """One rep's visits."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    visits: int = Field(examples=[40])
    known: int = Field(description="Whose site the rep visited the time before, too", examples=[36])
    first: int = Field(description="The first of their site", examples=[2])
    share: float | None = Field(description="Known among those that are not first", examples=[0.947])


class ContinuityOut(Answer):
    """Visits made by the rep whom the customer knows; those ahead count as planned."""

    first: date = Field(examples=["2026-11-01"])
    last: date = Field(examples=["2026-11-30"])
    share: float | None = Field(examples=[0.93])
    items: tuple[ContinuityRowOut, ...]


@router.get("/visits/{visit_id}/report")
@with_etag
def read_report(
    db: Read,
    now: Now,
    viewer: Seen,
    visit_id: RowId,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
) -> ReportDraftOut:
    """The report of a visit, filled in from plan, calendar and the position given, which is kept nowhere."""
    position = Place(lat, lon) if lat is not None and lon is not None else None
    return ReportDraftOut.model_validate(report_draft(db, viewer, visit_id, position, now=now))


@router.get("/continuity")
def read_continuity(
    db: Read,
    now: Now,
    viewer: Seen,
    first: Annotated[date | None, Query(description="[four weeks before `last`]")] = None,
    last: Annotated[date | None, Query(description="[today]")] = None,
) -> ContinuityOut:
    """The share of visits made by the rep who made the one before, by rep; days ahead count as planned."""
    end = last or now.date()
    begin = first or max(end, EARLIEST) - timedelta(days=28)
    if begin > end:
        raise BadFieldError("query.first", "Expected a day no later than `last`.")
    items = continuity(db, viewer, begin, end, today=now.date())
    return ContinuityOut.model_validate({"first": begin, "last": end, "share": whole(items), "items": items})
