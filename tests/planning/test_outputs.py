"""The files of a plan: what stands in them, that they add up, that text stays text."""

import csv
import json
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from shapely.geometry import Polygon

from geo.address import Address
from geo.located import Level
from geo.place import Place
from planning.account_table import AccountTable, Rejected
from planning.files import read_accounts
from planning.formula_text import as_meant, harmless
from planning.output_tables import degrees, number, write_table
from planning.outputs import FILES, write_plan
from planning.result import (
    PlannedAccount,
    PlannedCall,
    PlanResult,
    RepFigures,
    RouteDay,
    RouteStop,
    Transfer,
    UnservedVisits,
    ZoneShape,
)

HOSTILE = '=HYPERLINK("http://x")</script><img src=x onerror=alert(1)>'


def account(number: int, **given: object) -> PlannedAccount:
    values: dict[str, object] = {
        "id": f"a{number}",
        "row": number + 2,
        "name": f"Account {number}",
        "address": Address(line="Main St 1", city="Town"),
        "place": Place(50.0 + number / 100, 10.0),
        "level": Level.GIVEN,
        "zone": 0,
        "rep": "Ann",
        "visits_per_year": 12.0,
        "service_min": 30.0,
        "value": 1000.5,
        "segment": "A",
        "current_rep": None,
        "locked": False,
        "status": "planned",
        "why": "nearest",
    }
    return PlannedAccount(**(values | given))  # type: ignore[arg-type]


@pytest.fixture
def table() -> AccountTable:
    rejected = (Rejected(5, "service_min", "-3", "0 to 1440 minutes"),)
    return AccountTable("accounts.csv", 1, (), rejected, (), (), ())


