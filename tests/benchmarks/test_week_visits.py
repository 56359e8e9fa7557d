"""The most visits a week can hold, where it can be told by hand, and its search for days against a plain twin."""

from datetime import timedelta
from itertools import permutations

import numpy as np
import pytest

from benchmarks.week import MONDAY, ONLY_DRIVING, WEEKDAYS
from benchmarks.week_visits import Stops, most_visits, stops_of, worthy_days
from geo.travel import TravelMatrix
from routing import Client, CycleProblem, Shift, Window, WorkDay

HOUR = 3600


def week(legs_s: np.ndarray, clients: list[tuple[int, int, int, int]], hours: int) -> CycleProblem:
    """Clients as (visits a week, minutes, opens, closes); `legs_s` with home as row 0."""
    asked = tuple(
        Client(
            place,
            minutes * 60,
            52.0 * often,
            windows={day: (Window(opens * HOUR, closes * HOUR),) for day in range(5)},
            weekdays=WEEKDAYS[often],
        )
        for place, (often, minutes, opens, closes) in enumerate(clients, 1)
    )
    days = tuple(WorkDay(MONDAY + timedelta(days=day), Shift(8 * HOUR, (8 + hours) * HOUR, 0, 0)) for day in range(5))
    matrix = TravelMatrix(legs_s.astype(np.int32), legs_s.astype(np.int32), "made up")
    return CycleProblem(matrix, asked, days, MONDAY, 1, ONLY_DRIVING)


def apart(count: int, minutes: int) -> np.ndarray:
    """Everybody is so far from everybody else."""
    return 60 * minutes * (1 - np.eye(count + 1, dtype=np.int64))


def test_two_clients_who_open_at_the_same_hour_cannot_both_have_four_days() -> None:
    clients = [(4, 30, 9, 9), (4, 30, 9, 9)]
    assert most_visits(week(apart(2, 30), clients, 10), [], 20.0) == 5
    assert most_visits(week(apart(2, 30), [(4, 30, 9, 9), (4, 30, 8, 18)], 10), [], 20.0) == 8


def test_the_way_home_counts() -> None:
    assert most_visits(week(apart(1, 40), [(4, 60, 8, 18)], 2), [], 20.0) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_worthiest_day_is_that_of_a_plain_search(seed: int) -> None:
    dice = np.random.default_rng(seed)
    legs = dice.integers(600, 4000, (7, 7)) * (1 - np.eye(7, dtype=np.int64))
    clients = [(1, int(dice.integers(15, 60)), *sorted(map(int, dice.integers(8, 15, 2)))) for _ in range(6)]
    worth = np.append(0.0, dice.uniform(0.1, 1.0, 6))
    stops = stops_of(week(legs, clients, 6))  # six clients remember each other: no day comes back
    best, days = worthy_days(stops, worth, 0.0, roughly=False)
    orders = (order for size in range(7) for order in permutations(range(1, 7), size))
    expected = max(sum(worth[client] for client in order) for order in orders if can_be_made(stops, order))
    assert best == pytest.approx(expected)
    assert max(float(day @ worth) for day in days) == pytest.approx(expected)


def can_be_made(stops: Stops, order: tuple[int, ...]) -> bool:
    """By hand: drive, wait, visit, and home in time."""
    place, now = 0, 0
    for client in order:
        now = max(now + int(stops.leg[place, client]), int(stops.opens[client]))
        if now > stops.closes[client]:
            return False
        place, now = client, now + int(stops.service[client])
    return now + int(stops.leg[place, 0]) <= stops.latest
