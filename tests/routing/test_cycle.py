"""A rep's weeks ahead."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.limits import Limits
from geo.travel import TravelMatrix
from routing.cycle import draft_cycle, plan_cycle
from routing.cycle_check import check_cycle
from routing.cycle_patterns import weekly_counts
from routing.cycle_problem import Client, CycleProblem
from routing.errors import BadProblemError
from tests.routing.cycle_builders import MONDAY, client, cycle, days_of, mixed, work_days

QUICK = Limits(iterations=300)


def test_everything_due_is_planned_and_the_check_finds_nothing() -> None:
    problem = mixed(40)
    plan = plan_cycle(problem, limits=QUICK)
    assert check_cycle(problem, plan) == []
    assert plan.unserved == ()
    assert int(plan.planned.sum()) == int(plan.due.sum()) > 40


def test_same_problem_and_seed_same_plan() -> None:
    first, second = (plan_cycle(mixed(25), limits=QUICK, seed=5) for _ in range(2))
    assert first.days == second.days


def test_several_workers_give_one_plan_every_time_and_keep_to_a_budget_of_time() -> None:
    asked = mixed(12)
    first, second = (plan_cycle(asked, limits=Limits(iterations=60), seed=5, workers=2) for _ in range(2))
    assert first.days == second.days and check_cycle(asked, first) == []
    assert check_cycle(asked, plan_cycle(asked, limits=Limits(cpu_s=0.05), workers=2)) == []


def test_weekly_client_keeps_its_weekday() -> None:
    problem = cycle(client(visits=52))
    days = days_of(problem, plan_cycle(problem, limits=QUICK), 0)
    assert [day - days[0] for day in days] == [0, 7, 14, 21]


def test_two_visits_a_week_are_spaced_and_in_every_week() -> None:
    problem = cycle(client(visits=104))
    days = days_of(problem, plan_cycle(problem, limits=QUICK), 0)
    assert Counter(day // 7 for day in days) == {0: 2, 1: 2, 2: 2, 3: 2}
    assert min(b - a for a, b in itertools.pairwise(days)) >= 2


def test_daily_visits_beyond_the_working_days_are_capped_and_said() -> None:
    plan = plan_cycle(cycle(client(visits=364)), limits=QUICK)
    assert (int(plan.due[0]), int(plan.planned[0])) == (20, 20)
    assert plan.notes == ("client 0 wants 28 visits in 4 weeks, but only 20 working days are open: planned as 20",)


def test_a_holiday_moves_the_weekly_visit_and_drops_none() -> None:
    monday_only = client(visits=52, open_on=(0, 1))
    problem = cycle(monday_only, client(2, visits=52), days=work_days(off=(7,)))
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.planned.tolist() == [4, 4]
    assert days_of(problem, plan, 0)[1] == 8


def test_a_week_off_sends_its_visit_to_a_neighbouring_week() -> None:
    problem = cycle(client(visits=52), days=work_days(off=(7, 8, 9, 10, 11)))
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.planned.tolist() == [4]
    assert check_cycle(problem, plan) == []


def test_weekly_counts_move_to_the_nearest_week_with_room() -> None:
    assert weekly_counts(8, [5, 1, 5, 5]) == [3, 1, 2, 2]
    assert weekly_counts(6, [5, 5, 5, 5]) == [1, 2, 1, 2]


def test_a_client_is_visited_only_on_open_weekdays() -> None:
    problem = cycle(client(visits=26, open_on=(2,)))
    assert {day % 7 for day in days_of(problem, plan_cycle(problem, limits=QUICK), 0)} == {2}


def test_agreed_sets_of_weekdays_are_kept() -> None:
    problem = cycle(replace(client(visits=104), weekdays=((1, 2), (0, 4))), replace(client(2), weekdays=((3,),)))
    plan = plan_cycle(problem, limits=QUICK)
    by_week = [{day % 7 for day in days_of(problem, plan, 0) if day // 7 == week} for week in range(4)]
    assert all(days in ({1, 2}, {0, 4}) for days in by_week)
    assert {day % 7 for day in days_of(problem, plan, 1)} == {3}
    assert check_cycle(problem, plan) == []


def test_visits_asked_for_one_by_one_stay_apart() -> None:
    heavy = [client(place, visits=104, minutes=150) for place in range(1, 9)]
    problem = cycle(*heavy, weeks=1)
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.unserved
    assert check_cycle(problem, plan) == []


def test_overdue_clients_come_within_half_an_interval() -> None:
    problem = cycle(*(client(place, visits=12, last=-100) for place in range(1, 9)))
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.planned.tolist() == [1] * 8
    assert all(days_of(problem, plan, who)[0] <= 15 for who in range(8))


def test_a_visit_due_later_is_neither_planned_nor_left_out() -> None:
    plan = plan_cycle(cycle(client(visits=4, last=-5)), limits=QUICK)
    assert (plan.due.tolist(), plan.planned.tolist(), plan.unserved) == ([0], [0], ())


def test_weeks_are_level() -> None:
    problem = cycle(*(client(place, visits=12) for place in range(1, 61)))
    plan = plan_cycle(problem, limits=Limits(iterations=3_000))
    served = np.zeros(4)
    for work, day in zip(problem.days, plan.days, strict=True):
        served[(work.date - MONDAY).days // 7] += day.service_s
    assert served.max() / served.mean() < 1.12


def test_too_much_work_is_told_in_hours() -> None:
    plan = plan_cycle(cycle(*(client(place, visits=52, minutes=45) for place in range(1, 61))), limits=QUICK)
    assert plan.unserved
    assert plan.unserved[0].reason.startswith("no day has room for it and the way there (")
    assert "the rep's 4 weeks hold 160 h, " in plan.unserved[0].reason
    assert check_cycle(cycle(*(client(place, visits=52, minutes=45) for place in range(1, 61))), plan) == []
    assert plan.service_s + plan.drive_s > 0.9 * 160 * 3600


def test_some_visits_of_a_frequent_client_are_better_than_none() -> None:
    first = replace(client(visits=26, minutes=280, last=-14, open_on=(0,)), priority=10)
    problem = cycle(first, client(2, visits=52, minutes=280, open_on=(0,)))
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.planned.tolist() == [2, 2]
    assert [(left.client, left.visits) for left in plan.unserved] == [(1, 2)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (client(open_on=()), "closed on every working day"),
        (client(open_on=(6,)), "closed on every working day"),
        (client(minutes=700), "not even on a day of its own: "),
    ],
)
def test_a_hopeless_client_is_told_why(asked: Client, reason: str) -> None:
    plan = plan_cycle(cycle(asked), limits=QUICK)
    assert [left.visits for left in plan.unserved] == [int(plan.due[0])] == [1]
    assert reason in plan.unserved[0].reason


def test_an_unreachable_client_is_told_why() -> None:
    duration_s = np.array([[0, -1], [-1, 0]], np.int32)
    problem = CycleProblem(TravelMatrix(duration_s, duration_s, "test"), (client(),), work_days(), MONDAY, 4)
    assert "not even on a day of its own: " in plan_cycle(problem, limits=QUICK).unserved[0].reason


def test_no_clients_and_no_days_are_plans_too() -> None:
    assert plan_cycle(cycle(), limits=QUICK).drive_s == 0
    plan = plan_cycle(cycle(client(), days=()), limits=QUICK)
    assert plan.unserved[0].reason == "the rep has no working days in this horizon"


def test_the_draft_is_near_the_plan() -> None:
    problem = mixed(60, seed=3)
    plan, draft = plan_cycle(problem, limits=Limits(iterations=6_000)), draft_cycle(problem)
    assert draft.visits_planned == int(plan.planned.sum())
    assert draft.service_s == plan.service_s
    assert abs(draft.drive_s - plan.drive_s) < 0.1 * plan.drive_s


def test_days_outside_the_horizon_are_refused() -> None:
    with pytest.raises(BadProblemError, match="working days must lie in"):
        cycle(client(), weeks=3, days=work_days(4))


@given(st.integers(0, 1000), st.integers(1, 5), st.booleans(), st.sets(st.integers(0, 34), max_size=8))
@settings(max_examples=12, deadline=None)
def test_every_plan_passes_the_check(seed: int, weeks: int, known: bool, off: set[int]) -> None:
    some = mixed(18, seed, weeks, known)
    problem = CycleProblem(some.matrix, some.clients, work_days(weeks, off=tuple(off)), MONDAY, weeks)
    plan = plan_cycle(problem, limits=Limits(iterations=60), seed=seed)
    assert check_cycle(problem, plan) == []
    assert int(plan.planned.sum()) == int(plan.due.sum()) or plan.unserved


def test_the_start_may_be_any_weekday() -> None:
    some = mixed(15)
    days = tuple(work for work in work_days(5) if 2 <= (work.date - MONDAY).days < 30)
    problem = CycleProblem(some.matrix, some.clients, days, MONDAY + timedelta(days=2), 4)
    assert check_cycle(problem, plan_cycle(problem, limits=QUICK)) == []
