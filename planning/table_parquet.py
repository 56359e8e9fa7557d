"""Parquet and GeoParquet to rows, with points where a geometry is declared. Records are counted from 1."""

import json
from pathlib import Path
from typing import Any

from planning.errors import TableError
from planning.table_points import pairs_of
from planning.table_raw import MAX_COLUMNS, MAX_ROWS, Cell, RawRow, RawTable

CRS84 = "OGC:CRS84"


def read_parquet(path: Path, source: str) -> RawTable:
    """All columns of a Parquet file; the primary geometry of GeoParquet (WKB or native points) becomes points.

    GeoParquet says that a missing `crs` means longitude and latitude (OGC:CRS84), and null means unknown.

    Raises:
        TableError: not a readable Parquet file, empty, or too large.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_rows > MAX_ROWS:
            raise TableError(f"{source} has more than {MAX_ROWS:,} rows")
        if len(file.schema_arrow.names) > MAX_COLUMNS:
            raise TableError(f"{source} has more than {MAX_COLUMNS:,} columns")
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{source} is not a readable Parquet file: it is cut off or damaged") from error
    if table.num_rows == 0:
        raise TableError(f"{source} has no rows")
    primary, crs = _declared_geometry(table.schema.metadata or {})
    names = [name for name in table.column_names if name != primary]
    columns = [[_plain(value) for value in table.column(name).to_pylist()] for name in names]
    rows = tuple(RawRow(i + 1, tuple(column[i] for column in columns)) for i in range(table.num_rows))
    notes: tuple[str, ...] = ("Format: Parquet; rows are records counted from 1.",)
    points = None
    if primary in table.column_names:
        points, more = pairs_of([_wkb(value) for value in table.column(primary).to_pylist()], crs, source)
        notes += more
    return RawTable(source, tuple(names), rows, (), notes, points)


def _declared_geometry(metadata: dict[bytes, bytes]) -> tuple[str, object]:
    try:
        geo: Any = json.loads(metadata.get(b"geo", b"{}"))
        primary = geo.get("primary_column", "")
        column = geo.get("columns", {}).get(primary, {})
        crs = column.get("crs", CRS84)
    except (ValueError, AttributeError):
        return "", None
    return str(primary), json.dumps(crs) if isinstance(crs, dict) else crs


def _wkb(value: object) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict) and isinstance(value.get("x"), float) and isinstance(value.get("y"), float):
        import shapely

        return shapely.to_wkb(shapely.Point(value["x"], value["y"]))
    return None


def _plain(value: object) -> Cell:
    from datetime import date, datetime, time, timedelta

    if isinstance(value, float) and value != value:
        return None
    if value is None or isinstance(value, str | int | float | bool | datetime | date | time | timedelta):
        return value
    return str(value)
