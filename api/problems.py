"""Errors as RFC 9457 problems: every answer that is not a success has this one shape."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.page import render
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

MEDIA_TYPE = "application/problem+json"
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
CLASHES = {
    *("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_FOREIGNKEY"),
    *("23505", "23503", "23P01"),
}
"""What databases call a key that is there already, or one that is not there any more."""
JSON_TYPE = re.compile(r"\s*application/(?:[\w.-]+\+)?json\s*(?:;|$)", re.IGNORECASE)
PREFIX = "urn:bailiwick:problem:"
TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    404: "Not found",
    405: "Method not allowed",
    410: "Gone",
    403: "Forbidden",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Invalid request",
    428: "Precondition required",
    429: "Too many requests",
    503: "Service unavailable",
    500: "Internal error",
}
"""Our own words: those of Python's table differ between its versions."""


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    field: str = Field(description="Where: query.bbox, path.account_id, body.name", examples=["query.bbox"])
    expected: str = Field(examples=["Expected four numbers: west,south,east,north."])


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[PREFIX + "not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no account 17."])
    instance: str = Field(examples=["/api/accounts/17"])
    errors: list[Fault] | None = None


class BadFieldError(ValueError):
    """A parameter that passed the types but means nothing; answered with 422."""

    def __init__(self, field: str, expected: str) -> None:
        self.field = field
        super().__init__(expected)


class ForbiddenError(Exception):
    """The user may not do this; answered with 403."""


class TooLargeError(Exception):
    """A body beyond the limit; answered with 413."""


class BusyError(Exception):
    """As many as may be served are being served; answered with 503."""


