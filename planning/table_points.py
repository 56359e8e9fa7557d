"""Geometries of a file, in the reference system it declares, to pairs of degrees."""

import re
from collections.abc import Sequence
from math import isinf, isnan
from typing import TYPE_CHECKING

from planning.errors import TableError
from planning.table_raw import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;\s*", re.IGNORECASE)
HEX = re.compile(r"[0-9A-Fa-f]{18,}")


def pairs_of(wkb: Sequence[bytes | None], crs: object, source: str) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """One latitude and longitude per geometry (or a sentence why there is none), and remarks about the whole.

    Lines and areas become a point that lies on them. Without a declared system degrees (EPSG:4326) are assumed.

    Raises:
        TableError: the reference system is unknown.
    """
    import numpy as np
    import shapely

    shapes = shapely.from_wkb(np.array(list(wkb), dtype=object), on_invalid="ignore")
    points, notes = _representative(shapes)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    zero = (lon == 0) & (lat == 0)
    system, remark = _reference_system(crs, source)
    notes.append(remark)
    if system is not None:
        from pyproj import Transformer

        lon, lat = Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(lon, lat)
    pairs = ("0/0" if empty else _pair(float(y), float(x)) for y, x, empty in zip(lat, lon, zero, strict=True))
    return tuple(pairs), tuple(notes)


def _representative(shapes: "NDArray[np.object_]") -> tuple["NDArray[np.object_]", list[str]]:
    import numpy as np
    import shapely

    points = np.array(shapes, dtype=object)
    points[shapely.is_empty(points)] = None
    other = shapely.get_type_id(points) > 0
    if not other.any():
        return points, []
    points[other] = shapely.point_on_surface(points[other])
    return points, [f"{int(other.sum())} of the geometries are lines or areas: a point that lies on each was taken."]


def _reference_system(crs: object, source: str) -> tuple[object | None, str]:
    """The system to convert from (None: already longitude and latitude in WGS84), and what to say about it."""
    if crs is None:
        return None, "Coordinates: no reference system declared, WGS84 degrees (EPSG:4326) assumed."
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise TableError(f"{source} declares an unknown reference system: {str(crs)[:80]!r}") from error
    name = f"{system.name} ({system.to_string()})" if len(system.to_string()) < 30 else system.name
    if system.to_epsg() == 4326 or system.to_authority() == ("OGC", "CRS84"):
        return None, f"Coordinates: {name}."
    return system, f"Coordinates: converted from {name} to WGS84 degrees."


def _pair(lat: float, lon: float) -> Pair:
    if isnan(lat) or isnan(lon):
        return ""
    if isinf(lat) or isinf(lon):
        return "the geometry lies outside the area its reference system is meant for"
    return lat, lon


def pairs_of_text(texts: Sequence[str], source: str) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """Well-known text (also EWKT with its SRID) or hexadecimal well-known binary, one geometry per entry.

    Raises:
        TableError: the texts name an unknown reference system, or several.
    """
    import numpy as np
    import shapely

    codes = {found[1] for text in texts if (found := SRID.match(text))}
    if len(codes) > 1:
        raise TableError(f"{source} mixes reference systems: SRID {', '.join(sorted(codes))}")
    bare = np.array([SRID.sub("", text) for text in texts], dtype=object)
    binary = np.array([bool(HEX.fullmatch(text)) for text in bare], dtype=bool)
    shapes = np.empty(len(bare), dtype=object)
    shapes[~binary] = shapely.from_wkt(bare[~binary], on_invalid="ignore")
    shapes[binary] = shapely.from_wkb(bare[binary], on_invalid="ignore")
    crs = f"EPSG:{codes.pop()}" if codes else "EPSG:4326"
    pairs, notes = pairs_of([None if shape is None else shapely.to_wkb(shape) for shape in shapes], crs, source)
    faulty = tuple(
        f"geometry {text[:30]!r} cannot be read" if pair == "" and text and shape is None else pair
        for pair, text, shape in zip(pairs, texts, shapes, strict=True)
    )
    return faulty, notes
