"""What a device needs to be kept up to date: everything once, then what changed."""

from gzip import compress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import Read
from api.problems import BadFieldError, also
from api.schemas_sync import SyncOut
from api.signed_in import Seen
from planning.sync import sync
from planning.sync_cursor import SyncCursor, cursor_from

router = APIRouter(prefix="/api", tags=["days"])

OVER = also(410, "Read everything anew, without a cursor, and put it in place of what is there")
SMALL = 1000
"""Bytes below which packing gains nothing."""

Accounts = Annotated[int, Query(ge=1, le=500, description="Accounts on a page, about.")]
Kept = Annotated[str | None, Query(max_length=300, description="`cursor` of the last page kept; everything without.")]


def position(cursor: Kept = None) -> SyncCursor | None:
    """Where to go on.

    Raises:
        BadFieldError: not one of our cursors.
    """
    try:
        return None if cursor is None else cursor_from(cursor)
    except ValueError:
        raise BadFieldError("query.cursor", "Expected the `cursor` of an earlier page, unchanged.") from None


@router.get("/sync", response_model=SyncOut, responses=OVER)
def bring_up_to_date(request: Request, db: Read, viewer: Seen, cursor: Kept = None, limit: Accounts = 100) -> Response:
    """The accounts that you see, sales that hang on none of them, and your days from yesterday on, or what of it all
    changed since a cursor.

    Without a cursor begin with an empty store. Put each page and its cursor into the store in one step, ask again while
    there is more, and after a break go on from the cursor in the store: pages may come twice, which does no harm.
    """
    page = sync(db, viewer, position(cursor), limit=limit)
    gone = {"accounts": page.gone_accounts, "sales": page.gone_sales, "days": page.gone_days}
    facts = {name: getattr(page, name) for name in ("from_scratch", "accounts", "sales", "days")} | {"gone": gone}
    body = SyncOut.model_validate(facts | {"cursor": page.cursor.text(), "more": page.more}).model_dump_json().encode()
    headers = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Cookie"}
    if len(body) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            compress(body, 6), headers=headers | {"Content-Encoding": "gzip"}, media_type="application/json"
        )
    return Response(body, headers=headers, media_type="application/json")
