"""Rush hours, telephone visits, loads: each once where it costs nothing, once where it costs a known amount."""

from dataclasses import replace

import numpy as np
import pytest

from geo.travel import TravelMatrix
from routing import BadProblemError, Reload, RushHours, check_day, plan_day
from routing.problem import DayPlan, DayProblem, Shift, Visit
from tests.routing.day_builders import HOUR, LUNCH, MINUTE, line_matrix, shift, visit, window


def times(matrix: TravelMatrix, factor: int) -> TravelMatrix:
    return TravelMatrix((matrix.duration_s * factor).astype(np.int32), matrix.distance_m, "slower")


def rush(minutes: list[int], visits: list[Visit], hours: tuple[float, float], day: Shift | None = None) -> DayProblem:
    """Legs take three times as long between these hours."""
    matrix = line_matrix(minutes)
    slow = RushHours(round(hours[0] * HOUR), round(hours[1] * HOUR), times(matrix, 3))
    return DayProblem(matrix, tuple(visits), day or shift(), (), (slow,))


def planned(problem: DayProblem) -> DayPlan:
    """Proven, faultless, and no better than what is found without compiled code."""
    plan, quick = plan_day(problem), plan_day(problem, proof=False)
    assert plan.proven and check_day(problem, plan) == [] and check_day(problem, quick) == []
    assert plan.drive_s <= quick.drive_s or len(plan.unserved) < len(quick.unserved)
    return plan


def phone(minutes: int, *windows: tuple[float, float], prize: int | None = None) -> Visit:
    return replace(visit(0, minutes, *(window(*hours) for hours in windows), prize=prize), place=None)


def test_a_rush_hour_nobody_drives_in_costs_nothing() -> None:
    plan = planned(rush([0, 30], [visit(1, 60, window(8.5, 12))], (15, 16)))
    assert (plan.drive_s, plan.stops[0].arrive_s) == (60 * MINUTE, 8.5 * HOUR)


def test_the_rep_waits_for_the_rush_hour_to_end() -> None:
    plan = planned(rush([0, 30], [visit(1, 60, window(8, 12))], (8, 9)))
    assert (plan.drive_s, plan.start_s, plan.stops[0].arrive_s) == (60 * MINUTE, 9 * HOUR, 9.5 * HOUR)


def test_an_appointment_in_the_rush_hour_costs_three_times_the_way() -> None:
    plan = planned(rush([0, 30], [visit(1, 60, window(9.5, 9.5))], (8, 9.1)))
    assert plan.drive_s == (90 + 30) * MINUTE and plan.start_s == 8 * HOUR


def test_setting_out_later_never_means_arriving_earlier() -> None:
    asked = rush([0, 60], [visit(1, 10)], (8, 9), shift(8, 17, end=None))
    arrivals = [
        planned(replace(asked, shift=replace(asked.shift, start_s=8 * HOUR + k * 300))).stops[0].arrive_s
        for k in range(30)
    ]
    assert arrivals == sorted(arrivals)


def test_lunch_fills_the_wait_for_the_rush_hour() -> None:
    visits = [visit(1, 225, window(8.25, 8.25)), visit(2, 60)]
    plan = planned(rush([0, 15, 45], visits, (12, 12.5), shift(lunch=LUNCH)))
    assert plan.lunch == (12 * HOUR, 12.5 * HOUR) and plan.drive_s == 90 * MINUTE
    assert plan.stops[1].arrive_s == 13 * HOUR and plan.wait_s == 0


def test_a_telephone_visit_takes_time_but_no_way() -> None:
    plan = planned(DayProblem(line_matrix([0, 30]), (visit(1, 60), phone(20)), shift()))
    assert plan.drive_s == 60 * MINUTE and plan.service_s == 80 * MINUTE and not plan.unserved


def test_a_telephone_visit_may_be_made_between_two_stops_at_its_hour() -> None:
    visits = (visit(1, 60, window(8.5, 9)), phone(30, (9.75, 9.75)), visit(2, 60))
    plan = planned(DayProblem(line_matrix([0, 30, 60]), visits, shift()))
    assert [stop.visit for stop in plan.stops] == [0, 1, 2] and plan.drive_s == 120 * MINUTE
    assert plan.stops[1].drive_s == 0 and plan.stops[2].arrive_s == 10.75 * HOUR


def test_only_telephone_visits_are_a_day_at_the_start() -> None:
    plan = planned(DayProblem(line_matrix([0]), (phone(30), phone(20, (10, 11))), shift()))
    assert plan.drive_s == 0 and len(plan.stops) == 2 and plan.end_s == 10 * HOUR + 20 * MINUTE


