"""The compiled searches against a plain twin."""

from math import inf
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import road_kernel as kernel

Edge = tuple[int, int, float, float]  # tail, head, cost along, cost against
Turns = dict[tuple[int, int], float]  # from arc, into arc: cost


class Town(NamedTuple):
    edges: list[Edge]
    turns: Turns

    @property
    def arcs(self) -> list[float]:
        return [cost for edge in self.edges for cost in edge[2:]]


def town_of(edges: list[Edge], price: float = 0.0, forbidden: int = 0) -> Town:
    """Every turn between open arcs but for every `forbidden`-th; each costs its number times `price`."""
    starts = [end for tail, head, _, _ in edges for end in (tail, head)]
    ends = [end for tail, head, _, _ in edges for end in (head, tail)]
    arcs = [cost for edge in edges for cost in edge[2:]]
    every = [
        (a, b)
        for a in range(len(arcs))
        for b in range(len(arcs))
        if ends[a] == starts[b] and max(arcs[a], arcs[b]) < inf
    ]
    kept = [turn for at, turn in enumerate(every, start=1) if not forbidden or at % forbidden]
    return Town(edges, {turn: price * (at % 3) for at, turn in enumerate(kept)})


def graph_of(town: Town, *, backwards: bool = False) -> kernel.Graph:
    pairs = sorted((b, a, cost) if backwards else (a, b, cost) for (a, b), cost in town.turns.items())
    counts = np.bincount([pair[0] for pair in pairs], minlength=len(town.arcs)) if pairs else np.zeros(len(town.arcs))
    turn_cost = np.array([pair[2] for pair in pairs], np.float32)
    cost = np.array(town.arcs, np.float32)
    return kernel.Graph(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        to=np.array([pair[1] for pair in pairs], np.int32),
        turn_cost=turn_cost,
        turn_s=turn_cost * np.float32(2),
        cost=cost,
        seconds=cost * np.float32(2),
        metres=cost * np.float32(3),
        backwards=backwards,
    )


def plain(town: Town, source: tuple[int, float], target: tuple[int, float]) -> float:
    """Cheapest cost between two points by relaxing every turn until nothing changes (Bellman–Ford)."""

    def share(arc: int, point: tuple[int, float]) -> float:
        return point[1] if arc % 2 == 0 else 1 - point[1]

    def some(cost: float, part: float) -> float:
        return 0.0 if part <= 0 else cost * part

    arcs, best = town.arcs, [inf] * len(town.arcs)
    ways = []
    for arc in (2 * source[0], 2 * source[0] + 1):
        if arcs[arc] == inf:
            continue
        for (a, b), cost in town.turns.items():
            if a == arc:
                best[b] = min(best[b], some(arcs[arc], 1 - share(arc, source)) + cost)
        if source[0] == target[0] and share(arc, target) >= share(arc, source):
            ways.append(some(arcs[arc], share(arc, target) - share(arc, source)))
    for _ in range(len(arcs)):
        for (a, b), cost in town.turns.items():
            best[b] = min(best[b], best[a] + arcs[a] + cost)
    for arc in (2 * target[0], 2 * target[0] + 1):
        if arcs[arc] < inf:
            ways.append(best[arc] + some(arcs[arc], share(arc, target)))
    return min(ways)


edges_of = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, 6),
        st.sampled_from([1.0, 2.0, 5.0, 8.0, inf]),
        st.sampled_from([1.0, 2.0, 5.0, 8.0, inf]),
    ).filter(lambda edge: min(edge[2:]) < inf),
    min_size=1,
    max_size=14,
)
towns = st.builds(town_of, edges_of, st.sampled_from([0.0, 0.5, 4.0]), st.sampled_from([0, 2, 5]))
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def open_arcs(town: Town, edges: np.ndarray) -> np.ndarray:
    arcs = np.unique(np.concatenate([2 * edges, 2 * edges + 1]).astype(np.int64))
    return arcs[np.isfinite(np.array(town.arcs)[arcs])]


@pytest.mark.parametrize("backwards", [False, True])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(towns, st.data())
def test_costs_agree_with_the_plain_twin(backwards: bool, town: Town, data: st.DataObject) -> None:
    points = data.draw(st.lists(st.tuples(st.integers(0, len(town.edges) - 1), shares), min_size=1, max_size=5))
    graph = graph_of(town, backwards=backwards)
    on = kernel.Points(np.array([p[0] for p in points], np.int32), np.array([p[1] for p in points]))
    everyone = np.arange(len(points))
    seconds, metres = kernel.many_to_many(graph, on, everyone, everyone, open_arcs(town, on.edge))
    expected = np.array([[plain(town, a, b) for b in points] for a in points])
    assert (seconds.T if backwards else seconds) == pytest.approx(2 * expected)
    assert (np.isfinite(metres) == np.isfinite(seconds)).all()
    assert (metres <= 1.5 * seconds + 1e-6).all()  # turns take time but no metres


def test_a_limit_stops_the_search() -> None:
    town = town_of([(at, at + 1, 10.0, 10.0) for at in range(6)])
    reach = kernel.reach_from(graph_of(town), kernel.Points(np.array([0], np.int32), np.array([0.0])), 0, 25.0)
    assert reach.cost[2::2].tolist() == [10, 20, inf, inf, inf]


def test_a_leg_can_be_walked_back() -> None:
    town = town_of([(0, 1, 1.0, 1.0), (1, 2, 1.0, 1.0), (0, 2, 5.0, 5.0), (2, 3, 1.0, 1.0)])
    points = kernel.Points(np.array([0, 3], np.int32), np.array([0.0, 0.5]))
    way, entry, reach = kernel.leg(graph_of(town), points, 0, 1, np.array([6, 7]))
    assert (way.cost, way.seconds, way.metres, entry) == (2.5, 5.0, 7.5, 6)
    assert int(reach.by_arc[6]) == 2 and int(reach.by_arc[2]) == -1 - 0


def test_a_leg_on_one_street_says_so() -> None:
    points = kernel.Points(np.array([0, 0], np.int32), np.array([0.75, 0.25]))
    way, entry, _ = kernel.leg(graph_of(town_of([(0, 1, 1.0, 4.0)])), points, 0, 1, np.array([0, 1]))
    assert (way.cost, entry) == (2.0, -1 - 1)
    _, entry, _ = kernel.leg(graph_of(town_of([(0, 1, 1.0, inf)])), points, 0, 1, np.array([0]))
    assert entry == kernel.NO_WAY


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_heap_gives_the_smallest_first(keys: list[float]) -> None:
    heap = kernel.Heap(np.empty(len(keys)), np.empty(len(keys), np.int64), np.zeros(1, np.int64))
    for at, key in enumerate(keys):
        kernel.push(heap, key, at)
    popped = [kernel.pop(heap) for _ in keys]
    assert [key for key, _ in popped] == sorted(keys)
    assert sorted(item for _, item in popped) == list(range(len(keys)))
