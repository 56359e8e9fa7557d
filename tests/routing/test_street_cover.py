"""Walking every street once."""

import numpy as np
import pytest

from routing.errors import BadProblemError
from routing.street_cover import StreetProblem, StreetWalk, cover_streets


def streets(*edges: tuple[int, int, float], required: set[int] | None = None, start: int = 0) -> StreetProblem:
    tail, head, walk_s = (np.array(column) for column in zip(*edges, strict=True))
    asked = np.array([required is None or edge in required for edge in range(len(edges))])
    return StreetProblem(tail, head, walk_s.astype(float), np.full(len(edges), 60.0), asked, start)


def check(problem: StreetProblem, found: StreetWalk) -> None:
    """Closed, in one piece, and every required segment within reach served once."""
    at = problem.start
    for step in found.steps:
        assert step.origin == at and {step.origin, step.target} == {
            int(problem.tail[step.edge]),
            int(problem.head[step.edge]),
        }
        at = step.target
    assert at == problem.start
    served = sorted(step.edge for step in found.steps if step.serves)
    assert served == sorted(set(np.flatnonzero(problem.required).tolist()) - set(found.left_out))
    assert found.walk_s == pytest.approx(sum(problem.walk_s[step.edge] for step in found.steps))


def test_a_ring_is_walked_once_and_a_dead_end_twice() -> None:
    ring = streets((0, 1, 10), (1, 2, 10), (2, 0, 10))
    check(ring, cover_streets(ring))
    assert cover_streets(ring).walk_s == cover_streets(ring).bound_s == 30
    end = streets((0, 1, 10), (1, 2, 10), (2, 0, 10), (2, 3, 7))
    check(end, cover_streets(end))
    assert cover_streets(end).walk_s == 44


def test_parts_that_lie_apart_are_joined_by_the_shortest_way_and_islands_are_named() -> None:
    edges = ((0, 1, 10), (1, 2, 50), (1, 3, 5), (3, 2, 5), (2, 4, 10), (7, 8, 9), (5, 5, 4), (4, 5, 3))
    problem = streets(*edges, required={0, 4, 5, 6})
    found = cover_streets(problem)
    check(problem, found)
    assert found.left_out == (5,) and found.walk_s == 2 * (10 + 5 + 5 + 10 + 3) + 4, "never by the long street"
    assert found.serve_s == 180


def test_a_grid_of_streets_is_close_to_its_bound() -> None:
    n = 8
    edges = [(r * n + c, r * n + c + 1, 100.0) for r in range(n) for c in range(n - 1)]
    edges += [(r * n + c, (r + 1) * n + c, 100.0) for r in range(n - 1) for c in range(n)]
    problem = streets(*edges)
    found = cover_streets(problem)
    check(problem, found)
    assert found.walk_s <= 100 * (len(edges) + 2 * (n - 2)), "4 (n - 2) odd junctions, paired next to each other"


def test_the_same_streets_in_random_order_are_covered_too() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        edges = [(int(a), int(b), float(rng.integers(1, 90))) for a, b in rng.integers(0, 14, (25, 2))]
        problem = streets(*edges, required=set(rng.choice(25, 12, replace=False).tolist()), start=int(rng.integers(14)))
        check(problem, cover_streets(problem))


def test_figures_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(BadProblemError, match="not negative"):
        streets((0, 1, -1.0))
