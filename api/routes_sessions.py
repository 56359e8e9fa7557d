"""Open sessions: a user's own, which the password ends, and those of others for administrators."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import Field, StringConstraints

from api.dependencies import Now, Read, RowId
from api.pages_sign_in import clear_browser
from api.problems import ForbiddenError
from api.routes_second_factor import PasswordIn
from api.schemas_users import SessionsOut
from api.security_log import noted
from api.signed_in import ADMIN, Seen, SignedInUser
from api.writing import NO_NUL, Edit, Records
from crm.act import Act
from crm.tables import TokenKind
from planning.open_sessions import end_open_session, end_own_others, end_own_session, open_sessions
from planning.sign_in import SignedIn
from planning.users import get_user

router = APIRouter(prefix="/api", tags=["users"])


class EndIn(Edit):
    """What ending a session takes."""

    password: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] = Field(
        default="", description="Yours; not for the session that asks", examples=["seven larks over a field"]
    )


@router.get("/me/sessions")
def read_sessions(db: Read, now: Now, user: SignedInUser) -> SessionsOut:
    """Your own open sessions. No address is kept of them, and of the browser only its kind."""
    return SessionsOut.model_validate({"items": open_sessions(db, user.viewer.user_id, present=user.token_id, now=now)})


@router.delete("/me/sessions/{session_id}")
def end_session(
    request: Request,
    response: Response,
    db: Records,
    now: Now,
    user: SignedInUser,
    session_id: RowId,
    body: Annotated[EndIn, Body()] = EndIn(),  # noqa: B008
) -> SessionsOut:
    """End one of your sessions at once; answers with those that are left. Ending the one that asks is signing out.

    It takes a session and your password: neither a token nor a browser left open is enough to lock you out elsewhere.
    """
    require_session(user)
    end_own_session(db, user.viewer, session_id, body.password, present=user.token_id, now=now)
    noted(request.scope, "session ended", user.viewer.name)
    if session_id == user.token_id:
        clear_browser(request, response)
    with db.read() as session:
        return read_sessions(session, now, user)


@router.post("/me/sessions/end-others")
def end_others(request: Request, db: Records, now: Now, user: SignedInUser, body: PasswordIn) -> SessionsOut:
    """End all of your sessions but the one that asks, with your password; tokens for programs stay."""
    require_session(user)
    end_own_others(db, user.viewer, body.password, present=user.token_id, now=now)
    noted(request.scope, "session ended", user.viewer.name)
    with db.read() as session:
        return read_sessions(session, now, user)


@router.get("/users/{user_id}/sessions", dependencies=[ADMIN])
def read_users_sessions(db: Read, now: Now, user: SignedInUser, user_id: RowId) -> SessionsOut:
    """The open sessions of a user."""
    get_user(db, user_id)
    return SessionsOut.model_validate({"items": open_sessions(db, user_id, present=user.token_id, now=now)})


@router.delete("/users/{user_id}/sessions/{session_id}", dependencies=[ADMIN])
def end_users_session(
    request: Request, db: Records, now: Now, viewer: Seen, user_id: RowId, session_id: RowId
) -> SessionsOut:
    """End one session of a user at once; answers with those that are left. All of them: `POST …/password`."""
    with db.write(Act(viewer.name, f"A session of user {user_id} ended", now)) as session:
        get_user(session, user_id)
        end_open_session(session, user_id, session_id, now)
        left = open_sessions(session, user_id, present=None, now=now)
    noted(request.scope, "session ended", viewer.name)
    return SessionsOut.model_validate({"items": left})


def require_session(user: SignedIn) -> None:
    """Go on only for who signed in.

    Raises:
        ForbiddenError: a token for programs asks.
    """
    if user.kind is not TokenKind.SESSION:
        raise ForbiddenError("Sessions are ended by who signed in with a password, not with a token.")
