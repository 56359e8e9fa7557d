"""Where the next page begins, as opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Depends, Query

from api.dependencies import LARGEST_ID
from api.problems import BadFieldError


def write_cursor(after: int | None) -> str | None:
    """Text for the id to go on from."""
    return None if after is None else urlsafe_b64encode(str(after).encode()).decode().rstrip("=")


async def read_cursor(
    cursor: Annotated[str | None, Query(max_length=40, description="`next` of the page before.")] = None,
) -> int:
    """The id to go on from; 0 without a cursor.

    Raises:
        BadFieldError: not one of our cursors.
    """
    if cursor is None:
        return 0
    try:
        after = int(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii"))
    except ValueError:
        after = -1
    if not 0 <= after <= LARGEST_ID:
        raise BadFieldError("query.cursor", "Expected the `next` of an earlier page, unchanged.")
    return after


Cursor = Annotated[int, Depends(read_cursor)]
