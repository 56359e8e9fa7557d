"""Pages for people: the map of a plan, and a plain list of what the API offers."""

from gzip import decompress
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.dependencies import AskedId, Read
from api.page_policy import page_policy
from api.settings import Settings
from api.signed_in import Seen
from planning.overview import PageView, plan_page

router = APIRouter(include_in_schema=False)

DOCS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bailiwick API</title></head><body><h1>Bailiwick API</h1>
<p>Machine-readable: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are RFC 9457 problems.</p>
{rows}</body></html>
"""


@router.get("/")
def home() -> RedirectResponse:
    """The map is the front page."""
    return RedirectResponse("map", 302)


@router.get("/favicon.ico")
def favicon() -> Response:
    """There is none; browsers ask all the same and would complain."""
    return Response(status_code=204)


@router.get("/map", response_class=HTMLResponse)
def read_map(request: Request, db: Read, viewer: Seen, plan: AskedId = None) -> Response:
    """The map of the published plan, or of the one named: the page that was drawn when the plan was saved."""
    page = plan_page(db, viewer, plan)
    settings: Settings = request.app.state.settings
    tag = f'"{page.sha256[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    # Also beside a 304: the browser replaces the policy that it keeps with the page.
    headers["Content-Security-Policy"] = policy_of(page, settings.tile_origin)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return HTMLResponse(page.html_gzip, headers=headers)
    return HTMLResponse(decompress(page.html_gzip), headers=headers)


POLICIES: dict[tuple[str, str | None], str] = {}
"""The policies of the pages served last; a page is read through only once."""


def policy_of(page: PageView, tile_origin: str | None) -> str:
    """The policy of a page, remembered for the last few."""
    key = page.sha256, tile_origin
    if key not in POLICIES:
        while len(POLICIES) >= 32:
            POLICIES.pop(next(iter(POLICIES)), None)
        POLICIES[key] = page_policy(decompress(page.html_gzip).decode(), tile_origin)
    return POLICIES[key]


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
