"""The page on which a user sets up a second factor, renews its recovery codes or takes it away; without a script."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import Now, Read
from api.page import render
from api.pages_sign_in import Form, Next, asked_language, own_path
from api.settings import Settings
from api.signed_in import SignedInUser
from api.writing import Records
from crm.tables import TokenKind
from planning.record_errors import RefusedError
from planning.second_factor import (
    Begun,
    WrongCodeError,
    begin_factor,
    confirm_factor,
    factor_of,
    remove_factor,
    renew_codes,
)
from planning.sign_in import SignedIn, WaitError, WrongPasswordError

router = APIRouter(include_in_schema=False)


@router.get("/second-factor")
def second_factor_page(request: Request, db: Read, user: SignedInUser, next: Next = "") -> Response:
    """Say how it stands, and ask for what comes next."""
    return shown(request, user, own_path(request, next), view=factor_of(db, user.viewer.user_id))


@router.post("/second-factor")
def take_second_factor(request: Request, db: Records, now: Now, user: SignedInUser, given: Form) -> Response:
    """Begin, confirm, renew or take away, as the form says."""
    onward, fault = own_path(request, given.get("next", "")), ""
    facts: dict[str, Any] = {"begun": None, "codes": ()}
    key, code, viewer = request.app.state.settings.key, given.get("code", ""), user.viewer
    try:
        match given.get("do"):
            case "begin":
                host = request.url.hostname or ""
                facts["begun"] = begin_factor(db, viewer, given.get("password", ""), host=host, key=key, now=now)
            case "confirm":
                keep = user.token_id if user.kind is TokenKind.SESSION else None
                facts["codes"] = confirm_factor(db, viewer, code, keep=keep, key=key, now=now)
            case "renew":
                facts["codes"] = renew_codes(db, viewer, code, key=key, now=now)
            case "remove":
                remove_factor(db, viewer, code, key=key, now=now)
    except (RefusedError, WrongPasswordError, WrongCodeError, WaitError) as error:
        fault = str(error)
    with db.read() as session:
        view = factor_of(session, viewer.user_id)
    return shown(request, user, onward, 422 if fault else 200, view=view, fault=fault, **facts)


def shown(request: Request, user: SignedIn, onward: str, status: int = 200, **values: Any) -> Response:
    """The page; it is kept by nobody on the way."""
    settings: Settings = request.app.state.settings
    wanted = user.viewer.role in settings.second_factor_for
    facts: dict[str, Any] = {"begun": None, "codes": (), "fault": "", "next": onward, "wanted": wanted}
    facts["name"] = user.viewer.name
    begun: Begun | None = values.get("begun")
    facts["picture"] = picture(begun.link) if begun else None
    page = render("second_factor.html", status, asked_language(request), **(facts | values))
    page.headers["Cache-Control"] = "no-store"
    return page


def picture(link: str) -> tuple[int, str] | None:
    """A link as a QR code: modules a side and the path of the dark ones; None for one that is too long."""
    from planning.qr_code import as_path, qr_code

    try:
        square = qr_code(link)
    except ValueError:
        return None
    return len(square) + 8, as_path(square)
