"""The proven optimum against looking at every order of every set."""

from itertools import permutations

from hypothesis import given, settings

from routing.day_model import DayModel, day_model
from routing.day_schedule import full_cost_s, timetable
from routing.exact_day import exact_order
from routing.problem import DayProblem
from tests.routing.day_builders import LUNCH, days, line_matrix, shift, visit, window


def every_order(model: DayModel) -> list[list[int]]:
    return [list(order) for size in range(len(model) + 1) for order in permutations(range(len(model)), size)]


def cost_and_end(model: DayModel, order: list[int]) -> tuple[int, int] | None:
    timed, cost_s = timetable(model, order), full_cost_s(model, order)
    return None if timed is None or cost_s is None else (cost_s, timed.steps[-1].depart_s if timed.steps else 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(days(most=5))
def test_no_order_of_any_set_beats_the_exact_day(problem: DayProblem) -> None:
    model = day_model(problem)
    every = [judged for order in every_order(model) if (judged := cost_and_end(model, order))]
    found = exact_order(model, model.cost_s([]))
    assert found is not None
    assert cost_and_end(model, found) == min(every)


def test_a_known_cost_does_not_hide_the_optimum() -> None:
    matrix = line_matrix([0, 10, 20, 30])
    model = day_model(DayProblem(matrix, tuple(visit(k) for k in (1, 2, 3)), shift(lunch=LUNCH)))
    assert model.cost_s(exact_order(model, 60 * 60) or []) == 60 * 60


def test_out_of_labels_is_said_not_guessed() -> None:
    matrix = line_matrix(list(range(9)))
    model = day_model(DayProblem(matrix, tuple(visit(k, 5) for k in range(1, 9)), shift()))
    assert exact_order(model, model.cost_s([]), most_labels=50) is None


def test_too_many_visits_are_not_tried() -> None:
    matrix = line_matrix([0, 1])
    model = day_model(DayProblem(matrix, (visit(1, 5, window(9, 10)),) * 17, shift()))
    assert exact_order(model, model.cost_s([])) is None
