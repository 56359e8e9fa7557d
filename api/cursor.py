"""Where the next page begins, as opaque text."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query

from api.dependencies import LARGEST_ID
from api.problems import BadFieldError
from planning.opaque_text import opaque, revealed


def write_cursor(after: int | None) -> str | None:
    """Text for the id to go on from."""
    return None if after is None else opaque(str(after))


async def read_cursor(
    cursor: Annotated[str | None, Query(max_length=40, description="`next` of the page before.")] = None,
) -> int:
    """The id to go on from; 0 without a cursor.

    Raises:
        BadFieldError: not one of our cursors.
    """
    return 0 if cursor is None else said_by(cursor, read_id)


def said_by[Place](cursor: str, read: Callable[[str], Place]) -> Place:
    """What `read` makes of the text of a cursor; a ValueError of it means that we never wrote that.

    Raises:
        BadFieldError: not one of our cursors.
    """
    try:
        return read(revealed(cursor))
    except ValueError:
        raise BadFieldError("query.cursor", "Expected the `next` of an earlier page, unchanged.") from None


def read_id(text: str) -> int:
    """An id, or 0.

    Raises:
        ValueError: something else.
    """
    after = int(text)
    if not 0 <= after <= LARGEST_ID:
        raise ValueError(text)
    return after


Cursor = Annotated[int, Depends(read_cursor)]
