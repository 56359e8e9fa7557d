"""A plan view refuses what could not be drawn."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from maps.view import Accounts, PlanView, Route, RouteStop, Transfer


def accounts(**changes: object) -> Accounts:
    given: dict = dict(
        ids=("1", "2"), names=("A", "B"), lat=[50.0, np.nan], lon=[10.0, np.nan], zone=[0, -1],
        status=("planned", "unplaced"), why=("near", "no address"), visits_per_year=[12, 12], minutes=[30, 30],
    )  # fmt: skip
    return Accounts(**(given | changes))


def test_an_account_without_a_place_is_listed_and_not_drawn() -> None:
    assert accounts().drawn.tolist() == [True, False]
    assert accounts().unplaced.tolist() == [1]


def test_a_planned_account_without_coordinates_is_listed_too() -> None:
    assert accounts(status=("planned", "planned")).unplaced.tolist() == [1]


def test_the_arrays_are_copies_that_cannot_be_written() -> None:
    lat = np.array([50.0, 51.0])
    held = accounts(lat=lat)
    lat[0] = 0
    assert held.lat[0] == 50
    with pytest.raises(ValueError):
        held.lat[0] = 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"names": ("A",)}, "names must have 2 rows"),
        ({"rep": ("A",)}, "rep must be empty"),
        ({"value": [1.0]}, "value must be None"),
        ({"status": ("planned", "lost")}, "lost"),
    ],
)
def test_rows_that_do_not_match_are_refused(changes: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        accounts(**changes)


def test_a_planned_account_needs_a_zone(plan: PlanView) -> None:
    with pytest.raises(ValueError, match="belongs to no zone"):
        PlanView("x", accounts(zone=[-1, -1]), plan.zones)


def test_a_zone_that_is_not_there_is_refused(plan: PlanView) -> None:
    with pytest.raises(ValueError, match="below 10"):
        PlanView("x", accounts(zone=[10, -1]), plan.zones)


def test_a_route_to_nowhere_is_refused(plan: PlanView) -> None:
    stop = RouteStop(99_999, 1, "09:00", "09:30")
    with pytest.raises(ValueError, match="stops at an account that is not there"):
        replace(plan, routes=(Route(0, date(2026, 1, 5), (stop,), np.empty((0, 2))),))
    with pytest.raises(ValueError, match="zone 10 of 10"):
        replace(plan, routes=(Route(10, date(2026, 1, 5), (), np.empty((0, 2))),))


def test_a_transfer_of_nobody_is_refused(plan: PlanView) -> None:
    with pytest.raises(ValueError, match="transfer"):
        replace(plan, transfers=(Transfer(-1, "A", "B", ""),))
