"""Signing in: a name and a password become a session; a token that comes with a request becomes a viewer.

Only digests are kept: of passwords by argon2id, of tokens (256 bits of chance) by SHA-256. Too many failures make the
next try wait, for the name at that address first, then for the address, then for the name.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlmodel import Session

from crm.columns import Instant, table_of
from crm.database import Database
from crm.often import Often
from crm.tables import AccessToken, Password, SecondFactor, SignInFailure, SignInStep, TokenKind, User
from planning.passwords import check_new_password, digest_of, is_right
from planning.record_errors import RefusedError
from planning.viewer import Viewer

user, password, token, failure = table_of(User), table_of(Password), table_of(AccessToken), table_of(SignInFailure)
factor, step = table_of(SecondFactor), table_of(SignInStep)

SESSION = timedelta(days=14)
"""How long a session lasts at most."""
STEP = timedelta(minutes=5)
"""How long the code may come after the password."""
UNUSED = timedelta(days=3)
"""A session that was not used for so long has ended."""
NOTED = timedelta(minutes=30)
"""Use is noted no more often than this."""
FORGOTTEN = timedelta(days=1)
"""Failures are forgotten after so long without another."""
LONGEST_WAIT = timedelta(minutes=15)
SET_BACK = timedelta(minutes=1)
"""Failures so far ahead were counted before the clock was set back, and make nobody wait."""


class NotSignedInError(Exception):
    """No token, or one that is not (or no longer) good."""


class WrongPasswordError(Exception):
    """Name and password do not belong together, or the user may not sign in; which of them is not said."""


class WaitError(Exception):
    """Too many failures; `wait_s` seconds have to pass before the next try."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(f"Signing in failed too often: try again in {wait_s} seconds.")


class PasswordToChangeError(Exception):
    """The password was made for the user, who has to choose another first."""


class SecondFactorNeededError(Exception):
    """The installation wants a second factor of users in this role, who has to set one up first."""


class SecondStepError(Exception):
    """Name and password belong together, and a code is wanted besides; `secret` stands for the first step."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        super().__init__("A code is wanted besides the password.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a token stands for."""

    viewer: Viewer
    token_id: int
    kind: TokenKind
    must_change: bool
    has_factor: bool
    """Signing in took a second factor."""
    note_use: bool
    """Its use should be noted; see `note_use`."""


def digest(secret: str) -> str:
    """What is kept of a token."""
    return sha256(secret.encode()).hexdigest()


def sign_in(database: Database, name: str, given: str, *, address: str, browser: str = "", now: datetime) -> str:
    """Check a password and open a session, of a browser of this kind; returns its token.

    Raises:
        WaitError: too many failures before; nothing was tried.
        WrongPasswordError: name and password do not belong together.
        SecondStepError: they do, and `planning.second_factor.finish_sign_in` goes on.
    """
    name = name.strip().casefold()[:200]
    with database.read() as session:
        wait(session, name, address, now)
        row = session.execute(
            select(user.c.id, password.c.hash, factor.c.since)
            .join(password, password.c.user_id == user.c.id)
            .outerjoin(factor, factor.c.user_id == user.c.id)
            .where(user.c.name == name, user.c.active)
        ).first()
    right = is_right(given, row.hash if row else None)
    with database.write() as session:
        if not right or row is None:
            count_failure(session, name, address, now)
        elif row.since is not None:
            made = first_step(session, row.id, now)
        else:
            forgive(session, name, address)
            session.execute(delete(token).where(token.c.expires_at < now))
            made = open_token(session, row.id, TokenKind.SESSION, browser, now, now + SESSION)
    if not right or row is None:
        raise WrongPasswordError("Name and password do not belong together.")
    if row.since is not None:
        raise SecondStepError(made)
    return made


def first_step(session: Session, user_id: int, now: datetime) -> str:
    """Note that somebody's password was right; returns what stands for it until the code was shown."""
    secret = secrets.token_urlsafe(32)
    session.execute(delete(step).where(step.c.expires_at < now))
    session.execute(insert(step).values(digest=digest(secret), user_id=user_id, expires_at=now + STEP))
    return secret


def forgive(session: Session, name: str, address: str) -> None:
    """Forget the failures of a name at an address: they are who they say."""
    session.execute(delete(failure).where(failure.c.who == both(name, address)))


def open_token(session: Session, user_id: int, kind: TokenKind, title: str, now: datetime, expires_at: datetime) -> str:
    """Make a token; what is returned can never be read again."""
    secret = f"bw_{secrets.token_urlsafe(32)}"
    row = AccessToken(
        digest=digest(secret),
        user_id=user_id,
        kind=kind,
        title=title,
        created_at=now,
        expires_at=expires_at,
        used_at=now,
    )
    session.add(row)
    session.flush()
    return secret


