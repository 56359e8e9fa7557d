"""A second factor for signing in: codes of a program (`planning.totp`), and ten codes for the day it is lost.

A code is taken once, and so is a recovery code; wrong ones make the next try wait as wrong passwords do. The secret is
kept sealed with the installation's key where it has one, is shown once, and never leaves by the API or an export.
"""

import base64
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.tables import AccessToken, RecoveryCode, SecondFactor, SignInStep, TokenKind, User
from planning.record_errors import RefusedError
from planning.sealed import BrokenSealError, seal, unseal
from planning.sign_in import (
    SESSION,
    NotSignedInError,
    check_password,
    count_failure,
    digest,
    end_sessions,
    forgive,
    open_token,
    wait,
)
from planning.totp import as_link, as_text, new_secret, step_of
from planning.viewer import Viewer

factor, recovery, step = table_of(SecondFactor), table_of(RecoveryCode), table_of(SignInStep)
user, token = table_of(User), table_of(AccessToken)

log = logging.getLogger("bailiwick.sign_in")

CODES = 10
RECOVERY_LENGTH = 24
"""Characters of a recovery code, without what parts them; earlier ones had 16."""
PENDING = timedelta(minutes=30)
"""How long a secret that was shown waits for its first code."""


class WrongCodeError(Exception):
    """No code of this moment, one that was taken already, or no recovery code."""

    def __init__(self) -> None:
        super().__init__("The code is not right, or was used already: wait for the next one.")


