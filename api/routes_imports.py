"""Bringing files in: stage and look, decide what is open, then commit."""

from datetime import tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from api.cursor import Cursor, write_cursor
from api.dependencies import Limit, Now, Read, RowId
from api.jobs_asked import accepted
from api.problems import BadFieldError, TooLargeError
from api.rates import IMPORTS
from api.schemas_imports import ImportOut, ImportRowOut, ImportRowsOut, ImportsOut
from api.schemas_jobs import JobOut
from api.settings import Settings
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, KeyText, Records, Who, answered
from crm.act import Act
from crm.tables import ActKind, ImportState, RowState
from planning.import_fields import Setting
from planning.import_job import import_asked, keep_upload
from planning.import_ready import made_ready
from planning.imports import choose, commit_import, get_import, import_rows, kind_of, list_imports, stage_file
from planning.time_zones import zone_named

router = APIRouter(prefix="/api/imports", tags=["imports"], dependencies=[OFFICE])

MOST_AT_ONCE = 10_000
"""Rows of an import that are committed while the request waits."""
MOST_NAME_BYTES = 255
"""The longest name that files may have where they are read."""
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
        pattern=r"^[^\x00-\x1f\x7f/\\]+$",
        description="The file's name; its ending says what it is: " + ", ".join(ENDINGS),
        examples=["accounts.csv"],
    ),
]
KindName = Literal["accounts", "people", "leads", "opportunities", "activities", "reps", "codes"]
Words = list[Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]] | None


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


def pairs(words: list[str], field: str) -> dict[str, str]:
    """`field=text`, any number of times.

    Raises:
        BadFieldError: something else.
    """
    found = {}
    for word in words:
        name, separator, text = word.partition("=")
        if not separator or not name.strip() or not text.strip():
            raise BadFieldError(f"query.{field}", f"Expected field=text, got {word!r}.")
        found[name.strip()] = text.strip()
    return found


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name.

    Raises:
        BadFieldError: there is none of that name.
    """
    zone = zone_named(name)
    if zone is None:
        raise BadFieldError("query.zone", f"Expected an IANA time zone like Europe/Berlin, got {name!r}.")
    return zone


def setting(
    request: Request,
    now: Now,
    by: Who,
    column: Annotated[Words, Query(max_length=50, description="field=NAME: take that column for the field.")] = None,
    constant: Annotated[
        Words, Query(alias="set", max_length=50, description="field=value, where a row does not say it itself.")
    ] = None,
    zone: Annotated[str, Query(max_length=64, pattern=NO_NUL, description="Time zone of moments without one.")] = "UTC",
    whole: Annotated[bool, Query(description="The file lists all accounts: close those it does not have.")] = False,
    make_accounts: Annotated[
        bool, Query(description="Make accounts that rows of another kind name and nobody knows, as prospects.")
    ] = False,
) -> Setting:
    """What the caller says besides the file."""
    return Setting(
        by=by,
        now=now,
        zone=zone_of(zone),
        columns=pairs(column or [], "column"),
        constants=pairs(constant or [], "set"),
        whole=whole,
        make_accounts=make_accounts,
        most_rows=request.app.state.settings.max_import_rows,
    )


@router.post(
    "",
    response_model=ImportOut,
    status_code=201,
    openapi_extra=FILE,
    dependencies=[IMPORTS],
    responses={202: {"model": JobOut, "description": "A large file: a job, whose answer names the import"}},
)
def stage_import(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    file: Annotated[bytes, Depends(uploaded)],
    name: Name,
    said: Annotated[Setting, Depends(setting)],
    kind: KindName = "accounts",
) -> Response:
    """Read a file and say what each row would do; nothing is changed before `POST /api/imports/{id}/commit`.

    A large file is read by a worker: the answer is 202 then, and the job's answer has the `import_id`.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadFieldError("query.name", f"Expected a name that ends in {', '.join(ENDINGS)}; got {name!r}.")
    if len(name.encode()) > MOST_NAME_BYTES:
        raise BadFieldError("query.name", f"Expected a name of at most {MOST_NAME_BYTES} bytes in UTF-8.")
    if said.whole and kind != "accounts":
        raise BadFieldError("query.whole", "Expected only with accounts.")
    settings: Settings = request.app.state.settings
    if len(file) > settings.max_import_at_once_bytes:
        with db.write() as session:
            made = keep_upload(session, name, file, by=viewer.name, now=now)
        return accepted(request, db, viewer, now, None, "import", import_asked(made, kind, said))
    with TemporaryDirectory(prefix="bailiwick-") as folder:
        path = Path(folder) / name
        path.write_bytes(file)
        made = stage_file(db, kind_of(kind), path, said)
    root: str = request.scope.get("root_path", "")
    with db.read() as session:
        body = ImportOut.model_validate(get_import(session, made)).model_dump_json()
    headers = {"Location": f"{root}/api/imports/{made}"}
    return Response(body, 201, headers, media_type="application/json")


@router.get("")
def read_imports(db: Read, after: Cursor, limit: Limit = 50) -> ImportsOut:
    """Files that were staged or committed, the newest first."""
    items, following = list_imports(db, after=after, limit=limit)
    return ImportsOut.model_validate({"items": items, "next": write_cursor(following)})


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


@router.post(
    "/{import_id}/commit",
    response_model=ImportOut,
    responses={202: {"model": JobOut, "description": "A large file: a job"}},
)
def commit(
    request: Request, read: Read, db: Records, now: Now, viewer: Seen, import_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Do what was staged, all of it in one act that can be undone; 409 when an account has changed since.

    A large import is done by a worker: the answer is 202 then, with the job.
    """
    found = get_import(read, import_id)
    if found.rows_read > MOST_AT_ONCE:
        return accepted(request, db, viewer, now, key, "import_commit", {"import_id": import_id}, why=body.why)
    act = Act(viewer.name, body.why or f"Import of {found.source}", now, ActKind.IMPORT)
    ready = made_ready(read, import_id, now) if found.state == ImportState.STAGED else None

    def work(session: Session) -> ImportOut:
        return ImportOut.model_validate(commit_import(session, import_id, now=now, ready=ready))

    return answered(request, db, act, key, body.model_dump_json(), work)


class Choice(Edit):
    """What a row under review is."""

    candidate: int | None = Field(
        ge=0, le=100, description="Number of the candidate, from 0; null: leave the row out", examples=[0]
    )


@router.post("/{import_id}/rows/{row_id}/choice", response_model=ImportRowOut)
def decide_row(
    request: Request, db: Records, now: Now, by: Who, import_id: RowId, row_id: RowId, body: Choice, key: KeyText = None
) -> Response:
    """Decide a row under review; it may be decided anew until the import is committed."""

    def work(session: Session) -> ImportRowOut:
        return ImportRowOut.model_validate(choose(session, import_id, row_id, body.candidate))

    act = Act(by, body.why or f"Row {row_id} of import {import_id} decided", now)
    return answered(request, db, act, key, body.model_dump_json(), work)
