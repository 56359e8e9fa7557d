"""The clock of a day in a given order."""

from routing.day_model import day_model
from routing.day_schedule import Timetable, timetable
from routing.problem import DayProblem, Shift, Visit
from tests.routing.day_builders import HOUR, LUNCH, MINUTE, cut, line_matrix, shift, visit, window


def timed(minutes: list[int], visits: list[Visit], day: Shift, order: list[int] | None = None) -> Timetable | None:
    model = day_model(DayProblem(line_matrix(minutes), tuple(visits), day))
    return timetable(model, list(range(len(visits))) if order is None else order)


def test_an_empty_day_takes_no_time() -> None:
    assert timed([0], [], shift()) == Timetable(8 * HOUR, (), None)


def test_legs_and_services_follow_one_another() -> None:
    day = timed([0, 20, 50], [visit(1, 30), visit(2, 40)], shift())
    assert day is not None
    assert [step.start_s // MINUTE - 480 for step in day.steps] == [20, 80, 170]
    assert day.end_s == (480 + 170) * MINUTE


def test_the_rep_leaves_home_only_when_the_first_stop_needs_it() -> None:
    day = timed([0, 20], [visit(1, 30, window(10, 11))], shift())
    assert day is not None
    assert (day.leave_s, day.steps[0].arrive_s, day.steps[0].start_s) == (9 * HOUR + 40 * MINUTE, 10 * HOUR, 10 * HOUR)


def test_the_second_window_serves_when_the_first_is_over() -> None:
    day = timed([0, 90], [visit(1, 30, window(8, 9), window(13, 14))], shift())
    assert day is not None and day.steps[0].start_s == 13 * HOUR


def test_lunch_fills_waiting_time() -> None:
    day = timed([0, 10], [visit(1, 200), visit(1, 30, window(13, 14))], shift(lunch=LUNCH))
    assert day is not None
    assert day.lunch == (12 * HOUR, 12 * HOUR + 30 * MINUTE)
    assert day.steps[1].start_s == 13 * HOUR


def test_lunch_may_interrupt_a_long_leg_but_no_visit() -> None:
    day = timed([0, 10, 300], [visit(1, 170), visit(2, 30)], shift(8, 22, lunch=LUNCH))
    assert day is not None
    assert day.lunch == (12 * HOUR, 12 * HOUR + 30 * MINUTE)
    assert day.steps[1].arrive_s == (480 + 10 + 170 + 290 + 30) * MINUTE


def test_a_visit_across_the_whole_lunch_time_is_impossible() -> None:
    assert timed([0, 0], [visit(1, 150, window(11.9, 11.9))], shift(lunch=LUNCH)) is None


def test_a_day_over_before_lunch_is_due_needs_none() -> None:
    day = timed([0, 10], [visit(1, 220)], shift(lunch=LUNCH))
    assert day is not None and day.lunch is None


def test_an_open_day_ends_where_the_last_visit_does() -> None:
    day = timed([0, 45], [visit(1, 30)], shift(end=None))
    assert day is not None
    assert day.end_s == (480 + 75) * MINUTE


def test_a_missing_road_and_too_much_driving_are_infeasible() -> None:
    matrix = cut(line_matrix([0, 10, 20]), [(1, 2)])
    model = day_model(DayProblem(matrix, (visit(1), visit(2)), shift()))
    assert timetable(model, [0, 1]) is None
    assert timetable(model, [1, 0]) is not None
    assert timed([0, 60], [visit(1)], shift(max_drive=119)) is None
    assert timed([0, 60], [visit(1)], shift(max_drive=120)) is not None
