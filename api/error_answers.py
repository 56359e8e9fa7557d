"""How each error that may come out of a handler is answered: a table, and the answers that say more than a sentence."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.problems import (
    BadFieldError,
    BusyError,
    Fault,
    ForbiddenError,
    PreconditionNeededError,
    TooLargeError,
    TooManyError,
    invalid,
    pattern,
    problem,
)
from api.security_log import noted
from balancing.errors import InvalidRules
from crm.ledger import UndoConflictError
from planning.errors import TableError
from planning.record_errors import (
    BadAreaError,
    FaultyError,
    MissingError,
    NoRouteError,
    OtherUseError,
    RefusedError,
    StaleError,
)
from planning.second_factor import WrongCodeError
from planning.sign_in import (
    NotSignedInError,
    PasswordToChangeError,
    SecondFactorNeededError,
    WaitError,
    WrongPasswordError,
)
from planning.solver_process import SolverBusyError
from planning.sync_cursor import StartOverError

log = logging.getLogger("bailiwick.api")

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
CLASHES = {
    *("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_FOREIGNKEY"),
    *("23505", "23503", "23P01"),
}
"""What databases call a key that is there already, or one that is not there any more."""
JSON_TYPE = re.compile(r"\s*application/(?:[\w.-]+\+)?json\s*(?:;|$)", re.IGNORECASE)

type Answering = Callable[[Request, Exception], Awaitable[Response]]


def plain(status: int, headers: Mapping[str, str] | None = None) -> Answering:
    """An answer that says what the error says."""

    async def answer(request: Request, error: Exception) -> Response:
        return problem(request, status, str(error), headers)

    return answer


def sent_to(page: str, status: int, headers: Mapping[str, str] | None = None) -> Answering:
    """The same; but a browser that asks for a page is sent to one where the person can do what is missing."""

    async def answer(request: Request, error: Exception) -> Response:
        if is_page(request):
            root: str = request.scope.get("root_path", "")
            return RedirectResponse(f"{root}{page}?{urlencode({'next': asked_for(request)})}", 303)
        return problem(request, status, str(error), headers)

    return answer


async def on_http(request: Request, error: Exception) -> Response:
    """404 of an unknown path, 405 of an unknown method, and whatever else Starlette raises."""
    assert isinstance(error, HTTPException)
    detail = {
        400: "The body cannot be read: JSON in UTF-8 was expected.",
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible here.",
    }
    headers = {"Allow": allowed(request)} if error.status_code == 405 else error.headers
    return problem(request, error.status_code, detail.get(error.status_code, str(error.detail)), headers)


def allowed(request: Request) -> str:
    """The methods that the path of a request has, over all routes."""
    routes = request.app.router.routes
    asked = {method: {**request.scope, "method": method} for method in METHODS}
    found = [method for method in METHODS if any(route.matches(asked[method])[0] is Match.FULL for route in routes)]
    return ", ".join(sorted([*found, *(["HEAD"] if "GET" in found else [])]))


async def on_invalid(request: Request, error: Exception) -> Response:
    """A parameter or body of the wrong type; 415 when the body is something and is not said to be JSON."""
    assert isinstance(error, RequestValidationError)
    given = request.headers.get("content-type", "")
    if not JSON_TYPE.match(given) and any(is_unread(fault) for fault in error.errors()):
        said = f"got {given[:100]!r}" if given else "got no Content-Type"
        return problem(request, 415, f"The body is taken as JSON, with Content-Type: application/json; {said}.")
    faults = [Fault(field=".".join(map(str, fault["loc"])), expected=fault["msg"]) for fault in error.errors()]
    return invalid(request, faults)


def is_unread(fault: Mapping[str, Any]) -> bool:
    """True for a body that was left as bytes, because nobody said that it is JSON."""
    return tuple(fault["loc"]) == ("body",) and isinstance(fault.get("input"), bytes)


async def on_bad_field(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadFieldError)
    return invalid(request, [Fault(field=error.field, expected=str(error))])


def is_page(request: Request) -> bool:
    """True for what a person looks at; programs are told instead of being sent to a page."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return request.method == "GET" and not path.startswith("/api/") and path != "/metrics"


async def on_wait(request: Request, error: Exception) -> Response:
    """429 that says how long to wait."""
    answer = problem(request, 429, str(error))
    answer.headers["Retry-After"] = str(getattr(error, "wait_s", 1))
    return answer


