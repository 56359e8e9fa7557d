"""What-ifs on a small plan: little changes but what must; a day's absence is covered and taken back exactly."""

from dataclasses import replace
from datetime import date

import pytest

from geo.address import Address
from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.errors import PlanningError
from planning.options import PlanOptions
from planning.plan import Plan
from planning.result import PlanResult
from planning.staff import Rep
from planning.what_if import RepJoins, RepsLeave, TerritoriesMerge, TerritorySplits

OPTIONS = PlanOptions(starts_on=date(2026, 3, 2), weeks=1, seed=1, tolerance=0.25)
NAMES = ("Ann", "Bo", "Cy")


def plan_of(columns: int = 9, rows: int = 4, **options: object) -> Plan:
    """Three reps side by side, three columns of accounts each, about two kilometres apart."""
    accounts = tuple(
        AccountRow(
            row=number + 2,
            id=f"a{number}",
            name=f"Account {number}",
            address=Address(),
            place=Place(50 + number // columns * 0.018, 10 + number % columns * 0.028),
            visits_per_year=52.0,
            service_min=30.0,
            current_rep=NAMES[number % columns * 3 // columns],
        )
        for number in range(columns * rows)
    )
    return Plan(AccountTable("test", len(accounts), accounts, (), (), (), ()), replace(OPTIONS, **options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def solved() -> tuple[Plan, PlanResult]:
    plan = plan_of()
    return plan, plan.solve()


def test_a_leaving_reps_accounts_are_spread_and_little_else_moves() -> None:
    answer = plan_of().what_if(RepsLeave(("bo",)))
    assert answer.question == "bo leaves"
    owners = {account.rep for account in answer.result.accounts}
    assert owners == {"Ann", "Cy"} and answer.result.max_deviation <= 0.25
    assert len(answer.forced) == 12 and answer.extra <= 1
    assert {t.reason for t in answer.result.transfers if t.account in answer.forced} == {"goes to Ann: was Bo’s, who leaves", "goes to Cy: was Bo’s, who leaves"}  # fmt: skip


def test_a_rep_who_joins_gets_a_territory_without_a_plan_anew() -> None:
    answer = plan_of(tolerance=0.35).what_if(RepJoins(Rep("Dee")))
    given = sum(account.rep == "Dee" for account in answer.result.accounts)
    assert given >= 6 and len(answer.result.transfers) <= given + 3


def test_merging_and_splitting_name_who_is_concerned() -> None:
    merged = plan_of().what_if(TerritoriesMerge("Ann", "Bo"))
    assert {account.rep for account in merged.result.accounts} == {"Ann", "Cy"}
    split = plan_of(tolerance=0.45).what_if(TerritorySplits("Ann", Rep("Dee")))
    assert {t.from_rep for t in split.result.transfers} == {"Ann"}
    assert {t.to_rep for t in split.result.transfers} == {"Dee"}


def test_questions_that_make_no_sense_are_refused_in_words() -> None:
    with pytest.raises(PlanningError, match="no rep “Zoe”; today's are: Ann, Bo, Cy"):
        plan_of().what_if(RepsLeave(("Zoe",)))
    with pytest.raises(PlanningError, match="at least one rep must stay"):
        plan_of().what_if(RepsLeave(NAMES))
    with pytest.raises(PlanningError, match="is a rep “ann” already"):
        plan_of().what_if(RepJoins(Rep("ann")))


def test_an_absence_is_covered_within_the_shifts_and_restored_exactly(solved: tuple[Plan, PlanResult]) -> None:
    plan, result = solved
    cover = plan.absence(result, "Bo", date(2026, 3, 2), date(2026, 3, 8))
    due = [stop.account for route in result.days if route.rep == "Bo" for stop in route.stops]
    now = cover.applied(result)
    made = [stop.account for route in now.days for stop in route.stops]
    assert not any(route.rep == "Bo" for route in now.days)
    assert sorted(made + [row.account for row in now.unserved]) == sorted(
        [stop.account for route in result.days for stop in route.stops] + [row.account for row in result.unserved]
    )
    assert cover.covered == sum(account in made for account in due) > 0
    assert all(
        route.starts_at.hour >= 8 and (route.ends_at.hour, route.ends_at.minute) <= (17, 0) for route in now.days
    )
    assert cover.taken_back(now) == result


def test_what_fits_nobodys_day_is_made_on_another_one(solved: tuple[Plan, PlanResult]) -> None:
    plan, result = solved
    fullest = max((route for route in result.days if route.rep == "Bo"), key=lambda route: len(route.stops)).date
    off = frozenset({fullest})
    alone = plan.with_team(tuple(Rep(name, days_off=frozenset() if name == "Bo" else off) for name in NAMES))
    cover = alone.absence(result, "Bo", fullest, fullest)
    assert cover.moved and {visit.date for visit in cover.moved}.isdisjoint({fullest})
    now = cover.applied(result)
    for visit in cover.moved:
        (route,) = [one for one in now.days if (one.rep, one.date) == (visit.rep, visit.date)]
        assert visit.planned == fullest and visit.account in {stop.account for stop in route.stops}
    assert cover.covered == len(cover.moved) == cover.due - sum(len(day.unserved) for day in cover.days)
    assert cover.taken_back(now) == result
    none = alone.absence(result, "Bo", fullest, fullest, not_before=date(2027, 1, 1))
    assert not none.moved and none.covered == 0


def test_who_is_not_there_or_has_nothing_to_do_cannot_be_covered(solved: tuple[Plan, PlanResult]) -> None:
    plan, result = solved
    with pytest.raises(PlanningError, match="no rep “Zoe”"):
        plan.absence(result, "Zoe", date(2026, 3, 2), date(2026, 3, 3))
    with pytest.raises(PlanningError, match="no visits planned"):
        plan.absence(result, "Bo", date(2027, 3, 2), date(2027, 3, 3))
