"""Bringing files of accounts in: stage and look, then commit."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from api.cursor import Cursor, write_cursor
from api.dependencies import Limit, Now, Read, RowId
from api.problems import BadFieldError, TooLargeError
from api.schemas_imports import ImportOut, ImportRowsOut
from api.signed_in import OFFICE
from api.writing import Edit, KeyText, Records, Who, answered
from crm.act import Act
from crm.tables import ActKind, RowState
from planning.imports import commit_import, get_import, import_rows, stage_accounts

router = APIRouter(prefix="/api/imports", tags=["imports"], dependencies=[OFFICE])

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, not a form.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Name = Annotated[
    str,
    Query(
        min_length=5,
        max_length=200,
        pattern=r"^[^\x00/\\]+$",
        description="The file's name; its ending says what it is: " + ", ".join(ENDINGS),
        examples=["accounts.csv"],
    ),
]


async def uploaded(request: Request) -> bytes:
    """The body, read only as far as it is allowed to be long.

    Raises:
        TooLargeError: it is longer.
    """
    most: int = request.app.state.settings.max_upload_bytes
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise TooLargeError(f"The file is larger than {most:,} bytes.")
    return bytes(body)


@router.post("", status_code=201, openapi_extra=FILE)
def stage_import(
    db: Records,
    now: Now,
    by: Who,
    file: Annotated[bytes, Depends(uploaded)],
    name: Name,
    response: Response,
    whole: Annotated[bool, Query(description="The file lists all accounts: close those it does not have.")] = False,
) -> ImportOut:
    """Read a file of accounts and say what each row would do; nothing is changed before it is committed."""
    from planning.files import read_accounts

    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadFieldError("query.name", f"Expected a name that ends in {', '.join(ENDINGS)}; got {name!r}.")
    with TemporaryDirectory(prefix="bailiwick-") as folder:
        path = Path(folder) / name
        path.write_bytes(file)
        table = read_accounts(path)
    made = stage_accounts(db, table, whole=whole, by=by, now=now)
    response.headers["Location"] = f"/api/imports/{made}"
    with db.read() as session:
        return ImportOut.model_validate(get_import(session, made))


@router.get("/{import_id}")
def read_import(db: Read, import_id: RowId) -> ImportOut:
    """A file that was staged or committed."""
    return ImportOut.model_validate(get_import(db, import_id))


@router.get("/{import_id}/rows")
def read_import_rows(
    db: Read, import_id: RowId, after: Cursor, state: RowState | None = None, limit: Limit = 50
) -> ImportRowsOut:
    """What each row does and why, in the order of the file."""
    page = import_rows(db, import_id, state=state, after=after, limit=limit)
    return ImportRowsOut.model_validate({"items": page.rows, "next": write_cursor(page.after)})


@router.post("/{import_id}/commit", response_model=ImportOut)
def commit(
    request: Request, read: Read, db: Records, now: Now, by: Who, import_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Do what was staged, all of it in one act that can be undone; 409 when an account has changed since."""
    source = get_import(read, import_id).source
    act = Act(by, body.why or f"Import of {source}", now, ActKind.IMPORT)

    def work(session: Session) -> ImportOut:
        return ImportOut.model_validate(commit_import(session, import_id, now=now))

    return answered(request, db, act, key, body.model_dump_json(), work)
