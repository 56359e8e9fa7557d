"""Users, their passwords and tokens."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from api.change import ChangingMatched
from api.dependencies import LARGEST_ID, Now, Read, RowId
from api.etag import with_etag
from api.problems import ForbiddenError
from api.schemas_users import LeftBehindOut, MeOut, NewTokenOut, NewUserOut, OneTimeOut, TokensOut, UserOut, UsersOut
from api.signed_in import ADMIN, Seen, SignedInUser
from api.writing import NO_NUL, Edit, Line, Records, given
from crm.act import Act
from crm.tables import Role, TokenKind
from planning.access_tokens import list_api_tokens, make_api_token, revoke_api_token
from planning.left_behind import left_behind
from planning.users import NewUser, add_user, edit_user, get_user, list_users, reset_password

router = APIRouter(prefix="/api", tags=["users"])

Ids = Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_ID)]], Field(max_length=1000)]
RepOrNone = Annotated[int, Field(ge=1, le=LARGEST_ID)] | None
SignInName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._@+-]{0,99}$", strip_whitespace=True)]


class UserIn(Edit):
    """Somebody who shall be able to sign in."""

    name: SignInName = Field(examples=["anna"])
    role: Role = Field(examples=["manager"])
    full_name: Line = Field(default="", examples=["Anna Berg"])
    rep_id: RepOrNone = Field(default=None, description="The rep the user is", examples=[7])
    sees_reps: Ids = Field(default=[], description="Reps whose view is granted", examples=[[7, 8]])
    sees_families: Ids = Field(default=[], description="Accounts whose family is granted", examples=[[42]])


class UserEdit(Edit):
    """What of a user may be changed; fields that are left out stay as they are. Inactive users cannot sign in."""

    role: Role = Field(default=Role.REP, examples=["manager"])
    full_name: Line = Field(default="", examples=["Anna Berg"])
    rep_id: RepOrNone = Field(default=None, examples=[7])
    sees_reps: Ids = Field(default=[], examples=[[7, 8]])
    sees_families: Ids = Field(default=[], examples=[[42]])
    active: bool = Field(default=True, examples=[False])


class TokenIn(Edit):
    """A token for a program that works for you."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)] = Field(
        examples=["nightly export"]
    )
    days: int = Field(default=90, ge=1, le=366, description="How long it is good for", examples=[90])


@router.get("/me")
def read_me(db: Read, viewer: Seen) -> MeOut:
    """Who you are."""
    return MeOut.model_validate(get_user(db, viewer.user_id))


@router.get("/me/tokens")
def read_tokens(db: Read, viewer: Seen) -> TokensOut:
    """Your own tokens for programs."""
    return TokensOut.model_validate({"items": list_api_tokens(db, viewer)})


@router.post("/me/tokens", status_code=201)
def make_token(db: Records, now: Now, user: SignedInUser, body: TokenIn) -> NewTokenOut:
    """Make a token for a program. It may do and see what you may, and is shown only in this answer.

    It takes a session: who has a token only cannot go on for longer than that one is good.
    """
    if user.kind is not TokenKind.SESSION:
        raise ForbiddenError("Tokens are made by who signed in with a password, not with another token.")
    with db.write() as session:
        made, secret = make_api_token(session, user.viewer, body.title, days=body.days, now=now)
    return NewTokenOut.model_validate(asdict(made) | {"token": secret})


@router.post("/me/tokens/{token_id}/revoke")
def revoke_token(db: Records, viewer: Seen, token_id: RowId) -> TokensOut:
    """End one of your tokens at once; answers with those that are left."""
    with db.write() as session:
        revoke_api_token(session, viewer, token_id)
        return TokensOut.model_validate({"items": list_api_tokens(session, viewer)})


@router.get("/users", dependencies=[ADMIN])
def read_users(db: Read) -> UsersOut:
    """Every user, by name."""
    return UsersOut.model_validate({"items": list_users(db)})


@router.get("/users/{user_id}", dependencies=[ADMIN])
@with_etag
def read_user(db: Read, user_id: RowId) -> UserOut:
    """One user. To change it, send its `version` as If-Match."""
    return UserOut.model_validate(get_user(db, user_id))


@router.post("/users", status_code=201, dependencies=[ADMIN])
def make_user(db: Records, now: Now, viewer: Seen, body: UserIn, response: Response) -> NewUserOut:
    """Add a user; the answer holds a password for the first sign-in, which is kept nowhere."""
    new = NewUser(body.name, body.role, body.full_name, body.rep_id, body.sees_reps, body.sees_families)
    with db.write(Act(viewer.name, body.why, now)) as session:
        user_id, password = add_user(session, new, now=now)
        made = get_user(session, user_id)
    response.headers["Location"] = f"/api/users/{user_id}"
    return NewUserOut.model_validate(asdict(made) | {"password": password})


@router.patch("/users/{user_id}", response_model=UserOut, dependencies=[ADMIN])
def change_user(change: ChangingMatched, user_id: RowId, body: UserEdit) -> Response:
    """Change what a user may do or see.

    Somebody made inactive is signed out everywhere at once, and their jobs that nobody works on yet are cancelled: a
    planner may retry them.
    """

    def work(session: Session) -> UserOut:
        edit_user(session, user_id, change.version, given(body), by=change.viewer.name, now=change.now)
        return UserOut.model_validate(get_user(session, user_id))

    return change.answered(body, work)


@router.post("/users/{user_id}/password", dependencies=[ADMIN])
def reset(db: Records, now: Now, viewer: Seen, user_id: RowId) -> OneTimeOut:
    """Give a user a new password for one sign-in, and end every session and token of theirs."""
    with db.write(Act(viewer.name, f"A new password for user {user_id}", now)) as session:
        return OneTimeOut(password=reset_password(session, user_id, now=now))


@router.get("/users/{user_id}/left-behind", dependencies=[ADMIN])
def read_left_behind(db: Read, now: Now, user_id: RowId) -> LeftBehindOut:
    """What hangs on a user, so that it can be handed to others when the user may no longer sign in."""
    return LeftBehindOut.model_validate(left_behind(db, user_id, now.date()))
