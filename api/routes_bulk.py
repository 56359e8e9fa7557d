"""New accounts, and many accounts at once as NDJSON: a JSON object a line in, an answer a line out."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StringConstraints, ValidationError
from sqlmodel import Session

from api.change import Changing
from api.dependencies import LARGEST_ID, Now
from api.problems import TooLargeError
from api.routes_edits import AccountEdit, Name
from api.routes_imports import uploaded
from api.schemas import AccountOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, KeyText, Line, Records, digest
from crm.act import Act
from planning import many_accounts
from planning.account_search import OwnedOn
from planning.find_accounts import get_account
from planning.many_accounts import add_account, do_lines
from planning.once import Answer, Key, once

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

NDJSON = "application/x-ndjson"
MOST_LINES = 10_000
SITE_FIELDS = ("line", "city", "postcode", "region", "country", "visits_per_year", "service_s")
EXTERNAL_ID = StringConstraints(min_length=1, max_length=200, pattern=NO_NUL, strip_whitespace=True)
LINES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A JSON object a line: `external_id` and what else is known of a new account, or `id`, "
        "`version` and the fields to change.",
        "content": {NDJSON: {"schema": {"type": "string"}}},
    },
    "responses": {
        "200": {
            "description": "A JSON object a line, in the same order: `line`, `result` (created, changed or refused), "
            "`id`, `version`, `why`.",
            "content": {NDJSON: {"schema": {"type": "string"}}},
        }
    },
}


class AccountIn(AccountEdit):
    """A new account with its address. It gets its place and its territory with the next plan."""

    external_id: Annotated[str, EXTERNAL_ID] = Field(description="Its id in your files", examples=["4711"])
    name: Name = Field(examples=["Café Nord"])
    line: Line = Field(default="", examples=["Bernauer Str. 12"])
    city: Line = Field(default="", examples=["Berlin"])
    postcode: Line = Field(default="", examples=["13355"])
    region: Line = Field(default="", examples=["Berlin"])
    country: Line = Field(default="", examples=["DE"])
    visits_per_year: float = Field(default=0.0, ge=0, le=1000, allow_inf_nan=False, examples=[12])
    service_s: int = Field(default=0, ge=0, le=24 * 3600, description="Length of a visit, seconds", examples=[1800])


class AccountChange(AccountEdit):
    """A change in one line."""

    id: int = Field(ge=1, le=LARGEST_ID)
    version: int | None = Field(default=None, ge=1, le=2**31 - 2)


@router.post("", response_model=AccountOut, status_code=201, dependencies=[OFFICE])
def make_account(change: Changing, body: AccountIn) -> Response:
    """Make an account with one site; 409 when there is one with its external id."""

    def work(session: Session) -> AccountOut:
        made = add_account(session, *parts(body), now=change.now)
        return AccountOut.model_validate(get_account(session, change.viewer, made, on=OwnedOn(change.now.date())))

    return change.answered(body, work, 201)


@router.post("/bulk", openapi_extra=LINES, response_class=Response)
def do_many(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    body: Annotated[bytes, Depends(uploaded)],
    key: KeyText = None,
) -> Response:
    """Make or change up to 10,000 accounts in one act that can be undone as one; each line has its own answer."""
    lines = list(read_lines(body))
    if len(lines) > MOST_LINES:
        raise TooLargeError(f"More than {MOST_LINES:,} lines: send them in parts.")

    def work(session: Session) -> Answer:
        done = (orjson.dumps(one) for one in do_lines(session, viewer, lines, now=now))
        return Answer(200, "".join(text.decode() + "\n" for text in done))

    act = Act(viewer.name, f"{len(lines)} accounts at once", now)
    same = digest(request, body.decode(errors="replace"))
    found = once(db, act, Key(key, same) if key else None, work)
    return Response(found.body, found.status, media_type=NDJSON)


def read_lines(body: bytes) -> Iterator[many_accounts.Line]:
    """Every line that is not empty, with its number in the body (from 1)."""
    for number, text in enumerate(body.split(b"\n"), 1):
        if text.strip():
            yield read_line(number, text)


def read_line(number: int, text: bytes) -> many_accounts.Line:
    """A line as what it asks for, or with what is wrong about it."""
    try:
        given = orjson.loads(text)
        if not isinstance(given, Mapping):
            raise ValueError("expected an object")
    except ValueError as error:
        return many_accounts.Line(number, {}, {}, fault=f"Not a JSON object: {error}.")
    kind = AccountChange if "id" in given else AccountIn
    try:
        body = kind.model_validate_json(text)
    except ValidationError as error:
        words = (f"{'.'.join(map(str, one['loc'])) or 'line'}: {one['msg']}" for one in error.errors()[:5])
        return many_accounts.Line(number, {}, {}, fault="; ".join(words) + ".")
    named = (body.id, body.version) if isinstance(body, AccountChange) else (None, None)
    return many_accounts.Line(number, *parts(body), *named)


def parts(body: Edit) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that were given, those of the account and those of its site."""
    given = body.model_dump(exclude_unset=True, exclude={"why", "id", "version"})
    site = {name: given.pop(name) for name in SITE_FIELDS if name in given}
    return given, site
