"""What accounts wish of their visits: read from a table, kept in the plan."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from planning.account_fields import FieldFault
from planning.account_wishes import Wishes
from planning.calendars import holidays_of, read_calendar, read_days_off
from planning.files import read_accounts
from planning.options import PlanOptions
from planning.outputs import write_plan
from planning.plan import Plan
from planning.reps_file import read_reps
from planning.staff import Rep, rep_of_row

MONDAY = date(2026, 5, 4)
OPTIONS = PlanOptions(starts_on=MONDAY, weeks=4)


def table(tmp_path: Path, *rows: dict[str, object]) -> Path:
    """A file of accounts round Munich with the columns given in any row."""
    path = tmp_path / "accounts.csv"
    names = ["id", "lat", "lon", "visits per year", "minutes"]
    names += sorted({name for row in rows for name in row} - set(names))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            usual = {"id": number, "lat": 48.1 + number / 100, "lon": 11.5, "visits per year": 13, "minutes": 30}
            writer.writerow(usual | row)
    return path


@pytest.mark.parametrize(
    ("name", "cell", "wishes"),
    [
        ("blocked until", "2026-05-20", Wishes(blocked_until=date(2026, 5, 20))),
        ("gesperrt bis", "20.05.2026", Wishes(blocked_until=date(2026, 5, 20))),
        ("Termin", "12.05.2026", Wishes(appointment=date(2026, 5, 12))),
        ("appointment", "2026-05-12 14:30", Wishes(appointment=date(2026, 5, 12), appointment_s=52_200)),
        ("promised by", "2026-05-12", Wishes(promised_by=date(2026, 5, 12))),
        ("по договору", "да", Wishes(contract=True)),
        ("min days between visits", "10", Wishes(min_gap_days=10)),
        ("Besuchstage", "Mo, Do", Wishes(weekdays=frozenset({0, 3}))),
        ("A/B week", "B", Wishes(alternate_weeks=1)),
        ("gerade/ungerade Woche", "ungerade", Wishes(alternate_weeks=0)),
        ("visits by month", "1 1 1 2 2 4 4 4 2 1 1 1", Wishes(visits_by_month=(1, 1, 1, 2, 2, 4, 4, 4, 2, 1, 1, 1))),
        ("phone visits per year", "6", Wishes(phone_visits_per_year=6)),
        ("Wunschzeit", "9:30", Wishes(usual_s=34_200)),
        ("Feiertage", "de-by", Wishes(holidays="DE-BY")),
    ],
)
def test_wishes_are_read(tmp_path: Path, name: str, cell: str, wishes: Wishes) -> None:
    (account,) = read_accounts(table(tmp_path, {name: cell})).accounts
    assert account.wishes == wishes


def test_a_seasonal_frequency_is_the_sum_of_its_months(tmp_path: Path) -> None:
    (account,) = read_accounts(table(tmp_path, {"visits by month": "2,2,2,2,2,2,2,2,2,2,2,2"})).accounts
    assert account.visits_per_year == 24


@pytest.mark.parametrize(
    ("name", "cell"),
    [("last visit", "soon"), ("appointment", "next week"), ("visits by month", "1 2 3"), ("holidays", "XX-YY")],
)
def test_what_cannot_be_read_is_said_and_costs_no_row(tmp_path: Path, name: str, cell: str) -> None:
    read = read_accounts(table(tmp_path, {name: cell}, {}), columns={_field(name): name})
    assert len(read.accounts) == 2
    assert any(cell in note and "could not be read" in note for note in read.notes)


def _field(name: str) -> str:
    return {"last visit": "last_visit", "holidays": "holiday_calendar"}.get(name, name.replace(" ", "_"))


def test_a_plan_keeps_what_was_promised(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        {"appointment": "2026-05-12 14:30"},
        {"blocked until": "2026-05-20"},
        {"visit weekdays": "We"},
        {"promised by": "2026-05-06"},
        {"phone visits per year": 13},
        {"visits per year": 26, "A/B week": "B"},
    )
    result = Plan.from_file(path, options=OPTIONS, team=1).solve()
    days = {result.accounts[stop.account].id: (day.date, stop.start) for day in result.days for stop in day.stops}
    assert days["1"][0] == date(2026, 5, 12)
    assert datetime(2026, 5, 12, 14, 30) <= days["1"][1] <= datetime(2026, 5, 12, 14, 40)
    assert days["2"][0] >= date(2026, 5, 20)
    assert days["3"][0].weekday() == 2
    assert days["4"][0] <= date(2026, 5, 6)
    assert "5" not in days
    assert [result.accounts[call.account].id for call in result.calls] == ["5"]
    assert (days["6"][0] - MONDAY).days // 7 % 2 == 1
    write_plan(result, read_accounts(path), tmp_path / "out", version="0", run={})
    with (tmp_path / "out" / "calls.csv").open(encoding="utf-8") as file:
        assert [row["account_id"] for row in csv.DictReader(file)] == ["5"]


def test_a_broken_promise_is_named_in_the_notes(tmp_path: Path) -> None:
    path = table(tmp_path, {"appointment": "2026-05-10"}, {})
    result = Plan.from_file(path, options=OPTIONS, team=1).solve()
    assert any("Promise not kept: 1" in note and "no rep works then" in note for note in result.notes)


def test_nobody_works_on_holidays_and_days_off(tmp_path: Path) -> None:
    reps = tmp_path / "reps.csv"
    reps.write_text("name,holidays,days off,overnight,hours per week\nAnna,DE-BY,2026-05-04..2026-05-06,yes,30\n")
    (row,) = read_reps(reps)
    rep = rep_of_row(row)
    worked = {day.date for day in rep.work_days(OPTIONS, 0)}
    assert date(2026, 5, 14) not in worked  # Ascension
    assert min(worked) == date(2026, 5, 7)
    assert (rep.night_price_min, rep.week_h) == (120.0, 30.0)
    assert date(2026, 5, 14) in {day.date for day in Rep("Ben").work_days(OPTIONS, 0)}
    everyone = replace(OPTIONS, holidays="DE-BY")
    assert date(2026, 5, 14) not in {day.date for day in Rep("Ben").work_days(everyone, 0)}


def test_calendars_and_spans_of_days() -> None:
    assert read_calendar("none") == ""
    assert date(2026, 6, 4) in holidays_of("DE-BY", {2026}) - holidays_of("DE-BE", {2026})
    assert read_days_off("24.12.2026; 2026-12-28..2026-12-30") == {
        date(2026, 12, 24),
        *(date(2026, 12, 28) + timedelta(days=step) for step in range(3)),
    }
    with pytest.raises(FieldFault, match="days_off"):
        read_days_off("some day")
