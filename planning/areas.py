"""Boxes and polygons on the earth, as conditions on sites and exactly."""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_

from crm.columns import table_of
from crm.tables import Site
from planning.record_errors import BadAreaError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

site = table_of(Site)

MAX_CORNERS = 10_000


@dataclass(frozen=True, slots=True)
class Box:
    """An area between two meridians and two parallels, edges included, in degrees; `west` > `east` crosses 180°."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.west, self.south, self.east, self.north))):
            raise BadAreaError("The box must consist of four finite numbers.")
        if not (-90 <= self.south <= self.north <= 90):
            raise BadAreaError(f"Expected -90 ≤ south ≤ north ≤ 90, got south {self.south:g}, north {self.north:g}.")
        if not (-180 <= self.west <= 180 and -180 <= self.east <= 180):
            raise BadAreaError(f"Expected longitudes from -180 to 180, got west {self.west:g}, east {self.east:g}.")

    def holds(self) -> ColumnElement[bool]:
        """The condition on a site."""
        return self.holds_at(site.c.lat, site.c.lon)

    def holds_anywhere(self) -> ColumnElement[bool]:
        """The same condition, written so that no index on places can serve it."""
        return self.holds_at(site.c.lat + 0, site.c.lon + 0)

    def holds_at(self, lat: ColumnElement[Any], lon: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition on a latitude and a longitude."""
        direct = self.west <= self.east
        across = lon.between(self.west, self.east) if direct else or_(lon >= self.west, lon <= self.east)
        return and_(lat.between(self.south, self.north), across)


def parse_area(geojson: str) -> "BaseGeometry":
    """A polygon or multipolygon from the text of a GeoJSON geometry (WGS84, longitude first).

    Raises:
        BadAreaError: not GeoJSON, not an area, crossing itself, off the earth or with too many corners.
    """
    import orjson
    import shapely

    try:
        if not isinstance(orjson.loads(geojson), dict):
            raise ValueError(geojson)
        area = shapely.from_geojson(geojson)
    except (ValueError, shapely.errors.GEOSException):  # a ValueError too when GEOS cuts a word of its complaint
        raise BadAreaError("Expected a GeoJSON Polygon or MultiPolygon; this is not GeoJSON.") from None
    if area is None or area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty:
        raise BadAreaError("Expected a GeoJSON Polygon or MultiPolygon with at least three corners.")
    if shapely.get_num_coordinates(area) > MAX_CORNERS:
        raise BadAreaError(f"The polygon has more than {MAX_CORNERS:,} corners; simplify it.")
    if not shapely.is_valid(area):
        raise BadAreaError(f"The polygon is not valid: {shapely.is_valid_reason(area)}.")
    Box(*area.bounds)
    return area
