"""One rep's day from the front door."""

import subprocess
import sys
from dataclasses import replace

from hypothesis import given, settings

from geo.limits import Limits
from routing import check_day, plan_day
from routing.problem import FIRST_ARRIVAL_TO_LAST_DEPARTURE, DayProblem, Shift, Visit
from tests.routing.day_builders import HOUR, LUNCH, MINUTE, cost_s, cut, days, line_matrix, shift, visit, window


def problem(minutes: list[int], visits: list[Visit], day: Shift | None = None) -> DayProblem:
    return DayProblem(line_matrix(minutes), tuple(visits), day or shift())


def test_no_candidates_is_an_empty_day() -> None:
    plan = plan_day(problem([0], []))
    assert (plan.stops, plan.unserved, plan.start_s, plan.end_s, plan.proven) == ((), (), 8 * HOUR, 8 * HOUR, True)


def test_three_stops_along_a_road_are_one_trip_there_and_back() -> None:
    plan = plan_day(problem([0, 30, 10, 20], [visit(1), visit(2), visit(3)]))
    assert plan.proven and plan.drive_s == 60 * MINUTE and plan.service_s == 90 * MINUTE
    assert plan.end_s - plan.start_s == plan.drive_s + plan.service_s


def test_a_visit_not_worth_its_way_stays_out_and_says_so() -> None:
    plan = plan_day(problem([0, 60], [visit(1, prize=119)]))
    assert plan.unserved[0].reason == "not worth its way: 120 min more for 119 min"
    assert not plan_day(problem([0, 60], [visit(1, prize=121)])).unserved


def test_a_required_visit_drives_out_optional_ones() -> None:
    day = shift(8, 10)
    plan = plan_day(problem([0, 50, 1], [visit(1, 20), visit(2, 20, prize=100)], day))
    assert [stop.visit for stop in plan.stops] == [0]
    assert plan.unserved[0].reason == "the day is full: would need 20 min more"


def test_an_unreachable_visit_is_named_and_the_rest_is_planned() -> None:
    matrix = cut(line_matrix([0, 10, 20]), [(0, 2), (1, 2)])
    plan = plan_day(DayProblem(matrix, (visit(1), visit(2)), shift()))
    assert [stop.visit for stop in plan.stops] == [0]
    assert plan.unserved[0].reason == "no road leads there"


def test_what_can_never_be_made_says_why() -> None:
    day = shift(8, 12, max_drive=150)
    visits = [visit(1), visit(2), visit(0, 300), visit(0, 10, window(6, 7)), visit(3, 200), visit(4)]
    matrix = cut(line_matrix([0, 80, 5, 30, 0]), [(4, k) for k in range(4)])
    reasons = [left.reason for left in plan_day(DayProblem(matrix, tuple(visits), day)).unserved]
    assert reasons == [
        "getting there and back takes 160 min of driving, 150 are allowed",
        "the visit takes 300 min, the shift has 240",
        "it must begin by 07:00, and nobody can be there before 08:00",
        "even as the only visit the day would end at 12:20, 20 min after the shift",
        "no road leads from there to the end of the day",
    ]


def test_two_appointments_at_once_cannot_both_be_kept() -> None:
    plan = plan_day(problem([0, 30, 0], [visit(1, 30, window(9, 9)), visit(2, 30, window(9, 9))]))
    assert [left.reason for left in plan.unserved] == [
        "its hours 09:00–09:00 cannot be met without missing another visit or lunch"
    ]


def test_the_days_driving_can_be_what_is_missing() -> None:
    plan = plan_day(problem([0, 40, -40], [visit(1), visit(2, prize=500)], shift(max_drive=100)))
    assert plan.unserved[0].reason == "the day's driving is used up: would need 60 min more"


def test_more_candidates_than_can_be_proven_are_still_planned_well() -> None:
    visits = [visit(k, 10) for k in range(1, 21)]
    plan = plan_day(problem([0, *range(3, 63, 3)], visits))
    assert not plan.proven and not plan.unserved
    assert plan.drive_s == 120 * MINUTE


@settings(max_examples=60, deadline=None, derandomize=True)
@given(days(most=6))
def test_every_plan_passes_the_independent_check(asked: DayProblem) -> None:
    proven, quick = plan_day(asked), plan_day(asked, proof=False)
    assert check_day(asked, proven) == [] and check_day(asked, quick) == []
    assert proven.proven and cost_s(asked, proven) <= cost_s(asked, quick)
    assert plan_day(asked) == proven


@settings(max_examples=25, deadline=None, derandomize=True)
@given(days(most=5))
def test_the_order_of_input_does_not_change_the_cost(asked: DayProblem) -> None:
    last = len(asked.visits) - 1
    order = tuple((last - a, last - b) for a, b in asked.order)
    turned = DayProblem(asked.matrix, asked.visits[::-1], asked.shift, order, asked.rush)
    assert cost_s(asked, plan_day(asked)) == cost_s(turned, plan_day(turned))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(days(most=5, metric=True))
def test_removing_a_visit_never_makes_the_optimum_dearer(asked: DayProblem) -> None:
    order = tuple((a - 1, b - 1) for a, b in asked.order if a and b)
    fewer = DayProblem(asked.matrix, asked.visits[1:], asked.shift, order)
    assert cost_s(fewer, plan_day(fewer)) <= cost_s(asked, plan_day(asked))


