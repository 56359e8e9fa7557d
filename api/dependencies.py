"""What handlers are given: a session on a snapshot, and the clock."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from crm.database import Database
from planning.account_search import OwnedOn

Clock = Callable[[], datetime]
LARGEST_ID = 2**31 - 1


AT_ONCE = 24
"""Requests that work with the record at the same time; each has a thread and up to two connections, and so none of
them waits for what another holds. More wait in line, holding nothing."""

EXPORTS_AT_ONCE = 4
"""Exports that are sent at the same time; each keeps a connection as long as its client takes."""


async def reading(request: Request) -> AsyncIterator[Session]:
    """A read-only session that is closed before the answer leaves.

    It opens no connection before its first query, which runs in the handler's thread; closing one may have to wait for
    a database that is not a file, so it gets a thread too, unless nothing was asked. (Dependencies that are not `async`
    would cost a change of threads each.)
    """
    database: Database = request.app.state.database
    async with request.app.state.line:
        session = database.reader()
        try:
            yield session
        finally:
            if database.engine.dialect.name == "sqlite" or not session.in_transaction():
                session.close()
            else:
                await run_in_threadpool(session.close)


async def soon[**Given, Result](
    request: Request, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
) -> Result:
    """Do what asks the database a few short questions: at once where it is a file, else in a thread.

    A file answers sooner than a thread can be woken, and those who read it wait for nobody (WAL).
    """
    database: Database = request.app.state.database
    if database.engine.dialect.name == "sqlite":
        return work(*given, **named)
    return await run_in_threadpool(work, *given, **named)


async def now(request: Request) -> datetime:
    """The moment of this request, aware."""
    clock: Clock = request.app.state.clock
    return clock()


async def owned_on(
    moment: Annotated[datetime, Depends(now)],
    on: Annotated[date | None, Query(description="Show the owners of this day.", examples=["2026-03-03"])] = None,
    sales_force: Annotated[
        str | None,
        Query(max_length=100, pattern=r"^[^\x00]*$", description="Of this sales force or product line; [the first]"),
    ] = None,
) -> OwnedOn:
    """The day whose owners are asked for; today without `on`."""
    day = moment.date() if on is None else on
    return OwnedOn(day, exactly=on is not None, sales_force=sales_force)


Read = Annotated[Session, Depends(reading, scope="function")]
Now = Annotated[datetime, Depends(now)]
On = Annotated[OwnedOn, Depends(owned_on)]
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ChangeId = Annotated[int, Path(ge=1, le=2**53)]
AskedId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows on a page.")]
