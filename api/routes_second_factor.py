"""A user's own second factor, and taking away that of somebody who lost it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from api.change import Changing
from api.dependencies import Now, Read, RowId
from api.schemas import Answer
from api.signed_in import ADMIN, Seen, SignedInUser
from api.writing import NO_NUL, Edit, Records
from planning.second_factor import (
    begin_factor,
    confirm_factor,
    factor_of,
    remove_factor,
    renew_codes,
    reset_factor,
)
from planning.users import get_user

router = APIRouter(prefix="/api", tags=["users"])

Code = Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=NO_NUL)]


class PasswordIn(Edit):
    """Your password: whoever has a token of yours only cannot change this."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=NO_NUL)] = Field(
        examples=["seven larks over a field"]
    )


class CodeIn(Edit):
    """A code of your program, or a recovery code."""

    code: Code = Field(examples=["492039"])


class FactorOut(Answer):
    """Whether a code is wanted besides the password."""

    on: bool = Field(examples=[True])
    since: datetime | None = Field(examples=["2026-11-23T12:00:00Z"])
    recovery_codes: int = Field(description="How many are left", examples=[10])


class BegunOut(Answer):
    """A secret for the program that makes the codes, shown only now; it counts once a code was shown."""

    secret: str = Field(description="Base32, in groups", examples=["GEZD GNBV"])
    link: str = Field(description="The same as an otpauth link", examples=["otpauth://totp/…"])


class CodesOut(Answer):
    """Recovery codes, each good once, shown only now."""

    recovery_codes: tuple[str, ...] = Field(examples=[["GEZD-GNBV-GY3T-QOJQ-KBSX-A2DF"]])


@router.get("/me/second-factor")
def read_factor(db: Read, viewer: Seen) -> FactorOut:
    """Whether you have a second factor."""
    return FactorOut.model_validate(factor_of(db, viewer.user_id))


@router.post("/me/second-factor", status_code=201)
def begin(request: Request, db: Records, now: Now, viewer: Seen, body: PasswordIn) -> BegunOut:
    """Make a secret for a program that makes codes; it changes nothing until a code is shown."""
    settings, host = request.app.state.settings, request.url.hostname or ""
    made = begin_factor(db, viewer, body.password, host=host, key=settings.key, now=now)
    return BegunOut.model_validate(made)


@router.post("/me/second-factor/confirm")
def confirm(request: Request, db: Records, now: Now, user: SignedInUser, body: CodeIn) -> CodesOut:
    """Have signing in take a code from now on; your other sessions end."""
    key = request.app.state.settings.key
    codes = confirm_factor(db, user.viewer, body.code, keep=user.token_id, key=key, now=now)
    return CodesOut(recovery_codes=codes)


@router.post("/me/second-factor/recovery-codes")
def renew(request: Request, db: Records, now: Now, viewer: Seen, body: CodeIn) -> CodesOut:
    """New recovery codes in the place of those that are left."""
    codes = renew_codes(db, viewer, body.code, key=request.app.state.settings.key, now=now)
    return CodesOut(recovery_codes=codes)


@router.post("/me/second-factor/remove")
def remove(request: Request, db: Records, now: Now, viewer: Seen, body: CodeIn) -> FactorOut:
    """Have signing in take the password only."""
    remove_factor(db, viewer, body.code, key=request.app.state.settings.key, now=now)
    with db.read() as session:
        return FactorOut.model_validate(factor_of(session, viewer.user_id))


@router.post("/users/{user_id}/second-factor/reset", response_model=FactorOut, dependencies=[ADMIN])
def reset(change: Changing, user_id: RowId, body: Edit) -> Response:
    """Take away the second factor of a user who lost it, and end their sessions: they sign in with the password."""

    def work(session: Session) -> FactorOut:
        get_user(session, user_id)
        reset_factor(session, user_id)
        return FactorOut.model_validate(factor_of(session, user_id))

    return change.answered(body, work, otherwise=f"Second factor of user {user_id} taken away")
