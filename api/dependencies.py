"""What handlers are given: a session on a snapshot, and the clock."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from sqlmodel import Session

from crm.database import Database

Clock = Callable[[], datetime]
LARGEST_ID = 2**31 - 1


def reading(request: Request) -> Iterator[Session]:
    """A read-only session that is closed before the answer leaves."""
    database: Database = request.app.state.database
    with database.read() as session:
        yield session


def now(request: Request) -> datetime:
    """The moment of this request, aware."""
    clock: Clock = request.app.state.clock
    return clock()


Read = Annotated[Session, Depends(reading, scope="function")]
Now = Annotated[datetime, Depends(now)]
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ChangeId = Annotated[int, Path(ge=1, le=2**53)]
AskedId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows on a page.")]