@dataclass(frozen=True, slots=True)
class FactorView:
    """Whether a user has a second factor, since when, and how many recovery codes are left."""

    on: bool
    since: datetime | None
    recovery_codes: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A new secret: to be typed, and as a link for the program that makes the codes. It is shown only now."""

    secret: str
    link: str


def factor_of(session: Session, user_id: int) -> FactorView:
    """How it stands with a user."""
    since = session.scalar(select(factor.c.since).where(factor.c.user_id == user_id))
    left = session.scalar(select(func.count()).where(recovery.c.user_id == user_id))
    return FactorView(since is not None, since, int(left or 0))


def begin_factor(database: Database, viewer: Viewer, given: str, *, host: str, key: str | None, now: datetime) -> Begun:
    """Make a secret, which counts once a code was shown (`confirm_factor`); `given` is the user's password.

    Raises:
        WaitError: too many failures before.
        WrongPasswordError: the password is another one.
        RefusedError: there is a second factor already.
    """
    check_password(database, viewer, given, now)
    secret = new_secret()
    with database.write() as session:
        if factor_of(session, viewer.user_id).on:
            raise RefusedError("There is a second factor already: take it away first.")
        session.execute(delete(factor).where(factor.c.user_id == viewer.user_id))
        row = {"user_id": viewer.user_id, "secret": seal(secret, key), "made_at": now, "since": None, "last_step": 0}
        session.execute(insert(factor).values(row))
    return Begun(as_text(secret), as_link(secret, viewer.name, host))


def confirm_factor(
    database: Database, viewer: Viewer, code: str, *, keep: int | None, key: str | None, now: datetime
) -> tuple[str, ...]:
    """Let the second factor count; returns recovery codes, shown only now. Other sessions of the user end.

    Raises:
        RefusedError: none was begun, or it was on already, or it waited for too long.
        WaitError, WrongCodeError: see `with_code`.
    """
    with database.read() as session:
        row = session.execute(select(factor).where(factor.c.user_id == viewer.user_id)).first()
    if row is None or row.since is not None or not timedelta() <= now - row.made_at <= PENDING:
        raise RefusedError("Begin with a new secret first.")

    def work(session: Session) -> tuple[str, ...]:
        begun = (factor.c.user_id == viewer.user_id, factor.c.since.is_(None))
        made: Any = session.execute(update(factor).where(*begun).values(since=now))
        if made.rowcount != 1:
            raise RefusedError("There is a second factor already.")
        end_sessions(session, viewer.user_id, keep=keep)
        return new_codes(session, viewer.user_id)

    return with_code(database, viewer.user_id, viewer.name, "", code, work, key=key, now=now)


def renew_codes(database: Database, viewer: Viewer, code: str, *, key: str | None, now: datetime) -> tuple[str, ...]:
    """Ten new recovery codes in the place of those that are left; `code` is one of the program or a recovery code.

    Raises:
        RefusedError: there is no second factor.
        WaitError, WrongCodeError: see `with_code`.
    """
    require_on(database, viewer.user_id)

    def work(session: Session) -> tuple[str, ...]:
        return new_codes(session, viewer.user_id)

    return with_code(database, viewer.user_id, viewer.name, "", code, work, key=key, now=now)


def remove_factor(database: Database, viewer: Viewer, code: str, *, key: str | None, now: datetime) -> None:
    """Take the second factor away; `code` is one of the program or a recovery code. Raises what `renew_codes` does."""
    require_on(database, viewer.user_id)
    user_id = viewer.user_id
    with_code(database, user_id, viewer.name, "", code, lambda session: forget(session, user_id), key=key, now=now)


def reset_factor(session: Session, user_id: int) -> bool:
    """Take away the second factor of somebody who lost it, and end their sessions; True when there was one."""
    there = factor_of(session, user_id).on
    forget(session, user_id)
    end_sessions(session, user_id)
    return there


def finish_sign_in(
    database: Database, step_secret: str, code: str, *, address: str, browser: str = "", key: str | None, now: datetime
) -> str:
    """The second step of signing in: a code opens the session, of a browser of this kind; returns its token.

    Raises:
        NotSignedInError: the first step was too long ago: begin with name and password.
        WaitError, WrongCodeError: see `with_code`.
    """
    own = step.c.digest == digest(step_secret)
    with database.read() as session:
        sql = select(user.c.id, user.c.name).join(step, step.c.user_id == user.c.id)
        row = session.execute(sql.where(own, step.c.expires_at > now, user.c.active)).first()
    if row is None:
        raise NotSignedInError("That took too long: begin again with name and password.")

    def work(session: Session) -> str:
        made: Any = session.execute(delete(step).where(own))
        if made.rowcount != 1:
            raise NotSignedInError("This sign-in is over: begin again with name and password.")
        session.execute(delete(token).where(token.c.expires_at < now))
        return open_token(session, row.id, TokenKind.SESSION, browser, now, now + SESSION)

    return with_code(database, row.id, row.name, address, code, work, key=key, now=now)


def with_code[T](
    database: Database,
    user_id: int,
    name: str,
    address: str,
    code: str,
    work: Callable[[Session], T],
    *,
    key: str | None,
    now: datetime,
) -> T:
    """Do something for which a code is shown, in the transaction that spends the code.

    Raises:
        WaitError: too many failures before; nothing was tried.
        WrongCodeError: it is not right; the failure is counted.
    """
    with database.read() as session:
        wait(session, name, address, now)
    with database.write() as session:
        if take_code(session, user_id, code, key=key, now=now):
            done = work(session)
            forgive(session, name, address)
            return done
    with database.write() as session:
        count_failure(session, name, address, now)
    raise WrongCodeError


def take_code(session: Session, user_id: int, code: str, *, key: str | None, now: datetime) -> bool:
    """Spend a code: of two that take the same one, only the first succeeds."""
    plain = "".join(code.split()).replace("-", "").upper()
    if len(plain) in (16, RECOVERY_LENGTH):
        spent: Any = session.execute(
            delete(recovery).where(recovery.c.user_id == user_id, recovery.c.digest == digest(plain))
        )
        return bool(spent.rowcount)
    row = session.execute(select(factor.c.secret).where(factor.c.user_id == user_id)).first()
    if row is None:
        return False
    try:
        at = step_of(unseal(row.secret, key), plain, now)
    except BrokenSealError:
        log.error("the second factor of user %d cannot be read: BAILIWICK_SECRET_KEY was changed", user_id)
        return False
    if at is None:
        return False
    fresh = (factor.c.user_id == user_id, factor.c.last_step < at)
    taken: Any = session.execute(update(factor).where(*fresh).values(last_step=at))
    return bool(taken.rowcount)


def new_codes(session: Session, user_id: int) -> tuple[str, ...]:
    """Recovery codes of 120 bits each, enough for a bare digest (ASVS 6.5.2); those there were are good no more."""
    session.execute(delete(recovery).where(recovery.c.user_id == user_id))
    plain = [base64.b32encode(secrets.token_bytes(RECOVERY_LENGTH // 8 * 5)).decode() for _ in range(CODES)]
    session.execute(insert(recovery), [{"user_id": user_id, "digest": digest(one)} for one in plain])
    return tuple("-".join(one[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for one in plain)


def forget(session: Session, user_id: int) -> None:
    """No second factor any more."""
    for table in (factor, recovery, step):
        session.execute(delete(table).where(table.c.user_id == user_id))


def require_on(database: Database, user_id: int) -> None:
    """Go on only with a second factor.

    Raises:
        RefusedError: there is none.
    """
    with database.read() as session:
        if not factor_of(session, user_id).on:
            raise RefusedError("There is no second factor.")
