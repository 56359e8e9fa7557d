"""Small call cycles with sensible defaults."""

from datetime import date, timedelta

import numpy as np

from geo.travel import TravelMatrix
from routing.cycle_problem import Client, CyclePlan, CycleProblem, WorkDay
from routing.problem import Lunch, Shift, Window

MONDAY = date(2026, 11, 23)
HOUR = 3600


def plane(places: int, seed: int = 1, spread_km: float = 15.0) -> TravelMatrix:
    """Random places around place 0, 40 km/h."""
    xy = np.vstack([[0.0, 0.0], np.random.default_rng(seed).normal(0, spread_km, (places - 1, 2))])
    km = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return TravelMatrix((km * 90).astype(np.int32), (km * 1000).astype(np.int32), "a plane")


def work_days(
    weeks: int = 4, hours: float = 8.5, off: tuple[int, ...] = (), starts_on: date = MONDAY
) -> tuple[WorkDay, ...]:
    """Monday to Friday with lunch; `off` are days after the start that are holidays."""
    shift = Shift(8 * HOUR, round((8 + hours) * HOUR), 0, 0, Lunch(1800, 11 * HOUR, 14 * HOUR))
    days = [7 * week + weekday for week in range(weeks) for weekday in range(5)]
    return tuple(WorkDay(starts_on + timedelta(days=day), shift) for day in days if day not in off)


def client(
    place: int = 1,
    visits: float = 12,
    *,
    minutes: int = 30,
    last: int | None = None,
    open_on: tuple[int, ...] | None = None,
) -> Client:
    """`last` in days after the start (so negative); `open_on` weekdays, nine to five."""
    windows = None if open_on is None else {day: (Window(9 * HOUR, 17 * HOUR),) for day in open_on}
    visited = None if last is None else MONDAY + timedelta(days=last)
    return Client(place, minutes * 60, visits, visited, windows)


def cycle(*clients: Client, weeks: int = 4, days: tuple[WorkDay, ...] | None = None, seed: int = 1) -> CycleProblem:
    matrix = plane(1 + max([asked.place for asked in clients], default=0), seed)
    return CycleProblem(matrix, clients, work_days(weeks) if days is None else days, MONDAY, weeks)


def mixed(count: int, seed: int = 1, weeks: int = 4, known: bool = False) -> CycleProblem:
    """Clients of all frequencies, a third of them closed on one weekday."""
    dice = np.random.default_rng(seed)
    clients = []
    for place in range(1, count + 1):
        shut = int(dice.integers(15))
        clients.append(
            client(
                place,
                float(dice.choice((4, 6, 12, 12, 26, 52, 104))),
                minutes=int(dice.integers(10, 30)),
                last=-int(dice.integers(1, 90)) if known else None,
                open_on=tuple(day for day in range(5) if day != shut) if shut < 5 else None,
            )
        )
    return cycle(*clients, weeks=weeks, seed=seed)


def line(*minutes: int) -> TravelMatrix:
    """Places on a line so many minutes from place 0 (negative: the other way)."""
    where = np.array([0, *minutes])
    duration_s = (60 * np.abs(where[:, None] - where[None, :])).astype(np.int32)
    return TravelMatrix(duration_s, duration_s, "a line")


def on(day: int) -> date:
    """So many days after the start."""
    return MONDAY + timedelta(days=day)


def days_of(problem: CycleProblem, plan: CyclePlan, who: int) -> list[int]:
    """Days after the start on which a client is visited."""
    return [
        (work.date - problem.starts_on).days
        for work, day in zip(problem.days, plan.days, strict=True)
        for stop in day.stops
        if stop.visit == who
    ]