TOKEN = Often(
    select(
        *(user.c.id, user.c.name, user.c.role, user.c.rep_id),
        *(token.c.id.label("token_id"), token.c.kind, token.c.expires_at, token.c.used_at, password.c.one_time),
        factor.c.since,
    )
    .select_from(token)
    .join(user, user.c.id == token.c.user_id)
    .outerjoin(password, password.c.user_id == user.c.id)
    .outerjoin(factor, factor.c.user_id == user.c.id)
    .where(token.c.digest == bindparam("digest"), user.c.active)
)


def who_has(session: Session, secret: str, now: datetime) -> SignedIn:
    """The user behind a token.

    Raises:
        NotSignedInError: none, or no longer.
    """
    found = TOKEN.rows(session, digest=digest(secret))
    if not found or found[0].expires_at <= now:
        raise NotSignedInError("Sign in first.")
    row = found[0]
    if row.kind == TokenKind.SESSION and now - row.used_at > UNUSED:
        raise NotSignedInError("The session was not used for long: sign in again.")
    viewer = Viewer(row.id, row.name, row.role, row.rep_id, now.date())
    must_change = bool(row.one_time) and row.kind == TokenKind.SESSION
    return SignedIn(viewer, row.token_id, row.kind, must_change, row.since is not None, now - row.used_at > NOTED)


def note_use(database: Database, token_id: int, now: datetime) -> None:
    """Remember that a token is in use."""
    with database.write() as session:
        session.execute(update(token).where(token.c.id == token_id).values(used_at=now))


def sign_out(session: Session, token_id: int) -> None:
    """End a session."""
    session.execute(delete(token).where(token.c.id == token_id))


def change_password(database: Database, viewer: Viewer, old: str, new: str, *, keep: int | None, now: datetime) -> None:
    """Choose another password; every session but `keep` ends.

    Raises:
        WrongPasswordError: `old` is not the present one.
        RefusedError: the new one is the old one, or easily guessed.
    """
    check_password(database, viewer, old, now, called="present password")
    if old == new:
        raise RefusedError("The new password is the old one.")
    check_new_password(new, viewer.name)
    made = digest_of(new)
    with database.write() as session:
        own = password.c.user_id == viewer.user_id
        session.execute(update(password).where(own).values(hash=made, one_time=False, changed_at=now))
        end_sessions(session, viewer.user_id, keep=keep)


def check_password(database: Database, viewer: Viewer, given: str, now: datetime, *, called: str = "password") -> None:
    """Go on only with the user's own password: whoever has a session or a token only may not do what follows.

    Raises:
        WaitError: too many failures before.
        WrongPasswordError: it is another one; the failure is counted.
    """
    with database.read() as session:
        wait(session, viewer.name, "", now)
        present = session.scalar(select(password.c.hash).where(password.c.user_id == viewer.user_id))
    if not is_right(given, present):
        with database.write() as session:
            count_failure(session, viewer.name, "", now)
        raise WrongPasswordError(f"The {called} is another one.")


def end_sessions(session: Session, user_id: int, *, keep: int | None = None) -> None:
    """End every session of a user, but `keep`; tokens for programs stay."""
    others = (token.c.user_id == user_id, token.c.kind == TokenKind.SESSION, token.c.id != (keep or 0))
    session.execute(delete(token).where(*others))


ONE_MORE = text(
    "INSERT INTO sign_in_failure (who, failures, last_at) VALUES (:who, 1, :now) "
    "ON CONFLICT (who) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = excluded.last_at"
).bindparams(bindparam("now", type_=Instant()))


def both(name: str, address: str) -> str:
    """Somebody at an address who tries one name."""
    return f"{name} from {address}"


def tries(name: str, address: str) -> Iterator[tuple[str, int]]:
    """Who a try counts for, and after how many failures they have to wait."""
    yield both(name, address), 5
    if address:
        yield f"from {address}", 50
    yield f"as {name}", 100


def wait(session: Session, name: str, address: str, now: datetime) -> None:
    """Go on only when nobody has to wait.

    Raises:
        WaitError: how long.
    """
    for who, free in tries(name, address):
        row = session.execute(select(failure).where(failure.c.who == who)).first()
        if row is None or row.failures < free:
            continue
        pause = min(timedelta(seconds=2 ** min(row.failures - free + 2, 20)), LONGEST_WAIT)
        if row.last_at - now > SET_BACK:
            continue
        if (left := row.last_at + pause - now) > timedelta():
            raise WaitError(int(left.total_seconds()) + 1)


def count_failure(session: Session, name: str, address: str, now: datetime) -> None:
    """One more failure in a row."""
    session.execute(delete(failure).where(failure.c.last_at < now - FORGOTTEN))
    for who, _ in tries(name, address):
        session.execute(ONE_MORE, {"who": who, "now": now})
