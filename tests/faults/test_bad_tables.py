"""Every way a file of accounts can be bad gives one clear sentence or one rejected row, never a traceback."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.files import AccountTable, TableError, read_accounts, read_policy, read_reps

SUFFIXES = ["csv", "xlsx", "geojson", "gpkg", "parquet", "json", "tsv", "txt"]


def read(folder: Path, content: str | bytes, name: str = "a.csv") -> AccountTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = read_accounts(path)
    assert table.rows_read == len(table.accounts) + len(table.rejected)
    return table


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", "a.csv is empty"),
        ("a.csv", " \n\n\n", "a.csv is empty"),
        ("a.csv", b"\xef\xbb\xbf", "a.csv is empty"),
        ("a.csv", "id,lat,lon\n", "a header but no rows"),
        ("a.csv", "1,A,49.5,11.2\n2,B,49.6,11.3\n", r"no header: row 1 \('1', 'A', '49.5', '11.2' …\) is data"),
        ("a.csv", "id,name\n1,A\n", "no coordinate column and no address column; its columns are: id, name"),
        ("a.csv", "id,name,lat\n1,A,49.5\n", r"no coordinate column \(longitude is missing\)"),
        ("a.csv", "id,lat,lon\n1,5820000,390000\n2,5820100,390100\n", "Row 2, lat: 5820000 looks like metres of a projected"),
        ("a.csv", "id,lat,lon\n1,52520008,13404954\n", "Row 2, lat: 52520008 looks like degrees whose decimal point was lost"),
        ("a.csv", "id name lat lon\n1 A 49.5 11.2\n", "only one column, 'id name lat lon': expected columns separated by"),
        ("a.csv", "id^name^lat^lon\n1^A^49.5^11.2\n", "only one column"),
        ("a.csv", "id,name,lat,lon\n1,A,49,51,11,28\n2,B,49,52,11,29\n", "no row can be read; row 2: expected 4 fields, got 6: a delimiter inside"),
        ("a.csv", "id,office_location\n1,Kenya\n", r"no address column \(a country alone is not enough\)"),
        ("a.csv", b"\x00\x01\x02\xfe" * 200, "holds binary data"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "an old or encrypted Excel file: save it as .xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "an old or encrypted Excel file"),
        ("a.doc", "hello", r"unknown type \(.doc\); expected CSV, XLSX, GeoJSON, GeoPackage or Parquet"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [{"type": "Fea', "not readable GeoJSON: line 1"),
        ("a.geojson", "[1, 2]", "JSON but not GeoJSON"),
        ("a.geojson", '{"type": "Topology"}', "JSON but not GeoJSON"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "has no features"),
        ("a.geojson", "[" * 100_000, "not readable GeoJSON"),
        ("a.gpkg", "hello", "not a GeoPackage"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(500), "not a readable GeoPackage"),
        ("a.parquet", b"PAR1" + bytes(100), "not a readable Parquet file"),
        ("a.parquet", "hello", "not a readable Parquet file"),
        ("a.xlsx", "hello", "not a readable workbook"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), "not a readable workbook"),
    ],
)  # fmt: skip
def test_files_that_are_refused(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as caught:
        read(tmp_path, content, name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for reader in (read_accounts, read_policy, read_reps):
        with pytest.raises(TableError, match="There is no file"):
            reader(tmp_path / "none.csv")
        with pytest.raises(TableError, match="is a folder"):
            reader(tmp_path)


@pytest.mark.parametrize(
    ("rows", "row", "field", "said"),
    [
        ("1,A,Main 1,-5,12,,\n", 2, "service_min", "minutes from 1 to 720"),
        ("1,A,Main 1,9999,12,,\n", 2, "service_min", "minutes from 1 to 720"),
        ("1,A,Main 1,soon,12,,\n", 2, "service_min", "minutes from 1 to 720"),
        ("1,A,Main 1,30,500,,\n", 2, "visits_per_year", "0 to 366"),
        ("1,A,Main 1,30,-1,,\n", 2, "visits_per_year", "0 to 366"),
        ("1,A,Main 1,30,12,,perhaps\n", 2, "locked", "yes or no"),
        ("1,A,Main 1,30,12,,\n1,B,Main 2,30,12,,\n", 3, "id", "row 2 has it already"),
        ("1,A,Main 1,30,12,,,surplus\n", 2, "row", "7 fields, got 8"),
        ("id,name,address,minutes,visits,last visit,locked\n", 2, "row", "repeats the header"),
        ("1;A;Main 1;30;12;;\n", 2, "row", "another delimiter"),
        ('1,"A,Main 1,30,12,,\n2,B,Main 2,30,12,,\n', 2, "row", "quote is never closed"),
        ('1,"A,Main 1,30,12,,\n2,"B",Main 2,30,12,,\n', 2, "row", "a closing quote"),
    ],
)
def test_a_bad_row_is_rejected_and_the_others_are_read(
    tmp_path: Path, rows: str, row: int, field: str, said: str
) -> None:
    good = "7,G,Main 7,30,weekly,2026-01-31,no\n8,H,Main 8,0:30,12,,\n"
    table = read(tmp_path, "id,name,address,minutes,visits,last visit,locked\n" + rows + good)
    assert [(r.row, r.field) for r in table.rejected] == [(row, field)]
    assert said in table.rejected[0].expected
    assert {"7", "8"} <= {account.id for account in table.accounts}


def test_a_row_cut_off_at_the_end_is_rejected(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name,address\n1,A,Main 1\n2,B")
    assert [(r.row, r.given) for r in table.rejected] == [(3, "2, B")]
    assert "ends in the middle" in table.rejected[0].expected


def test_rows_without_trailing_empty_fields_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name,address\n1,A\n2,B,Main 2\n")
    assert len(table.accounts) == 2


def test_an_unclosed_quote_in_every_line_stays_linear(tmp_path: Path) -> None:
    rows = "".join(f'{i},"A,Main {i}\n' for i in range(3001))
    table = read(tmp_path, "id,name,address\n" + rows + "7000,Z,Main 7000\n")
    assert table.accounts[-1].id == "7000"
    assert table.rows_read == 3002


def test_a_missing_id_never_collides_with_a_given_one(tmp_path: Path) -> None:
    table = read(tmp_path, "id,address\n3,Main 1\n,Main 2\n,Main 3\n")
    assert [account.id for account in table.accounts] == ["3", "row 3", "4"]


def test_zero_minutes_count_as_not_given(tmp_path: Path) -> None:
    table = read(tmp_path, "id,address,minutes\n1,Main 1,0\n2,Main 2,30\n")
    assert [account.service_min for account in table.accounts] == [None, 30]


def test_projected_x_and_y_beside_an_address_are_left_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "id,address,x,y\n1,Main 1,390000,5820000\n")
    assert table.accounts[0].place is None
    assert any("metres of a projected" in note and "addresses are used" in note for note in table.notes)


def test_a_cut_off_workbook_is_refused_at_any_length(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[str | float]] = [["id", "lat", "lon"], [1, 49.5, 11.2]]
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    whole = buffer.getvalue()
    assert len(read(tmp_path, whole, "a.xlsx").accounts) == 1
    for share in (0.1, 0.5, 0.9, 0.99):
        with pytest.raises(TableError, match="not a readable workbook"):
            read(tmp_path, whole[: int(share * len(whole))], "a.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 1000)
    data = bytearray(buffer.getvalue())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 3_000_000_000)
    with pytest.raises(TableError, match="would unpack to 3,000 MB, more than the limit of 400 MB"):
        read(tmp_path, bytes(data), "a.xlsx")


def test_a_workbook_without_a_table_is_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    buffer = io.BytesIO()
    Workbook().save(buffer)
    with pytest.raises(TableError, match="no sheet with a header"):
        read(tmp_path, buffer.getvalue(), "a.xlsx")


def test_a_cut_off_geopackage_and_parquet_are_refused(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    frame = gpd.GeoDataFrame({"id": range(500)}, geometry=[Point(11, 49)] * 500, crs="EPSG:4326")
    frame.to_file(tmp_path / "whole.gpkg", driver="GPKG")
    frame.to_parquet(tmp_path / "whole.parquet")
    for kind, share in (("gpkg", 0.3), ("gpkg", 0.7), ("parquet", 0.5), ("parquet", 0.95)):
        data = (tmp_path / f"whole.{kind}").read_bytes()
        with pytest.raises(TableError, match="cut off or damaged"):
            read(tmp_path, data[: int(share * len(data))], f"cut.{kind}")


def test_an_unknown_reference_system_is_named(tmp_path: Path) -> None:
    feature = '{"type": "Feature", "properties": {"id": 1}, "geometry": {"type": "Point", "coordinates": [11, 49]}}'
    crs = '"crs": {"type": "name", "properties": {"name": "EPSG:99999999"}}'
    with pytest.raises(TableError, match="unknown reference system: 'EPSG:99999999'"):
        read(tmp_path, f'{{"type": "FeatureCollection", {crs}, "features": [{feature}]}}', "a.geojson")


def test_malformed_geometries_cost_only_their_place(tmp_path: Path) -> None:
    bad = [
        '{"type": "Point", "coordinates": "x"}',
        '{"type": "Nothing"}',
        '{"type": "Point", "coordinates": []}',
        "7",
        "null",
    ]
    features = ",".join(
        f'{{"type": "Feature", "properties": {{"id": {i}, "city": "X"}}, "geometry": {g}}}' for i, g in enumerate(bad)
    )
    table = read(tmp_path, f'{{"type": "FeatureCollection", "features": [{features}]}}', "a.geojson")
    assert [account.place for account in table.accounts] == [None] * 5


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1e9",
            "49,5",
            "11.28",
            "nan",
            "inf",
            '"',
            "2026-05-31",
            "weekly",
            "0:30",
            "-122.4",
            "5820000",
            "\x00",
        ]
    ),
)
HEADERS = [
    "id",
    "name",
    "address",
    "lat",
    "lon",
    "visits",
    "minutes",
    "last visit",
    "sales",
    "potential",
    "locked",
    "Koordinaten",
    "wkt",
]


@given(
    header=st.lists(st.sampled_from(HEADERS), min_size=2, max_size=8, unique=True),
    rows=st.lists(st.lists(CELL, min_size=1, max_size=9), max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    quoted=st.booleans(),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_the_rows_hold_the_counts_add_up(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]], delimiter: str, quoted: bool
) -> None:
    import csv

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([header, *rows])
    try:
        table = read(tmp_path_factory.getbasetemp(), text.getvalue().encode("utf-8", "replace"), "any.csv")
    except TableError as error:
        assert "\n" not in str(error)
        return
    ids = [account.id for account in table.accounts]
    assert len(ids) == len(set(ids))
    assert all(account.place is not None or account.row > 0 for account in table.accounts)


@given(data=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES), start=st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"SQLite format 3\x00", b"{", b"id,lat,lon\n", b"\xff\xfe"]))  # fmt: skip
@settings(max_examples=250, deadline=None, derandomize=True)
def test_arbitrary_bytes_raise_nothing_but_table_errors(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, start: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"junk.{suffix}"
    path.write_bytes(start + data)
    for reader in (read_accounts, read_policy, read_reps):
        try:
            reader(path)
        except TableError as error:
            assert str(error)


def test_files_beyond_the_limits_are_refused_politely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "id,address\n" + "".join(f"{i},Main {i}\n" for i in range(9))
    monkeypatch.setattr("planning.table_csv.MAX_ROWS", 5)
    with pytest.raises(TableError, match=r"a\.csv has more than 5 rows: split it"):
        read(tmp_path, text)
    monkeypatch.setattr("planning.table_csv.MAX_ROWS", 9)
    assert read(tmp_path, text).rows_read == 9
    monkeypatch.setattr("planning.table_read.MAX_FILE_BYTES", 20)
    with pytest.raises(TableError, match="more than the limit of 0 MB"):
        read(tmp_path, text)
    with pytest.raises(TableError, match="1001 columns, expected at most 1000"):
        monkeypatch.setattr("planning.table_read.MAX_FILE_BYTES", 10**6)
        read(tmp_path, ",".join(f"c{i}" for i in range(1001)) + "\n1,2\n")