class TooManyError(Exception):
    """Asked too often; answered with 429. `wait_s` seconds have to pass."""

    def __init__(self, detail: str, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(detail)


class PreconditionNeededError(Exception):
    """A change without If-Match; answered with 428."""


def also(status: int, text: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with a problem which others of its method have not."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"content": {MEDIA_TYPE: schema}, "description": text}}


def problem(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The answer; a browser that asks for a page gets a page."""
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
        root: str = request.scope.get("root_path", "")
        page = render("problem.html", status, title=TITLES.get(status, "Error"), detail=detail, home=f"{root}/")
        page.headers.update(headers or {})
        return page
    return JSONResponse(problem_body(request.url.path, status, detail) | more, status, headers, MEDIA_TYPE)


def problem_body(path: str, status: int, detail: str) -> dict[str, Any]:
    """The members that every problem has."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    kind = PREFIX + title.lower().replace(" ", "-")
    return {"type": kind, "title": title, "status": status, "detail": detail, "instance": path}


def invalid(request: Request, faults: Sequence[Fault]) -> Response:
    """422 with each fault and where it is."""
    detail = "; ".join(f"{fault.field}: {fault.expected}" for fault in faults[:3])
    return problem(request, 422, detail, errors=[fault.model_dump() for fault in faults])


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


async def on_not_signed_in(request: Request, error: Exception) -> Response:
    """401; a browser that asks for a page is sent to sign in."""
    if is_page(request):
        root: str = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/sign-in?{urlencode({'next': asked_for(request)})}", 303)
    return problem(request, 401, str(error), {"WWW-Authenticate": "Bearer"})


def is_page(request: Request) -> bool:
    """True for what a person looks at; programs are told instead of being sent to a page."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return request.method == "GET" and not path.startswith("/api/") and path != "/metrics"


async def on_password_to_change(request: Request, error: Exception) -> Response:
    """403; a browser that asks for a page is sent to choose a password."""
    if is_page(request):
        root: str = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/password?{urlencode({'next': asked_for(request)})}", 303)
    return problem(request, 403, str(error))


async def on_factor_needed(request: Request, error: Exception) -> Response:
    """403; a browser that asks for a page is sent to set up a second factor."""
    if is_page(request):
        root: str = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/second-factor?{urlencode({'next': asked_for(request)})}", 303)
    return problem(request, 403, str(error))


async def on_wait(request: Request, error: Exception) -> Response:
    """429 that says how long to wait."""
    answer = problem(request, 429, str(error))
    answer.headers["Retry-After"] = str(getattr(error, "wait_s", 1))
    return answer


def asked_for(request: Request) -> str:
    """Path and query of a request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def on_forbidden(request: Request, error: Exception) -> Response:
    return problem(request, 403, str(error))


async def on_missing(request: Request, error: Exception) -> Response:
    return problem(request, 404, str(error))


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


async def on_precondition_needed(request: Request, error: Exception) -> Response:
    return problem(request, 428, str(error))


async def on_busy(request: Request, error: Exception) -> Response:
    return problem(request, 503, str(error), {"Retry-After": "10"})


async def on_too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooManyError)
    return problem(request, 429, str(error), {"Retry-After": str(int(error.wait_s) + 1)})


async def on_too_large(request: Request, error: Exception) -> Response:
    return problem(request, 413, str(error))


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


async def on_refused(request: Request, error: Exception) -> Response:
    return problem(request, 409, str(error))


async def on_undo_conflict(request: Request, error: Exception) -> Response:
    """409 that names the rows which were changed again, what of them, and by whom."""
    assert isinstance(error, UndoConflictError)
    return problem(request, 409, str(error), rows=[asdict(row) for row in error.rows[:100]])


async def on_start_over(request: Request, error: Exception) -> Response:
    """410: what a device has can no longer be brought up to date by what changed."""
    return problem(request, 410, str(error))


async def on_other_use(request: Request, error: Exception) -> Response:
    return invalid(request, [Fault(field="header.Idempotency-Key", expected=str(error))])


async def on_database_away(request: Request, error: Exception) -> Response:
    """503: the database is locked for too long, or not there; nothing was changed."""
    log.warning("%s %s: %s", request.method, request.url.path, error)
    return problem(
        request, 503, "The database is busy or cannot be reached; nothing was changed.", {"Retry-After": "5"}
    )


async def on_clash(request: Request, error: Exception) -> Response:
    """409: somebody wrote the same at the same moment, or removed what is referred to; other faults are ours (500)."""
    origin = getattr(error, "orig", None)
    if CLASHES.isdisjoint((getattr(origin, "sqlite_errorname", ""), getattr(origin, "sqlstate", ""))):
        raise error
    log.warning("%s %s: %s", request.method, request.url.path, type(origin).__name__)  # not what it holds
    said = "Somebody changed the record at the same moment in a way that this does not go with; nothing was changed."
    return problem(request, 409, f"{said} Look again, and send it again.")


async def on_solver_busy(request: Request, error: Exception) -> Response:
    """503: no answer in time; nothing was changed."""
    return problem(request, 503, str(error), {"Retry-After": "3"})


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(BadFieldError, on_bad_field)
    app.add_exception_handler(NotSignedInError, on_not_signed_in)
    app.add_exception_handler(PasswordToChangeError, on_password_to_change)
    app.add_exception_handler(SecondFactorNeededError, on_factor_needed)
    app.add_exception_handler(WrongPasswordError, on_refused)
    app.add_exception_handler(WrongCodeError, on_refused)
    app.add_exception_handler(WaitError, on_wait)
    app.add_exception_handler(ForbiddenError, on_forbidden)
    app.add_exception_handler(MissingError, on_missing)
    app.add_exception_handler(NoRouteError, on_no_route)
    app.add_exception_handler(BadAreaError, on_bad_area)
    app.add_exception_handler(StaleError, on_stale)
    app.add_exception_handler(PreconditionNeededError, on_precondition_needed)
    app.add_exception_handler(RefusedError, on_refused)
    app.add_exception_handler(FaultyError, on_faulty)
    app.add_exception_handler(TooLargeError, on_too_large)
    app.add_exception_handler(BusyError, on_busy)
    app.add_exception_handler(TooManyError, on_too_many)
    app.add_exception_handler(TableError, on_bad_table)
    app.add_exception_handler(InvalidRules, on_bad_rules)
    app.add_exception_handler(UndoConflictError, on_undo_conflict)
    app.add_exception_handler(OtherUseError, on_other_use)
    app.add_exception_handler(StartOverError, on_start_over)
    app.add_exception_handler(SolverBusyError, on_solver_busy)
    app.add_exception_handler(OperationalError, on_database_away)
    app.add_exception_handler(IntegrityError, on_clash)
