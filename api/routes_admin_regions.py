"""Administrative regions (states, districts): brought in as polygons, edition by edition."""

from datetime import date
from pathlib import Path
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from api.dependencies import Now, On, Read, RowId
from api.jobs_asked import accepted
from api.problems import BadFieldError
from api.rates import IMPORTS
from api.routes_imports import FILE, uploaded
from api.routes_workloads import FIRST_DAY, LAST_DAY
from api.schemas_admin_regions import AdminRegionsOut, RegionEditionsOut
from api.schemas_jobs import JobOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, KeyText, Records
from planning.admin_regions import list_editions, outlines_of, regions_of
from planning.admin_regions_job import asked_regions, faults_in
from planning.import_job import keep_upload
from planning.region_editions import NewEdition
from planning.solver_process import Solver

router = APIRouter(prefix="/api/admin-regions", tags=["regions"])

ENDINGS = (".geojson", ".json", ".gpkg")
GEOJSON = "application/geo+json"
Level = Annotated[
    str, Query(max_length=50, pattern=r"^[^\x00:]*\S[^\x00:]*$", description="What they are.", examples=["state"])
]
Said = Annotated[str, Query(max_length=300, pattern=NO_NUL)]
Column = Annotated[
    Annotated[str, StringConstraints(min_length=1)] | None,
    Query(max_length=100, pattern=NO_NUL, description="The column to take; by default one that is called so."),
]
FileName = Annotated[
    str,
    Query(
        min_length=5,
        max_length=200,
        pattern=r"^[^\x00/\\]+$",
        description="The file's name; its ending says what it is: " + ", ".join(ENDINGS),
        examples=["states.geojson"],
    ),
]
ValidFrom = Annotated[
    date, Query(ge=FIRST_DAY, le=LAST_DAY, description="From which day on they count.", examples=["2026-01-01"])
]


def columns_asked(code: Column = None, region_name: Column = None, parent: Column = None) -> dict[str, str | None]:
    """Which columns hold the codes, the names and the codes of the regions above."""
    return {"code": code, "name": region_name, "parent": parent}


@router.post("", status_code=202, response_model=JobOut, openapi_extra=FILE, dependencies=[OFFICE, IMPORTS])
def bring_regions_in(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    file: Annotated[bytes, Depends(uploaded)],
    name: FileName,
    level: Level,
    valid_from: ValidFrom,
    columns: Annotated[dict[str, str | None], Depends(columns_asked)],
    title: Said = "",
    source: Said = "",
    key: KeyText = None,
) -> Response:
    """Bring in the regions of a level from a day on: polygons, each with a code. A file with faults is refused with all
    of them; else a job keeps the regions and finds every site's, in one act that can be undone.
    """
    if Path(name).suffix.lower() not in ENDINGS:
        raise BadFieldError("query.name", f"Expected a name that ends in {', '.join(ENDINGS)}; got {name!r}.")
    solver: Solver = request.app.state.solver
    if faults := solver(faults_in, name, file, columns):
        raise BadFieldError("body", "; ".join(faults) + ".")
    with db.write() as session:
        made = keep_upload(session, name, file, by=viewer.name, now=now)
    new = NewEdition(level.strip(), title or name, source, valid_from)
    return accepted(request, db, viewer, now, key, "admin_regions", asked_regions(made, new, columns))


@router.get("")
def read_editions(db: Read, viewer: Seen, on: On) -> RegionEditionsOut:
    """All editions of regions; the day `on` says which are in force."""
    return RegionEditionsOut.model_validate({"items": list_editions(db, viewer, on.day)})


@router.get("/{edition_id}")
def read_regions_of(db: Read, viewer: Seen, edition_id: RowId) -> AdminRegionsOut:
    """The regions of an edition, with how many sites lie in each."""
    return AdminRegionsOut.model_validate({"items": regions_of(db, viewer, edition_id)})


@router.get("/{edition_id}/outlines", response_class=Response, responses={200: {"content": {GEOJSON: {}}}})
def read_outlines(db: Read, viewer: Seen, edition_id: RowId) -> Response:
    """The same with their outlines, as GeoJSON."""
    from shapely import from_wkb, to_geojson

    found, outlines = regions_of(db, viewer, edition_id), outlines_of(db, edition_id)
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "properties": {"code": one.code, "name": one.name, "parent_code": one.parent_code, "level": one.level},
            "geometry": orjson.Fragment(to_geojson(from_wkb(outlines[one.code]))),
        }
        for one in found
    ]
    return Response(orjson.dumps({"type": "FeatureCollection", "features": features}), media_type=GEOJSON)
