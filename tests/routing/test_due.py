"""Which visits fall due in a horizon."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.travel import TravelMatrix
from routing.cycle_problem import Client, CycleProblem
from routing.due import due_visits

MONDAY = date(2026, 11, 23)


def line_of(clients: int) -> TravelMatrix:
    """Places on a line, ten minutes apart; place 0 is the rep's home."""
    where = np.arange(clients + 1)
    duration_s = (600 * np.abs(where[:, None] - where[None, :])).astype(np.int32)
    return TravelMatrix(duration_s, duration_s, "a line")


def problem(*clients: Client, weeks: int = 4, starts_on: date = MONDAY) -> CycleProblem:
    return CycleProblem(line_of(len(clients)), clients, (), starts_on, weeks)


def client(place: int = 1, visits: float = 12, last: date | None = None, minutes: int = 30) -> Client:
    return Client(place, minutes * 60, visits, last)


def test_weekly_client_is_due_every_week() -> None:
    assert len(due_visits(problem(client(visits=52)))[0].ideals) == 4


def test_client_with_no_visits_is_never_due() -> None:
    assert due_visits(problem(client(visits=0)))[0].ideals == ()


def test_last_visit_sets_the_phase() -> None:
    due = due_visits(problem(client(visits=26, last=MONDAY - timedelta(days=4))))[0]
    assert due.ideals == pytest.approx((10, 24))
    assert not due.overdue


def test_visit_due_after_the_horizon_is_not_due() -> None:
    assert due_visits(problem(client(visits=4, last=MONDAY - timedelta(days=7))))[0].ideals == ()


def test_overdue_client_is_due_at_once_and_then_one_interval_later() -> None:
    due = due_visits(problem(client(visits=26, last=MONDAY - timedelta(days=60))))[0]
    assert due.overdue
    assert due.ideals == pytest.approx((0, 14))


def test_quarterly_clients_are_phased_over_thirteen_weeks() -> None:
    clients = [client(place, visits=4) for place in range(1, 27)]
    counts = [
        sum(len(due.ideals) for due in due_visits(problem(*clients, weeks=1, starts_on=MONDAY + timedelta(weeks=week))))
        for week in range(13)
    ]
    assert counts == [2] * 13


def test_neighbours_fall_due_together() -> None:
    clients = [client(place, visits=4) for place in range(1, 27)]
    due = [place for place, due in enumerate(due_visits(problem(*clients)), 1) if due.ideals]
    gaps = np.diff(due)
    assert len(due) == 8
    assert (gaps > 1).sum() <= 2  # a tour along the line and back has at most two runs on each way


def test_horizons_continue_each_other_give_or_take_a_visit_a_year() -> None:
    clients = [client(place, visits=visits) for place, visits in enumerate((4, 12, 12, 26, 52) * 8, 1)]
    whole = due_visits(problem(*clients, weeks=52))
    parts = [due_visits(problem(*clients, weeks=4, starts_on=MONDAY + timedelta(weeks=4 * part))) for part in range(13)]
    for number, asked in enumerate(clients):
        assert len(whole[number].ideals) == asked.visits_per_year
        assert abs(sum(len(part[number].ideals) for part in parts) - asked.visits_per_year) <= 1
    assert abs(sum(len(due.ideals) for part in parts for due in part) - sum(c.visits_per_year for c in clients)) <= 13


@given(
    st.lists(st.tuples(st.floats(0.5, 60), st.integers(10, 60)), min_size=1, max_size=25),
    st.integers(1, 13),
    st.integers(0, 60),
)
@settings(deadline=None)
def test_the_service_due_is_within_one_visit_of_the_even_share(
    asked: list[tuple[float, int]], weeks: int, later: int
) -> None:
    clients = [client(place, visits, None, minutes) for place, (visits, minutes) in enumerate(asked, 1)]
    dues = due_visits(problem(*clients, weeks=weeks, starts_on=MONDAY + timedelta(weeks=later)))
    due_s = sum(len(due.ideals) * c.service_s for due, c in zip(dues, clients, strict=True))
    share_s = sum(c.service_s * 7 * weeks / c.interval_days for c in clients)
    assert abs(due_s - share_s) <= max(c.service_s for c in clients) + 1e-6
    for due, c in zip(dues, clients, strict=True):
        assert abs(len(due.ideals) - 7 * weeks / c.interval_days) < 1 + 1e-6
        assert all(0 <= ideal < 7 * weeks for ideal in due.ideals)
