"""Boxes and polygons on the earth, as conditions on sites and exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Float, and_, bindparam, func, literal_column, or_

from crm.among import among, places_for, told
from crm.columns import table_of
from crm.tables import Site
from planning.record_errors import BadAreaError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

site = table_of(Site)

MAX_CORNERS = 10_000
EDGES = ("west", "south", "east", "north")
BANDS_PER_DEGREE = 4
MOST_BANDS = 256
"""A box that touches more of them is looked up without them."""
BAND: ColumnElement[float] = func.round(site.c.lat * literal_column(str(BANDS_PER_DEGREE)), type_=Float)
"""The band of latitude a site lies in, as `ix_site_band` has it: an index on latitude and longitude alone would be read
from edge to edge of the record, since it can skip by the first of them only."""


@dataclass(frozen=True, slots=True)
class BoxKind:
    """All that the text of a condition for a box depends on: does it cross 180°, and how many bands it has places
    for."""

    across: bool
    places: int


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
        near = [BAND.in_(bands)] if (bands := self.bands()) else []
        edges = [getattr(self, edge) for edge in EDGES]
        return and_(*near, within(site.c.lat, site.c.lon, edges, across=self.west > self.east))

    def bands(self) -> tuple[float, ...]:
        """The bands of latitude in which its sites are, and at most one more; none for a box that is too high."""
        first, last = floor(self.south * BANDS_PER_DEGREE), ceil(self.north * BANDS_PER_DEGREE)
        return tuple(map(float, range(first, last + 1))) if last - first < MOST_BANDS else ()

    def kind(self, dialect: str) -> BoxKind:
        """What `held` has to know of it."""
        return BoxKind(self.west > self.east, places_for(self.bands(), dialect))

    def values(self, name: str, dialect: str) -> dict[str, Any]:
        """The values of the parameters that `held` made under this name."""
        edges = {f"{name}_{edge}": getattr(self, edge) for edge in EDGES}
        return edges | told(f"{name}_band", self.bands(), dialect)


def held(name: str, kind: BoxKind, dialect: str, *, anywhere: bool = False) -> ColumnElement[bool]:
    """`Box.holds`, for a box whose values come later; with `anywhere` so that no index on places can serve."""
    edges = [bindparam(f"{name}_{edge}", type_=Float) for edge in EDGES]
    if anywhere:
        return within(site.c.lat + 0, site.c.lon + 0, edges, across=kind.across)
    near = [among(BAND, f"{name}_band", dialect, kind.places)] if kind.places else []
    return and_(*near, within(site.c.lat, site.c.lon, edges, across=kind.across))


def within(
    lat: ColumnElement[Any], lon: ColumnElement[Any], edges: Sequence[Any], *, across: bool
) -> ColumnElement[bool]:
    """True for a latitude and a longitude between these edges, those included."""
    west, south, east, north = edges
    beside = or_(lon >= west, lon <= east) if across else lon.between(west, east)
    return and_(lat.between(south, north), beside)


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
