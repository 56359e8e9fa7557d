"""neighbour_graph: who lies next to whom."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from geo import neighbour_graph

POINTS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=0, max_size=40)


def pairs(xy: object) -> set[tuple[int, int]]:
    one, other = neighbour_graph(np.array(xy, dtype=float).reshape(-1, 2)).nonzero()
    return {(int(a), int(b)) for a, b in zip(one, other, strict=True) if a < b}


def test_fewer_than_four_places() -> None:
    assert pairs([]) == set()
    assert pairs([(0, 0)]) == set()
    assert pairs([(0, 0), (5, 0)]) == {(0, 1)}
    assert pairs([(0, 0), (10, 0), (5, 9)]) == {(0, 1), (0, 2), (1, 2)}


def test_places_on_a_line_make_a_chain() -> None:
    assert pairs([(0, 0), (30, 30), (10, 10), (20, 20)]) == {(0, 2), (2, 3), (1, 3)}


def test_places_at_one_point_are_neighbours_and_share_theirs() -> None:
    assert pairs([(0, 0), (0, 0), (0, 0)]) == {(0, 1), (0, 2), (1, 2)}
    assert {(0, 1), (0, 2), (1, 2)} <= pairs([(0, 0), (0, 0), (9, 0), (0, 9)])


def test_ten_thousand_places_at_one_point_stay_sparse() -> None:
    graph = neighbour_graph(np.concatenate([np.zeros((10_000, 2)), np.ones((3, 2)) * 500]))
    assert graph.nnz < 1_000_000
    assert connected_components(graph)[0] == 1


def test_two_coasts_of_a_bay_are_no_neighbours() -> None:
    """A horseshoe of places: its two ends face each other across 60 km, its own spacing is 2 km."""
    turn = np.linspace(0.6, 2 * np.pi - 0.6, 100)
    coast = np.column_stack([np.cos(turn), np.sin(turn)]) * 50_000
    ring = np.concatenate([coast, coast * 1.05])
    assert (0, 99) not in pairs(ring)
    assert (0, 100) in pairs(ring)


def test_an_island_stays_joined_to_the_mainland() -> None:
    main = np.random.default_rng(1).uniform(0, 10_000, (200, 2))
    graph = neighbour_graph(np.concatenate([main, [[80_000, 5_000], [80_500, 5_000], [80_000, 5_900]]]))
    assert connected_components(graph)[0] == 1
    assert graph[200:, :200].nnz == 1


def test_a_regular_grid_keeps_its_outer_edges() -> None:
    x, y = np.meshgrid(np.arange(5), np.arange(5))
    found = pairs(np.column_stack([x.ravel(), y.ravel()]) * 100)
    assert {(0, 1), (1, 2), (20, 21), (0, 5), (4, 9)} <= found


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="shape"):
        neighbour_graph(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="row 1"):
        neighbour_graph(np.array([[0.0, 0.0], [np.nan, 0.0]]))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(POINTS)
def test_the_graph_is_symmetric_connected_and_without_loops(points: list[tuple[int, int]]) -> None:
    xy: NDArray[np.float64] = np.array(points, dtype=float).reshape(-1, 2) * 137.5
    graph = neighbour_graph(xy)
    assert graph.shape == (len(points),) * 2
    assert graph.dtype == np.int8
    assert (graph != graph.T).nnz == 0
    assert graph.diagonal().sum() == 0
    assert set(graph.data.tolist()) <= {1}
    assert len(points) == 0 or connected_components(graph)[0] == 1
