"""Reps from a file: home, days, shift, share and skills."""

from pathlib import Path

import pytest

from geo.place import Place
from planning.account_fields import FieldFault
from planning.files import RepRow, TableError, read_reps
from planning.reps_file import parse_weekdays


def read(folder: Path, text: str) -> tuple[RepRow, ...]:
    path = folder / "reps.csv"
    path.write_text(text)
    return read_reps(path)


def test_everything_a_rep_can_have(tmp_path: Path) -> None:
    (rep,) = read(
        tmp_path,
        "Name;Adresse;Hausnr;PLZ;Ort;Lat;Lon;Arbeitstage;Arbeitszeit;Tage pro Jahr;Teilzeit;Kenntnisse\n"
        "Anna;Hauptstraße;5;91207;Lauf;49,51;11,28;Mo-Do;7:30-16:00;180;80 %;Russisch, Kühlung\n",
    )
    assert (rep.name, rep.home, rep.home_address.line) == ("Anna", Place(lat=49.51, lon=11.28), "Hauptstraße 5")
    assert rep.weekdays == {0, 1, 2, 3}
    assert (rep.shift_start_s, rep.shift_end_s) == (7 * 3600 + 1800, 16 * 3600)
    assert (rep.days_per_year, rep.share_of_full_time) == (180, 0.8)
    assert rep.skills == {"Russisch", "Kühlung"}


def test_a_name_is_enough(tmp_path: Path) -> None:
    reps = read(tmp_path, "rep,city\nAnna,Lauf\nBert,Hof\n")
    assert [(rep.name, rep.home, rep.home_address.city) for rep in reps] == [
        ("Anna", None, "Lauf"),
        ("Bert", None, "Hof"),
    ]
    assert reps[0].weekdays == {0, 1, 2, 3, 4}
    assert (reps[0].shift_start_s, reps[0].shift_end_s, reps[0].days_per_year) == (8 * 3600, 17 * 3600, 220)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}), ("Mo, Di, Do", {0, 1, 3}), ("пн–чт", {0, 1, 2, 3}), ("1-5", {0, 1, 2, 3, 4}),
        ("12345", {0, 1, 2, 3, 4}), ("lun-ven", {0, 1, 2, 3, 4}), ("Tuesday Thursday", {1, 3}), ("Montag bis Mittwoch", {0, 1, 2}),
        ("Sat-Mon", {5, 6, 0}), ("man-fre", {0, 1, 2, 3, 4}), ("mandag, onsdag", {0, 2}), ("lunes a viernes", {0, 1, 2, 3, 4}),
        ("вторник", {1}), ("lundi, mardi", {0, 1}), ("lør", {5}), ("søn", {6}), ("miércoles", {2}), ("3", {2}),
    ],
)  # fmt: skip
def test_weekdays(text: str, days: set[int]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["someday", "8", "Mon-Tue-Wed", ",", "0"])
def test_what_is_no_weekday(text: str) -> None:
    with pytest.raises(FieldFault):
        parse_weekdays(text)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("8", "17", (28800, 61200)),
        ("08.30", "5 pm", (30600, 61200)),
        ("8h30", "17h", (30600, 61200)),
        ("12 am", "12 pm", (0, 43200)),
    ],
)
def test_start_and_end_in_their_own_columns(tmp_path: Path, start: str, end: str, seconds: tuple[int, int]) -> None:
    (rep,) = read(tmp_path, f"name,shift start,shift end\nAnna,{start},{end}\n")
    assert (rep.shift_start_s, rep.shift_end_s) == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,city\nAnna,X\nBert,Y\nanna,Z\n", r"reps.csv, row 4, name: 'anna' is already in row 2"),
        ("name,days\nAnna,someday\n", r"row 2, weekdays: given 'someday', expected days"),
        ("name,shift\nAnna,17:00-08:00\n", r"row 2, shift: given '17:00-08:00', expected an end after the start"),
        ("name,shift\nAnna,morning\n", r"row 2, shift: given 'morning', expected two times"),
        ("name,days per year\nAnna,400\n", r"row 2, days_per_year: given '400'"),
        ("name,fte\nAnna,0\n", r"row 2, share_of_full_time: given '0'"),
        ("name,fte\nAnna,0\nBert,-1\n", r"share_of_full_time: given '0'.* \(and 1 more\)"),
        ("name,lat,lon\nAnna,abc,11\nBert,49,11\n", r"row 2, home: given .*'abc' is not a number"),
        ("name,lat,lon\nAnna,0,0\n", r"row 2, home: given '0/0'"),
        ("city,fte\nX,1\n", r"no column with the reps' names"),
        ("name,city\n", r"no reps in it"),
        ("name,city\n,X\n", r"row 2, name: given ''"),
    ],
)
def test_faults_name_row_and_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read(tmp_path, text)


def test_a_workbook_with_times_and_shares_as_excel_stores_them(tmp_path: Path) -> None:
    from datetime import time

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["ФИО", "Город", "Рабочие дни", "Начало работы", "Конец работы", "Ставка"])
    sheet.append(["Иванов", "Москва", "пн-пт", time(9), time(18, 30), 0.5])
    book.save(tmp_path / "reps.xlsx")
    (rep,) = read_reps(tmp_path / "reps.xlsx")
    assert (rep.name, rep.home_address.city, rep.share_of_full_time) == ("Иванов", "Москва", 0.5)
    assert (rep.shift_start_s, rep.shift_end_s) == (9 * 3600, 18 * 3600 + 1800)
