"""The pages for signing in and out and for choosing a password; they work without a script."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.dependencies import Now
from api.guard import address_of
from api.page import render
from api.problems import TooLargeError
from api.security_log import noted, users_name
from api.settings import Settings, is_loopback
from api.signed_in import SignedInUser
from api.words import language_of, words_of
from api.writing import Records
from planning.access_tokens import end_session
from planning.browser_name import browser_name
from planning.passwords import SHORTEST
from planning.record_errors import RefusedError
from planning.second_factor import WrongCodeError, finish_sign_in
from planning.sign_in import (
    SESSION,
    NotSignedInError,
    SecondStepError,
    SignedIn,
    WaitError,
    WrongPasswordError,
    change_password,
    sign_in,
    sign_out,
    who_has,
)

router = APIRouter(include_in_schema=False)
LARGEST_FORM = 10_000


async def form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent.

    Raises:
        TooLargeError: longer than any form of ours.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise TooLargeError(f"The form is larger than {LARGEST_FORM:,} bytes.")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


Form = Annotated[dict[str, str], Depends(form)]
Next = Annotated[str, Query(max_length=2000)]


def own_path(request: Request, path: str) -> str:
    """`path` when it is one of this server, else the front page; never another host."""
    root: str = request.scope.get("root_path", "")
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and path.isprintable()
    return path if ours and "\\" not in path else f"{root}/"


@router.get("/sign-in")
def sign_in_page(request: Request, next: Next = "", name: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Ask for name and password."""
    return ask_name(request, own_path(request, next), name)


@router.post("/sign-in")
def take_sign_in(request: Request, db: Records, now: Now, given: Form) -> Response:
    """Check name and password, or the code that follows them; a session's cookie is the answer."""
    name, onward = given.get("name", ""), own_path(request, given.get("next", ""))
    settings: Settings = request.app.state.settings
    if not settings.is_https and not is_loopback(request.url.hostname or ""):
        fault = (
            "Passwords are taken only over HTTPS: BAILIWICK_PUBLIC_URL has to name the https address of this server."
        )
        return ask_name(request, onward, name, 403, fault=fault)
    address = address_of(request.scope)
    step, browser = given.get("step", ""), browser_name(request.headers.get("user-agent", ""))
    try:
        if step:
            code = given.get("code", "")
            secret = finish_sign_in(db, step, code, address=address, browser=browser, key=settings.key, now=now)
        else:
            secret = sign_in(db, name, given.get("password", ""), address=address, browser=browser, now=now)
    except SecondStepError as error:
        noted(request.scope, "password right, code wanted", users_name(db, name))
        return ask_code(request, onward, error.secret)
    except WrongCodeError as error:
        noted(request.scope, "wrong code")
        return ask_code(request, onward, step, 403, fault=str(error))
    except WaitError as error:
        noted(request.scope, "made to wait", users_name(db, name))
        page = ask_name(request, onward, name, 429, fault=str(error))
        page.headers["Retry-After"] = str(error.wait_s)
        return page
    except (WrongPasswordError, NotSignedInError) as error:
        noted(request.scope, "too late for the code" if step else "wrong name or password", users_name(db, name))
        return ask_name(request, onward, name, 403, fault=str(error))
    if before := request.cookies.get(request.app.state.cookie):
        with db.write() as session:
            end_session(session, before)
    with db.read() as session:
        noted(request.scope, "signed in", who_has(session, secret, now).viewer.name)
    return with_session(request, onward, secret)


def asked_language(request: Request) -> str:
    """The language that a browser asks for, among those of the pages."""
    return language_of(request.headers.get("accept-language", ""))


def ask_name(
    request: Request, onward: str, name: str = "", status: int = 200, *, fault: str = "", said: str = ""
) -> Response:
    """Ask for name and password."""
    language = asked_language(request)
    return render("sign_in.html", status, language, name=name, next=onward, fault=fault, said=said)


def ask_password(request: Request, user: SignedIn, onward: str, status: int = 200, *, fault: str = "") -> Response:
    """Ask for the present password and another one."""
    facts: dict[str, Any] = {"name": user.viewer.name, "next": onward, "fault": fault, "shortest": SHORTEST}
    return render("password.html", status, asked_language(request), **facts)


def ask_code(request: Request, onward: str, step: str, status: int = 200, *, fault: str = "") -> Response:
    """Ask for the code that follows a right password; the page is kept by nobody on the way."""
    page = render("sign_in_code.html", status, asked_language(request), next=onward, fault=fault, step=step)
    page.headers["Cache-Control"] = "no-store"
    return page


def with_session(request: Request, onward: str, secret: str) -> Response:
    """Go on with a session's cookie."""
    settings: Settings = request.app.state.settings
    answer = RedirectResponse(onward, 303)
    root: str = request.scope.get("root_path", "")
    answer.set_cookie(
        request.app.state.cookie,
        secret,
        max_age=int(SESSION.total_seconds()),
        path=root or "/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
def take_sign_out(request: Request, db: Records, user: SignedInUser) -> Response:
    """End the session."""
    with db.write() as session:
        sign_out(session, user.token_id)
    noted(request.scope, "signed out", user.viewer.name)
    said = words_of(asked_language(request)).gettext("You are signed out.")
    answer = ask_name(request, own_path(request, ""), said=said)
    clear_browser(request, answer)
    return answer


def clear_browser(request: Request, answer: Response) -> None:
    """Have the browser forget a session that has ended, and all that it kept."""
    settings: Settings = request.app.state.settings
    path: str = request.scope.get("root_path", "") or "/"
    answer.delete_cookie(request.app.state.cookie, path=path, secure=settings.is_https, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'


@router.get("/password")
def password_page(request: Request, user: SignedInUser, next: Next = "") -> Response:
    """Ask for another password."""
    return ask_password(request, user, own_path(request, next))


@router.post("/password")
def take_password(request: Request, db: Records, now: Now, user: SignedInUser, given: Form) -> Response:
    """Take another password; every other session of the user ends."""
    onward = own_path(request, given.get("next", ""))
    try:
        if given.get("new", "") != given.get("again", ""):
            raise RefusedError("The two new passwords are not the same.")
        old, new = given.get("old", ""), given.get("new", "")
        change_password(db, user.viewer, old, new, keep=user.token_id, now=now)
    except (RefusedError, WrongPasswordError, WaitError) as error:
        if not isinstance(error, RefusedError):
            noted(request.scope, "wrong present password", user.viewer.name)
        return ask_password(request, user, onward, 422, fault=str(error))
    noted(request.scope, "password changed", user.viewer.name)
    return RedirectResponse(onward, 303)
