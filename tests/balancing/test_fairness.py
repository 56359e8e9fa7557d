"""Fairness figures by hand."""

import numpy as np
import pytest

from balancing import InvalidMoves, deviation, gini, spread


def test_equal_loads_are_fair() -> None:
    assert gini([5, 5, 5]) == 0 and spread([5, 5, 5]) == 0
    assert deviation([5, 5], [0.5, 0.5]).tolist() == [0, 0]


def test_one_rep_with_everything_is_as_unfair_as_it_gets() -> None:
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert spread([0, 0, 0, 8]) == 8


def test_gini_is_half_the_mean_difference_over_the_mean() -> None:
    loads = np.array([1.0, 4.0, 2.0, 7.0])
    pairs = np.abs(loads[:, None] - loads[None, :]).mean()
    assert gini(loads) == pytest.approx(pairs / 2 / loads.mean())


def test_deviation_goes_by_the_reps_share() -> None:
    assert deviation([20, 10], [2 / 3, 1 / 3]) == pytest.approx(np.zeros(2))
    assert deviation([[30, 0], [10, 0]], [0.5, 0.5]).tolist() == [[0.5, 0], [-0.5, 0]]


def test_nothing_to_carry_is_fair() -> None:
    assert gini([0, 0]) == 0 and gini([]) == 0 and spread([]) == 0
    assert deviation([0, 0], [0.5, 0.5]).tolist() == [0, 0]


def test_loads_and_shares_that_cannot_be_meant_are_refused() -> None:
    for bad in ([-1, 2], [np.nan, 1]):
        with pytest.raises(InvalidMoves, match="finite and 0 or more"):
            gini(bad)
    with pytest.raises(InvalidMoves, match="sum to 1"):
        deviation([1, 2], [0.5, 0.6])
    with pytest.raises(InvalidMoves, match="shape"):
        deviation([1, 2], [1.0])
