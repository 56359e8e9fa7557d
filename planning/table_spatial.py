"""GeoJSON and GeoPackage to rows with points. Both count their records from 1, having no header line."""

import json
from collections.abc import Mapping
from pathlib import Path

from planning.errors import TableError
from planning.table_points import pairs_of
from planning.table_raw import MAX_COLUMNS, MAX_ROWS, Cell, RawRow, RawTable


def read_geojson(data: bytes, source: str) -> RawTable:
    """A FeatureCollection (or one Feature) as rows.

    RFC 7946 says WGS84; the older `crs` member is honoured where a file still has one.

    Raises:
        TableError: not GeoJSON, cut off, or without features.
    """
    features, crs = _features(data, source)
    names: dict[str, None] = {"id": None} if any(feature.get("id") is not None for feature in features) else {}
    for feature in features:
        names.update(dict.fromkeys(str(name) for name in _mapping(feature.get("properties"))))
    if len(names) > MAX_COLUMNS:
        raise TableError(f"{source} has {len(names)} properties, expected at most {MAX_COLUMNS}")
    rows = []
    for number, feature in enumerate(features, start=1):
        values = {"id": feature.get("id"), **_mapping(feature.get("properties"))}
        rows.append(RawRow(number, tuple(_cell(values.get(name)) for name in names)))
    points, notes = pairs_of([_wkb(feature.get("geometry")) for feature in features], crs, source)
    counted = "Format: GeoJSON; rows are features counted from 1."
    return RawTable(source, tuple(names), tuple(rows), (), (counted, *notes), points)


def _features(data: bytes, source: str) -> tuple[list[Mapping[str, object]], object]:
    from planning.table_decode import decode

    try:
        document = json.loads(decode(data, source).text)
    except json.JSONDecodeError as error:
        raise TableError(f"{source} is not readable GeoJSON: line {error.lineno}, {error.msg} (cut off?)") from error
    except (RecursionError, ValueError) as error:
        raise TableError(f"{source} is not readable GeoJSON: nested too deep or a number too long") from error
    if not isinstance(document, dict):
        raise TableError(f"{source} is JSON but not GeoJSON: expected a FeatureCollection")
    listed = [document] if document.get("type") == "Feature" else document.get("features")
    if not isinstance(listed, list) or not all(isinstance(feature, dict) for feature in listed):
        raise TableError(f"{source} is JSON but not GeoJSON: expected a FeatureCollection")
    if not listed:
        raise TableError(f"{source} has no features")
    if len(listed) > MAX_ROWS:
        raise TableError(f"{source} has more than {MAX_ROWS:,} features")
    member = _mapping(_mapping(document.get("crs")).get("properties")).get("name", "OGC:CRS84")
    return listed, member


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def _wkb(geometry: object) -> bytes | None:
    import shapely
    from shapely.geometry import shape

    if not isinstance(geometry, dict):
        return None
    try:
        return shapely.to_wkb(shape(geometry))
    except Exception:  # shapely raises whatever the malformed part happens to raise
        return None


def read_geopackage(path: Path, source: str) -> RawTable:
    """The first layer with rows; layers with points come before layers without geometry.

    Raises:
        TableError: not a readable GeoPackage, no layer with rows, or too many of them.
    """
    import warnings

    from pyogrio.errors import DataLayerError, DataSourceError

    with warnings.catch_warnings():  # GDAL remarks on small faults of a file that is read all the same
        warnings.simplefilter("ignore")
        try:
            table = _first_layer(path, source)
        except (DataSourceError, DataLayerError, OSError, RuntimeError, ValueError) as error:
            if isinstance(error, TableError):
                raise
            raise TableError(f"{source} is not a readable GeoPackage: it is cut off or damaged") from error
    if table is None:
        raise TableError(f"{source} has no layer with rows")
    return table


def _first_layer(path: Path, source: str) -> RawTable | None:
    import pyogrio

    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    layers.sort(key=lambda layer: "Point" not in layer[1])
    for name, _ in layers:
        count = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
        if count > MAX_ROWS:
            raise TableError(f"{source} has more than {MAX_ROWS:,} rows in layer {name!r}")
        if count > 0:
            return _layer(path, source, name, [other for other, _ in layers if other != name])
    return None


def _layer(path: Path, source: str, name: str, others: list[str]) -> RawTable:
    from pyogrio.raw import read

    meta, ids, shapes, columns = read(path, layer=name, return_fids=True)
    size = len(ids)
    listed = [column.tolist() for column in columns]
    rows = tuple(RawRow(i + 1, tuple(_plain(column[i]) for column in listed)) for i in range(size))
    chosen = f"Layer: {name!r}" + (f" (not read: {', '.join(map(repr, others))})." if others else ".")
    notes: tuple[str, ...] = (chosen, "Rows are features counted from 1.")
    points = None
    if shapes is not None:
        points, more = pairs_of(list(shapes), meta.get("crs"), source)
        notes += more
    return RawTable(source, tuple(str(field) for field in meta["fields"]), rows, (), notes, points)


def _plain(value: object) -> Cell:
    from datetime import date, datetime, time

    if value is None or isinstance(value, str | int | float | bool | datetime | date | time):
        return None if isinstance(value, float) and value != value else value
    return str(value)
