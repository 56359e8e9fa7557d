"""The independent check finds each fault when it is put in on purpose."""

from dataclasses import replace

import pytest

from routing import check_day, plan_day
from routing.problem import DayPlan, DayProblem, Unserved
from tests.routing.day_builders import LUNCH, MINUTE, cut, line_matrix, shift, visit, window

PROBLEM = DayProblem(
    line_matrix([0, 30, 60]), (visit(1, 200, window(8, 10)), visit(2, 60)), shift(lunch=LUNCH, max_drive=130)
)
PLAN = plan_day(PROBLEM, proof=False)
FIRST, SECOND = PLAN.stops
LATE = replace(FIRST, start_s=11 * 3600, depart_s=11 * 3600 + 200 * MINUTE)
EARLY = replace(SECOND, start_s=SECOND.arrive_s - 60, depart_s=SECOND.depart_s - 60)

BROKEN = [
    (replace(PLAN, stops=(FIRST,)), "visit 1 appears 0 times in the plan"),
    (replace(PLAN, unserved=(Unserved(0, "x"),)), "visit 0 appears 2 times in the plan"),
    (replace(PLAN, stops=(FIRST,), unserved=(Unserved(1, ""),)), "visit 1 is left out without a reason"),
    (replace(PLAN, start_s=7 * 3600), "leaves the shift"),
    (replace(PLAN, stops=(LATE, SECOND)), "visit 0 begins at 39600 s, outside its windows"),
    (replace(PLAN, stops=(replace(FIRST, depart_s=FIRST.depart_s - 60), SECOND)), "visit 0 lasts"),
    (replace(PLAN, stops=(FIRST, EARLY)), "visit 1 begins before the rep is there"),
    (replace(PLAN, stops=(FIRST, replace(SECOND, drive_s=60))), "the leg to visit 1 takes 1800 s, the plan says 60 s"),
    (replace(PLAN, stops=(FIRST, replace(SECOND, arrive_s=FIRST.depart_s))), "the rep cannot be at visit 1"),
    (replace(PLAN, end_s=PLAN.end_s - 60), "the rep cannot be at the end"),
    (replace(PLAN, lunch=None), "the day has no lunch"),
    (replace(PLAN, lunch=(12 * 3600, 12 * 3600 + 60)), "lunch lasts 60 s instead of 1800 s"),
    (replace(PLAN, lunch=(9 * 3600, 9 * 3600 + 1800)), "lunch cuts into visit 0"),
    (replace(PLAN, lunch=(9 * 3600, 9 * 3600 + 1800)), "lunch begins at 32400 s, outside"),
    (replace(PLAN, service_s=0), "service adds up"),
    (replace(PLAN, wait_s=PLAN.wait_s + 1), "do not add up to the day"),
]


def test_a_good_plan_has_no_faults() -> None:
    assert len(PLAN.stops) == 2 and PLAN.lunch is not None
    assert check_day(PROBLEM, PLAN) == []


@pytest.mark.parametrize(("plan", "fault"), BROKEN, ids=[fault for _, fault in BROKEN])
def test_each_fault_is_found(plan: DayPlan, fault: str) -> None:
    assert any(fault in found for found in check_day(PROBLEM, plan))


def test_a_leg_without_a_road_is_found() -> None:
    roadless = replace(PROBLEM, matrix=cut(PROBLEM.matrix, [(0, 1)]))
    assert "no road leads to visit 0" in check_day(roadless, PLAN)


def test_too_much_driving_is_found() -> None:
    strict = replace(PROBLEM, shift=replace(PROBLEM.shift, max_drive_s=60))
    assert any("60 s are allowed" in found for found in check_day(strict, PLAN))


def test_a_visit_without_time_for_access_or_without_skill_is_found() -> None:
    far = replace(PROBLEM.visits[1], access_s=60 * MINUTE, skills=frozenset({"ladder"}))
    found = check_day(replace(PROBLEM, visits=(PROBLEM.visits[0], far)), PLAN)
    assert "visit 1 begins before the rep is there" in found
    assert "visit 1 needs skills the rep has not" in found


def test_visits_out_of_order_are_found() -> None:
    assert "visit 0 comes before visit 1" in check_day(replace(PROBLEM, order=((1, 0),)), PLAN)


def test_a_lunch_nobody_asked_for_is_found() -> None:
    fasting = replace(PROBLEM, shift=replace(PROBLEM.shift, lunch=None))
    assert "the day has a lunch that nobody asked for" in check_day(fasting, PLAN)
