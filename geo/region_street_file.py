"""A government's street-centreline file with address ranges, read as if it were an OpenStreetMap extract.

Any vector format that GDAL reads, or CSV with the line as WKT. Segments meet where their ends have the same node
number, or else the same coordinates to 1e-6 degrees; crossings in the middle of a segment are bridges and join
nothing.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.address_record import AddressRange, AddressRecord, Side, StreetLine
from geo.errors import ExtractError
from geo.place import Place
from geo.region_street_map import StreetMap, shipped, shipped_map

Row = Mapping[str, str]
Point = tuple[float, float]  # lon, lat as in WKT; turned into a Place as soon as it is checked

TABLES = (".csv", ".tsv", ".txt")
END_DIGITS = 6
NO_ENDS = frozenset({"", "0"})


@dataclass(frozen=True, slots=True)
class Street:
    """One segment: its points, its tags in OpenStreetMap's words, and the houses along it."""

    line: tuple[Place, ...]
    ends: tuple[str, str]
    tags: Mapping[str, str]
    records: tuple[AddressRecord, ...]


def read_streets(path: Path, columns: StreetMap) -> list[Street]:
    """Every road of the file.

    Raises:
        ExtractError: the file is missing or cannot be read, lacks a mapped column, or holds no road.
    """
    if not path.exists():
        raise ExtractError(f"{path}: no such file; expected a street file (shapefile, GeoPackage, CSV with WKT …)")
    rows, lines = _read_csv(path, columns) if path.suffix.lower() in TABLES else _read_vector(path, columns)
    streets = [street for row, line in zip(rows, lines, strict=True) for street in _streets(row, line, columns)]
    if not streets:
        raise ExtractError(
            f"{path}: no road among {len(rows)} rows; check [highway] of the column map against the file's classes"
        )
    return streets


def map_for(path: Path) -> StreetMap:
    """The column map of a street file: the TOML file of its name beside it, else the shipped one whose columns it has.

    Raises:
        ExtractError: the file is missing or cannot be read, or there is no such map.
    """
    beside = path.with_suffix(".toml")
    if beside.is_file():
        return StreetMap.read(beside)
    names = column_names(path)
    for shipped_name in shipped():
        columns = shipped_map(shipped_name)
        if {part for value in columns.columns.values() for part in value.split("+")} <= names:
            return columns
    raise ExtractError(
        f"{path}: neither an OpenStreetMap extract (.osm.pbf) nor a street file of a known kind "
        f"({', '.join(shipped())}); for another kind put a column map beside it as {beside.name}"
    )


def column_names(path: Path) -> set[str]:
    """The columns of a street file."""
    if not path.exists():
        raise ExtractError(f"{path}: no such file; expected an OpenStreetMap extract (.osm.pbf) or a street file")
    if path.suffix.lower() in TABLES:
        header = _decoded(path, "").split("\n", 1)[0]
        return {name.strip().strip('"') for name in header.split(_delimiter(header))}
    import pyogrio

    try:
        return {str(name) for name in pyogrio.read_info(path)["fields"]}
    except Exception as error:
        raise ExtractError(f"{path}: not a file that can be read as an extract or as streets ({error})") from error


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _read_csv(path: Path, columns: StreetMap) -> tuple[list[Row], list[Any]]:
    geometry = columns.columns.get("geometry", "")
    text = _decoded(path, columns.encoding)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=_delimiter(text.split("\n", 1)[0])))
    _check_columns(path, columns, rows[0] if rows else {})
    if not geometry:
        raise ExtractError(f"{path}: the column map must say which column of a CSV holds the line (columns.geometry)")
    # As objects: numpy would otherwise make every text as wide as the longest.
    texts = np.array([row[geometry] or None for row in rows], dtype=object)
    lines = shapely.from_wkt(texts, on_invalid="ignore")
    return list(rows), list(_in_degrees(path, lines, columns.crs))


