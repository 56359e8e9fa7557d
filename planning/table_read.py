"""One door for every kind of table: looks at what is in the file first and at its name second."""

from pathlib import Path

from planning.errors import TableError
from planning.table_header import HeaderScore
from planning.table_raw import MAX_FILE_BYTES, RawTable

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".psv", ""})
KNOWN = "CSV, XLSX, GeoJSON, GeoPackage or Parquet"
OTHER_FORMATS = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or encrypted Excel file: save it as .xlsx without a password",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"7z\xbc\xaf": "an archive: unpack it first",
    b"Rar!": "an archive: unpack it first",
}


def read_table(path: Path, score: HeaderScore) -> RawTable:
    """The rows of any supported file; `score` says how many cells of a record are column names one knows.

    Raises:
        TableError: missing, empty, too large, damaged, or of an unknown type.
    """
    source = path.name or str(path)
    data = _bytes(path, source)
    suffix = path.suffix.lower()
    for start, what in OTHER_FORMATS.items():
        if data.startswith(start):
            raise TableError(f"{source} is {what}; expected {KNOWN}")
    if data.startswith(b"SQLite format 3"):
        from planning.table_spatial import read_geopackage

        return read_geopackage(path, source)
    if data.startswith(b"PAR1") or suffix in {".parquet", ".geoparquet"}:
        from planning.table_parquet import read_parquet

        return read_parquet(path, source)
    if data.startswith(b"PK\x03\x04") or suffix in {".xlsx", ".xlsm"}:
        from planning.table_workbook import read_workbook

        return read_workbook(data, source, score)
    return _text_table(data, source, suffix, score)


def _text_table(data: bytes, source: str, suffix: str, score: HeaderScore) -> RawTable:
    if suffix in {".geojson", ".json"} or data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        from planning.table_spatial import read_geojson

        return read_geojson(data, source)
    if suffix == ".gpkg":
        raise TableError(f"{source} is not a GeoPackage: it is cut off, damaged or of another type")
    if suffix not in TEXT_SUFFIXES:
        raise TableError(f"{source} is of an unknown type ({suffix}); expected {KNOWN}")
    from planning.table_csv import read_delimited

    return read_delimited(data, source, score)


def _bytes(path: Path, source: str) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise TableError(f"{path} is a folder, expected a file ({KNOWN})")
        if size > MAX_FILE_BYTES:
            raise TableError(
                f"{source} has {size / 1e6:,.0f} MB, more than the limit of {MAX_FILE_BYTES / 1e6:,.0f} MB"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}") from error
    except (OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{path} cannot be read: {error}") from error
    if not data.strip(b"\x00 \t\r\n"):
        raise TableError(f"{source} is empty")
    return data
