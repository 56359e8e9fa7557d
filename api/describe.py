"""The OpenAPI description: what FastAPI finds out, with our errors instead of its own."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.cross_origin import KEY_HEADER
from api.cross_origin import PATH as INTAKE
from api.etag import DESCRIBED
from api.problems import MEDIA_TYPE, Problem
from api.schemas import ZonesOut
from api.signed_in import COOKIE, PUBLIC

ERRORS = {
    "401": "Nobody is signed in, or the token is no longer good.",
    "403": "You may not do this, or have to choose a password first.",
    "404": "There is no such thing.",
    "422": "A parameter is wrong; `errors` says which and what was expected.",
    "429": "Asked too often; `Retry-After` says how many seconds to wait.",
    "500": "Something went wrong in the server.",
}

CHANGE_ERRORS = {
    "400": "The body is not JSON.",
    "401": "Nobody is signed in, or the token is no longer good.",
    "403": "You may not do this, or have to choose a password first.",
    "409": "It cannot be done as things stand.",
    "412": "It was changed since the version in If-Match; `version` is the present one.",
    "413": "The body is too large.",
    "415": "The body is not said to be JSON.",
    "428": "If-Match is missing.",
    "503": "The database is busy or away; nothing was changed.",
}


MADE: dict[str, Any] = {}
"""The description, once it was asked for: all applications of a process have the same routes."""


def install(app: FastAPI) -> None:
    """Make `app.openapi()` give our description; nobody may change it."""

    def openapi() -> dict[str, Any]:
        if not MADE:
            MADE.update(described(app))
        return MADE

    app.openapi = openapi  # type: ignore[method-assign]


def described(app: FastAPI) -> dict[str, Any]:
    """The description of every route with problems as errors."""
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = schema.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        parts.pop(name, None)
    for model in (Problem, ZonesOut):
        made = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts |= made.pop("$defs", {})
        parts[model.__name__] = made
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token made with POST /api/me/tokens."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Made by /sign-in."},
        "intake": {"type": "apiKey", "in": "header", "name": KEY_HEADER, "description": "The key of a form outside."},
    }
    answer = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if path not in PUBLIC:
                operation["security"] = [{"token": []}, {"session": []}]
            if method == "get" and says_version(operation, parts):
                operation["responses"]["200"]["headers"] = DESCRIBED
            changes = {} if method == "get" else CHANGE_ERRORS
            if path.startswith(INTAKE):
                operation["security"] = [{"intake": []}]
            for status, text in (ERRORS | changes).items():
                operation["responses"][status] = {"description": text, "content": answer}
    return schema


def says_version(operation: dict[str, Any], parts: dict[str, Any]) -> bool:
    """True for a route that answers with one thing and its version."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    properties: dict[str, Any] = parts.get(name, {}).get("properties", {})
    return bool(properties.get("version", {}).get("type") == "integer")
