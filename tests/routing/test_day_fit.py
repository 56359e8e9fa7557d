"""How a visit that was left out could be made after all."""

from dataclasses import replace

from routing import plan_day, ways_to_fit
from routing.day_fit import Way
from routing.problem import DayProblem
from tests.routing.day_builders import MINUTE, cut, line_matrix, shift, visit, window

FULL = DayProblem(line_matrix([0, 30, 60]), (visit(1, 60, prize=200), visit(2, 60, prize=190)), shift(8, 11))


def test_overtime_and_giving_way_are_priced() -> None:
    plan = plan_day(FULL)
    assert [left.visit for left in plan.unserved] == [1]
    longer, instead = ways_to_fit(FULL, plan, 1)
    assert longer == Way(
        60 * MINUTE, 60 * MINUTE, None, "with 60 min more than the shift allows and 60 min more driving"
    )
    assert instead == Way(260 * MINUTE, 0, 0, "instead of visit 0, for 260 min")


def test_the_price_is_what_the_plan_really_costs_more() -> None:
    plan = plan_day(FULL)
    (_, instead) = ways_to_fit(FULL, plan, 1)
    swapped = plan_day(
        replace(FULL, visits=(replace(FULL.visits[0], prize_s=0), replace(FULL.visits[1], prize_s=None)))
    )
    lost_s = FULL.visits[0].prize_s or 0
    assert instead.price_s == swapped.drive_s + lost_s - plan.drive_s


def test_a_visit_not_worth_its_way_fits_as_it_is() -> None:
    asked = DayProblem(line_matrix([0, 60]), (visit(1, 30, prize=10),), shift())
    assert ways_to_fit(asked, plan_day(asked), 0) == [Way(120 * MINUTE, 0, None, "fits as it is, for 120 min")]


def test_required_visits_give_way_without_a_price() -> None:
    asked = DayProblem(line_matrix([0, 30, 0]), (visit(1, 30, window(9, 9)), visit(2, 30, window(9, 9))), shift())
    plan = plan_day(asked)
    (only,) = ways_to_fit(asked, plan, plan.unserved[0].visit)
    assert only.price_s is None and only.instead_of == plan.stops[0].visit and only.text.endswith("which is required")


def test_nothing_helps_without_a_road_or_a_skill() -> None:
    matrix = cut(line_matrix([0, 10, 20]), [(0, 2), (1, 2)])
    asked = DayProblem(matrix, (visit(1), visit(2), replace(visit(1), skills=frozenset({"ladder"}))), shift())
    plan = plan_day(asked)
    assert ways_to_fit(asked, plan, 1) == [] and ways_to_fit(asked, plan, 2) == []
