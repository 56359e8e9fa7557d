"""The record as a file to take away."""

from asyncio import Semaphore
from collections.abc import Iterator
from typing import Any

from anyio import CancelScope
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.signed_in import Seen
from api.writing import Records
from planning.export import export_pieces

router = APIRouter(prefix="/api/export", tags=["exports"])


class Export(StreamingResponse):
    """Sends a file while it is made, a few at a time, and ends its snapshot when the client has it or went away."""

    def __init__(self, pieces: Iterator[bytes], line: Semaphore) -> None:
        headers = {"Content-Disposition": 'attachment; filename="bailiwick.zip"'}
        super().__init__(pieces, media_type="application/zip", headers=headers)
        self.pieces: Any = pieces
        self.line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.line:
            try:
                await super().__call__(scope, receive, send)
            finally:
                with CancelScope(shield=True):
                    await run_in_threadpool(self.pieces.close)


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def export(request: Request, db: Records, viewer: Seen) -> StreamingResponse:
    """A zip of CSV files with a manifest: everything but secrets for an administrator, what they see for others.

    It is sent while it is made. One that was broken off has no end, and cannot be brought in.
    """
    return Export(export_pieces(db, viewer), request.app.state.exports)
