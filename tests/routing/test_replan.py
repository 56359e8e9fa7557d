"""The rest of a day that is under way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import BadProblemError, check_day, plan_day, replan_day
from routing.problem import DayPlan, DayProblem
from routing.replan import Replan
from tests.routing.day_builders import HOUR, LUNCH, MINUTE, days, line_matrix, shift, visit, window

ROAD = line_matrix([0, 10, 20, 30, 40, 25])
ASKED = DayProblem(ROAD, tuple(visit(k, 30) for k in (1, 2, 3, 4)), shift(8, 17))
PLAN = plan_day(ASKED)  # one way or the other along the road
FORWARD = [stop.visit for stop in PLAN.stops] == [0, 1, 2, 3]


def later(minutes: int, plan: DayPlan = PLAN) -> int:
    return plan.stops[0].start_s + minutes * MINUTE


def stops(replan: Replan) -> list[int]:
    return [replan.numbers[stop.visit] for stop in replan.plan.stops]


def test_without_a_wish_the_plan_stays_the_plan() -> None:
    again = replan_day(ASKED, PLAN, now_s=later(10))
    assert [stop.visit for stop in again.done] == [PLAN.stops[0].visit]
    assert stops(again) == [stop.visit for stop in PLAN.stops[1:]]
    assert [stop.start_s for stop in again.plan.stops] == [stop.start_s for stop in PLAN.stops[1:]]
    assert (again.changed, again.dropped) == ((), ())


def test_a_cancelled_visit_is_gone_and_nothing_else_changes() -> None:
    gone = PLAN.stops[2].visit
    again = replan_day(ASKED, PLAN, now_s=later(10), cancelled={gone})
    assert stops(again) == [stop.visit for stop in PLAN.stops[1:] if stop.visit != gone]
    assert again.changed == ()


def test_a_new_visit_slips_in_where_it_costs_least() -> None:
    again = replan_day(ASKED, PLAN, now_s=later(10), added=[visit(5, 20)])
    assert 4 in stops(again) and again.changed == () and again.dropped == ()


def test_make_this_next_is_next() -> None:
    last = PLAN.stops[-1].visit
    again = replan_day(ASKED, PLAN, now_s=later(30), next_visit=last)
    assert stops(again)[0] == last


def test_a_change_is_made_only_when_it_saves_more_than_its_price() -> None:
    matrix = line_matrix([0, 10, 20, 30, 100])
    asked = DayProblem(matrix, (visit(1, 30, window(8, 8.5)), visit(2, 30), visit(3, 30)), shift(8, 17, end=None))
    plan = plan_day(asked)
    assert [stop.visit for stop in plan.stops] == [0, 1, 2]
    off = {"now_s": plan.stops[0].depart_s, "place": 3}
    assert stops(replan_day(asked, plan, **off, change_price_s=0)) == [2, 1]
    assert stops(replan_day(asked, plan, **off, change_price_s=3600)) == [1, 2]


def test_a_promise_is_kept_although_another_order_is_shorter() -> None:
    promised = {PLAN.stops[1].visit: window(15, 15.25)}
    again = replan_day(ASKED, PLAN, now_s=later(10), promised=promised)
    late = next(stop for stop in again.plan.stops if again.numbers[stop.visit] == PLAN.stops[1].visit)
    assert 15 * HOUR <= late.start_s <= 15.25 * HOUR and len(again.plan.stops) == 3


def test_lunch_is_eaten_once() -> None:
    asked = DayProblem(ROAD, tuple(visit(k, 120) for k in (1, 2, 3)), shift(8, 17, lunch=LUNCH))
    plan = plan_day(asked)
    assert plan.lunch is not None
    eating = replan_day(asked, plan, now_s=plan.lunch[0] + 60)
    assert eating.rest.shift.lunch is None and eating.rest.shift.start_s >= plan.lunch[1]
    assert replan_day(asked, plan, now_s=8 * HOUR).rest.shift.lunch == LUNCH


def test_a_rep_on_the_road_first_makes_the_stop_ahead_unless_told_where_he_is() -> None:
    second = PLAN.stops[1]
    now_s = second.arrive_s - 60
    assert len(replan_day(ASKED, PLAN, now_s=now_s).done) == 2
    assert len(replan_day(ASKED, PLAN, now_s=now_s, cancelled={second.visit}).done) == 1
    seen = replan_day(ASKED, PLAN, now_s=now_s, place=5)
    assert len(seen.done) == 1 and seen.rest.shift.start_place == 5


def test_wishes_about_what_is_over_or_unknown_are_refused() -> None:
    with pytest.raises(BadProblemError, match="is done or under way"):
        replan_day(ASKED, PLAN, now_s=later(10), cancelled={PLAN.stops[0].visit})
    with pytest.raises(BadProblemError, match="there is no visit 9"):
        replan_day(ASKED, PLAN, now_s=later(10), next_visit=9)
    with pytest.raises(BadProblemError, match="both next and cancelled"):
        replan_day(ASKED, PLAN, now_s=8 * HOUR, next_visit=1, cancelled={1})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(days(most=5), st.integers(7, 19), st.integers(0, 1200))
def test_every_rest_of_a_day_passes_the_independent_check(asked: DayProblem, hour: int, price_s: int) -> None:
    plan = plan_day(asked)
    again = replan_day(asked, plan, now_s=hour * HOUR, change_price_s=price_s)
    assert check_day(again.rest, again.plan) == []
    assert [*(stop.visit for stop in again.done)] == [stop.visit for stop in plan.stops[: len(again.done)]]
