"""Plans and their zones."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from api.dependencies import LARGEST_ID, Read, RowId
from api.etag import with_etag
from api.schemas import PlanOut, PlansOut
from api.schemas_comparison import PlansComparedOut
from api.signed_in import Seen
from planning.overview import ZoneView, get_plan, list_plans, plan_zones
from planning.plan_comparison import compare_plans_of_record

router = APIRouter(prefix="/api", tags=["plans"])
GEOJSON = "application/geo+json"


@router.get("/plans")
def read_plans(db: Read) -> PlansOut:
    """All plans, the newest first."""
    return PlansOut.model_validate({"items": list_plans(db)})


@router.get("/plans/{plan_id}")
@with_etag
def read_plan(db: Read, plan_id: RowId) -> PlanOut:
    """One plan with its figures."""
    return PlanOut.model_validate(get_plan(db, plan_id))


@router.get(
    "/plans/{plan_id}/zones",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/ZonesOut"}}}}},
)
def read_zones(db: Read, viewer: Seen, plan_id: RowId) -> Response:
    """The zones of a plan that you may see, as a GeoJSON feature collection (EPSG:4326, longitude first)."""
    features = [feature(zone) for zone in plan_zones(db, viewer, plan_id)]
    return Response(orjson.dumps({"type": "FeatureCollection", "features": features}), media_type=GEOJSON)


@router.get("/plans/{plan_id}/comparison")
def compare_with(
    db: Read,
    viewer: Seen,
    plan_id: RowId,
    before: Annotated[int, Query(ge=1, le=LARGEST_ID, description="The plan it is compared with")],
    limit: Annotated[int, Query(ge=0, le=5000, description="How many moved sites to list")] = 500,
) -> PlansComparedOut:
    """What changed from another plan to this one: every rep before and after, and the sites that changed hands."""
    found = compare_plans_of_record(db, viewer, before, plan_id)
    listed = {"moved": found.moved[:limit], "moved_count": len(found.moved)}
    named = {name: getattr(found, name) for name in ("before", "after", "sites", "only_before", "only_after", "reps")}
    return PlansComparedOut.model_validate(named | listed)


def feature(zone: ZoneView) -> dict[str, Any]:
    """A zone as GeoJSON; see `api.schemas.ZoneFeature`. The outline's text goes through as it is."""
    said = {name: getattr(zone, name) for name in ("zone", "name", "rep_id", "rep", "label", "version")}
    drawn = {"bbox": zone.bounds} if zone.bounds else {}
    outline = orjson.Fragment(zone.outline) if zone.outline else None
    return {"type": "Feature", "id": zone.territory_id, "properties": said, "geometry": outline} | drawn