def asked_for(request: Request) -> str:
    """Path and query of a request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def on_no_route(request: Request, error: Exception) -> Response:
    """404 that says which day has a route."""
    assert isinstance(error, NoRouteError)
    following = error.next_day.isoformat() if error.next_day else None
    return problem(request, 404, str(error), next_date=following)


async def on_bad_area(request: Request, error: Exception) -> Response:
    return invalid(request, [Fault(field="query", expected=str(error))])


async def on_stale(request: Request, error: Exception) -> Response:
    """412 that says which version there is now."""
    assert isinstance(error, StaleError)
    return problem(request, 412, str(error), version=error.version)


async def on_too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooManyError)
    return problem(request, 429, str(error), {"Retry-After": str(int(error.wait_s) + 1)})


async def on_bad_table(request: Request, error: Exception) -> Response:
    """A file that cannot be read as a table, in the reader's own sentence."""
    return invalid(request, [Fault(field="body", expected=str(error))])


async def on_bad_rules(request: Request, error: Exception) -> Response:
    """Rules for leads that cannot be used, fault by fault."""
    assert isinstance(error, InvalidRules)
    return invalid(request, [Fault(field="body.rules", expected=fault) for fault in error.faults])


async def on_faulty(request: Request, error: Exception) -> Response:
    """What was filled in, fault by fault."""
    assert isinstance(error, FaultyError)
    fields = (where if where.startswith("query.") else f"body.{where}" for where, _ in error.faults)
    said = (f"Expected {what}." for _, what in error.faults)
    faults = (Fault(field=field, expected=words) for field, words in zip(fields, said, strict=True))
    return invalid(request, list(faults))


async def on_undo_conflict(request: Request, error: Exception) -> Response:
    """409 that names the rows which were changed again, what of them, and by whom."""
    assert isinstance(error, UndoConflictError)
    return problem(request, 409, str(error), rows=[asdict(row) for row in error.rows[:100]])


async def on_other_use(request: Request, error: Exception) -> Response:
    return invalid(request, [Fault(field="header.Idempotency-Key", expected=str(error))])


async def on_not_signed_in(request: Request, error: Exception) -> Response:
    """401; a token that somebody sent and that is not good is noted."""
    if "authorization" in request.headers:
        noted(request.scope, "token not good")
    return await sent_to("/sign-in", 401, {"WWW-Authenticate": "Bearer"})(request, error)


async def on_forbidden(request: Request, error: Exception) -> Response:
    """403; it is noted who tried."""
    noted(request.scope, "not allowed")
    return problem(request, 403, str(error))


async def on_database_away(request: Request, error: Exception) -> Response:
    """503: the database is locked for too long, or not there; nothing was changed."""
    said = str(getattr(error, "orig", error)).strip()
    log.warning("%s %s: %s", request.method, pattern(request.scope), said)
    return problem(
        request, 503, "The database is busy or cannot be reached; nothing was changed.", {"Retry-After": "5"}
    )


async def on_clash(request: Request, error: Exception) -> Response:
    """409: somebody wrote the same at the same moment, or removed what is referred to; other faults are ours (500)."""
    origin = getattr(error, "orig", None)
    if CLASHES.isdisjoint((getattr(origin, "sqlite_errorname", ""), getattr(origin, "sqlstate", ""))):
        raise error
    log.warning("%s %s: %s", request.method, pattern(request.scope), type(origin).__name__)  # not what it holds
    said = "Somebody changed the record at the same moment in a way that this does not go with; nothing was changed."
    return problem(request, 409, f"{said} Look again, and send it again.")


ANSWERS: Mapping[type[Exception], Answering] = {
    HTTPException: on_http,
    RequestValidationError: on_invalid,
    BadFieldError: on_bad_field,
    BadAreaError: on_bad_area,
    FaultyError: on_faulty,
    InvalidRules: on_bad_rules,
    TableError: on_bad_table,
    OtherUseError: on_other_use,
    NotSignedInError: on_not_signed_in,
    PasswordToChangeError: sent_to("/password", 403),
    SecondFactorNeededError: sent_to("/second-factor", 403),
    ForbiddenError: on_forbidden,
    MissingError: plain(404),
    NoRouteError: on_no_route,
    RefusedError: plain(409),
    WrongPasswordError: plain(409),
    WrongCodeError: plain(409),
    UndoConflictError: on_undo_conflict,
    IntegrityError: on_clash,
    StartOverError: plain(410),
    StaleError: on_stale,
    TooLargeError: plain(413),
    PreconditionNeededError: plain(428),
    WaitError: on_wait,
    TooManyError: on_too_many,
    BusyError: plain(503, {"Retry-After": "10"}),
    SolverBusyError: plain(503, {"Retry-After": "3"}),
    OperationalError: on_database_away,
}
"""The nearest class of an error decides. 410: what a device has can no longer be brought up to date by what changed."""


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""
    for error, answer in ANSWERS.items():
        app.add_exception_handler(error, answer)
