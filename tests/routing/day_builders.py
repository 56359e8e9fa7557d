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
    """Days with lunch, windows, prizes, forbidden legs, odd ends, limits; `metric`: no detour beats a leg."""
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
        )
        for _ in range(draw(st.integers(1, most)))
    )
    pairs = st.tuples(st.integers(0, len(visits) - 1), st.integers(0, len(visits) - 1))
    order = tuple((a, b) for a, b in draw(st.lists(pairs, max_size=2)) if a != b)
    return DayProblem(TravelMatrix(duration_s, duration_s, "random"), visits, draw(shifts(places)), order)


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
    return replace(
        day,
        overtime_s=draw(st.sampled_from([0, 0, 1800, 7200])),
        overtime_price=draw(st.sampled_from([0.0, 0.5, 1.0, 2.5])),
        skills=draw(st.sampled_from([frozenset(), frozenset({"ladder"})])),
        commute_s=draw(st.sampled_from([(0, 0), (0, 0), (1800, 600), FIRST_ARRIVAL_TO_LAST_DEPARTURE])),
    )
