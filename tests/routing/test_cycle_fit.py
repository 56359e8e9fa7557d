"""Why a cycle left a visit out, day by day, and the cheapest way to fit it in."""

from dataclasses import replace

import numpy as np

from geo.limits import Limits
from geo.travel import TravelMatrix
from routing.cycle import plan_cycle
from routing.cycle_fit import CycleWay, LeftOut, why_left_out
from routing.cycle_problem import Client, CyclePlan, CycleProblem, Promise
from routing.problem import Window
from tests.routing.cycle_builders import HOUR, MONDAY, client, line, work_days

QUICK = Limits(iterations=200)
NEAR_MIN, FAR_MIN = 10, 20
"""Driving from home to place 1 and to place 2, on the same side: both in one day take 40 minutes of driving."""


def asked(place: int, minutes: int, begin_h: tuple[int, int] = (0, 24), weekdays: tuple[int, ...] = (0,)) -> Client:
    """One visit a week, begun within these hours, on Mondays only."""
    window = Window(begin_h[0] * HOUR, begin_h[1] * HOUR)
    return replace(client(place, 52, minutes=minutes), windows={day: (window,) for day in weekdays})


def week(*clients: Client, most_week_s: int | None = None) -> CycleProblem:
    """Monday to Friday, 8:00 to 16:30 with half an hour of lunch."""
    return CycleProblem(line(NEAR_MIN, FAR_MIN), clients, work_days(1), MONDAY, 1, most_week_s=most_week_s)


def left_out(problem: CycleProblem) -> tuple[CyclePlan, LeftOut]:
    """The plan, and what is said of the one client it leaves out."""
    plan = plan_cycle(problem, limits=QUICK)
    (row,) = plan.unserved
    return plan, why_left_out(problem, plan, row.client)


def test_a_visit_where_the_rep_is_anyway_costs_nothing() -> None:
    later = replace(client(1, 4, minutes=0), last_visit=MONDAY)
    problem = week(asked(1, 30), later)
    answer = why_left_out(problem, plan_cycle(problem, limits=QUICK), 1)
    assert answer.cheapest == CycleWay(day=0, price_s=0)
    assert answer.cheapest.said(MONDAY) == "on 2026-11-23, with 0 min more driving"


def test_a_full_day_costs_the_overtime_and_the_way() -> None:
    problem = week(asked(1, 240), asked(2, 240))
    _, answer = left_out(problem)
    assert answer.cheapest == CycleWay(day=0, price_s=2 * 60 * (FAR_MIN - NEAR_MIN), overtime_s=40 * 60)
    assert answer.said(problem) == (
        "2026-11-23: the day is full: would need 40 min more; proven: it does not fit in together with client 0; "
        "the cheapest way to fit it in: on 2026-11-23, 40 min beyond the shift, with 20 min more driving"
    )


def test_every_open_day_has_its_block_and_the_first_are_named() -> None:
    daily = replace(asked(1, 240, weekdays=(0, 1, 2, 3, 4)), visits_per_year=260, priority=2.0)
    plan = plan_cycle(week(daily), limits=QUICK)
    problem = week(daily, asked(2, 240, weekdays=(0, 1, 2, 3, 4)))
    answer = why_left_out(problem, plan, 1)
    assert [one.day for one in answer.blocked] == [0, 1, 2, 3, 4]
    assert {one.reason for one in answer.blocked} == {"the day is full: would need 40 min more"}
    assert answer.cheapest == CycleWay(day=0, price_s=1200, overtime_s=40 * 60)
    shorter = replace(answer, blocked=answer.blocked * 2)
    assert "; 5 more days; the cheapest way" in shorter.said(problem)


def test_fixed_hours_leave_only_another_visit_to_give_up() -> None:
    first = replace(asked(1, 60, (10, 10)), priority=2.0)
    problem = week(first, asked(2, 60, (10, 10)))
    _, answer = left_out(problem)
    assert answer.client == 1
    assert "cannot be met without missing another visit" in answer.blocked[0].reason
    assert answer.cheapest == CycleWay(day=0, price_s=1200, instead_of=0)
    assert answer.said(problem, {0: "Bäckerei"}.__getitem__).endswith(
        "on 2026-11-23, instead of Bäckerei, with 20 min more driving"
    )


def test_a_promised_visit_is_not_offered_for_giving_up() -> None:
    first = replace(asked(1, 60, (10, 10)), promises=(Promise(MONDAY, MONDAY),))
    problem = week(first, asked(2, 60, (10, 10)))
    _, answer = left_out(problem)
    assert answer.cheapest is None
    assert answer.said(problem).endswith("there is no simple way to fit it in")


def test_the_cap_on_a_week_blocks_where_the_day_has_room() -> None:
    problem = week(asked(1, 120), asked(2, 120, weekdays=(0, 1)), most_week_s=150 * 60)
    _, answer = left_out(problem)
    assert [one.reason for one in answer.blocked] == [
        "the week's hours are used up: would need 130 min more",
        "the week's hours are used up: would need 150 min more",
    ]
    assert answer.cheapest == CycleWay(day=0, price_s=1200, over_week_s=130 * 60)


def test_a_second_visit_does_not_follow_upon_the_first() -> None:
    problem = week(asked(1, 30, weekdays=(0, 1)))
    answer = why_left_out(problem, plan_cycle(problem, limits=QUICK), 0)
    assert [one.reason.split(":")[0] for one in answer.blocked] == ["too near its visit on 2026-11-23"] * 2
    assert answer.cheapest is None


def test_where_no_road_leads_nothing_helps() -> None:
    duration_s = np.array([[0, 600, -1], [600, 0, -1], [-1, -1, 0]], np.int32)
    problem = replace(week(asked(1, 30), asked(2, 30)), matrix=TravelMatrix(duration_s, duration_s, "an island"))
    _, answer = left_out(problem)
    assert [one.reason for one in answer.blocked] == ["no road leads there"]
    assert answer.cheapest is None
