"""Who asks: the user behind a session's cookie or a program's token, and what only some may do.

Every route but the few in `PUBLIC` needs a user; the application adds `signed_in` to all of them but those that ask
`at_once`, and a test goes through the list. What a user may see is decided in `planning.viewer`, not here.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from api.dependencies import Now, Read, now, soon
from api.problems import ForbiddenError
from api.settings import Settings
from crm.database import Database
from crm.tables import Role, TokenKind
from planning.sign_in import (
    NotSignedInError,
    PasswordToChangeError,
    SecondFactorNeededError,
    SignedIn,
    note_use,
    who_has,
)
from planning.viewer import Viewer

COOKIE = "bailiwick_session"
PUBLIC = frozenset(
    {
        *("/health", "/ready", "/sign-in", "/favicon.ico", "/openapi.json", "/docs"),
        *("/api/intake/leads", "/api/intake/stamps"),
    }
)
"""Paths that answer without a user."""
BEFORE_CHANGE = frozenset({"/password", "/sign-out"})
"""Paths that answer a user who still has to choose a password."""
BEFORE_FACTOR = frozenset({"/second-factor", "/sign-out"})
"""Paths that answer a user who still has to set up a second factor."""
SAFE = ("GET", "HEAD", "OPTIONS")


def cookie_name(settings: Settings) -> str:
    """What the session's cookie is called: over TLS so that browsers take it from this very host alone (RFC 6265bis).

    A neighbour under the same domain could otherwise plant a session of its own. `__Host-` wants the whole host.
    """
    if not settings.is_https:
        return COOKIE
    return f"__Secure-{COOKIE}" if settings.root_path else f"__Host-{COOKIE}"


def secret_of(request: Request) -> tuple[str, TokenKind] | None:
    """The token that came with a request, and how: in the Authorization header, or in the cookie."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer" and secret.strip():
        return secret.strip(), TokenKind.API
    cookie = request.cookies.get(request.app.state.cookie)
    return (cookie, TokenKind.SESSION) if cookie else None


async def signed_in(request: Request, db: Read, now: Now) -> SignedIn:
    """The user who asks; see `known` for errors."""
    user = await soon(request, known, request, db, now)
    await note(request, user, now)
    return user


async def note(request: Request, user: SignedIn, now: datetime) -> None:
    """Remember the use of a token, when the last one is a while ago."""
    if user.note_use:
        database: Database = request.app.state.database
        await run_in_threadpool(note_use, database, user.token_id, now)


async def at_once[Result](request: Request, work: Callable[[Session, Viewer, datetime], Result]) -> Result:
    """Find out who asks and do the work, in one thread and on one snapshot; see `known` for errors.

    For routes of `api.app.AT_ONCE_ROUTES`: asked so often that each dependency and each change of threads counts.
    """
    database: Database = request.app.state.database
    moment = await now(request)
    users: list[SignedIn] = []

    def ask() -> Result:
        with database.reader() as session:
            users.append(known(request, session, moment))
            return work(session, users[0].viewer, moment)

    try:
        async with request.app.state.line:
            return await soon(request, ask)
    finally:
        for user in users:
            await note(request, user, moment)


def known(request: Request, db: Session, now: datetime) -> SignedIn:
    """The user behind the token of a request.

    Raises:
        NotSignedInError: nobody.
        PasswordToChangeError: somebody who has to choose a password first.
        SecondFactorNeededError: somebody who has to set up a second factor first.
        ForbiddenError: a cookie came with a change that no page of ours asked for.
    """
    found = secret_of(request)
    if found is None:
        raise NotSignedInError("Sign in first.")
    secret, kind = found
    user = who_has(db, secret, now)
    if user.kind is not kind:
        raise NotSignedInError("Sign in first.")
    request.scope["bailiwick.user_id"] = user.viewer.user_id
    if kind is TokenKind.SESSION and request.method not in SAFE and not asked_by_our_page(request):
        raise ForbiddenError("Only a page of this server may change something with the browser's session.")
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if user.must_change and path not in BEFORE_CHANGE:
        raise PasswordToChangeError("Choose your own password first: at /password.")
    wanted = kind is TokenKind.SESSION and user.viewer.role in request.app.state.settings.second_factor_for
    if wanted and not user.has_factor and not user.must_change and path not in BEFORE_FACTOR:
        raise SecondFactorNeededError("Set up a second factor first: at /second-factor.")
    return user


def asked_by_our_page(request: Request) -> bool:
    """True when the browser says so; the guard has already refused those who say something else."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


SignedInUser = Annotated[SignedIn, Depends(signed_in)]


async def viewer(user: SignedInUser) -> Viewer:
    """The user as the use cases know them."""
    return user.viewer


Seen = Annotated[Viewer, Depends(viewer)]


def only(*roles: Role) -> Callable[[Viewer], Awaitable[None]]:
    """A dependency that lets only these roles go on."""
    names = " or ".join(roles)

    async def allowed(user: Seen) -> None:
        if user.role not in roles:
            raise ForbiddenError(f"Only a {names} may do this; you are a {user.role}.")

    return allowed


OFFICE = Depends(only(Role.PLANNER, Role.ADMIN))
"""For what concerns the whole company."""
MANAGING = Depends(only(Role.MANAGER, Role.PLANNER, Role.ADMIN))
"""For what concerns territories, each user's own part of them."""
ADMIN = Depends(only(Role.ADMIN))
"""For what concerns users."""
