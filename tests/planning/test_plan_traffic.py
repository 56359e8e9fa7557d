"""A plan in rush hours, and a plan whose region does not hold every account."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geo.address import Address
from geo.great_circle import GreatCircle
from geo.place import Place
from geo.region_manifest import Bounds
from geo.travel_rush import Period, WeekProfile
from planning.account_table import AccountRow, AccountTable
from planning.cores import side_by_side
from planning.options import PlanOptions
from planning.outputs import write_plan
from planning.plan import Plan
from planning.result import PlanResult
from planning.staff import Rep

WEEK = WeekProfile.of({"Mo-Fr 08:00-17:00": 1.5, "Sa 08:00-17:00": 3.0}, source="our vans")


def plan(**given: object) -> Plan:
    rows = tuple(
        AccountRow(number + 2, f"a{number}", f"Account {number}", Address(), Place(50 + 0.02 * (number // 4), 10 + 0.03 * (number % 4)),
                   visits_per_year=26.0, service_min=45.0)
        for number in range(12)
    )  # fmt: skip
    table = AccountTable("test", len(rows), rows, (), (), (), ())
    return replace(Plan(table, PlanOptions(starts_on=date(2026, 3, 2), weeks=2, seed=1), team=1), **given)  # type: ignore[arg-type]


def driven_h(result: PlanResult) -> float:
    return sum(rep.drive_h for rep in result.reps)


def test_traffic_in_working_hours_makes_driving_longer_and_is_said() -> None:
    calm, busy = plan().solve(), plan(traffic=WEEK).solve()
    assert driven_h(busy) == pytest.approx(1.5 * driven_h(calm), rel=0.03)
    assert "times by 1.50 for the hours (our vans)" in busy.travel_source
    assert busy.travel_estimated


def test_trips_are_put_into_the_calm_hours_and_take_as_long_as_their_hour_says() -> None:
    morning = WeekProfile.of({"Mo-Fr 08:00-12:00": 3.0}, source="our vans")
    calm, busy = plan().solve(), plan(traffic=morning).solve()
    assert driven_h(calm) < driven_h(busy) < morning.during(Period.of(0, 8 * 3600, 17 * 3600)) * driven_h(calm)
    free = {(round(stop.drive_min * 60), stop.account) for day in calm.days for stop in day.stops}
    homeward = [(day.ends_at - day.stops[-1].depart).total_seconds() for day in busy.days]
    known = [(day.ends_at - day.stops[-1].depart).total_seconds() for day in calm.days]
    assert free and min(homeward) <= max(known), "the way home lies after noon"


def test_only_the_hours_in_which_reps_work_count() -> None:
    weekend = Rep("Weekend", weekdays=frozenset({5}), home=Place(50, 10))
    assert "times by 3.00" in plan(traffic=WEEK, team=(weekend,)).solve().travel_source
    night = Rep("Night", shift_start_s=17 * 3600, shift_end_s=24 * 3600, home=Place(50, 10))
    assert "times by 1.00" in plan(traffic=WEEK, team=(night,)).solve().travel_source


def test_the_error_of_an_estimate_stands_beside_every_figure_of_driving(tmp_path: Path) -> None:
    result = replace(plan().solve(), attribution="© Somebody")
    assert result.driving == "driving estimated, half of all trips within ±14%"
    write_plan(result, plan().table, tmp_path, version="1", run={})
    with (tmp_path / "routes.csv").open(encoding="utf-8", newline="") as file:
        assert {row["driving"] for row in csv.DictReader(file)} == {result.driving}
    for name in ("zones.geojson", "routes.geojson"):
        written = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        assert (written["driving"], written["attribution"]) == (result.driving, "© Somebody")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["travel"]["typical_error"] == 0.14
    cells = [
        str(row[0]) for sheet in load_workbook(tmp_path / "plan.xlsx") for row in sheet.iter_rows(values_only=True)
    ]
    assert any("within ±14%" in cell for cell in cells if cell.startswith("Travel times"))
    assert any(f"({result.driving})" in cell for cell in cells) and "© Somebody" in cells
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "within ±14%" in page and json.dumps("© Somebody") in page


def test_accounts_outside_the_region_are_mentioned() -> None:
    result = plan(travel=GreatCircle(), within=Bounds(south=49.9, west=9.9, north=50.03, east=10.2)).solve()
    assert any(
        "4 of 12 accounts lie outside the region" in note and "50.0400, 10.0000" in note for note in result.notes
    )
    assert not any("outside the region" in note for note in plan().solve().notes)


def test_the_plan_is_the_same_on_one_core_and_on_three() -> None:
    def days(workers: int) -> list[object]:
        result = replace(plan(team=4), options=PlanOptions(date(2026, 3, 2), weeks=2, seed=1, workers=workers)).solve()
        return [(day.rep, day.date, day.ends_at, [stop.account for stop in day.stops]) for day in result.days]

    assert days(1) == days(3) != []


def test_the_fault_of_one_question_is_told_and_the_others_are_left_unasked() -> None:
    asked = []

    def work(number: int) -> int:
        asked.append(number)
        if number == 1:
            raise ValueError("the second")
        return number

    answers = side_by_side(work, range(200), 2)
    assert next(answers) == 0
    with pytest.raises(ValueError, match="the second"):
        list(answers)
    assert len(asked) < 200
