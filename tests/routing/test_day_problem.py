"""Questions that make no sense are refused when they are made."""

import pytest

from routing import BadProblemError, DayProblem, Lunch, Shift, Visit, Window
from tests.routing.day_builders import line_matrix, shift, visit


def test_wrong_input_says_what_was_given() -> None:
    with pytest.raises(BadProblemError, match=r"end before it starts, got 10…9 s"):
        Window(10, 9)
    with pytest.raises(BadProblemError, match="above 0, got 0 s"):
        Lunch(0, 0, 1)
    with pytest.raises(BadProblemError, match="begin by 1 s and not before 2 s"):
        Lunch(60, 2, 1)
    with pytest.raises(BadProblemError, match=r"got 5…4 s"):
        Shift(5, 4, 0, 0)
    with pytest.raises(BadProblemError, match="max_drive_s must not be negative, got -1"):
        Shift(0, 1, 0, 0, max_drive_s=-1)
    with pytest.raises(BadProblemError, match="service_s must not be negative, got -5"):
        Visit(0, -5)
    with pytest.raises(BadProblemError, match="prize_s must not be negative, got -1"):
        Visit(0, 5, prize_s=-1)
    with pytest.raises(BadProblemError, match="access_s must not be negative, got -1"):
        Visit(0, 5, access_s=-1)
    with pytest.raises(BadProblemError, match=r"overtime must not be negative, got 60 s at a price of -1"):
        Shift(0, 1, 0, 0, overtime_s=60, overtime_price=-1)
    with pytest.raises(BadProblemError, match="in order and apart"):
        Visit(0, 5, (Window(0, 10), Window(10, 20)))


def test_places_must_be_rows_of_the_matrix() -> None:
    with pytest.raises(ValueError, match="visit 1 is at row 2 of a matrix of 2 places"):
        DayProblem(line_matrix([0, 1]), (visit(1), visit(2)), shift())
    with pytest.raises(ValueError, match="shift's place 0 is at row 7"):
        DayProblem(line_matrix([0, 1]), (), shift(start=7))


def test_an_order_must_name_two_visits() -> None:
    with pytest.raises(BadProblemError, match="order must name two of the 1 visits, got 0 and 1"):
        DayProblem(line_matrix([0, 1]), (visit(1),), shift(), ((0, 1),))


def test_opening_hours_become_the_moments_to_begin() -> None:
    assert Window(0, 100).for_service(30) == Window(0, 70)
    assert Window(0, 100).for_service(101) is None
