"""Reps and their days."""

from dataclasses import replace
from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.dependencies import Now, Read, RowId, at_last
from api.etag import etag
from api.problems import BadFieldError
from api.schemas import RepsOut, RouteOut
from api.signed_in import Seen
from planning.overview import list_reps
from planning.today import RouteView, rep_route

router = APIRouter(prefix="/api/reps", tags=["reps"])

Day = Annotated[str, Path(description="A date like 2026-11-23, or `today` where the rep is.", examples=["today"])]


@router.get("")
def read_reps(db: Read, viewer: Seen) -> RepsOut:
    """Every rep whom you may see, by name."""
    return RepsOut.model_validate({"items": list_reps(db, viewer)})


@router.get("/{rep_id}/routes/{day}", response_model=RouteOut)
async def read_route(request: Request, db: Read, viewer: Seen, now: Now, rep_id: RowId, day: Day) -> Response:
    """A rep's day from door to door. Without one the 404 names the next day that has a route (`next_date`)."""
    found = await at_last(request, db, rep_route, viewer, rep_id, read_day(day), now=now)
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
