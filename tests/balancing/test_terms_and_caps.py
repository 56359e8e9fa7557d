"""Named terms of the price, caps and limits: by hand, and against trying every division."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancing import (
    Budget,
    InvalidMoves,
    MoveProblem,
    PriceWeights,
    check_moves,
    price_of_having,
    price_of_keeping,
    price_terms,
    suggest_moves,
    trade_off,
)
from balancing.greedy import greedy
from balancing.price import resting
from geo.limits import Limits
from geo.neighbours import neighbour_graph

Build = Callable[..., MoveProblem]


def test_the_price_of_a_move_is_the_sum_of_its_terms(strip: Build) -> None:
    weights = PriceWeights(account=1, revenue=0.5, open_deals=2, travel=0.1)
    travel = np.zeros((6, 2))
    travel[:, 1] = 3.0
    terms = price_terms(
        weights, accounts=6, revenue=np.full(6, 7.0), open_deals=np.array([0, 0, 0, 1, 0, 0.0]), extra_travel_h=travel
    )
    move = suggest_moves(strip("AAAABB", terms=terms)).moves[0]
    assert dict(move.terms) == pytest.approx({"account": 1, "revenue": 0.5, "open deals": 2, "extra travel": 0.3})
    assert move.price == pytest.approx(3.8)


def test_a_term_changes_which_account_goes(grid: Build) -> None:
    deals = np.array([0.0, 0, 0, 1, 0, 0, 0, 0])
    problem = grid("AAAB/AAAB", tolerance=0.4, contiguous=False)
    plain = price_terms(PriceWeights(), accounts=8)
    heavy = price_terms(PriceWeights(open_deals=5), accounts=8, open_deals=np.array([9.0, 9, 0, 0, 9, 9, 9, 0]))
    assert set(plain) == {"account"} and deals.sum() == 1
    assert [m.account for m in suggest_moves(replace(problem, terms=heavy)).moves] == [2]


def test_weights_without_figures_are_refused() -> None:
    with pytest.raises(InvalidMoves, match="open deals"):
        price_terms(PriceWeights(open_deals=1), accounts=3)
    with pytest.raises(InvalidMoves, match="at least one weight"):
        price_terms(PriceWeights(account=0), accounts=3)


def test_accounts_transferred_within_a_year_rest() -> None:
    moved = [date(2026, 1, 1), date(2024, 1, 1), None]
    assert resting(moved, date(2026, 6, 1)).tolist() == [True, False, False]


def test_caps_per_rep_and_budgets_hold(grid: Build) -> None:
    problem = grid("AAAAB/AAAAC", tolerance=0.5, contiguous=True)
    free = suggest_moves(problem)
    assert free.feasible
    none_for_b = replace(problem, most_taken=np.array([9, 0, 9]))
    assert all(move.to_rep != 1 for move in suggest_moves(none_for_b).moves)
    tight = replace(problem, budgets=(Budget("accounts", np.ones(10), len(free.moves) - 1),))
    refused = suggest_moves(tight)
    assert not refused.feasible and len(refused.moves) < len(free.moves) and "caps" in refused.notes[0]
    assert any("change hands" in fault for fault in check_moves(tight, free))


def test_an_account_beyond_a_reps_reach_never_goes_there(strip: Build) -> None:
    allowed = np.ones((6, 2), dtype=bool)
    allowed[3, 1] = False
    proposal = suggest_moves(strip("AAAABB", allowed=allowed))
    assert not proposal.feasible and not proposal.moves


def test_objecting_costs_what_the_next_best_list_costs(grid: Build) -> None:
    price = np.ones(8)
    price[[0, 1, 4, 5]] = 9.0
    price[6] = 1.5
    problem = grid("AAAB/AAAB", tolerance=0.4, price=price)
    answer = price_of_keeping(problem, 2)
    assert answer.surely and answer.price == pytest.approx(0.5)
    assert [m.account for m in answer.swap] == [6] and [m.account for m in answer.dropped] == [2]


def test_asking_for_an_account_shows_the_swap_that_allows_it(strip: Build) -> None:
    problem = strip("AAABBB", tolerance=0.1)
    answer = price_of_having(problem, 2, 1)
    assert answer.price == np.inf and not answer.granted.feasible  # nothing can make up for it on a line
    wide = replace(problem, tolerance=0.4)
    answer = price_of_having(wide, 2, 1)
    assert answer.price == pytest.approx(1.0) and [m.account for m in answer.swap] == [2]


def test_the_curve_never_falls_as_the_band_narrows(grid: Build) -> None:
    points = trade_off(grid("AAAAAB/AAAABB/AAAACC/AACCCC"), (0.4, 0.2, 0.6), limits=Limits(iterations=3))
    assert [point.tolerance for point in points] == [0.6, 0.4, 0.2]
    costs = [point.cost for point in points]
    assert costs == sorted(costs)
    assert all(point.proposal.lower_bound <= point.cost for point in points)


@pytest.mark.parametrize("limits", [Limits(cpu_s=1e-9), Limits(iterations=0), Limits(iterations=1)])
def test_a_tiny_budget_never_leaves_anything_worse_than_greedy(grid: Build, limits: Limits) -> None:
    problem = grid("AAAAAB/AAAABB/AAAACC/AACCCC", tolerance=0.2)
    quick = np.count_nonzero(greedy(problem) != problem.owner)
    assert len(suggest_moves(problem, limits=limits).moves) <= quick
    assert trade_off(problem, (0.2, 0.5), limits=limits)[1].cost <= quick


def by_trying_everything(problem: MoveProblem, least_cost: Callable[[np.ndarray], float]) -> float:
    return min(
        (least_cost(np.array(owner)) for owner in product(range(problem.reps), repeat=len(problem))), default=np.inf
    )


@st.composite
def capped(draw: st.DrawFn) -> MoveProblem:
    n, reps = draw(st.integers(4, 7)), draw(st.integers(2, 3))
    spots = [(column, row) for column in range(4) for row in range(3)]
    xy_m = np.array(draw(st.permutations(spots))[:n]) * 1000.0

    def numbers(least: int, most: int, shape: tuple[int, ...]) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(st.integers(least, most), min_size=size, max_size=size))).reshape(shape)

    return MoveProblem(
        xy_m=xy_m,
        neighbours=neighbour_graph(xy_m),
        load=numbers(1, 6, (n, draw(st.integers(1, 2)))).astype(float),
        owner=numbers(0, reps - 1, (n,)),
        share=np.full(reps, 1 / reps),
        tolerance=draw(st.sampled_from([0.25, 0.4, 0.6])),
        terms={"account": np.ones(n), "extra travel": numbers(0, 3, (n, reps)) * 0.25},
        allowed=numbers(0, 4, (n, reps)) > 0,
        most_given=numbers(1, 3, (reps,)),
        most_taken=numbers(1, 3, (reps,)),
        budgets=(Budget("hours", numbers(0, 3, (n,)).astype(float), float(draw(st.integers(2, 9)))),),
        contiguous=False,
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(capped())
def test_capped_answers_are_feasible_where_an_exact_model_says_so(problem: MoveProblem) -> None:
    low, high = problem.limits()

    def cost(owner: np.ndarray) -> float:
        moved = np.flatnonzero(owner != problem.owner)
        loads = np.stack([np.bincount(owner, column, problem.reps) for column in problem.loads.T], axis=1)
        assert problem.allowed is not None and problem.most_given is not None and problem.most_taken is not None
        fine = ((loads >= low - 1e-9) & (loads <= high + 1e-9)).all()
        fine &= all(problem.allowed[a, owner[a]] for a in moved)
        for rep in range(problem.reps):
            fine &= (problem.owner[moved] == rep).sum() <= problem.most_given[rep]
            fine &= (owner[moved] == rep).sum() <= problem.most_taken[rep]
        fine &= problem.budgets[0].amount[moved].sum() <= problem.budgets[0].most
        travel = problem.terms["extra travel"][moved, owner[moved]].sum() if problem.terms else 0.0
        return float(len(moved) + travel) if fine else np.inf

    least = by_trying_everything(problem, cost)
    proposal = suggest_moves(problem)
    assert check_moves(problem, proposal) == []
    assert proposal.feasible == np.isfinite(least)
    if proposal.feasible:
        assert proposal.lower_bound <= least + 1e-6
        assert not proposal.proven_minimal or sum(m.price for m in proposal.moves) == pytest.approx(least)
