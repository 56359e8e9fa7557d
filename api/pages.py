"""The front page, and a plain list of what the API offers."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.signed_in import Seen
from crm.tables import Role

router = APIRouter(include_in_schema=False)

DOCS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bailiwick API</title></head><body><h1>Bailiwick API</h1>
<p>Machine-readable: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are RFC 9457 problems.</p>
{rows}</body></html>
"""


@router.get("/")
def home(viewer: Seen) -> RedirectResponse:
    """The front page: a rep's own day, the map for everybody else."""
    return RedirectResponse("today" if viewer.role is Role.REP else "map", 302)


@router.get("/favicon.ico")
def favicon() -> Response:
    """There is none; browsers ask all the same and would complain."""
    return Response(status_code=204)


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """What the API offers, without a script or anything from elsewhere."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    rows = [operation(path, method, said) for path, verbs in paths.items() for method, said in verbs.items()]
    return HTMLResponse(DOCS.format(rows="".join(rows)))


def operation(path: str, method: str, said: dict[str, Any]) -> str:
    """One operation as a paragraph and a list of its parameters."""
    rows = "".join(
        f"<dt><code>{escape(item['name'])}</code></dt><dd>{escape(item.get('description', ''))}</dd>"
        for item in said.get("parameters", ())
    )
    text = escape(said.get("description", ""))
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{text}</p><dl>{rows}</dl>"
