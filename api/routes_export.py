"""The record as a file to take away."""

from asyncio import Semaphore
from collections.abc import Iterator, Mapping
from typing import Any

from anyio import CancelScope, move_on_after
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.dependencies import Now, Read, RowId
from api.jobs_asked import accepted
from api.problems import BusyError, also
from api.rates import SOLVES
from api.schemas_jobs import JobOut
from api.signed_in import Seen
from api.writing import Edit, KeyText, Records
from planning.export import export_pieces
from planning.exports import file_pieces, kept_export
from planning.viewer import Viewer

router = APIRouter(tags=["exports"])

LONGEST_S = 900.0
"""Whoever takes longer is cut off: a snapshot that stays open keeps the database from tidying up."""
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
    **also(503, "An export is being sent to you already."),
}


class Export(StreamingResponse):
    """Sends a file while it is made, a few at a time, and ends its snapshot when the client has it or went away."""

    def __init__(
        self, pieces: Iterator[bytes], request: Request, viewer: Viewer, more: Mapping[str, str] | None = None
    ) -> None:
        self.taking: set[int] = request.app.state.taking
        self.user_id = viewer.user_id
        if self.user_id in self.taking:
            raise BusyError("An export is being sent to you already: take that first.")
        headers = {"Content-Disposition": 'attachment; filename="bailiwick.zip"', **(more or {})}
        super().__init__(pieces, media_type="application/zip", headers=headers)
        self.pieces: Any = pieces
        self.line: Semaphore = request.app.state.exports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.taking.add(self.user_id)
        try:
            async with self.line:
                await self._send(scope, receive, send)
        finally:
            self.taking.discard(self.user_id)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        with move_on_after(LONGEST_S) as limit:
            try:
                await super().__call__(scope, receive, send)
            finally:
                with CancelScope(shield=True):
                    await run_in_threadpool(self.pieces.close)
        if limit.cancelled_caught:  # an end would say that the file is whole
            raise ConnectionAbortedError(f"an export took longer than {LONGEST_S:.0f} s")


@router.get("/api/export", response_class=StreamingResponse, responses=ZIP)
def export(request: Request, db: Records, viewer: Seen) -> StreamingResponse:
    """A zip of CSV files with a manifest: everything but secrets for an administrator, what they see for others.

    It is sent while it is made. One that was broken off has no end, and cannot be brought in. Where that takes too long
    for a connection, `POST /api/exports` has the same file made by a job.
    """
    return Export(export_pieces(db, viewer), request, viewer)


@router.post("/api/exports", status_code=202, response_model=JobOut, dependencies=[SOLVES])
def ask_for_export(request: Request, db: Records, now: Now, viewer: Seen, body: Edit, key: KeyText = None) -> Response:
    """Have the file of `GET /api/export` made by a job; 409 while another is made for you.

    It takes the place of the one before, and is kept as long as the job's answer says.
    """
    return accepted(request, db, viewer, now, key, "export", {"user": viewer.name}, why=body.why)


@router.get(
    "/api/exports/{job_id}",
    response_class=StreamingResponse,
    responses=ZIP | also(409, "You may see other things now than when it was made."),
)
def fetch_export(request: Request, read: Read, db: Records, viewer: Seen, job_id: RowId) -> StreamingResponse:
    """The file that a job of yours has made; 409 when you may see other things now than it holds."""
    made = kept_export(read, viewer, job_id)
    length = {"Content-Length": str(made.size)}
    return Export(file_pieces(db, job_id, made), request, viewer, length)
