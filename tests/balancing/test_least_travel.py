"""Extra travel comes second: the list stays as short, and a proven one has the least travel of all as short."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancing import InvalidMoves, MoveProblem, suggest_moves
from tests.balancing.test_shed import allowed, one_overloaded


def least(problem: MoveProblem, size: int) -> float:
    """The least extra travel of all lists of `size` moves, by trying every one."""
    assert problem.extra_travel is not None
    best = np.inf
    for chosen in combinations(np.flatnonzero(problem.movable).tolist(), size):
        others = [[rep for rep in range(problem.reps) if rep != problem.owner[account]] for account in chosen]
        for takers in product(*others):
            travel = float(problem.extra_travel[list(chosen), list(takers)].sum()) if chosen else 0.0
            owner = np.array(problem.owner)
            owner[list(chosen)] = takers
            if travel < best and allowed(problem, owner):
                best = travel
    return best


@settings(max_examples=30, deadline=None, derandomize=True)
@given(one_overloaded(), st.integers(0, 1000))
def test_the_travel_agrees_with_trying_every_list(problem: MoveProblem, seed: int) -> None:
    plain = suggest_moves(problem)
    if not plain.proven_minimal or len(plain.moves) > 3:
        return
    asked = replace(problem, extra_travel=np.random.default_rng(seed).integers(0, 9, (len(problem), problem.reps)))
    found = suggest_moves(asked)
    assert found.proven_minimal and len(found.moves) == len(plain.moves)
    best = least(asked, len(found.moves))
    assert found.extra_travel is not None and found.extra_travel >= best - 1e-9 and found.travel_bound <= best + 1e-9
    assert found.travel_proven and found.extra_travel == pytest.approx(best, abs=1e-4)


def test_travel_is_a_term_of_the_price_where_prices_differ() -> None:
    with pytest.raises(InvalidMoves, match="make it a term of the price"):
        MoveProblem(
            np.array([[0.0, 0.0], [1.0, 0.0]]),
            np.ones((2, 2)),
            np.ones(2),
            np.array([0, 1]),
            np.array([0.5, 0.5]),
            price=np.array([1.0, 2.0]),
            extra_travel=np.zeros((2, 2)),
        )
