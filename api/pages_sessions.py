"""The page on which users see where they are signed in and which tokens they gave, and end single ones; no script."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from api.dependencies import LARGEST_ID, Now, Read
from api.page import render
from api.pages_sign_in import Form, asked_language, clear_browser
from api.routes_sessions import require_session
from api.security_log import noted
from api.signed_in import SignedInUser
from api.words import words_of
from api.writing import Records
from crm.database import Database
from planning.access_tokens import list_api_tokens, revoke_api_token
from planning.open_sessions import end_own_others, end_own_session, open_sessions
from planning.record_errors import MissingError
from planning.sign_in import SignedIn, WaitError, WrongPasswordError, check_password

router = APIRouter(include_in_schema=False)


@router.get("/sessions")
def sessions_page(request: Request, db: Read, now: Now, user: SignedInUser) -> Response:
    """List them."""
    return shown(request, db, user, now)


@router.post("/sessions")
def take_sessions(request: Request, db: Records, now: Now, user: SignedInUser, given: Form) -> Response:
    """End what the button that was pressed names, with the password."""
    fault = said = ""
    gettext = words_of(asked_language(request)).gettext
    try:
        said = gettext(ended(request, db, user, given, now))
    except (MissingError, WrongPasswordError, WaitError) as error:
        if isinstance(error, WrongPasswordError):
            noted(request.scope, "wrong present password", user.viewer.name)
        fault = str(error)
    with db.read() as session:
        page = shown(request, session, user, now, 422 if fault else 200, fault=fault, said=said)
    if not fault and given.get("end") == str(user.token_id):
        clear_browser(request, page)
    return page


def ended(request: Request, db: Database, user: SignedIn, given: dict[str, str], now: datetime) -> str:
    """Do what the form says; returns what to tell. Raises what `end_own_session` and `revoke_api_token` do."""
    require_session(user)
    password = given.get("password", "")
    if "revoke" in given:
        check_password(db, user.viewer, password, now)
        with db.write() as session:
            revoke_api_token(session, user.viewer, row_id(given["revoke"]))
        noted(request.scope, "token revoked", user.viewer.name)
        return _("The token has ended.")
    if given.get("end") == "others":
        end_own_others(db, user.viewer, password, present=user.token_id, now=now)
        noted(request.scope, "session ended", user.viewer.name)
        return _("All other sessions have ended.")
    end_own_session(db, user.viewer, row_id(given.get("end", "")), password, present=user.token_id, now=now)
    noted(request.scope, "session ended", user.viewer.name)
    return _("The session has ended.")


def row_id(text: str) -> int:
    """The id that a button names; one that nothing has where it is none."""
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def shown(
    request: Request, db: Session, user: SignedIn, now: datetime, status: int = 200, *, fault: str = "", said: str = ""
) -> Response:
    """The page; it is kept by nobody on the way."""
    sessions = open_sessions(db, user.viewer.user_id, present=user.token_id, now=now)
    tokens = [one for one in list_api_tokens(db, user.viewer) if one.expires_at > now]
    facts = {"name": user.viewer.name, "sessions": sessions, "tokens": tokens, "today": now.date()}
    page = render("sessions.html", status, asked_language(request), fault=fault, said=said, **facts)
    page.headers["Cache-Control"] = "no-store"
    return page


def _(text: str) -> str:
    """Marks words of the page for the catalogues; `take_sessions` looks them up."""
    return text
