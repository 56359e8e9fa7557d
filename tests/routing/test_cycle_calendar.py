"""Holidays, absences, A and B weeks, and what really happened."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from geo.limits import Limits
from routing.calendar_days import holiday_dates, working_days
from routing.cycle import plan_cycle
from routing.cycle_check import check_cycle
from routing.cycle_outcomes import Consequence, Outcome, OutcomeRules, Report, roll_on
from routing.cycle_problem import Client, CyclePlan, CycleProblem, Promise
from routing.errors import BadProblemError
from routing.problem import Shift
from tests.routing.cycle_builders import HOUR, MONDAY, cycle

QUICK = Limits(iterations=200)


def offsets(problem: CycleProblem, plan: CyclePlan) -> list[int]:
    """Days after the start on which client 0 is visited."""
    days = zip(problem.days, plan.days, strict=True)
    return [(work.date - problem.starts_on).days for work, day in days for stop in day.stops if stop.visit == 0]


def test_holidays_differ_by_region() -> None:
    epiphany = date(2026, 1, 6)
    assert epiphany in holiday_dates("DE", {2026}, "BY")
    assert epiphany not in holiday_dates("DE", {2026}, "BE")


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("DE", "ZZ")])
def test_an_unknown_country_or_region_is_refused(country: str, region: str | None) -> None:
    with pytest.raises(BadProblemError, match=country):
        holiday_dates(country, {2026}, region)


def test_working_days_leave_out_holidays_absences_and_free_weekdays() -> None:
    shift = Shift(8 * HOUR, 16 * HOUR, 0, 0)
    days = working_days(
        MONDAY, 1, {0: shift, 1: shift, 2: shift}, holidays={MONDAY}, absences={MONDAY + timedelta(days=2)}
    )
    assert [day.date for day in days] == [MONDAY + timedelta(days=1)]


def test_a_customers_holiday_moves_its_visit() -> None:
    shut = frozenset(MONDAY + timedelta(days=day) for day in (7, 8, 9, 10))
    problem = cycle(Client(1, 1800, 52.0, closed_on=shut))
    plan = plan_cycle(problem, limits=QUICK)
    assert len(offsets(problem, plan)) == 4
    assert not {7, 8, 9, 10} & set(offsets(problem, plan))
    assert check_cycle(problem, plan) == []


def test_a_block_hides_an_account_until_its_date() -> None:
    problem = cycle(Client(1, 1800, 26.0, MONDAY - timedelta(days=30), not_before=MONDAY + timedelta(days=9)))
    plan = plan_cycle(problem, limits=QUICK)
    assert min(offsets(problem, plan)) >= 9
    assert check_cycle(problem, plan) == []


@pytest.mark.parametrize(("alternate", "weeks"), [(0, {0, 2}), (1, {1, 3})])
def test_a_and_b_weeks_count_from_the_cycles_start(alternate: int, weeks: set[int]) -> None:
    problem = cycle(Client(1, 1800, 26.0, alternate_weeks=alternate))
    assert {day // 7 for day in offsets(problem, plan_cycle(problem, limits=QUICK))} == weeks
    later = CycleProblem(
        problem.matrix, problem.clients, problem.days, MONDAY, 4, cycle_began=MONDAY - timedelta(days=7)
    )
    assert {day // 7 for day in offsets(later, plan_cycle(later, limits=QUICK))} == {0, 1, 2, 3} - weeks


def test_a_visit_that_was_made_starts_a_new_interval() -> None:
    before = Client(1, 1800, 12.0, MONDAY - timedelta(days=40))
    assert roll_on(before, [Report(MONDAY, Outcome.DONE)]).last_visit == MONDAY


@pytest.mark.parametrize("outcome", [Outcome.MISSED, Outcome.CANCELLED_BY_US])
def test_a_visit_we_did_not_make_stays_due(outcome: Outcome) -> None:
    before = Client(1, 1800, 12.0, MONDAY - timedelta(days=40))
    assert roll_on(before, [Report(MONDAY, outcome)]) == before


def test_a_customer_who_cancelled_gets_a_rest_and_stays_due() -> None:
    before = Client(1, 1800, 12.0, MONDAY - timedelta(days=40))
    after = roll_on(before, [Report(MONDAY, Outcome.CANCELLED_BY_CUSTOMER)])
    assert (after.last_visit, after.not_before) == (before.last_visit, MONDAY + timedelta(days=7))


def test_what_an_outcome_means_is_a_rule() -> None:
    before = Client(1, 1800, 12.0, MONDAY - timedelta(days=40))
    skipped = OutcomeRules(cancelled_by_customer=Consequence(counts=True))
    made_up = OutcomeRules(cancelled_by_us=Consequence(within_days=5))
    assert roll_on(before, [Report(MONDAY, Outcome.CANCELLED_BY_CUSTOMER)], skipped).last_visit == MONDAY
    (promise,) = roll_on(before, [Report(MONDAY, Outcome.CANCELLED_BY_US)], made_up).promises
    assert (promise.first, promise.last) == (MONDAY + timedelta(days=1), MONDAY + timedelta(days=5))


def test_a_promise_is_settled_by_the_visit_or_by_the_customer_who_cancels() -> None:
    before = Client(1, 1800, 12.0, promises=(Promise(MONDAY, MONDAY),))
    assert roll_on(before, [Report(MONDAY, Outcome.DONE)]).promises == ()
    assert roll_on(before, [Report(MONDAY, Outcome.CANCELLED_BY_CUSTOMER)]).promises == ()
    assert roll_on(before, [Report(MONDAY, Outcome.MISSED)]).promises == before.promises


def test_calls_and_visits_go_on_by_turns_from_what_was_done() -> None:
    before = Client(1, 1800, 52.0, MONDAY - timedelta(days=7), remote_share=0.5)
    called = roll_on(before, [Report(MONDAY - timedelta(days=1), Outcome.DONE, by_phone=True)])
    first = [next(iter(plan_cycle(cycle(who), limits=QUICK).calls), None) for who in (before, called)]
    assert [call.day if call else None for call in first] == [0, 10]


def test_the_cycle_rolls_on_from_what_was_done() -> None:
    asked, made = Client(1, 1800, 52.0, MONDAY - timedelta(days=6)), []
    for week in range(6):
        start = MONDAY + timedelta(days=7 * week)
        problem = replace(cycle(asked, weeks=1, days=()), starts_on=start)
        shift = Shift(8 * HOUR, 16 * HOUR, 0, 0)
        days = working_days(start, 1, dict.fromkeys(range(5), shift), holidays={start} if week == 2 else set())
        plan = plan_cycle(replace(problem, days=days), limits=QUICK)
        done = [work.date for work, day in zip(days, plan.days, strict=True) if day.stops]
        asked = roll_on(asked, [Report(day, Outcome.DONE) for day in done])
        made += done
    assert len(made) == 6
    assert {(b - a).days for a, b in pairwise(made)} <= {6, 7, 8}
