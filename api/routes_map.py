"""What the map page reads: accounts and territories as blocks of bytes (`maps.packing`)."""

from hashlib import sha256
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from api.dependencies import AskedId, Read, RowId
from api.routes_scenarios import territory_out
from api.schemas_scenarios import ScenarioOut
from api.settings import Settings
from api.signed_in import Seen
from maps.packing import pack_bytes, pack_lines
from planning.map_background import background_block
from planning.map_ground import drawn_territories, whole_rings
from planning.map_points import map_names, map_points, shown_places
from planning.map_regions import draw_regions, drawing_asked, kept_drawing, outlines_near, region_levels
from planning.record_errors import MissingError
from planning.scenario_base import read_base
from planning.scenario_delta import state_of
from planning.scenarios import scenario_state
from planning.solver_process import Solver, SolverBusyError

router = APIRouter(prefix="/api/plans/{plan_id}", tags=["map"])
BYTES = "application/octet-stream"
BLOCK: dict[int | str, dict[str, Any]] = {200: {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/points", response_class=Response, responses=BLOCK)
def read_points(request: Request, db: Read, viewer: Seen, plan_id: RowId) -> Response:
    """Every site that you may see as arrays: place, territory, visits, value, last and next visit, and more."""
    found = map_points(db, viewer, plan_id)
    levels = region_levels(db, viewer, found.arrays["site"])
    regions = {f"region_{number}": level.number for number, level in enumerate(levels)}
    meta = {
        "words": found.words,
        "today": viewer.day.toordinal() - 719_163,
        "levels": [
            {name: getattr(level, name) for name in ("level", "edition_id", "source", "codes", "names")}
            for level in levels
        ],
    }
    return block(request, meta, found.arrays | regions)


@router.get("/names", response_class=Response, responses=BLOCK)
def read_names(request: Request, db: Read, viewer: Seen, plan_id: RowId) -> Response:
    """Names, ids and addresses of the same sites in the same order."""
    found = map_names(db, viewer, plan_id)
    meta = {"name": found.name, "external_id": found.external_id, "line": found.line, "why": found.why}
    return block(request, meta, {})


@router.get("/ground", response_class=Response, responses=BLOCK)
def read_ground(request: Request, db: Read, viewer: Seen, plan_id: RowId, scenario: AskedId = None) -> Response:
    """The territories that you may see: outlines, colours and work, as in the plan or as in one of its scenarios."""
    view, state = (None, state_of(read_base(db, plan_id))) if scenario is None else scenario_state(db, viewer, scenario)
    if view is not None and view.plan_id != plan_id:
        raise MissingError(f"Scenario {scenario} stands on plan {view.plan_id}, not on plan {plan_id}.")
    lines: list[Any] = []
    zones = []
    for one in drawn_territories(db, viewer, state):
        pieces = []
        for rings in whole_rings(one.outline):
            pieces.append(list(range(len(lines), len(lines) + len(rings))))
            lines.extend(ring / 1e6 for ring in rings)
        zones.append(territory_out(one, rings=False).model_dump(exclude={"rings"}) | {"pieces": pieces})
    moved, locks = state.moved, (state.locked != state.base.locked).nonzero()[0]
    meta = {"zones": zones, "scenario": view and ScenarioOut.model_validate(view).model_dump(mode="json")}
    arrays: dict[str, Any] = pack_lines(lines) | {
        "moved": state.base.site[moved].astype(np.uint32),
        "moved_to": state.zone[moved].astype(np.int32),
        "locks": state.base.site[locks].astype(np.uint32),
        "locks_now": state.locked[locks].astype(np.uint8),
    }
    return block(request, meta, arrays)


@router.get("/background", response_class=Response, responses=BLOCK)
def read_background(request: Request, db: Read, viewer: Seen, plan_id: RowId) -> Response:
    """Land and borders under the map where no tiles are set, and a region's roads, around what you may see."""
    from maps.background import bounds_of

    bounds = bounds_of(*shown_places(db, viewer, plan_id))
    settings: Settings = request.app.state.settings
    if settings.region is None or settings.tile_url:
        return sent(request, background_block(bounds))
    db.close()
    solver: Solver = request.app.state.solver
    try:
        return sent(request, solver(background_block, bounds, settings.region))
    except SolverBusyError:  # the land alone, until there is time for the roads
        return Response(background_block(bounds), media_type=BYTES, headers={"Cache-Control": "no-store"})


@router.get("/regions/{edition_id}", response_class=Response, responses=BLOCK)
def read_regions(request: Request, db: Read, viewer: Seen, plan_id: RowId, edition_id: RowId) -> Response:
    """The outlines of an edition of administrative regions around what you may see, simplified for drawing."""
    asked = drawing_asked(db, viewer, plan_id, edition_id)
    db.close()  # to simplify may take a while the first time
    solver: Solver = request.app.state.solver
    if (drawn := solver(kept_drawing, asked)) is None:
        outlines = outlines_near(db, edition_id, asked[1])
        db.close()
        drawn = solver(draw_regions, asked, outlines)
    return sent(request, drawn)


def block(request: Request, meta: dict[str, Any], arrays: dict[str, Any]) -> Response:
    """Bytes for the page; a browser that has them is told so."""
    return sent(request, pack_bytes(orjson.loads(orjson.dumps(meta)), arrays))


def sent(request: Request, body: bytes) -> Response:
    """The bytes themselves."""
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=BYTES, headers=headers)
