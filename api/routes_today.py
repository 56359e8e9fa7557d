"""A rep's day, as phones ask for it all day long."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session

from api.dependencies import RowId
from api.etag import etag
from api.problems import BadFieldError
from api.schemas import RouteOut
from api.signed_in import at_once
from planning.today import RouteView, rep_route
from planning.viewer import Viewer

router = APIRouter(prefix="/api/reps", tags=["reps"])

Day = Annotated[str, Path(description="A date like 2026-11-23, or `today` where the rep is.", examples=["today"])]


@router.get("/{rep_id}/routes/{day}", response_model=RouteOut)
async def read_route(request: Request, rep_id: RowId, day: Day) -> Response:
    """A rep's day from door to door. Without one the 404 names the next day that has a route (`next_date`)."""

    def work(db: Session, viewer: Viewer, now: datetime) -> RouteView:
        return rep_route(db, viewer, rep_id, read_day(day), now=now)

    found = await at_once(request, work)
    line = orjson.Fragment(found.line) if found.line else None  # it is GeoJSON already
    body = orjson.dumps(replace(found, line=line), option=orjson.OPT_UTC_Z)  # type: ignore[arg-type]
    # a test holds it against `as_route`
    return Response(body, headers=etag(found.version), media_type="application/json")


def as_route(found: RouteView) -> RouteOut:
    """The shape of a day's answer."""
    line = orjson.loads(found.line) if found.line else None
    return RouteOut.model_validate({name: getattr(found, name) for name in RouteOut.model_fields} | {"line": line})


def read_day(text: str) -> date | None:
    """The date; None for today."""
    if text == "today":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFieldError("path.day", f"Expected `today` or a date like 2026-11-23, got {text!r}.") from None
