"""What handlers that change something are given: the database, who asks, the version they read, and their key."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from api.problems import BadFieldError, PreconditionNeededError
from api.signed_in import Seen
from crm.act import Act
from crm.database import Database
from planning.once import Answer, Key, once

NO_NUL = r"^[^\x00]*$"
ACT = "Bailiwick-Act"
"""The header that names the act (`/api/batches/{id}`) in which something was changed."""
Line = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL, strip_whitespace=True)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The version you read, in quotes.", examples=['"1"'])
]
KeyText = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of yours; a request that comes again with it is answered as the first time.",
    ),
]


class Edit(BaseModel):
    """Base of every body that changes something: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    why: Line = Field(default="", description="The reason, for the ledger", examples=["told by phone"])


async def matched(version: IfMatch = None) -> int:
    """The version in If-Match.

    Raises:
        PreconditionNeededError: no header.
        BadFieldError: not a version in quotes.
    """
    if version is None:
        raise PreconditionNeededError("Say which version you read: If-Match with the version in quotes.")
    return read_version(version)


def read_version(version: str) -> int:
    """The version that a header names.

    Raises:
        BadFieldError: not a version in quotes.
    """
    text = version.strip()
    if not (len(text) > 2 and text[0] == text[-1] == '"' and text[1:-1].isascii() and text[1:-1].isdigit()):
        raise BadFieldError("header.If-Match", f'Expected a version in quotes like "1", got {version}.')
    return min(int(text[1:-1][:10]), 2**31 - 2)


async def who(viewer: Seen) -> str:
    """The name of the user who asks, for the ledger."""
    return viewer.name


async def database_of(request: Request) -> Database:
    """The record."""
    database: Database = request.app.state.database
    return database


Matched = Annotated[int, Depends(matched)]
Who = Annotated[str, Depends(who)]
Records = Annotated[Database, Depends(database_of)]


def given(body: Edit) -> dict[str, Any]:
    """The fields that were in a body, for the row."""
    return body.model_dump(exclude_unset=True, exclude={"why"})


def asked(body: Edit, version: int) -> str:
    """All of a change that matters, as text."""
    return f"{version} {body.model_dump_json(exclude_unset=True)}"


def digest(request: Request, asked: str) -> str:
    """What is kept of a request beside its answer; `asked` is all of it that matters, besides its path."""
    return sha256(f"{request.method} {request.url.path}\n{asked}".encode()).hexdigest()


def answered(
    request: Request,
    database: Database,
    act: Act,
    key: str | None,
    asked: str,
    work: Callable[[Session], BaseModel],
    status: int = 200,
    *,
    in_ledger: bool = True,
) -> Response:
    """Do `work` once and answer with what it returns; `asked` is all of the request that matters, besides its path.

    The act of the ledger is named in a header, so that a page can offer to take it back; not when a request came again.
    """
    acts: list[int] = []

    def answer(session: Session) -> Answer:
        said = work(session).model_dump_json()
        acts.extend([session.info["batch_id"]] if in_ledger else [])
        return Answer(status, said)

    done = once(database, act, Key(key, digest(request, asked)) if key else None, answer, in_ledger=in_ledger)
    headers = {ACT: str(acts[0])} if acts else None
    return Response(done.body, done.status, headers, media_type="application/json")
