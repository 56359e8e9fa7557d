"""Which moments can be offered in a planned day."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.limits import Limits
from geo.travel import TravelMatrix
from routing import day_slots, near_and_due, offer_slots, plan_day, plan_team
from routing.day_model import day_model
from routing.day_offers import Fit, Slot
from routing.day_schedule import timetable
from routing.problem import DayPlan, DayProblem, RushHours, Visit, Window
from routing.team_problem import TeamProblem
from tests.routing.day_builders import HOUR, LUNCH, MINUTE, days, line_matrix, shift, visit, window

ROAD = line_matrix([0, 60, 30, 90])
ASKED = DayProblem(ROAD, (visit(1, 60, window(9, 15)),), shift(8, 17))
PLAN = plan_day(ASKED)


def test_a_stop_on_the_way_is_free_and_may_begin_as_long_as_the_rest_keeps() -> None:
    assert day_slots(ASKED, PLAN, visit(2, 30)) == [
        Slot(0, None, 8 * HOUR + 30 * MINUTE, 14 * HOUR, 0),
        Slot(0, 0, 10 * HOUR + 30 * MINUTE, 16 * HOUR, 0),
    ]


def test_a_detour_shows_its_minutes() -> None:
    assert [slot.extra_s for slot in day_slots(ASKED, PLAN, visit(3, 30))] == [60 * MINUTE] * 2


def test_the_new_customers_own_hours_cut_the_slots() -> None:
    slots = day_slots(ASKED, PLAN, visit(2, 30, window(8, 9), window(13.5, 20)))
    assert [(slot.from_s / HOUR, slot.to_s / HOUR) for slot in slots] == [(8.5, 9), (13.5, 14), (13.5, 16)]


def test_an_empty_day_offers_everything_there_and_back() -> None:
    free = DayProblem(ROAD, (), shift(8, 17))
    assert day_slots(free, plan_day(free), visit(1, 60)) == [Slot(0, None, 9 * HOUR, 15 * HOUR, 120 * MINUTE)]


def test_nothing_is_offered_without_the_skill_or_beyond_the_driving_limit() -> None:
    assert day_slots(ASKED, PLAN, replace(visit(2), skills=frozenset({"ladder"}))) == []
    strict = replace(ASKED, shift=replace(ASKED.shift, max_drive_s=120 * MINUTE))
    assert day_slots(strict, PLAN, visit(3)) == []


def test_a_team_offers_the_nearest_rep_first() -> None:
    team = TeamProblem(line_matrix([0, 100, 10, 90, 80]), (visit(2), visit(3)), (shift(start=0), shift(start=1, end=1)))
    plan = plan_team(team, limits=Limits(iterations=50))
    slots = offer_slots(team, plan, visit(4))
    assert slots[0].rep == 1 and slots[0].extra_s == 20 * MINUTE
    assert [slot.extra_s for slot in slots] == sorted(slot.extra_s for slot in slots)
    assert {slot.rep for slot in offer_slots(replace(team, most_visits=1), plan, visit(4))} == set()


def test_whoever_is_near_and_due_comes_first() -> None:
    candidates = [visit(3, 30), visit(2, 30), visit(2, 600)]
    assert near_and_due(ASKED, PLAN, candidates) == [
        Fit(1, None, 8 * HOUR + 30 * MINUTE, 0),
        Fit(0, None, 9 * HOUR + 30 * MINUTE, 60 * MINUTE),
    ]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(days(most=5), st.data())
def test_exactly_the_moments_that_keep_the_day_are_offered(asked: DayProblem, data: st.DataObject) -> None:
    new = replace(
        data.draw(st.sampled_from(asked.visits)),
        skills=frozenset(),
        windows=(),
        service_s=data.draw(st.integers(0, 7200)),
    )
    asked = replace(asked, shift=replace(asked.shift, overtime_s=0), order=())
    plan = plan_day(asked, proof=False)
    slots = day_slots(asked, plan, new)
    for quarter in range(7 * 4, 20 * 4):
        begin_s = quarter * 900
        offered = any(slot.from_s <= begin_s <= slot.to_s for slot in slots)
        assert offered == keeps_the_day(asked, plan, replace(new, windows=(Window(begin_s, begin_s),)))


def keeps_the_day(asked: DayProblem, plan: DayPlan, new: Visit) -> bool:
    """Whether some gap takes the appointment, by timing the whole day again."""
    stops = [stop.visit for stop in plan.stops]
    model = day_model(replace(asked, visits=(*asked.visits, new)), [*stops, len(asked.visits)])
    orders = ([*range(k), len(stops), *range(k, len(stops))] for k in range(len(stops) + 1))
    return any(timetable(model, order) is not None for order in orders)


def test_lunch_leaves_its_room() -> None:
    asked = DayProblem(line_matrix([0, 0]), (visit(1, 180, window(8, 8)),), shift(8, 15, lunch=LUNCH))
    slots = day_slots(asked, plan_day(asked), visit(1, 60))
    assert [(slot.from_s / HOUR, slot.to_s / HOUR) for slot in slots] == [(11, 14)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(days(most=5))
def test_near_and_due_takes_each_candidate_where_it_adds_least(asked: DayProblem) -> None:
    asked = replace(asked, shift=replace(asked.shift, overtime_s=0), order=())
    plan = plan_day(asked, proof=False)
    fits = {fit.candidate: fit for fit in near_and_due(asked, plan, asked.visits)}
    for number, candidate in enumerate(asked.visits):
        slots = day_slots(asked, plan, candidate)
        assert (number in fits) == bool(slots)
        assert not slots or fits[number].extra_s == slots[0].extra_s


def test_a_telephone_visit_is_offered_whenever_the_rep_stands_still() -> None:
    call = Visit(None, 30 * MINUTE)
    slots = day_slots(ASKED, PLAN, call)
    assert {slot.extra_s for slot in slots} == {0} and [slot.after for slot in slots] == [None, 0]
    assert slots[0].from_s == 8 * HOUR and abs(slots[0].to_s - 13.5 * HOUR) <= MINUTE
    assert near_and_due(ASKED, PLAN, [call]) == [Fit(0, None, 8 * HOUR, 0)]


def test_slots_heed_the_rush_hour_and_the_load() -> None:
    slow = TravelMatrix((ROAD.duration_s * 2).astype(np.int32), ROAD.distance_m, "slow")
    busy = replace(ASKED, rush=(RushHours(7 * HOUR, 9 * HOUR, slow),))
    slots = day_slots(busy, plan_day(busy), visit(2, 30))
    assert slots and all(slot.extra_s == 0 for slot in slots)
    assert abs(slots[0].from_s - 9 * HOUR) <= MINUTE
    small = replace(ASKED, shift=replace(ASKED.shift, capacity=1))
    assert day_slots(small, PLAN, replace(visit(2, 30), load=2)) == []
    assert day_slots(small, PLAN, replace(visit(2, 30), load=1)) != []