@pytest.fixture
def result() -> PlanResult:
    nine = datetime(2026, 3, 2, 9, 0)
    stop = RouteStop(1, 0, nine, nine, nine.replace(minute=30), 12.5, 30.0)
    day = RouteDay(
        "Ann", date(2026, 3, 2), nine.replace(hour=8), nine.replace(hour=10), (stop,), 25.0, None,
        (Place(50, 10), Place(50.01, 10)), True,
    )  # fmt: skip
    rep = RepFigures("Ann", 0, Place(50, 10), True, 2, 1, 1.0, 0.5, 1.5, 8.0, 2001.0, 0.0, 20.0)
    square = Polygon([(9, 49), (11, 49), (11, 51), (9, 51)])
    return PlanResult(
        title="Test",
        source="accounts.csv",
        accounts=(account(0), account(1, name=HOSTILE), account(2, zone=None, rep=None, place=None, level=Level.NONE,
                  status="unplaced", why="no address")),
        rejected=1,
        reps=(rep,),
        zones=(ZoneShape(0, "Ann", square, Place(50, 10)),),
        days=(day,),
        unserved=(UnservedVisits(1, "Ann", 2, "the day is full"),),
        transfers=(Transfer(1, "Bo", "Ann", "nearer", 6.25, None),),
        scenarios=(),
        visits_due=3,
        max_deviation=0.0,
        certificate=None,
        tolerance=0.05,
        starts_on=date(2026, 3, 2),
        weeks=1,
        seed=0,
        travel_source="test",
        travel_estimated=True,
        attribution="",
    )  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_is_written_and_nothing_else(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    write_plan(result, table, tmp_path, version="1", run={"cpu_s": 1})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_the_tables_name_accounts_zones_and_times(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    accounts = rows(tmp_path / "accounts.csv")
    assert [row["zone"] for row in accounts] == ["1", "1", ""]
    assert accounts[0]["lat"] == "50" and accounts[2]["lat"] == ""
    assert rows(tmp_path / "routes.csv") == [
        {
            "rep": "Ann",
            "date": "2026-03-02",
            "sequence": "1",
            "account_id": "a0",
            "arrive": "2026-03-02T09:00:00",
            "depart": "2026-03-02T09:30:00",
            "drive_min": "12.5",
            "service_min": "30",
            "driving": "driving estimated",
        }
    ]
    assert rows(tmp_path / "unserved.csv")[0]["visits"] == "2"
    assert rows(tmp_path / "transfers.csv")[0] == {
        "account_id": "a1", "from": "Bo", "to": "Ann", "reason": "nearer", "hours": "6.25", "value": "",
    }  # fmt: skip
    assert rows(tmp_path / "rejected.csv")[0]["given"] == "-3"


def test_the_summary_adds_up(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    figures = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert figures["planned"] + figures["unplaced"] == len(result.accounts)
    assert figures["visits_due"] == figures["visits_planned"] + figures["visits_unserved"]
    assert figures["as_is"] is None


def test_the_same_plan_gives_the_same_bytes(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_plan(result, table, tmp_path / name, version="1", run={})
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_hostile_name_stays_text_everywhere(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    assert rows(tmp_path / "accounts.csv")[1]["name"] == "'" + HOSTILE
    assert "<img src=x" not in (tmp_path / "plan.html").read_text(encoding="utf-8")


def test_the_workbook_has_a_summary_and_a_sheet_per_rep(
    result: PlanResult, table: AccountTable, tmp_path: Path
) -> None:
    stop = replace(result.days[0].stops[0], account=1)
    day = replace(result.days[0], stops=(stop,))
    write_plan(replace(result, days=(day,)), table, tmp_path, version="1", run={})
    book = load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["Summary", "Ann"]
    cells = [cell for line in book["Ann"].iter_rows() for cell in line if cell.value is not None]
    assert any(cell.value == "'" + HOSTILE for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize("name", ["a/b", "x" * 40, "  ", "[]", "Summary", "'quoted'"])
def test_any_rep_name_makes_a_sheet(result: PlanResult, table: AccountTable, tmp_path: Path, name: str) -> None:
    reps = tuple(replace(result.reps[0], rep=each) for each in (name, name.upper()))
    write_plan(replace(result, reps=reps, days=(), transfers=()), table, tmp_path, version="1", run={})
    assert len(load_workbook(tmp_path / "plan.xlsx").sheetnames) == 3


def test_a_failed_write_leaves_the_earlier_files(
    result: PlanResult, table: AccountTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    before = {name: (tmp_path / name).read_bytes() for name in FILES}

    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planning.outputs.render_plan_map", full)
    with pytest.raises(OSError, match="No space"):
        write_plan(replace(result, title="Other"), table, tmp_path, version="1", run={})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("given", "written"),
    [("=1+1", "'=1+1"), ("+49 30 1", "'+49 30 1"), ("-3.5", "-3.5"), ("@x", "'@x"), ("a=b", "a=b"), ("", "")],
)
def test_formulas_are_made_harmless_and_numbers_are_not_touched(given: str, written: str) -> None:
    assert harmless(given) == written


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "-3.5", "@x", "'=1+1", "''-x", "'tis", "-", "'", "O'Hara", ""])
def test_what_was_made_harmless_reads_back_as_it_was(text: str) -> None:
    assert as_meant(harmless(text)) == text


def test_ids_that_look_like_formulas_come_back_from_the_plan_s_own_files(tmp_path: Path) -> None:
    ids = ["+49", "-a", "=b", "@c", "'=d", "-7"]
    write_table(tmp_path / "a.csv", ("id", "lat", "lon"), [(name, 50, 10 + k) for k, name in enumerate(ids)])
    assert [account.id for account in read_accounts(tmp_path / "a.csv").accounts] == ids


def test_numbers_are_short_and_exact() -> None:
    assert [number(value) for value in (None, 0.0, 30.0, 12.5, 1 / 3, 1e6)] == [
        "",
        "0",
        "30",
        "12.5",
        "0.33",
        "1000000",
    ]
    assert degrees(-122.4215470) == "-122.421547"


def test_calls_have_a_sheet_of_their_own_where_there_are_any(
    result: PlanResult, table: AccountTable, tmp_path: Path
) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    assert "Calls" not in load_workbook(tmp_path / "plan.xlsx").sheetnames
    calls = (PlannedCall("Ann", 1, datetime(2026, 3, 2, 14, 15), 15.0),)
    write_plan(replace(result, calls=calls), table, tmp_path, version="1", run={})
    head, row = load_workbook(tmp_path / "plan.xlsx")["Calls"].iter_rows(values_only=True)
    assert head[:3] == ("Rep", "Date", "Start")
    assert row[:3] == ("Ann", datetime(2026, 3, 2), time(14, 15))
    assert row[3:6] == (harmless(HOSTILE), "a1", 15)


def test_control_characters_in_a_name_do_not_break_the_workbook(
    result: PlanResult, table: AccountTable, tmp_path: Path
) -> None:
    bell = replace(result.accounts[0], name="Bell\x07 Ltd")
    write_plan(replace(result, accounts=(bell, *result.accounts[1:])), table, tmp_path, version="1", run={})
    cells = [cell.value for line in load_workbook(tmp_path / "plan.xlsx")["Ann"].iter_rows() for cell in line]
    assert "Bell  Ltd" in cells
