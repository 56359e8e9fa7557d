"""One overloaded rep: fewer moves are found, or it is proven that there are none; agreed with trying everything."""

from itertools import combinations, product

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from balancing import MoveProblem, suggest_moves
from balancing.pieces import Present, adjacency
from balancing.shed import fewer_moves, fewest_given, overloaded_alone
from geo.neighbours import neighbour_graph


def pieces(problem: MoveProblem, owner: np.ndarray, rep: int) -> list[set[int]]:
    member = np.flatnonzero(owner == rep)
    part = connected_components(csr_array(problem.neighbours)[member][:, member], directed=False)[1]
    return [set(member[part == number].tolist()) for number in np.unique(part)] if len(member) else []


def allowed(problem: MoveProblem, owner: np.ndarray) -> bool:
    low, high = problem.limits()
    loads = problem.rep_loads(owner)
    if ((loads < low - 1e-9) | (loads > high + 1e-9)).any():
        return False
    for rep in range(problem.reps):
        now, then = pieces(problem, problem.owner, rep), pieces(problem, owner, rep)
        own = set(np.flatnonzero(problem.owner == rep).tolist())
        if len(then) > max(len(now), 1) or any(not part & own for part in then):
            return False
    return True


def fewest(problem: MoveProblem, most: int) -> int | None:
    """The least number of moves up to `most`, by trying every set of accounts and every taker."""
    free = np.flatnonzero(problem.movable).tolist()
    for size in range(most + 1):
        for chosen in combinations(free, size):
            others = [[rep for rep in range(problem.reps) if rep != problem.owner[account]] for account in chosen]
            for takers in product(*others):
                owner = np.array(problem.owner)
                owner[list(chosen)] = takers
                if allowed(problem, owner):
                    return size
    return None


@st.composite
def one_overloaded(draw: st.DrawFn) -> MoveProblem:
    """Territories grown from seeds on a jittered grid; the loads of the first are then raised."""
    reps = draw(st.integers(2, 4))
    spots = [(column, row) for column in range(5) for row in range(4)]
    n = draw(st.integers(8, 10))
    xy_m = np.array(draw(st.permutations(spots))[:n]) * 1000.0
    centre = xy_m[:reps]
    owner = ((xy_m[:, None] - centre[None]) ** 2).sum(axis=2).argmin(axis=1)
    load = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 5.0]), min_size=n, max_size=n)))
    locked = np.array(draw(st.lists(st.sampled_from([False, False, False, True]), min_size=n, max_size=n)))
    assume(load.sum() > 0)
    now = np.bincount(owner, load, reps)
    width = draw(st.sampled_from([0.05, 0.15, 0.3]))
    assume(now.min() > 0)
    share = now / now.sum()
    share = share / (1 + (np.arange(reps) == 0) * draw(st.sampled_from([0.3, 0.6, 1.0])))
    share /= share.sum()
    return MoveProblem(xy_m, neighbour_graph(xy_m), load, owner, share, tolerance=width, locked=locked)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(one_overloaded(), st.integers(0, 4))
def test_fewer_moves_are_found_exactly_when_there_are_any(problem: MoveProblem, most: int) -> None:
    rep = overloaded_alone(problem)
    assume(rep is not None)
    assert rep is not None
    near = adjacency(problem)
    found = fewer_moves(problem, Present.of(problem, near, most + 1.0), rep, most)
    least = fewest(problem, most)
    assert found.proven
    assert (found.owner is None) == (least is None)
    if found.owner is not None:
        assert allowed(problem, found.owner) and (found.owner != problem.owner).sum() <= most
    if least is not None:
        assert fewest_given(problem, near) <= least
        proposal = suggest_moves(problem)
        assert proposal.proven_minimal and len(proposal.moves) == least