def test_who_starts_with_a_telephone_visit_is_at_work_and_does_not_commute() -> None:
    day = replace(shift(8, 12), commute_s=(1800, 1800))
    plan = planned(DayProblem(line_matrix([0, 30]), (visit(1, 60), phone(30, (8, 8))), day))
    assert plan.start_s == 8 * HOUR and plan.stops[1].arrive_s == 9 * HOUR


def test_a_telephone_visit_too_long_for_the_shift_says_so() -> None:
    plan = planned(DayProblem(line_matrix([0]), (phone(600),), shift()))
    assert plan.unserved[0].reason == "the visit takes 600 min, the shift has 540"


def loaded(capacity: int, *loads: int, depot: Reload | None = None, end_h: float = 17) -> DayProblem:
    """Visits at 10, 20, 30 … minutes from the start, one load each."""
    visits = tuple(replace(visit(k + 1, 10), load=load) for k, load in enumerate(loads))
    day = replace(shift(8, end_h), capacity=capacity, reload=depot)
    return DayProblem(line_matrix([0, *(10 * (k + 1) for k in range(len(loads)))]), visits, day)


def test_a_load_that_fits_costs_nothing() -> None:
    plan = planned(loaded(6, 1, 2, 3))
    assert not plan.unserved and plan.drive_s == 60 * MINUTE and plan.reloads == ()


def test_what_the_vehicle_cannot_hold_stays_out_and_says_so() -> None:
    plan = planned(loaded(5, 1, 2, 3, 9))
    assert [left.reason for left in plan.unserved if left.visit < 3] == ["the load is full: 1 too much"]
    assert plan.unserved[-1].reason == "its load is 9, the rep can carry 5"


def test_filling_up_costs_the_way_to_the_depot_and_its_time() -> None:
    plan = planned(loaded(3, 1, 2, 3, depot=Reload(0, 15 * MINUTE)))
    assert not plan.unserved and len(plan.reloads) == 1 and plan.service_s == 45 * MINUTE
    assert plan.drive_s == (60 + 40) * MINUTE


def test_without_time_to_fill_up_the_reason_says_so() -> None:
    depot = Reload(0, 15 * MINUTE)
    short = planned(loaded(3, 1, 2, 3, depot=depot, end_h=9.5))
    assert "the day is full: would need 55 min more" in [left.reason for left in short.unserved]
    asked = loaded(3, 1, 2, 3, depot=depot)
    early = replace(asked, visits=tuple(replace(v, windows=(window(8, 9.25),)) for v in asked.visits))
    assert "the load is full: 3 too much, and no time to fill up" in [left.reason for left in planned(early).unserved]


def test_the_check_finds_a_load_that_is_too_much_and_a_rush_hour_forgotten() -> None:
    asked = replace(loaded(6, 1, 2, 3), order=((0, 1), (1, 2)))
    less = replace(asked, shift=replace(asked.shift, capacity=5))
    assert check_day(less, plan_day(asked)) == ["visit 2 brings the load to 6, 5 can be carried"]
    assert "stop 1 fills up without a depot" in check_day(asked, replace(plan_day(asked), reloads=(1,)))
    calm, busy = rush([0, 30], [visit(1, 60)], (15, 16)), rush([0, 30], [visit(1, 60)], (7, 12))
    assert "the leg to visit 0 takes 5400 s, the plan says 1800 s" not in check_day(calm, plan_day(calm))
    assert check_day(busy, plan_day(calm)) == ["the rep cannot be at visit 0 by 30600 s"] * 1 + [
        fault for fault in check_day(busy, plan_day(calm)) if "the end" in fault
    ]


def test_many_visits_with_rush_hours_are_planned_without_proof() -> None:
    visits = [visit(k, 10) for k in range(1, 21)] + [phone(10), phone(5, (11, 11))]
    asked = rush([0, *range(3, 63, 3)], visits, (8, 9))
    plan = plan_day(asked)
    assert check_day(asked, plan) == [] and not plan.proven and not plan.unserved
    assert plan.drive_s <= 130 * MINUTE


def test_rush_hours_must_be_in_order_and_over_the_same_places() -> None:
    matrix = line_matrix([0, 10])
    early, late = RushHours(8 * HOUR, 10 * HOUR, matrix), RushHours(9 * HOUR, 11 * HOUR, matrix)
    with pytest.raises(BadProblemError, match="in order and apart"):
        DayProblem(matrix, (), shift(), (), (early, late))
    with pytest.raises(BadProblemError, match="same places and roads"):
        DayProblem(matrix, (), shift(), (), (RushHours(0, 1, line_matrix([0])),))
    with pytest.raises(BadProblemError, match="end after they start"):
        RushHours(9, 9, matrix)
    with pytest.raises(BadProblemError, match="needs a capacity"):
        replace(shift(), reload=Reload(0, 0))
