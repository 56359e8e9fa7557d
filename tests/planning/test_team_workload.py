"""The workload of a plan: it adds up to the planned days, and every figure says how it is known."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from balancing import Basis
from balancing.sales import sales_of, total_sales
from balancing.workload import Work, total, week_of
from geo.address import Address
from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.errors import PlanningError, TableError
from planning.options import PlanOptions
from planning.outputs import write_plan
from planning.plan import Plan
from planning.result import PlanResult
from planning.shares_file import read_shares
from planning.staff import Rep
from planning.workload_figures import RepYear, weakest

OPTIONS = PlanOptions(starts_on=date(2026, 3, 4), weeks=2, seed=1, access_min=5, admin_min=30)  # a Wednesday


def accounts() -> list[AccountRow]:
    """Twenty-four accounts in two rows of twelve, one of them only called; the potential of the last is not known."""
    return [
        AccountRow(
            row=number + 2,
            id=f"a{number}",
            name=f"Account {number}",
            address=Address(),
            place=Place(50 + number // 12 * 0.02, 10 + number % 12 * 0.03),
            visits_per_year=26.0,
            service_min=25.0,
            value=100.0,
            potential=None if number == 23 else 150.0,
            channel="phone" if number == 0 else "visit",
        )
        for number in range(24)
    ]


@pytest.fixture(scope="module")
def table() -> AccountTable:
    return AccountTable("test", 24, tuple(accounts()), (), (), (), ())


@pytest.fixture(scope="module")
def result(table: AccountTable) -> PlanResult:
    team = (Rep("Ann"), Rep("Bo", weekdays=frozenset(range(4)), days_a_year=176))
    return Plan(table, OPTIONS, team=team).solve()


def test_the_days_of_the_routes_add_up_to_the_weeks(result: PlanResult) -> None:
    driven, visits = defaultdict(float), defaultdict(int)
    on_site = defaultdict(float)
    for day in result.days:
        key = day.rep, week_of(day.date)
        driven[key] += 60 * day.drive_min
        visits[key] += len(day.stops)
        on_site[key] += sum(60 * stop.service_min for stop in day.stops)
    assert result.workload is not None
    for week in result.workload.weeks:
        key, work = (week.rep, week.first), week.work
        assert (work.visits, work.travel_s) == (visits[key], pytest.approx(driven[key]))
        assert work.access_s == 300 * visits[key]
        assert work.service_s + work.access_s == pytest.approx(on_site[key])
        calls = [call for call in result.calls if (call.rep, week_of(call.start.date())) == key]
        assert work.remote_s == sum(60 * call.minutes for call in calls)


def test_weeks_begin_on_mondays_and_hold_only_the_days_planned(result: PlanResult) -> None:
    assert result.workload is not None
    ann = [week for week in result.workload.weeks if week.rep == "Ann"]
    assert [week.first for week in ann] == [date(2026, 3, 2) + timedelta(weeks=number) for number in range(3)]
    assert [week.net_s / 30_600 for week in ann] == [3, 5, 2], "8.5 hours on each of Wednesday to Tuesday"
    assert [week.work.admin_s for week in ann] == [3 * 1800, 5 * 1800, 2 * 1800]


def test_a_year_is_visits_times_their_minutes_and_nothing_twice(result: PlanResult) -> None:
    assert result.workload is not None
    years = result.workload.years
    together = total(year.work for year in years)
    assert together.visits == 23 * 26
    assert together.service_s == 23 * 26 * 1500 and together.access_s == 23 * 26 * 300
    assert together.remote_s == 26 * 1500
    assert [round(year.net_days) for year in years] == [220, 176]
    assert [year.work.admin_s for year in years] == [220 * 1800, 176 * 1800]
    for year, rep in zip(years, result.reps, strict=True):
        assert year.work.field_s / 3600 == pytest.approx(rep.hours_a_year, rel=1e-3)
    sales = [year.sales for year in years]
    assert (sum(each.value for each in sales), sum(each.potential for each in sales)) == (2400, 23 * 150)
    assert sum(each.gap for each in sales) == 23 * 50 and sum(each.without_potential for each in sales) == 1


def test_every_figure_says_how_it_is_known(result: PlanResult) -> None:
    assert result.workload is not None
    basis = {(row.period, row.metric): row.basis for row in result.workload.figures()}
    assert basis["year", "value"] is Basis.MEASURED and basis["year", "potential"] is Basis.ESTIMATED
    assert basis["year", "work_h"] is Basis.ESTIMATED and basis["year", "net_h"] is Basis.PLANNED
    assert basis["week", "service_h"] is Basis.PLANNED
    assert basis["week", "travel_h"] is Basis.ESTIMATED is basis["week", "work_h"], "straight lines"
    on_roads = replace(result.workload, travel=Basis.PLANNED)
    assert {row.basis for row in on_roads.figures() if row.period == "week"} == {Basis.PLANNED}
    assert weakest(Basis.MEASURED, Basis.PLANNED) is Basis.PLANNED


def test_evenness_is_of_hours_visits_value_potential_and_gap(result: PlanResult) -> None:
    assert result.workload is not None
    even = {row.metric: row for row in result.workload.evenness}
    assert list(even) == ["hours", "visits", "value", "potential", "gap"]
    assert all(0 <= row.gini < 0.2 and row.max_deviation < 0.3 for row in even.values())
    assert sum(even["visits"].amount.values()) == 23 * 26


def test_the_outputs_carry_the_workload(result: PlanResult, table: AccountTable, tmp_path: Path) -> None:
    write_plan(result, table, tmp_path, version="1", run={})
    lines = (tmp_path / "workload.csv").read_text().splitlines()
    assert lines[0] == "rep,period,first_day,metric,amount,unit,basis"
    assert "Ann,week,2026-03-09,net_h,42.5,h,planned" in lines
    said = json.loads((tmp_path / "summary.json").read_text())["workload"]
    assert said["year"]["Bo"]["net_days"] == {"amount": 176.0, "basis": "planned"}
    assert next(row["metric"] for row in said["evenness"]) == "hours"
    from openpyxl import load_workbook

    sheet = load_workbook(tmp_path / "plan.xlsx")["Workload"]
    assert sheet["A1"].value == "Evenness"
    assert any(row[0].value == "Bo" and row[1].value == "2026-03-09" for row in sheet.iter_rows())


def test_the_year_of_a_shared_account_is_split_and_never_counted_twice(
    result: PlanResult, table: AccountTable, tmp_path: Path
) -> None:
    (tmp_path / "shares.csv").write_text("account,rep,share\na5,Ann,60 %\na5,Bo,40 %\na20,Ann,1\n")
    shares = read_shares(tmp_path / "shares.csv")
    assert shares == {"a5": {"Ann": 0.6, "Bo": 0.4}, "a20": {"Ann": 1.0}}
    team = (Rep("Ann"), Rep("Bo", weekdays=frozenset(range(4)), days_a_year=176))
    shared = replace(Plan(table, OPTIONS, team=team), shares=shares).solve().workload
    assert shared is not None and result.workload is not None
    before, after = (total(year.work for year in each.years) for each in (result.workload, shared))
    assert replace(after, visits=0) == replace(before, visits=0)
    assert after.visits == pytest.approx(before.visits)
    assert shared.weeks == result.workload.weeks
    holder = {account.id: account.rep for account in result.accounts}
    ann = sum(1 for rep in holder.values() if rep == "Ann") - (holder["a5"] == "Ann") - (holder["a20"] == "Ann")
    assert shared.years[0].sales.value == pytest.approx(100 * ann + 60 + 100)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("account,rep\na,Ann\n", "has no share column"),
        ("account,rep,share\na,Ann,0.5\n", "account 'a': shares of Ann: they add up to 0.5, expected 1"),
        ("account,rep,share\na,Ann,half\n", "row 2, share: given 'half', expected a share such as 0.6 or 60 %"),
        ("account,rep,share\na,,1\n", "row 2: expected an account and a rep, given 'a' and ''"),
        ("account,rep,share\na,Ann,0.5\na,Ann,0.5\n", "row 3, rep: 'Ann' has a share of account 'a' already"),
    ],
)
def test_shares_that_cannot_be_used_are_named(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "shares.csv").write_text(text)
    with pytest.raises(TableError, match=says):
        read_shares(tmp_path / "shares.csv")


def test_shares_of_what_is_not_planned_are_refused_before_anything_is_solved(table: AccountTable) -> None:
    for shares, says in (({"x": {"Rep 1": 1.0}}, "account 'x' is shared"), ({"a1": {"Cy": 1.0}}, "Cy has a share")):
        with pytest.raises(PlanningError, match=says):
            replace(Plan(table, OPTIONS, team=2), shares=shares).solve()


def test_minutes_beyond_reason_are_refused() -> None:
    with pytest.raises(PlanningError, match="access_min must be between 0 and 240 minutes, got 300"):
        PlanOptions(starts_on=date(2026, 3, 4), access_min=300)


def test_sales_that_nobody_gave_are_no_zero() -> None:
    year = RepYear("Ann", 0, date(2026, 3, 2), 2, Work(), 0.0, 0.0, total_sales([sales_of(None, None)] * 2))
    assert year.known_sales == ()
    half = replace(year, sales=total_sales([sales_of(None, None), sales_of(0.0, 5.0)]))
    assert [metric for metric, _ in half.known_sales] == ["value", "potential", "gap"]
