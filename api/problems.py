"""Errors as RFC 9457 problems: every answer that is not a success has this one shape."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.page import render

MEDIA_TYPE = "application/problem+json"
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


def pattern(scope: Mapping[str, Any]) -> str:
    """The path as the application knows it, such as /api/accounts/{account_id}: few, and nobody's data."""
    return str(getattr(scope.get("route"), "path", "") or "(none)")


def problem_body(path: str, status: int, detail: str) -> dict[str, Any]:
    """The members that every problem has."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    kind = PREFIX + title.lower().replace(" ", "-")
    return {"type": kind, "title": title, "status": status, "detail": detail, "instance": path}


def invalid(request: Request, faults: Sequence[Fault]) -> Response:
    """422 with each fault and where it is."""
    detail = "; ".join(f"{fault.field}: {fault.expected}" for fault in faults[:3])
    return problem(request, 422, detail, errors=[fault.model_dump() for fault in faults])
