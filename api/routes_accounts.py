"""Accounts, in a box or polygon."""

from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool

from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, On, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.schemas import AccountOut, AccountsOut
from api.signed_in import Seen
from api.writing import NO_NUL
from crm.tables import AccountState
from planning.account_search import Wanted
from planning.areas import Box, parse_area
from planning.find_accounts import find_accounts, get_account
from planning.record_errors import BadAreaError

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

BoxText = Annotated[
    str | None,
    Query(
        max_length=200,
        description="west,south,east,north in degrees; west above east crosses the 180th meridian.",
        examples=["13.0,52.3,13.8,52.7"],
    ),
]
PolygonText = Annotated[
    str | None,
    Query(
        description="A GeoJSON Polygon or MultiPolygon geometry, longitude first; edges belong to it.",
        examples=['{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53],[13,52]]]}'],
    ),
]

RegionText = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=NO_NUL,
        description="An administrative region on the day `on`: CODE, level:CODE, or level: for outside of all.",
        examples=["DE-BE", "state:DE-BE", "state:"],
    ),
]


def read_box(text: str) -> Box:
    """Four numbers as a box."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise BadFieldError("query.bbox", f"Expected four numbers, west,south,east,north; got {text!r}.") from None
    try:
        return Box(west, south, east, north)
    except BadAreaError as error:
        raise BadFieldError("query.bbox", str(error)) from None


def read_area(text: str) -> Any:
    """GeoJSON as a shape."""
    try:
        return parse_area(text)
    except BadAreaError as error:
        raise BadFieldError("query.polygon", str(error)) from None


async def wanted_kinds(
    state: AccountState | None = None,
    segment: Annotated[str | None, Query(max_length=300, pattern=NO_NUL)] = None,
    industry: Annotated[str | None, Query(max_length=300, pattern=NO_NUL)] = None,
    territory: AskedId = None,
    rep: AskedId = None,
    region: RegionText = None,
) -> Wanted:
    """What the accounts are to be, wherever they lie."""
    return Wanted(state=state, segment=segment, industry=industry, territory_id=territory, rep_id=rep, region=region)


async def wanted_accounts(
    kinds: Annotated[Wanted, Depends(wanted_kinds)], bbox: BoxText = None, polygon: PolygonText = None
) -> Wanted:
    """Which accounts are asked for."""
    return replace(
        kinds,
        box=read_box(bbox) if bbox is not None else None,
        area=await run_in_threadpool(read_area, polygon) if polygon is not None else None,
    )


@router.get("", response_model=AccountsOut)
def list_accounts(
    db: Read,
    viewer: Seen,
    on: On,
    after: Cursor,
    wanted: Annotated[Wanted, Depends(wanted_accounts)],
    limit: Limit = 50,
) -> Response:
    """Accounts page by page: all, or those in a box, a polygon, of a state, segment, industry, territory,
    rep or administrative region.

    Territory, rep and region are those of the day `on`.
    """
    page = find_accounts(db, viewer, wanted, on=on, after=after, limit=limit)
    body = orjson.dumps({"items": page.accounts, "next": write_cursor(page.after)})
    return Response(body, media_type="application/json")  # a test holds it against `AccountsOut`


@router.get("/{account_id}")
@with_etag
def read_account(db: Read, viewer: Seen, on: On, account_id: RowId) -> AccountOut:
    """One account with its sites and their owners, today or on another day.

    To change it, send its `version` as If-Match.
    """
    return AccountOut.model_validate(get_account(db, viewer, account_id, on=on))
