"""Progress of a job as server-sent events, read from its row."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict

import orjson
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import OperationalError

from api.problems import BusyError
from api.signed_in import secret_of
from crm.database import Database
from planning.jobs import JobView, get_job
from planning.record_errors import MissingError
from planning.sign_in import NotSignedInError, SignedIn, who_has
from planning.viewer import Viewer

LOOK_S = 0.5
"""Between two looks at the row."""
QUIET_S = 15.0
"""A comment is sent after so long without news, so that proxies keep the connection."""
LONGEST_S = 3600.0
"""A stream ends after so long; browsers come again by themselves."""
MOST_STREAMS = 200
"""Of one process at a time; more are asked to poll."""
MOST_OF_ONE = 20
"""Of them for one user, so that nobody takes them all."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def follow(request: Request, user: SignedIn, job_id: int) -> Response:
    """A stream of the job's progress until it is over, the user is signed out, or the server ends.

    Raises:
        BusyError: too many streams are open.
    """
    streams = streams_of(request)
    if streams.total() >= MOST_STREAMS or streams[user.viewer.user_id] >= MOST_OF_ONE:
        raise BusyError("Too many streams of progress are open: ask for the job itself every few seconds.")
    return StreamingResponse(events(request, user, job_id), media_type="text/event-stream", headers=HEADERS)


def streams_of(request: Request) -> Counter[int]:
    """How many streams are open, by user."""
    state = request.app.state
    if not hasattr(state, "streams"):
        state.streams = Counter()
    streams: Counter[int] = state.streams
    return streams


async def events(request: Request, user: SignedIn, job_id: int) -> AsyncIterator[bytes]:
    """The text of the stream."""
    state, streams = request.app.state, streams_of(request)
    streams[user.viewer.user_id] += 1
    try:
        began_s = said_s = time.monotonic()
        before: JobView | None = None
        yield b"retry: 3000\n\n"
        while time.monotonic() - began_s < LONGEST_S and not getattr(state, "stopping", False):
            view: JobView | None
            try:
                view = await run_in_threadpool(look, request, user.viewer, job_id)
            except (MissingError, NotSignedInError):
                return
            except OperationalError:  # the database is away; the stream waits for it
                view = before
            if view is not None and view != before:
                yield event("end" if view.is_over else "progress", view)
                before, said_s = view, time.monotonic()
                if view.is_over:
                    return
            if time.monotonic() - said_s > QUIET_S:
                yield b": still here\n\n"
                said_s = time.monotonic()
            await asyncio.sleep(LOOK_S)
    finally:
        streams[user.viewer.user_id] -= 1


def look(request: Request, viewer: Viewer, job_id: int) -> JobView:
    """The job as it stands, for a user who is still signed in, and as far as they may see it by now.

    Raises:
        NotSignedInError: the user is not any more.
        MissingError: the job is not there, or not for this user.
    """
    database: Database = request.app.state.database
    found = secret_of(request)
    with database.read() as session:
        if found is not None:
            viewer = who_has(session, found[0], request.app.state.clock()).viewer
        return get_job(session, viewer, job_id)


def event(name: str, view: JobView) -> bytes:
    """One event; its data are what `GET /api/jobs/{id}` answers."""
    from api.schemas_jobs import JobOut

    data = JobOut.model_validate(asdict(view)).model_dump(mode="json")
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), view.version, orjson.dumps(data))
