"""Administrative regions from a file: polygons with codes and names, refused as a whole where one is not sound."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.admin_regions import AdminRegion
from geo.errors import FrameError
from geo.geometry_file import read_geometries

CODES = (
    *("code", "region_code", "iso_3166_2", "iso3166_2", "iso3166-2", "nuts_id", "nuts", "ags", "ars", "lau_id"),
    *("geoid", "hasc", "gid", "oktmo", "fips", "id"),
)
TITLES = ("name", "region_name", "nuts_name", "name_latn", "gen", "namelsad", "title", "bez")
PARENTS = ("parent", "parent_code", "above", "part_of")
MOST_REGIONS, MOST_CORNERS = 20_000, 1_000_000
OVERLAP = 1e-3
"""Regions that have more of the smaller one in common are not two; hairs along borders drawn twice are let pass."""
SHOWN = 20


def read_admin_regions(
    path: Path, *, code: str | None = None, name: str | None = None, parent: str | None = None
) -> tuple[AdminRegion, ...]:
    """The regions of a GeoJSON, GeoPackage, Shapefile or GeoParquet file, by code.

    `code`, `name`, `parent`: the columns to take; by default those that are called so. Without a column of names the
    codes are the names.

    Raises:
        FrameError: with every fault: features without a code, with one that came before, without a polygon, with one
            that crosses itself or lies off the earth, regions that lie over each other, too many of them.
        FileNotFoundError: there is no such file.
    """
    frame = read_geometries(path, "regions")
    if not 0 < len(frame) <= MOST_REGIONS:
        raise FrameError([f"{path.name} has {len(frame):,} features, expected 1 to {MOST_REGIONS:,} regions"])
    columns = {str(column).casefold(): column for column in frame.columns if column != frame.active_geometry_name}
    faults: list[str] = []
    codes = _texts(frame, _column(columns, CODES, code, "codes", faults))
    names = _texts(frame, _column(columns, TITLES, name, "names", faults if name else []))
    above = _texts(frame, _column(columns, PARENTS, parent, "parents", faults if parent else []))
    if faults:
        raise FrameError(faults)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    if (corners := int(shapely.get_num_coordinates(shapes).sum())) > MOST_CORNERS:
        raise FrameError([f"{path.name} has {corners:,} corners, expected at most {MOST_CORNERS:,}: simplify it"])
    faults += _faults(codes, shapes)
    faults += [] if faults else _overlaps(codes, shapes)
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise FrameError(faults[:SHOWN] + more)
    rows = zip(codes, names, above, shapely.to_wkb(shapely.force_2d(shapes)), strict=True)
    made = (AdminRegion(key, title or key, up, wkb) for key, title, up, wkb in rows)
    return tuple(sorted(made, key=lambda region: region.code))


def _column(
    columns: dict[str, Any], words: Sequence[str], wanted: str | None, what: str, faults: list[str]
) -> Any | None:
    """The column wanted, or else one that is called so; a fault where there is none."""
    asked = (wanted.casefold(),) if wanted is not None else words
    found = next((columns[word] for word in asked if word in columns), None)
    if found is None:
        there = ", ".join(map(repr, columns.values())) or "none"
        said = f"no column {wanted!r}" if wanted else f"no column of {what} (one called {', '.join(words[:4])} …)"
        faults.append(f"there is {said}; found {there}")
    return found


def _texts(frame: Any, column: Any | None) -> list[str]:
    """The texts of a column, empty ones without it; whole numbers are written without a fraction."""
    if column is None:
        return [""] * len(frame)
    found = []
    for value in frame[column].tolist():
        if value is None or value != value:  # NaN is what a table has in place of nothing
            found.append("")
        elif isinstance(value, float) and value.is_integer():
            found.append(str(int(value)))
        else:
            found.append(str(value).strip())
    return found


def _faults(codes: Sequence[str], shapes: NDArray[np.object_]) -> list[str]:
    """What is wrong with single features, which are counted from 1."""
    faults, known = [], dict[str, int]()
    for number, (code, shape) in enumerate(zip(codes, shapes, strict=True), start=1):
        who = f"feature {number}" + (f" ({code})" if code else "")
        if not code or len(code) > 100 or "\x00" in code:
            faults.append(f"{who}: expected a code of 1 to 100 letters")
        elif code in known:
            faults.append(f"{who}: has the code of feature {known[code]}; make one feature of the parts of a region")
        known.setdefault(code, number)
        if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
            faults.append(f"{who}: expected a polygon, found {'nothing' if shape is None else shape.geom_type}")
        elif not np.isfinite(shapely.get_coordinates(shape)).all():
            faults.append(f"{who}: has corners that are no numbers")
        elif not _on_earth(shape):
            faults.append(f"{who}: reaches beyond 180° of longitude or 90° of latitude")
        elif not shapely.is_valid(shape):
            faults.append(f"{who}: the polygon is not valid: {shapely.is_valid_reason(shape)}")
    return faults


def _on_earth(shape: Any) -> bool:
    west, south, east, north = shape.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def _overlaps(codes: Sequence[str], shapes: NDArray[np.object_]) -> list[str]:
    """Pairs of regions that lie over each other."""
    shapely.prepare(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    both = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    over = both > OVERLAP * np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    return [
        f"{codes[first]} and {codes[second]} lie over each other: regions of one level may not"
        for first, second in zip(one[over], other[over], strict=True)
    ]
