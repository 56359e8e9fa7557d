"""Promised dates, contracts, call blocks and frequencies that differ by month."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from geo.limits import Limits
from routing.cycle import plan_cycle
from routing.cycle_check import check_cycle
from routing.cycle_problem import Client, CyclePlan, CycleProblem, CycleRules, Promise
from routing.due import due_visits
from routing.errors import BadProblemError
from routing.problem import Window
from tests.routing.cycle_builders import HOUR, MONDAY, client, cycle, days_of, line, on, work_days

QUICK = Limits(iterations=200)


def solved(problem: CycleProblem) -> CyclePlan:
    plan = plan_cycle(problem, limits=QUICK)
    assert check_cycle(problem, plan) == []
    return plan


def test_an_appointment_fixes_the_day_and_counts_as_the_visit_that_is_due() -> None:
    problem = cycle(replace(client(visits=12), promises=(Promise(on(9), on(9)),)))
    plan = solved(problem)
    assert days_of(problem, plan, 0) == [9]
    assert (plan.due.tolist(), plan.broken) == ([1], ())


def test_an_appointment_may_fix_the_hour_too() -> None:
    window = Window(15 * HOUR, 15 * HOUR + 900)
    problem = cycle(replace(client(visits=12), promises=(Promise(on(9), on(9), window),)))
    plan = solved(problem)
    (stop,) = plan.days[6 + 1].stops or plan.days[6].stops
    assert window.start_s <= stop.start_s <= window.end_s


def test_an_appointment_opens_the_client_on_a_day_it_is_usually_closed() -> None:
    problem = cycle(replace(client(visits=12, open_on=(0,)), promises=(Promise(on(9), on(9)),)))
    assert days_of(problem, solved(problem), 0) == [9]


def test_an_appointment_where_nothing_is_due_adds_a_visit() -> None:
    problem = cycle(replace(client(visits=4, last=-3), promises=(Promise(on(2), on(2)),)))
    plan = solved(problem)
    assert (days_of(problem, plan, 0), plan.due.tolist()) == ([2], [1])


def test_promised_by_a_date_is_done_by_then() -> None:
    problem = cycle(replace(client(visits=13, last=-5), promises=(Promise(MONDAY, on(10)),)))
    assert days_of(problem, solved(problem), 0)[0] <= 10


def test_a_weekly_client_keeps_its_appointment_too() -> None:
    problem = cycle(replace(client(visits=52, open_on=(0, 1)), promises=(Promise(on(9), on(9)),)))
    days = days_of(problem, solved(problem), 0)
    assert len(days) == 4
    assert 9 in days


def test_a_promise_goes_before_other_visits() -> None:
    full = [client(place, visits=13, minutes=150, last=-28) for place in range(2, 9)]
    promised = replace(client(1, visits=4, last=-3, minutes=150), promises=(Promise(on(3), on(3)),))
    days = tuple(work for work in work_days() if work.date == on(3))
    problem = cycle(promised, *full, days=days)
    plan = solved(problem)
    assert days_of(problem, plan, 0) == [3]
    assert plan.unserved


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Promise(on(5), on(6)), "no rep works then"),
        (Promise(on(2), on(2), Window(3 * HOUR, 3 * HOUR)), "no room"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_named(asked: Promise, reason: str) -> None:
    plan = solved(cycle(replace(client(visits=13), promises=(asked,))))
    assert [(one.client, one.promise) for one in plan.broken] == [(0, asked)]
    assert reason in plan.broken[0].reason


def far_and_near(price_min: int) -> CycleProblem:
    """Two neighbours an hour away; one promised on the day the other cannot be visited."""
    matrix = line(60, 60)
    promised = Client(1, 600, 13.0, on(-26), promises=(Promise(on(0), on(0), None, price_min * 60),))
    other = Client(2, 600, 13.0, on(-26), windows={1: (), 3: (Window(9 * HOUR, 17 * HOUR),)})
    rules = CycleRules(spacing_price_s=0, weekday_price_s=0, level_price=0.0)
    return CycleProblem(matrix, (promised, other), work_days(1), MONDAY, 1, rules)


def test_a_promise_at_a_price_is_broken_where_it_costs_more_and_kept_where_less() -> None:
    cheap, dear = far_and_near(60), far_and_near(180)
    broken, kept = solved(cheap), solved(dear)
    assert (days_of(cheap, broken, 0), broken.drive_s) == ([3], 2 * 3600)
    assert "price of 60 min" in broken.broken[0].reason
    assert (days_of(dear, kept, 0), kept.drive_s, kept.broken) == ([0], 4 * 3600, ())


def test_a_contract_is_given_up_last_and_said_so() -> None:
    one_day = work_days(1)[:1]
    clients = [client(place, visits=52, minutes=200) for place in range(1, 4)]
    clients[2] = replace(clients[2], contract=True)
    plan = solved(cycle(*clients, weeks=1, days=one_day))
    assert plan.planned[2] == 1
    agreed = solved(cycle(*(replace(c, contract=True) for c in clients), weeks=1, days=one_day))
    assert all("agreed by contract" in left.reason for left in agreed.unserved)
    assert agreed.unserved


def test_visits_by_month_make_each_months_number() -> None:
    by_month = (1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 4.0, 2.0, 1.0, 1.0, 2.0)
    asked = Client(1, 1800, 0.0, visits_by_month=by_month)
    start = date(2026, 5, 4)
    problem = CycleProblem(line(20), (asked,), work_days(17, starts_on=start), start, 17)
    plan = solved(problem)
    months = [(start + timedelta(days=day)).month for day in days_of(problem, plan, 0)]
    assert [months.count(month) for month in (6, 7)] == [4, 4]
    assert asked.visits_per_year == 25


def test_visits_by_month_follow_the_last_visit() -> None:
    winter_only = (2.0,) * 3 + (0.0,) * 6 + (2.0,) * 3
    asked = Client(1, 1800, 0.0, date(2026, 3, 28), visits_by_month=winter_only)
    summer = CycleProblem(line(20), (asked,), (), date(2026, 5, 4), 8)
    assert due_visits(summer)[0].ideals == ()
    autumn = replace(summer, starts_on=date(2026, 9, 28), weeks=5)
    assert len(due_visits(autumn)[0].ideals) == 2


def test_twice_a_month_at_least_ten_days_apart() -> None:
    asked = Client(1, 1800, 24.0, min_gap_days=10, visits_by_month=(2.0,) * 12)
    problem = CycleProblem(line(20), (asked,), work_days(9), MONDAY, 9)
    days = days_of(problem, solved(problem), 0)
    assert min(b - a for a, b in itertools.pairwise(days)) >= 10
    december = [day for day in days if on(day).month == 12]
    assert len(december) == 2


def test_an_agreed_distance_loses_visits_where_the_days_are_too_few_and_says_so() -> None:
    asked = Client(1, 1800, 104.0, min_gap_days=6)
    problem = cycle(asked, weeks=2)
    plan = solved(problem)
    assert int(plan.planned[0]) < int(plan.due[0])
    assert "at least 6 days apart" in plan.unserved[0].reason


def test_impossible_wishes_are_refused() -> None:
    with pytest.raises(BadProblemError, match="promise"):
        Promise(on(2), on(1))
    with pytest.raises(BadProblemError, match="twelve"):
        Client(1, 600, 0, visits_by_month=(1.0,))


def test_promises_that_cannot_be_kept_crowd_no_visits_together() -> None:
    promises = (Promise(on(5), on(6)), Promise(on(2), on(2), Window(3 * HOUR, 3 * HOUR)))
    assert len(solved(cycle(replace(client(), promises=promises))).broken) == 2


def test_a_promised_visit_takes_the_place_of_a_call() -> None:
    asked = replace(client(visits=13), remote_share=1.0, promises=(Promise(on(9), on(9)),))
    plan = solved(cycle(asked))
    assert (plan.due.tolist(), plan.calls_due.tolist()) == ([1], [0])


def test_a_promise_far_away_is_kept_in_a_week_that_is_full_without_it() -> None:
    near = [client(place, 52, minutes=35) for place in range(1, 61)]
    far = replace(client(61, 12), promises=(Promise(on(2), on(2)),))
    matrix = line(*(3 + place % 5 for place in range(60)), 210)
    problem = replace(cycle(*near, far, weeks=1), matrix=matrix)
    plan = plan_cycle(problem, limits=Limits(iterations=30))
    assert (plan.broken, plan.planned[60]) == ((), 1)
    assert len(plan.days[1].stops) > 8


def test_promised_visits_keep_a_margin_to_closing_time_where_that_costs_no_promise() -> None:
    late = replace(client(1, 12, open_on=(0, 1, 2, 3, 4)), promises=(Promise(on(2), on(2)),))
    others = [replace(client(place, 52, minutes=55), place=place) for place in range(2, 9)]
    near = replace(cycle(late, *others, weeks=1), matrix=line(*range(2, 10)), rules=CycleRules(margin_s=7200))
    (stop,) = [stop for stop in solved(near).days[2].stops if stop.visit == 0]
    assert stop.start_s <= 15 * HOUR
    mornings = {day: (Window(9 * HOUR, 13 * HOUR),) for day in range(5)}
    noon = replace(near, clients=(replace(late, windows=mornings), *others), matrix=line(210, *range(3, 10)))
    plan = solved(noon)  # nobody can be there by eleven: then just in time
    assert (plan.broken, [stop.start_s <= 13 * HOUR for stop in plan.days[2].stops if stop.visit == 0]) == ((), [True])


def test_a_promise_on_a_holiday_says_which() -> None:
    asked = replace(client(), promises=(Promise(on(9), on(9)),))
    problem = replace(cycle(asked, days=work_days(4, off=(9,))), holidays={on(9): "Buß- und Bettag"})
    (broken,) = solved(problem).broken
    assert broken.reason == f"promised on {on(9)}, but no rep works then: it is Buß- und Bettag"
