"""Plans and their zones."""

from typing import Any

import orjson
from fastapi import APIRouter, Response

from api.dependencies import Read, RowId
from api.schemas import PlanOut, PlansOut
from api.signed_in import Seen
from planning.overview import ZoneView, get_plan, list_plans, plan_zones

router = APIRouter(prefix="/api", tags=["plans"])
GEOJSON = "application/geo+json"


@router.get("/plans")
def read_plans(db: Read) -> PlansOut:
    """All plans, the newest first."""
    return PlansOut.model_validate({"items": list_plans(db)})


@router.get("/plans/{plan_id}")
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


def feature(zone: ZoneView) -> dict[str, Any]:
    """A zone as GeoJSON; see `api.schemas.ZoneFeature`. The outline's text goes through as it is."""
    said = {name: getattr(zone, name) for name in ("zone", "name", "rep_id", "rep", "label", "version")}
    drawn = {"bbox": zone.bounds} if zone.bounds else {}
    outline = orjson.Fragment(zone.outline) if zone.outline else None
    return {"type": "Feature", "id": zone.territory_id, "properties": said, "geometry": outline} | drawn
