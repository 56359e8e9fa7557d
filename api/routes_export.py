"""The record as a file to take away."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.signed_in import Seen
from api.writing import Records
from planning.export import export_record

router = APIRouter(prefix="/api/export", tags=["exports"])

IN_MEMORY = 8 * 2**20
PIECE = 256 * 1024


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def export(db: Records, viewer: Seen) -> StreamingResponse:
    """A zip of CSV files with a manifest: everything but secrets for an administrator, what they see for others."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed when it has been sent)
    try:
        export_record(db, viewer, file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    headers = {"Content-Disposition": 'attachment; filename="bailiwick.zip"', "Content-Length": str(size)}
    return StreamingResponse(pieces(), media_type="application/zip", headers=headers)
