"""The map: territories to look at and to change, and the page that was drawn when a plan was saved."""

from gzip import decompress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import AskedId, Read
from api.page import render_app
from api.page_policy import page_policy
from api.settings import Settings
from api.signed_in import Seen
from api.words import catalogue, language_of
from crm.tables import Role
from planning.admin_regions import editions_on
from planning.overview import PageView, get_plan, list_reps, plan_page
from planning.plans_in_force import plan_on
from planning.record_errors import MissingError
from planning.viewer import Viewer

router = APIRouter(include_in_schema=False)


@router.get("/map", response_class=HTMLResponse)
def read_map(request: Request, db: Read, viewer: Seen, plan: AskedId = None, scenario: AskedId = None) -> HTMLResponse:
    """The territories that you may see: of the plan in force, or of the one named, with its scenarios."""
    from maps.background import bounds_of
    from maps.live import MODULES, live_map
    from planning.map_points import shown_places

    force = plan_on(db, viewer.day)
    found = get_plan(db, plan or (force.plan_id if force else None))
    settings: Settings = request.app.state.settings
    root: str = request.scope.get("root_path", "")
    api = f"{root}/api/plans/{found.id}"
    addresses = (f"{api}/points", f"{api}/ground", f"{api}/background")
    fragment = live_map(
        bounds_of(*shown_places(db, viewer, found.id)), *addresses, settings.tile_url, found.attribution
    )
    language = language_of(request.headers.get("accept-language", ""))
    facts: dict[str, Any] = {
        "root": root,
        "language": language.replace("_", "-"),
        "words": catalogue(language),
        "plan": {name: getattr(found, name) for name in ("id", "title", "state", "weeks", "tolerance")}
        | {"valid_from": iso(found.valid_from), "valid_to": iso(found.valid_to)},
        "today": viewer.day.isoformat(),
        "me": viewer.name,
        "edits": viewer.role is not Role.REP,
        "office": viewer.sees_all,
        "scenario": scenario,
        "reps": [[rep.id, rep.name] for rep in list_reps(db, viewer)],
    }
    return render_app(
        request,
        viewer,
        "map.html",
        here="map",
        plan=found,
        fragment=fragment,
        modules=MODULES,
        facts=facts,
        saved=has_page(db, viewer, found.id),
        has_regions=bool(editions_on(db, viewer.day)),
    )


def iso(day: Any) -> str | None:
    """A day as text."""
    return day.isoformat() if day else None


def has_page(db: Any, viewer: Viewer, plan_id: int) -> bool:
    """True when there is a stored page that the viewer may see."""
    try:
        plan_page(db, viewer, plan_id)
    except MissingError:
        return False
    return True


@router.get("/map/saved", response_class=HTMLResponse)
def read_saved_map(request: Request, db: Read, viewer: Seen, plan: AskedId = None) -> Response:
    """The page that was drawn when a plan was saved, with every rep's days; for those who see all of it."""
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