def test_more_iterations_never_give_a_worse_plan() -> None:
    visits = [visit(k % 7 + 1, 15 + k % 4, window(8 + k % 6, 11 + k % 6), prize=30 + k) for k in range(20)]
    asked = problem([0, 50, 10, 40, 15, 35, 5, 25], visits, shift(lunch=LUNCH))
    costs = [cost_s(asked, plan_day(asked, limits=Limits(iterations=n))) for n in (0, 1, 3, 10, 30, 1000, 3000)]
    assert costs == sorted(costs, reverse=True)


def test_neither_import_nor_a_quick_day_loads_compiled_code() -> None:
    code = """
import sys, routing
assert not {"numba", "ortools"} & set(sys.modules), "import"
from tests.routing.day_builders import line_matrix, shift, visit
from routing import DayProblem, plan_day
plan = plan_day(DayProblem(line_matrix([0, 5, 9]), (visit(1), visit(2)), shift()), proof=False)
assert len(plan.stops) == 2 and not plan.proven and "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_overtime_is_worked_when_its_price_is_right() -> None:
    asked = problem([0, 30], [visit(1, 60, prize=100)], replace(shift(8, 9.5), overtime_s=1800, overtime_price=1.3))
    plan = plan_day(asked)
    assert plan.end_s == 10 * HOUR and cost_s(asked, plan) == (0, (60 + 39) * MINUTE)
    dear = replace(asked, shift=replace(asked.shift, overtime_price=1.4))
    assert plan_day(dear).unserved[0].reason == "not worth its way: 102 min more for 100 min"


def test_access_counts_once_for_accounts_at_one_address() -> None:
    twice = tuple(replace(visit(1, 20), access_s=10 * MINUTE) for _ in range(2))
    plan = plan_day(DayProblem(line_matrix([0, 30]), twice, shift(end=None)))
    assert [stop.arrive_s // MINUTE - 480 for stop in plan.stops] == [30, 60]
    assert [stop.start_s // MINUTE - 480 for stop in plan.stops] == [40, 60]
    assert plan.service_s == 50 * MINUTE and plan.drive_s == 30 * MINUTE and plan.wait_s == 0


def test_a_skill_the_rep_lacks_is_named() -> None:
    asked = problem([0, 1], [replace(visit(1), skills=frozenset({"ladder", "forklift"}))])
    assert plan_day(asked).unserved[0].reason == "needs forklift, ladder"
    able = replace(asked, shift=replace(asked.shift, skills=frozenset({"ladder", "forklift"})))
    assert not plan_day(able).unserved


def test_not_before_another_visit_is_kept_at_a_detour() -> None:
    asked = replace(problem([0, 10, 20], [visit(1), visit(2)], shift(end=None)), order=((1, 0),))
    plan = plan_day(asked)
    assert [stop.visit for stop in plan.stops] == [1, 0] and plan.drive_s == 30 * MINUTE


def test_a_pair_in_order_binds_only_when_both_are_made() -> None:
    asked = replace(problem([0, 10, 500], [visit(1), visit(2)]), order=((1, 0),))
    assert [stop.visit for stop in plan_day(asked).stops] == [0]


def test_commuting_lies_outside_the_shift_by_rule() -> None:
    asked = problem([0, 50], [visit(1, 120)], shift(8, 10))
    assert plan_day(asked).unserved
    half_hour = replace(asked, shift=replace(asked.shift, end_s=10 * HOUR + 40 * MINUTE, commute_s=(1800, 1800)))
    plan = plan_day(half_hour)
    assert (plan.start_s, plan.stops[0].arrive_s) == (7 * HOUR + 30 * MINUTE, 8 * HOUR + 20 * MINUTE)
    assert plan.end_s == 11 * HOUR + 10 * MINUTE and plan.drive_s == 100 * MINUTE and plan.wait_s == 0
    own = replace(asked, shift=replace(asked.shift, commute_s=FIRST_ARRIVAL_TO_LAST_DEPARTURE))
    assert plan_day(own).stops[0].arrive_s == 8 * HOUR and plan_day(own).end_s == 10 * HOUR + 50 * MINUTE
    assert check_day(own, plan_day(own)) == [] and check_day(half_hour, plan) == []
    assert "the day 27000…40200 leaves the shift 28800…36000" in check_day(asked, plan)


def test_a_long_day_repeats_with_the_same_workers_is_never_worse_with_more_and_keeps_to_a_budget_of_time() -> None:
    far = [0, *(7 * k % 31 for k in range(1, 22))]
    asked = problem(far, [visit(k, 15, prize=40) for k in range(1, 22)], shift(8, 12))
    alone, both, again = (plan_day(asked, limits=Limits(iterations=1_000), seed=4, workers=n) for n in (1, 2, 2))
    assert both == again and not both.proven
    assert cost_s(asked, both) <= cost_s(asked, alone)
    hasty = plan_day(asked, limits=Limits(iterations=1, cpu_s=0.02), workers=2)
    assert check_day(asked, hasty) == []
