"""`zones.geojson` and `routes.geojson`: EPSG:4326, longitude first as the format wants it."""

from collections.abc import Iterable

from shapely.geometry import mapping

from planning.result import PlanResult

DECIMALS = 6


def zones_geojson(result: PlanResult) -> dict[str, object]:
    """A feature per zone with its rep and workload."""
    return _collection(
        result,
        (
            {
                "type": "Feature",
                "id": shape.zone + 1,
                "properties": {
                    "zone": shape.zone + 1,
                    "rep": shape.rep,
                    "accounts": rep.accounts,
                    "visits": rep.visits,
                    "workload_h": round(rep.workload_h, 3),
                    "capacity_h": round(rep.capacity_h, 3),
                    "deviation": round(rep.deviation, 5),
                    "label": [round(shape.label.lon, DECIMALS), round(shape.label.lat, DECIMALS)],
                },
                "geometry": rounded(mapping(shape.outline)),
            }
            for shape in result.zones
            for rep in (result.reps[shape.zone],)
        ),
    )


def routes_geojson(result: PlanResult) -> dict[str, object]:
    """A line per rep and day."""
    return _collection(
        result,
        (
            {
                "type": "Feature",
                "properties": {
                    "rep": day.rep,
                    "date": day.date.isoformat(),
                    "starts_at": day.starts_at.isoformat(),
                    "ends_at": day.ends_at.isoformat(),
                    "drive_min": round(day.drive_min, 2),
                    "stops": [result.accounts[stop.account].id for stop in day.stops],
                    "proven": day.proven,
                },
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[round(place.lon, DECIMALS), round(place.lat, DECIMALS)] for place in day.line],
                },
            }
            for day in result.days
        ),
    )


def _collection(result: PlanResult, features: Iterable[dict[str, object]]) -> dict[str, object]:
    """The features, and beside them whose data they stand on and how driving was found."""
    said = {"driving": result.driving, "attribution": result.attribution}
    return {"type": "FeatureCollection", **said, "features": list(features)}


def rounded(value: object) -> object:
    """Coordinates to 6 places, a tenth of a metre, however deep they lie."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, tuple | list):
        return [rounded(part) for part in value]
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return value
