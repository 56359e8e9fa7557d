"""The border to files, maps and notebooks: GeoDataFrames, checked once.

Inside, the core speaks places and arrays; a GeoDataFrame that passed one of these functions is in EPSG:4326 and sound.
"""

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import FrameError
from geo.place import Place

WGS84 = "EPSG:4326"
SHOWN = 5  # rows named in one fault
_POLYGONS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")


def accounts_frame(frame: gpd.GeoDataFrame, *, id_column: str = "id") -> gpd.GeoDataFrame:
    """Accounts as points in EPSG:4326; see `checked_frame`."""
    return checked_frame(frame, kinds=("Point",), id_column=id_column)


def zones_frame(frame: gpd.GeoDataFrame, *, id_column: str = "zone") -> gpd.GeoDataFrame:
    """Zones as polygons in EPSG:4326; see `checked_frame`."""
    return checked_frame(frame, kinds=_POLYGONS, id_column=id_column)


def routes_frame(frame: gpd.GeoDataFrame, *, id_column: str = "route") -> gpd.GeoDataFrame:
    """Routes as lines in EPSG:4326; see `checked_frame`."""
    return checked_frame(frame, kinds=_LINES, id_column=id_column)


def checked_frame(frame: gpd.GeoDataFrame, *, kinds: Collection[str], id_column: str) -> gpd.GeoDataFrame:
    """The frame in EPSG:4326, once it is known to be sound; the given one is left as it is.

    Sound means: a CRS is set; `id_column` is there, without gaps or repetitions; every geometry is there, not empty,
    valid, of one of `kinds` and, turned into degrees, on the globe.

    Raises:
        FrameError: with all faults at once, each naming rows by their position counted from 0.
    """
    faults = _id_faults(frame, id_column)
    if frame.active_geometry_name is None:
        raise FrameError([*faults, "there is no geometry column; set one with set_geometry"])
    faults += _shape_faults(frame, kinds)
    if frame.crs is None:
        faults.append("no CRS is set; say what the coordinates are with set_crs, for degrees EPSG:4326")
        raise FrameError(faults)
    turned = frame.to_crs(WGS84)
    faults += _globe_faults(turned)
    if faults:
        raise FrameError(faults)
    return turned


def places_of(frame: gpd.GeoDataFrame) -> list[Place]:
    """The places of a frame that `accounts_frame` has passed, in its order."""
    points = frame.geometry
    return [Place(lat=float(y), lon=float(x)) for x, y in zip(points.x, points.y, strict=True)]


def _id_faults(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return [f"there is no column {column!r}; found {', '.join(map(repr, frame.columns)) or 'none'}"]
    ids = frame[column]
    faults = _rows(ids.isna().to_numpy(), f"no {column}")
    return faults + _rows((ids.duplicated(keep="first") & ids.notna()).to_numpy(), f"a {column} that came before")


def _shape_faults(frame: gpd.GeoDataFrame, kinds: Collection[str]) -> list[str]:
    shapes = frame.geometry
    missing = (shapes.isna() | shapes.is_empty).to_numpy()
    other = ~shapes.geom_type.isin(list(kinds)).to_numpy() & ~missing
    found = ", ".join(sorted(set(shapes.geom_type[other])))
    values = np.asarray(shapes.array)
    broken = ~shapely.is_valid(values) & ~missing & ~other
    return [
        *_rows(missing, "no geometry or an empty one"),
        *_rows(other, f"{found} where {' or '.join(kinds)} is expected"),
        *_rows(broken, "an invalid geometry; shapely.make_valid may mend it"),
    ]


def _globe_faults(frame: gpd.GeoDataFrame) -> list[str]:
    west, south, east, north = shapely.bounds(np.asarray(frame.geometry.array)).T
    there = ~np.isnan(west)
    on = (west >= -180) & (south >= -90) & (east <= 180) & (north <= 90)
    return _rows(there & ~on, "coordinates off the globe; is the CRS right, and x the longitude?")


def _rows(wrong: "np.ndarray[tuple[int], np.dtype[np.bool_]]", what: str) -> list[str]:
    """One fault that names the rows, or none."""
    at: Sequence[int] = np.flatnonzero(wrong).tolist()
    if not at:
        return []
    named = ", ".join(map(str, at[:SHOWN])) + (f" and {len(at) - SHOWN} more" if len(at) > SHOWN else "")
    return [f"{what} in row{'s' if len(at) > 1 else ''} {named}"]