def _decoded(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    for name in (encoding,) if encoding else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise ExtractError(
        f"{path}: cannot be decoded as {encoding or 'UTF-8 or CP1252'}; set `encoding` in the column map"
    )


def _read_vector(path: Path, columns: StreetMap) -> tuple[list[Row], list[Any]]:
    import pyogrio

    try:
        facts, _, shapes, values = pyogrio.raw.read(path, encoding=columns.encoding or None)
    except Exception as error:
        raise ExtractError(f"{path}: not a street file that GDAL can read ({error})") from error
    names = [str(name) for name in facts["fields"]]
    texts = [[_text(value) for value in column] for column in values]
    rows: list[Row] = [dict(zip(names, row, strict=True)) for row in zip(*texts, strict=True)]
    _check_columns(path, columns, dict.fromkeys(names, ""))
    return rows, list(_in_degrees(path, shapely.from_wkb(shapes), columns.crs or facts["crs"] or ""))


def _text(value: object) -> str:
    """A cell as text; whole numbers without a decimal point, nothing for missing ones."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _check_columns(path: Path, columns: StreetMap, row: Mapping[str, Any]) -> None:
    asked = [name for value in columns.columns.values() for name in value.split("+")] + list(columns.skip)
    missing = [name for name in dict.fromkeys(asked) if name not in row and name != columns.columns.get("geometry")]
    if missing:
        has = ", ".join(map(str, row)) or "no columns"
        raise ExtractError(f"{path}: no column {', '.join(missing)}; the file has {has}")


def _in_degrees(path: Path, lines: Any, crs: str) -> Any:
    """Lines in EPSG:4326, whatever they were in."""
    import pyproj

    if crs:
        turn = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lines = shapely.transform(lines, lambda points: np.column_stack(turn.transform(points[:, 0], points[:, 1])))
    west, south, east, north = shapely.total_bounds(lines)
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise ExtractError(
            f"{path}: coordinates from {west:.0f},{south:.0f} to {east:.0f},{north:.0f} are not degrees; "
            "name the file's coordinate system as `crs` in the column map"
        )
    return lines


def _streets(row: Row, line: Any, columns: StreetMap) -> Iterator[Street]:
    """The road of a row; none where it is no road, several where its line has several parts."""
    road_class = _cell(row, columns, "class")
    highway = columns.highway.get(road_class, columns.highway_default)
    skipped = any(row.get(column) in values for column, values in columns.skip.items())
    if line is None or not highway or skipped:
        return
    parts = [part for part in shapely.get_parts(line) if part.geom_type == "LineString" and not part.is_empty]
    for at, part in enumerate(parts):
        points = tuple(Place(lat, lon) for lon, lat in shapely.get_coordinates(part))
        if len(points) > 1:
            tags = {"highway": highway, **_tags(row, columns)}
            whole = len(parts) == 1
            records = _records(row, points, columns, at) if whole or at == 0 else ()
            yield Street(points, _ends(row, points, columns) if whole else _corners(points), tags, tuple(records))


def _cell(row: Row, columns: StreetMap, name: str) -> str:
    asked = columns.columns.get(name, "")
    words = [str(row.get(column) or "").strip() for column in asked.split("+")] if asked else []
    return " ".join(word for word in words if word)


def _tags(row: Row, columns: StreetMap) -> dict[str, str]:
    tags: dict[str, str] = {}
    if name := _cell(row, columns, "street"):
        tags["name"] = name
    direction = columns.oneway.get(_cell(row, columns, "oneway"), "")
    if direction:
        tags["oneway"] = "yes" if direction == "forward" else "-1"
    for column, unit in (("limit_kmh", ""), ("limit_mph", " mph")):
        limit = _cell(row, columns, column)
        if limit.isdigit() and int(limit) > 0:
            tags["maxspeed"] = f"{int(limit)}{unit}"
    return tags


def _ends(row: Row, points: Sequence[Place], columns: StreetMap) -> tuple[str, str]:
    """Names of the junctions at both ends: the file's node numbers, else the coordinates."""
    by_number = [_cell(row, columns, name) for name in ("first_node", "last_node")]
    by_place = _corners(points)
    first, last = (
        place if number in NO_ENDS else f"node {number}" for number, place in zip(by_number, by_place, strict=True)
    )
    return first, last


def _corners(points: Sequence[Place]) -> tuple[str, str]:
    first, last = (f"{place.lat:.{END_DIGITS}f},{place.lon:.{END_DIGITS}f}" for place in (points[0], points[-1]))
    return first, last


def _records(row: Row, line: tuple[Place, ...], columns: StreetMap, at: int) -> Iterator[AddressRecord]:
    """House-number ranges of both sides, or the bare street where neither has houses."""
    street = _cell(row, columns, "street")
    if not street:
        return
    city = _cell(row, columns, "city") or columns.city
    where: dict[str, Any] = {
        "street": street, "line": line, "city": city, "region": columns.region, "country": columns.country,
        "entity": f"segment/{_cell(row, columns, 'id') or at}",
    }  # fmt: skip
    ranges = 0
    for side in Side:
        first, last = (_number(_cell(row, columns, f"{side}_{end}")) for end in ("first", "last"))
        if first is None or last is None:
            continue
        ranges += 1
        postcode = _cell(row, columns, f"{side}_postcode") or _cell(row, columns, "postcode")
        yield AddressRange(first=first, last=last, side=side, postcode=postcode, **where)
    if not ranges:
        yield StreetLine(postcode=_cell(row, columns, "postcode"), **where)


def _number(text: str) -> int | None:
    """A house number; None for none, which these files also write as 0."""
    whole = text.removesuffix(".0")
    return int(whole) if whole.isdigit() and int(whole) > 0 else None
