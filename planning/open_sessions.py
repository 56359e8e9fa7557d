"""The sessions that a user has open: what helps to know them again, and ending single ones (ASVS 7.5.2).

Kept of a session are the kind of browser (`planning.browser_name`), when it was opened and when it was last used; no
address. Ending one of one's own takes the password, or it is the very session that asks: that is signing out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.tables import AccessToken, TokenKind
from planning.record_errors import MissingError
from planning.sign_in import UNUSED, check_password, end_sessions
from planning.viewer import Viewer

token = table_of(AccessToken)


@dataclass(frozen=True, slots=True)
class SessionView:
    """An open session, without its token."""

    id: int
    browser: str
    """Such as "Firefox, Windows"; empty where it is not known."""
    created_at: datetime
    used_at: datetime
    """To the half hour; see `planning.sign_in.NOTED`."""
    expires_at: datetime
    present: bool
    """It is the one that asks."""


def open_sessions(session: Session, user_id: int, *, present: int | None, now: datetime) -> tuple[SessionView, ...]:
    """A user's open sessions, the one that asks first, then by last use; `present` is its id."""
    own = token.c
    sql = select(own.id, own.title, own.created_at, own.used_at, own.expires_at).where(*open_to(user_id, now))
    found = [
        SessionView(row.id, row.title, row.created_at, row.used_at, row.expires_at, row.id == present)
        for row in session.execute(sql.order_by(own.id))
    ]
    return tuple(sorted(found, key=lambda one: (not one.present, now - one.used_at)))


def open_to(user_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """A session of the user that still opens something."""
    own = token.c
    return own.user_id == user_id, own.kind == TokenKind.SESSION, own.expires_at > now, own.used_at >= now - UNUSED


def require_open(session: Session, user_id: int, session_id: int, now: datetime) -> None:
    """Go on only with an open session of the user.

    Raises:
        MissingError: the user has no such session.
    """
    if session.scalar(select(token.c.id).where(token.c.id == session_id, *open_to(user_id, now))) is None:
        raise MissingError(f"There is no session {session_id}.")


def end_open_session(session: Session, user_id: int, session_id: int, now: datetime) -> None:
    """End one session of a user at once. Raises what `require_open` does."""
    require_open(session, user_id, session_id, now)
    session.execute(delete(token).where(token.c.id == session_id, token.c.user_id == user_id))


def end_own_session(
    database: Database, viewer: Viewer, session_id: int, given: str, *, present: int, now: datetime
) -> None:
    """End a session of the user's own: the present one, or with the password (`given`) any other.

    Raises:
        MissingError: the user has no such session.
        WaitError, WrongPasswordError: see `check_password`.
    """
    with database.read() as session:
        require_open(session, viewer.user_id, session_id, now)
    if session_id != present:
        check_password(database, viewer, given, now)
    with database.write() as session:
        end_open_session(session, viewer.user_id, session_id, now)


def end_own_others(database: Database, viewer: Viewer, given: str, *, present: int, now: datetime) -> None:
    """End all sessions of the user's own but the present one. Raises what `check_password` does."""
    check_password(database, viewer, given, now)
    with database.write() as session:
        end_sessions(session, viewer.user_id, keep=present)
