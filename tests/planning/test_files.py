"""Reading accounts: formats, encodings, delimiters, coordinates."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.place import Place
from planning.files import AccountTable, TableError, read_accounts

ROOT = Path(__file__).parents[2]
GERMAN = (
    "Kundennr;Name;Straße;Hausnr;PLZ;Ort;Breitengrad;Längengrad;Besuchsfrequenz;Besuchsdauer;Umsatz;Außendienst\n"
    "007;Bäcker Müller;Hauptstraße;5;91207;Lauf;49,51;11,28;monatlich;45;1.234,50;Anna\n"
    "008;Café Größ;Am Markt;1a;91207;Lauf;49,52;11,27;52;0:30;900;Anna\n"
)
RUSSIAN = (
    "Код;Название;Адрес;Город;Широта;Долгота;Визитов в месяц;Длительность визита;Потенциал;Торговый представитель;Закреплён\n"
    "1;Магазин «Север»;ул. Ленина, 5;Москва;55,75;37,61;2;30;10 000;Иванов;да\n"
    "2;Ёлочка;пер. Тихий, 1;Москва;55,76;37,60;1;20;5 000;Петров;нет\n"
)


def read(folder: Path, text: str | bytes, encoding: str = "utf-8", name: str = "accounts.csv") -> AccountTable:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_accounts(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_german_columns_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, GERMAN, encoding)
    first, second = table.accounts
    assert (first.id, first.name, first.current_rep) == ("007", "Bäcker Müller", "Anna")
    assert first.address.line == "Hauptstraße 5"
    assert first.place == Place(lat=49.51, lon=11.28)
    assert (first.visits_per_year, first.service_min, first.value) == (12, 45, 1234.5)
    assert (second.visits_per_year, second.service_min, second.value) == (52, 30, 900)
    assert table.unused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"])
def test_russian_columns_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = RUSSIAN if encoding not in {"koi8-r", "cp866"} else RUSSIAN.replace("«", '""').replace("»", '""')
    table = read(tmp_path, text.replace('""', ""), encoding)
    first, second = table.accounts
    assert first.name.endswith(("«Север»", "Север"))
    assert second.name == "Ёлочка"
    assert (first.visits_per_year, first.potential, first.locked, second.locked) == (24, 10_000, True, False)
    assert first.current_rep == "Иванов"


def test_polish_letters_are_not_taken_for_western_ones(tmp_path: Path) -> None:
    table = read(tmp_path, "id|name|city\n1|Łódź Śródmieście|Łódź\n2|Żółta Gęś|Kraków\n", "cp1250")
    assert [account.name for account in table.accounts] == ["Łódź Śródmieście", "Żółta Gęś"]


def test_mixed_encodings_are_read_line_by_line_and_said(tmp_path: Path) -> None:
    head, one, two = "id,name,city\n", "1,Café,Köln\n", "2,Naïve Bäckerei,Köln\n"
    table = read(tmp_path, head.encode() + one.encode("utf-8") + two.encode("cp1252"))
    assert [account.name for account in table.accounts] == ["Café", "Naïve Bäckerei"]
    assert any("Mixed encodings" in note and "line 3" in note for note in table.notes)


def test_text_encoded_twice_is_put_right_and_said(tmp_path: Path) -> None:
    twice = "id,name,city\n1,Café Müller,Köln\n".encode().decode("cp1252") + "2,SÃO PAULO,X\n3,Naïve,Y\n"
    table = read(tmp_path, twice)
    assert [account.name for account in table.accounts] == ["Café Müller", "SÃO PAULO", "Naïve"]
    assert any("put right in 1 line" in note for note in table.notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_and_said(tmp_path: Path, delimiter: str) -> None:
    text = "id,name,lat,lon\n1,A,49.5,11.2\n2,B,49.6,11.3\n".replace(",", delimiter)
    table = read(tmp_path, text)
    assert [account.place for account in table.accounts] == [Place(lat=49.5, lon=11.2), Place(lat=49.6, lon=11.3)]
    assert any(note.startswith("Delimiter:") for note in table.notes)


def test_decimal_commas_do_not_make_the_comma_the_delimiter(tmp_path: Path) -> None:
    table = read(tmp_path, "id;lat;lon\n1;49,51;11,28\n2;49,52;11,27\n3;49,53;11,29\n")
    assert table.accounts[0].place == Place(lat=49.51, lon=11.28)


def test_row_numbers_are_the_lines_an_editor_shows(tmp_path: Path) -> None:
    table = read(tmp_path, 'id,name,address\n1,"two\nlines",Main 1\n\n2,B,Main 2\n,C,Main 3\n')
    assert [(account.row, account.id) for account in table.accounts] == [(2, "1"), (5, "2"), (6, "6")]


def test_excel_sep_line_names_the_delimiter(tmp_path: Path) -> None:
    table = read(tmp_path, "sep=;\r\nid;name;lat;lon\r\n1;A;49,5;11,2\r\n")
    assert table.accounts[0].row == 3
    assert table.accounts[0].place == Place(lat=49.5, lon=11.2)


def test_titles_above_the_header_are_skipped_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "Customers of the north,,,\n,,,\nid,name,lat,lon\n1,A,49.5,11.2\n")
    assert table.accounts[0].row == 4
    assert any("header is row 3" in note for note in table.notes)


def test_swapped_columns_are_turned_for_the_whole_file(tmp_path: Path) -> None:
    table = read(tmp_path, "id,lat,lon\n1,-122.4,37.7\n2,-122.5,37.8\n3,0,0\n")
    assert [account.place for account in table.accounts] == [
        Place(lat=37.7, lon=-122.4),
        Place(lat=37.8, lon=-122.5),
        None,
    ]
    assert table.accounts[2].place_fault == "0/0"
    assert any("swapped in the whole file" in note and "2 rows" in note for note in table.notes)


def test_a_wide_swapped_file_is_turned_as_a_whole(tmp_path: Path) -> None:
    cities = [(55.75, 37.6), (59.9, 30.3), (56.8, 60.6), (55.0, 82.9), (43.1, 131.9), (52.3, 104.3), (47.2, 39.7)]
    rows = "".join(f"{i},{lon},{lat}\n" for i, (lat, lon) in enumerate(cities))
    table = read(tmp_path, "id,lat,lon\n" + rows)
    assert [account.place for account in table.accounts] == [Place(lat=lat, lon=lon) for lat, lon in cities]


def test_single_swapped_rows_are_turned_back_by_the_others(tmp_path: Path) -> None:
    right = "".join(f"{i},{49 + i / 50},{11 + i / 50}\n" for i in range(20))
    table = read(tmp_path, "id,lat,lon\n" + right + "98,11.1,49.2\n99,-33.9,151.2\n")
    places = {account.id: account.place for account in table.accounts}
    assert places["98"] == Place(lat=49.2, lon=11.1)
    assert places["99"] == Place(lat=-33.9, lon=151.2), "a far place is kept and only remarked on"
    assert any("swapped back" in note and "row 22" in note for note in table.notes)
    assert any("more than 500 km" in note and "row 23" in note for note in table.notes)


def test_a_swapped_row_nobody_can_judge_has_no_place(tmp_path: Path) -> None:
    right = "".join(f"{i},{49 + i / 50},{11 + i / 50}\n" for i in range(20))
    table = read(tmp_path, "id,lat,lon\n" + right + "99,-122.4,-37.7\n")
    assert table.accounts[-1].place is None
    assert "-90…90" in table.accounts[-1].place_fault


@pytest.mark.parametrize(
    ("lat", "lon", "fault"),
    [
        ("0", "0", "0/0"),
        ("0,0", "0,00", "0/0"),
        ("abc", "11", "lat 'abc' is not a number in degrees"),
        ("49.5", "", "longitude is missing (lon is empty)"),
        ("49.511.116", "11.2", "more than one decimal point"),
        ("5512345", "4412345", "metres of a projected"),
        ("49.5", "211", "outside the range of degrees"),
        ("49.5", "0", "lon is 0"),
        ("", "", ""),
    ],
)
def test_one_row_without_usable_coordinates_is_kept_with_the_reason(
    tmp_path: Path, lat: str, lon: str, fault: str
) -> None:
    right = "".join(f'{i},"{49 + i / 50}","{11 + i / 50}"\n' for i in range(30))
    table = read(tmp_path, f'id,lat,lon\n{right}99,"{lat}","{lon}"\n')
    assert len(table.accounts) == 31
    assert table.accounts[-1].place is None
    assert fault in table.accounts[-1].place_fault
    assert bool(fault) == bool(table.accounts[-1].place_fault)


@pytest.mark.parametrize(
    "pair",
    ["49.51, 11.28", "49.51;11.28", "(49.51 11.28)", "49,51; 11,28", "POINT(11.28 49.51)", "49°30'36\"N, 11°16'48\"E"],
)
def test_one_column_for_both_coordinates(tmp_path: Path, pair: str) -> None:
    table = read(tmp_path, f'id\tname\tKoordinaten\n1\tA\t"{pair.replace(chr(34), chr(34) * 2)}"\n')
    place = table.accounts[0].place
    assert place is not None
    assert (place.lat, place.lon) == pytest.approx((49.51, 11.28))


def test_wkt_with_its_own_reference_system_is_converted(tmp_path: Path) -> None:
    table = read(tmp_path, 'id;wkt\n1;"SRID=25832;POINT(664969.9 5486617.9)"\n')
    place = table.accounts[0].place
    assert place is not None
    assert (place.lat, place.lon) == pytest.approx((49.51, 11.28), abs=0.01)


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbook_takes_the_first_sheet_with_a_header_and_says_which(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Customers", None, None, None, None, None],
        ["ID", "Name", "Latitude", "Longitude", "Last visit", "Visit duration"],
        [10, "A", 49.511, 11.2, date(2026, 5, 31), 45],
        [None, None, None, None, None, None],
        [11.0, "B", "49,6", "11,3", 46173, 45],
    ]
    table = read_accounts(workbook(tmp_path / "a.xlsx", {"Notes": [["nothing here"]], "Data": rows, "Old": rows}))
    assert [(a.row, a.id, a.last_visit, a.service_min) for a in table.accounts] == [
        (3, "10", date(2026, 5, 31), 45),
        (5, "11", date(2026, 5, 31), 45),
    ]
    assert table.accounts[0].place == Place(lat=49.511, lon=11.2)
    assert any("Sheet: 'Data'" in note and "'Notes', 'Old'" in note for note in table.notes)


def test_geojson_is_read_with_its_properties(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "id": 7,
            "geometry": {"type": "Point", "coordinates": [11.28, 49.51]},
            "properties": {"name": "A", "visits_per_year": 12},
        },
        {"type": "Feature", "id": 8, "geometry": None, "properties": {"name": "B", "city": "Lauf"}},
    ]
    table = read(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), name="a.geojson")
    assert [(a.row, a.id, a.place, a.visits_per_year) for a in table.accounts] == [
        (1, "7", Place(lat=49.51, lon=11.28), 12),
        (2, "8", None, None),
    ]


def test_areas_become_a_point_on_them(tmp_path: Path) -> None:
    ring = [[11, 49], [11.2, 49], [11.2, 49.2], [11, 49.2], [11, 49]]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"id": "1"}}
    table = read(tmp_path, json.dumps(feature), name="a.geojson")
    place = table.accounts[0].place
    assert place is not None and 49 < place.lat < 49.2 and 11 < place.lon < 11.2
    assert any("1 of the geometries are lines or areas" in note for note in table.notes)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:25832", "EPSG:3857"])
@pytest.mark.parametrize("kind", ["gpkg", "parquet", "geojson"])
def test_spatial_files_are_converted_from_the_system_they_declare(tmp_path: Path, crs: str, kind: str) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    frame = gpd.GeoDataFrame(
        {"Kundennr": ["1", "2"], "Name": ["Bäcker", "Café"], "visits": [12.0, None]},
        geometry=[Point(11.28, 49.51), Point(11.29, 49.52)],
        crs="EPSG:4326",
    ).to_crs(crs)
    path = tmp_path / f"accounts.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver="GPKG" if kind == "gpkg" else "GeoJSON")
    table = read_accounts(path)
    first, second = table.accounts
    assert first.place is not None
    assert (first.place.lat, first.place.lon) == pytest.approx((49.51, 11.28), abs=1e-6)
    assert (first.id, first.name, first.visits_per_year, second.visits_per_year) == ("1", "Bäcker", 12, None)
    assert (first.row, second.row) == (1, 2)


def test_plain_parquet_is_a_table(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"id": [1, 2], "name": ["A", "B"], "lat": [49.5, None], "lon": [11.2, None], "city": ["X", "Y"]}
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = read_accounts(tmp_path / "a.parquet")
    assert [(a.id, a.place) for a in table.accounts] == [("1", Place(lat=49.5, lon=11.2)), ("2", None)]


def test_the_user_names_columns(tmp_path: Path) -> None:
    text = "nr,who,north,east,lat,lon\n5,A,49.5,11.2,1,2\n"
    path = tmp_path / "named.csv"
    path.write_text(text)
    table = read_accounts(path, columns={"lat": "north", "lon": "East", "name": "who"})
    assert table.accounts[0].place == Place(lat=49.5, lon=11.2)
    assert table.accounts[0].name == "A"
    assert {found.how for found in table.recognised if found.field in {"lat", "lon", "name"}} == {"as you said"}


def test_an_empty_column_name_leaves_a_field_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,lat,lon,locked\n1,49.5,11.2,yes\n")
    table = read_accounts(path, columns={"locked": ""})
    assert not table.accounts[0].locked
    assert table.unused == ("locked",)


@pytest.mark.parametrize(
    ("name", "rows", "without"), [("businesses_2018.csv", 7744, 3829), ("businesses_2015.csv", 7566, 2540)]
)
def test_san_francisco_adds_up(shared_data: Callable[[str], Path], name: str, rows: int, without: int) -> None:
    table = read_accounts(shared_data(f"data/san-francisco/{name}"))
    assert table.rows_read == rows == len(table.accounts) + len(table.rejected)
    assert any(note.startswith(f"{without:,} of {rows:,} rows without usable coordinates") for note in table.notes)
    assert {found.field for found in table.recognised} == {"id", "name", "address", "city", "postcode", "lat", "lon"}
    assert {rejected.field for rejected in table.rejected} == {"id"}


def test_reading_a_csv_loads_no_dataframes() -> None:
    code = (
        "import sys, planning.files, pathlib, tempfile\n"
        "p = pathlib.Path(tempfile.mkdtemp()) / 'a.csv'\n"
        "p.write_text('id,lat,lon\\n1,49.5,11.2\\n')\n"
        "planning.files.read_accounts(p)\n"
        "print([m for m in ('pandas', 'geopandas', 'pyogrio', 'openpyxl', 'crm', 'sqlmodel', 'fastapi') if m in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,Latitude,lon\n1,49.5,11.2\n")
    with pytest.raises(TableError, match=r"no column 'Latitud'.*did you mean 'Latitude'"):
        read_accounts(path, columns={"lat": "Latitud"})
    with pytest.raises(TableError, match=r"no field 'latt'.*did you mean 'lat'"):
        read_accounts(path, columns={"latt": "Latitude"})


def test_the_country_tells_that_a_file_is_swapped(tmp_path: Path) -> None:
    rows = "1,11.28,49.51,DE\n2,13.4,52.5,Deutschland\n3,9.99,53.55,Germany\n4,8.68,50.11,\n"
    table = read(tmp_path, "id,lat,lon,country\n" + rows)
    assert [account.place for account in table.accounts] == [
        Place(lat=49.51, lon=11.28),
        Place(lat=52.5, lon=13.4),
        Place(lat=53.55, lon=9.99),
        Place(lat=50.11, lon=8.68),
    ]


def test_the_country_turns_back_one_row_among_few(tmp_path: Path) -> None:
    table = read(tmp_path, "id,lat,lon,country\n1,55.67,12.57,Danmark\n2,55.4,10.4,DK\n3,12.1,55.6,DK\n")
    assert table.accounts[2].place == Place(lat=55.6, lon=12.1)
    assert any("swapped back" in note and "row 4" in note for note in table.notes)


def test_most_coordinates_are_summed_up(tmp_path: Path) -> None:
    table = read(tmp_path, "id,lat,lon\n1,49.51,11.28\n2,49.6,11.3\n")
    assert "Most coordinates lie within latitude 49.51 to 49.60, longitude 11.28 to 11.30." in table.notes


def test_a_customer_may_be_called_na(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name,city,country\n1,NA,Windhoek,NA\n2,null,X,\n")
    assert [(a.name, a.address.country) for a in table.accounts] == [("NA", "NA"), ("2", "")]


@pytest.mark.parametrize("slip", ["152.5", "91"])
def test_one_latitude_beyond_ninety_is_a_slip_of_one_row(tmp_path: Path, slip: str) -> None:
    rows = [f"{n},A{n},{52.4 + n / 100},{13.3 + n / 100}" for n in range(30)]
    rows[7] = f"7,A7,{slip},13.37"
    path = tmp_path / "a.csv"
    path.write_text("id,name,lat,lon\n" + "\n".join(rows) + "\n", encoding="utf-8")
    table = read_accounts(path)
    places = [account.place for account in table.accounts]
    assert places[0] is not None and (round(places[0].lat, 1), round(places[0].lon, 1)) == (52.4, 13.3)
    assert places[7] is None and table.accounts[7].place_fault
