"""Rush hours, loads and reloading in a cycle: what the search knows only roughly is made good afterwards."""

from dataclasses import replace
from datetime import date

import numpy as np

from geo.limits import Limits
from geo.travel import TravelMatrix
from routing import CycleProblem, HourlyTravel, Reload, RushHours, check_cycle, plan_cycle, why_left_out
from tests.routing.cycle_builders import HOUR, MONDAY, client, plane, work_days

CLIENTS = 24


def overfull(**given: object) -> CycleProblem:
    """More than a week holds: every client once a week, 70 min each."""
    clients = tuple(replace(client(place, 52, minutes=70), load=2 + place % 3) for place in range(1, CLIENTS + 1))
    return replace(CycleProblem(plane(CLIENTS + 2), clients, work_days(1)[:3], MONDAY, 1), **given)  # type: ignore[arg-type]


def slower(matrix: TravelMatrix, factor: float) -> TravelMatrix:
    return TravelMatrix(np.rint(matrix.duration_s * factor).astype(np.int32), matrix.distance_m, "rush")


def test_no_day_keeps_room_for_a_visit_that_was_left_out() -> None:
    days = tuple(
        replace(day, shift=replace(day.shift, capacity=9, reload=Reload(CLIENTS + 1, 1800))) for day in work_days(1)[:3]
    )
    matrix = plane(CLIENTS + 2)
    morning = (RushHours(7 * HOUR, 9 * HOUR, slower(matrix, 1.6)),)
    rush = {day: HourlyTravel(matrix, morning if day != 2 else ()) for day in range(5)}
    for problem in (overfull(days=days), overfull(by_hour=rush)):
        plan = plan_cycle(problem, limits=Limits(iterations=150), seed=2)
        assert check_cycle(problem, plan) == []
        assert plan.unserved and any(day.stops for day in plan.days)
        for left in plan.unserved:
            way = why_left_out(problem, plan, left.client).cheapest
            assert way is None or way.overtime_s > 0 or way.instead_of is not None, (left, way)


def test_a_client_closed_on_a_date_is_visited_on_another() -> None:
    shut = date(2026, 11, 25)
    asked = replace(client(1, 52, open_on=(2,)), exceptions={shut: ()})
    problem = CycleProblem(plane(2), (asked,), work_days(2), MONDAY, 2)
    plan = plan_cycle(problem, limits=Limits(iterations=50))
    made = [problem.days[k].date for k, day in enumerate(plan.days) if day.stops]
    assert check_cycle(problem, plan) == [] and made == [date(2026, 12, 2)]
