"""Small days with sensible defaults. Places lie on a line, one position per minute of driving."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from geo.travel import TravelMatrix
from routing.problem import (
    FIRST_ARRIVAL_TO_LAST_DEPARTURE,
    DayPlan,
    DayProblem,
    Lunch,
    Reload,
    RushHours,
    Shift,
    Visit,
    Window,
)

MINUTE = 60
HOUR = 3600
LUNCH = Lunch(30 * MINUTE, 12 * HOUR, 14 * HOUR)


def line_matrix(minutes: Sequence[int]) -> TravelMatrix:
    """Places at these minutes along one road."""
    at = np.array(minutes)
    duration_s = (np.abs(at[:, None] - at[None, :]) * MINUTE).astype(np.int32)
    return TravelMatrix(duration_s, duration_s * 10, "a straight road")


def cut(matrix: TravelMatrix, legs: Sequence[tuple[int, int]]) -> TravelMatrix:
    """The same travel without these legs."""
    duration_s = matrix.duration_s.copy()
    for a, b in legs:
        duration_s[a, b] = -1
    return TravelMatrix(duration_s, matrix.distance_m, matrix.source)


def window(start_h: float, end_h: float) -> Window:
    return Window(round(start_h * HOUR), round(end_h * HOUR))


def visit(place: int, minutes: int = 30, *windows: Window, prize: int | None = None) -> Visit:
    """A visit of so many minutes; `prize` in minutes of driving."""
    return Visit(place, minutes * MINUTE, windows, None if prize is None else prize * MINUTE)


def shift(
    start_h: float = 8,
    end_h: float = 17,
    start: int = 0,
    end: int | None = 0,
    lunch: Lunch | None = None,
    max_drive: int | None = None,
) -> Shift:
    limit_s = None if max_drive is None else max_drive * MINUTE
    return Shift(round(start_h * HOUR), round(end_h * HOUR), start, end, lunch, limit_s)


def cost_s(problem: DayProblem, plan: DayPlan) -> tuple[int, int]:
    """How many required visits are left out, and driving + lost prizes + overtime."""
    lost = [problem.visits[left.visit].prize_s for left in plan.unserved]
    home_s = plan.drive_s - sum(stop.drive_s for stop in plan.stops)
    over_s = max(0, plan.end_s - min(home_s, problem.shift.commute_s[1]) - problem.shift.end_s)
    price = over_s * round(problem.shift.overtime_price * 1000) // 1000
    return lost.count(None), plan.drive_s + sum(prize for prize in lost if prize is not None) + price


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    cuts = draw(st.lists(st.integers(7 * 4, 18 * 4), min_size=0, max_size=4, unique=True).map(sorted))
    return tuple(Window(a * 900, b * 900) for a, b in zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def days(draw: st.DrawFn, most: int = 5, metric: bool = False) -> DayProblem:
    """Days with lunch, windows, prizes, forbidden legs, odd ends, limits, rush hours, loads, telephone visits.

    `metric`: no detour beats a leg, at any hour.
    """
    places = draw(st.integers(2, most + 1))
    minutes = st.integers(1, 90)
    duration_s = np.array([[draw(minutes) * MINUTE for _ in range(places)] for _ in range(places)], np.int32)
    np.fill_diagonal(duration_s, 0)
    for via in range(places if metric else 0):
        duration_s = np.minimum(duration_s, duration_s[:, via, None] + duration_s[None, via, :])
    cuts = st.lists(st.tuples(st.integers(0, places - 1), st.integers(0, places - 1)), max_size=0 if metric else 2)
    for a, b in draw(cuts):
        duration_s[a, b] = -1 if a != b else 0
    prizes = st.one_of(st.none(), st.integers(0, 120))
    visits = tuple(
        replace(
            visit(draw(st.integers(0, places - 1)), draw(st.integers(0, 120)), *draw(windows()), prize=draw(prizes)),
            access_s=draw(st.sampled_from([0, 0, 600])),
            skills=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"ladder"})])),
            load=draw(st.integers(0, 3)),
        )
        for _ in range(draw(st.integers(1, most)))
    )
    pairs = st.tuples(st.integers(0, len(visits) - 1), st.integers(0, len(visits) - 1))
    order = tuple((a, b) for a, b in draw(st.lists(pairs, max_size=2)) if a != b)
    visits = tuple(replace(v, place=None, access_s=0) if draw(st.integers(0, 4)) == 0 else v for v in visits)
    matrix = TravelMatrix(duration_s, duration_s, "random")
    return DayProblem(matrix, visits, draw(shifts(places)), order, () if metric else draw(rush_hours(matrix)))


@st.composite
def rush_hours(draw: st.DrawFn, matrix: TravelMatrix) -> tuple[RushHours, ...]:
    """None, a morning, a morning and an evening; every leg longer or shorter by a factor of its own."""
    cuts = draw(st.sampled_from([(), (), (7, 9), (8, 10, 10, 12), (7, 10, 13, 15)]))
    found = []
    for a, b in zip(cuts[::2], cuts[1::2], strict=True):
        factors = np.array(draw(st.lists(st.integers(5, 25), min_size=len(matrix), max_size=len(matrix)))) / 10
        duration_s = matrix.duration_s * np.where(matrix.duration_s < 0, 1, factors[:, None])
        found.append(
            RushHours(a * HOUR, b * HOUR, TravelMatrix(duration_s.astype(np.int32), matrix.distance_m, "rush"))
        )
    return tuple(found)


@st.composite
def shifts(draw: st.DrawFn, places: int) -> Shift:
    begins = st.integers(11 * 4, 15 * 4).map(lambda quarter: quarter * 900)
    lunches = st.builds(Lunch, st.sampled_from([900, 1800, 3600]), st.just(11 * HOUR), begins)
    hours = draw(st.lists(st.integers(7, 19), min_size=2, max_size=2, unique=True).map(sorted))
    day = shift(
        *hours,
        start=draw(st.integers(0, places - 1)),
        end=draw(st.one_of(st.none(), st.integers(0, places - 1))),
        lunch=draw(st.one_of(st.none(), lunches)),
        max_drive=draw(st.one_of(st.none(), st.integers(0, 300))),
    )
    capacity = draw(st.sampled_from([None, None, 3, 6]))
    depot = Reload(draw(st.integers(0, places - 1)), draw(st.sampled_from([0, 900])))
    return replace(
        day,
        capacity=capacity,
        reload=None if capacity is None else draw(st.sampled_from([None, depot])),
        given_out=0 if capacity is None else draw(st.sampled_from([0, 0, 2])),
        overtime_s=draw(st.sampled_from([0, 0, 1800, 7200])),
        overtime_price=draw(st.sampled_from([0.0, 0.5, 1.0, 2.5])),
        skills=draw(st.sampled_from([frozenset(), frozenset({"ladder"})])),
        commute_s=draw(st.sampled_from([(0, 0), (0, 0), (1800, 600), FIRST_ARRIVAL_TO_LAST_DEPARTURE])),
    )
