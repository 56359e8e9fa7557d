"""Tokens that programs send with their requests: made, listed and revoked by their owners."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccessToken, TokenKind
from planning.record_errors import MissingError
from planning.sign_in import digest, open_token
from planning.viewer import Viewer

token = table_of(AccessToken)


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token for programs, without the token."""

    id: int
    title: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime


def make_api_token(session: Session, viewer: Viewer, title: str, *, days: int, now: datetime) -> tuple[TokenView, str]:
    """A token for the user's programs, and what it is; it can be read only now."""
    secret = open_token(session, viewer.user_id, TokenKind.API, title, now, now + timedelta(days=days))
    row = session.execute(api_tokens(viewer).where(token.c.digest == digest(secret))).one()
    return TokenView(*row), secret


def list_api_tokens(session: Session, viewer: Viewer) -> tuple[TokenView, ...]:
    """The user's own tokens for programs."""
    return tuple(TokenView(*row) for row in session.execute(api_tokens(viewer).order_by(token.c.id)))


def api_tokens(viewer: Viewer) -> Select[tuple[int, str, datetime, datetime, datetime]]:
    """The user's own tokens, in the order of `TokenView`."""
    own = token.c
    return select(own.id, own.title, own.created_at, own.expires_at, own.used_at).where(
        own.user_id == viewer.user_id, own.kind == TokenKind.API
    )


def end_session(session: Session, secret: str) -> None:
    """End the session of a cookie, if it is one."""
    session.execute(delete(token).where(token.c.digest == digest(secret), token.c.kind == TokenKind.SESSION))


def revoke_api_token(session: Session, viewer: Viewer, token_id: int) -> None:
    """End one of the user's own tokens at once.

    Raises:
        MissingError: the user has no such token.
    """
    if session.execute(api_tokens(viewer).where(token.c.id == token_id)).first() is None:
        raise MissingError(f"There is no token {token_id}.")
    session.execute(delete(token).where(token.c.id == token_id))
