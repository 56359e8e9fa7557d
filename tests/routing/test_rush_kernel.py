"""Legs by the hour against a plain twin that tries every minute."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.recreate import Pattern, RecreateProblem, Route
from routing.recreate_arrays import NEVER, Work
from routing.recreate_setup import work_of
from routing.rush_kernel import leave_by, travel_at

PARTS = ((0, 99), (100, 149), (150, 1 << 40))
LAST = 400


def work(legs: tuple[int, ...]) -> Work:
    """One task, one leg of interest (0 → 1), as long as `legs` says in each part of the day."""
    rush = tuple((a, b, np.full((2, 2), leg, np.int64)) for (a, b), leg in zip(PARTS, legs, strict=True))
    blank = np.zeros(2, np.int64)
    windows = np.zeros((2, 1, 1), np.int64)
    least = np.full((2, 2), min(legs), np.int64)
    return work_of(
        RecreateProblem(
            least, 1, blank, blank, blank, windows, windows, ((Pattern((0,)),),), (Route(0, 0, 0),), rush=rush
        )
    )


def arrival(legs: tuple[int, ...], leaves: int) -> int:
    """The plain twin: set out now or at any later minute."""
    return min(
        moment + next(leg for (a, b), leg in zip(PARTS, legs, strict=True) if a <= moment <= b)
        for moment in range(leaves, LAST)
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.tuples(*[st.integers(1, 90)] * 3), st.integers(0, 200))
def test_a_leg_arrives_when_the_best_moment_to_set_out_does(legs: tuple[int, ...], leaves: int) -> None:
    there, travel = travel_at(work(legs), 0, 1, leaves)
    assert there == arrival(legs, leaves) and travel in legs
    assert there <= travel_at(work(legs), 0, 1, leaves + 1)[0]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.tuples(*[st.integers(1, 90)] * 3), st.integers(0, 300))
def test_the_latest_departure_is_the_last_one_that_still_arrives(legs: tuple[int, ...], arrives: int) -> None:
    leaves = leave_by(work(legs), 0, 1, arrives)
    good = [moment for moment in range(LAST) if arrival(legs, moment) <= arrives]
    assert leaves == (max(good) if good else -NEVER)
