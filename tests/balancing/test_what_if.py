"""Reps leave, join, merge and split: what must change hands does, little else, and everyone stays whole."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from balancing import InvalidMoves, MoveProblem, Outcome, rep_joins, rep_splits, reps_leave, reps_merge

Build = Callable[..., MoveProblem]
ROWS = "AAABBB/AAABBB/CCCDDD/CCCDDD"


def whole(problem: MoveProblem, outcome: Outcome) -> bool:
    graph = csr_array(problem.neighbours)
    territories = (np.flatnonzero(outcome.owner == rep) for rep in np.unique(outcome.owner))
    return all(connected_components(graph[own][:, own], directed=False)[0] == 1 for own in territories)


def test_a_leaving_reps_accounts_go_to_the_neighbours(grid: Build) -> None:
    problem = grid(ROWS, tolerance=0.3)
    outcome = reps_leave(problem, [0])
    assert not (outcome.owner == 0).any() and outcome.forced == (0, 1, 2, 6, 7, 8)
    assert outcome.feasible and whole(problem, outcome)
    assert outcome.share[0] == 0 and outcome.share.sum() == pytest.approx(1)
    assert outcome.loads[:, 0].tolist() == np.bincount(outcome.owner, minlength=4).tolist()


def test_a_closed_branch_is_spread_and_somebody_must_stay(grid: Build) -> None:
    problem = grid(ROWS, tolerance=0.3)
    outcome = reps_leave(problem, [0, 1])
    assert set(outcome.owner) == {2, 3} and outcome.feasible
    with pytest.raises(InvalidMoves, match="at least one rep must stay"):
        reps_leave(problem, [0, 1, 2, 3])


def test_a_locked_account_moves_when_its_rep_leaves(strip: Build) -> None:
    problem = strip("AABBCC", locked=np.array([True] + [False] * 5), tolerance=0.5)
    assert reps_leave(problem, [0]).owner[0] != 0


def test_a_new_rep_gets_one_piece_carved_from_the_most_loaded(grid: Build) -> None:
    load = np.ones(24)
    load[[0, 1, 2, 6, 7, 8]] = 3.0
    problem = grid(ROWS, load=load, tolerance=0.35)
    outcome = rep_joins(problem)
    assert outcome.feasible and whole(problem, outcome) and not outcome.extra
    assert set(problem.owner[list(outcome.forced)]) == {0}  # only the overloaded rep gives


def test_a_territory_splits_without_touching_the_others(grid: Build) -> None:
    load = np.ones(24)
    load[[0, 1, 2, 6, 7, 8]] = 2.0
    problem = grid(ROWS, load=load, share=np.array([0.4, 0.2, 0.2, 0.2]), tolerance=0.2)
    outcome = rep_splits(problem, 0)
    assert outcome.feasible and whole(problem, outcome)
    assert (outcome.owner[problem.owner != 0] == problem.owner[problem.owner != 0]).all()
    assert outcome.share.tolist() == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.2])


def test_two_territories_merge_into_one_with_both_shares(grid: Build) -> None:
    problem = grid(ROWS, tolerance=0.2)
    outcome = reps_merge(problem, 0, 1)
    assert outcome.forced == (3, 4, 5, 9, 10, 11) and outcome.extra == ()
    assert outcome.share.tolist() == pytest.approx([0.5, 0, 0.25, 0.25]) and outcome.feasible
    with pytest.raises(InvalidMoves, match="two different"):
        reps_merge(problem, 1, 1)
