"""Accounts, in a box or polygon."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.cursor import Cursor, write_cursor
from api.dependencies import Limit, On, Read, RowId
from api.problems import BadFieldError
from api.schemas import AccountOut, AccountsOut
from planning.find_accounts import Box, find_accounts, get_account, parse_area
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


@router.get("")
def list_accounts(
    db: Read, on: On, after: Cursor, bbox: BoxText = None, polygon: PolygonText = None, limit: Limit = 50
) -> AccountsOut:
    """Accounts that have a site in the box and in the polygon, page by page; all without either."""
    box = read_box(bbox) if bbox is not None else None
    try:
        area = parse_area(polygon) if polygon is not None else None
    except BadAreaError as error:
        raise BadFieldError("query.polygon", str(error)) from None
    page = find_accounts(db, on=on, box=box, area=area, after=after, limit=limit)
    return AccountsOut.model_validate({"items": page.accounts, "next": write_cursor(page.after)})


@router.get("/{account_id}")
def read_account(db: Read, on: On, account_id: RowId) -> AccountOut:
    """One account with its sites and their owners, today or on another day.

    To change it, send its `version` as If-Match.
    """
    return AccountOut.model_validate(get_account(db, account_id, on=on))
