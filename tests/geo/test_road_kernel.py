"""The compiled searches against a plain twin."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import road_kernel as kernel

Edge = tuple[int, int, float, float]  # tail, head, cost along, cost against


def graph_of(nodes: int, edges: list[Edge]) -> kernel.Graph:
    arcs = [(tail, head, along, at) for at, (tail, head, along, _) in enumerate(edges) if along < inf]
    arcs += [(head, tail, against, at) for at, (tail, head, _, against) in enumerate(edges) if against < inf]
    arcs.sort(key=lambda arc: arc[0])
    columns = [np.array(column) for column in zip(*arcs, strict=True)] if arcs else [np.empty(0)] * 4
    counts = np.bincount(columns[0].astype(int), minlength=nodes)
    along, against = (np.array([edge[at] for edge in edges], np.float32) for at in (2, 3))
    cost = columns[2].astype(np.float32)
    return kernel.Graph(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        to=columns[1].astype(np.int32),
        arc_cost=cost,
        arc_carried=cost * np.float32(3),
        tail=np.array([edge[0] for edge in edges], np.int32),
        head=np.array([edge[1] for edge in edges], np.int32),
        forward=along,
        backward=against,
        forward_carried=along * np.float32(3),
        backward_carried=against * np.float32(3),
    )


def plain(nodes: int, edges: list[Edge], source: tuple[int, float], target: tuple[int, float]) -> float:
    """Cheapest cost between two points by relaxing every edge until nothing changes (Bellman–Ford)."""
    (edge, share), (end, end_share) = source, target
    best = [inf] * nodes
    tail, head, along, against = edges[edge]
    best[head] = min(best[head], along * (1 - share) if share < 1 else 0)
    best[tail] = min(best[tail], against * share if share > 0 else 0)
    for _ in range(nodes):
        for a, b, forth, back in edges:
            best[b] = min(best[b], best[a] + forth)
            best[a] = min(best[a], best[b] + back)
    tail, head, along, against = edges[end]
    ways = [best[tail] + (along * end_share if end_share > 0 else 0)]
    ways.append(best[head] + (against * (1 - end_share) if end_share < 1 else 0))
    if end == edge:
        step = end_share - share
        ways.append(0 if step == 0 else along * step if step > 0 else against * -step)
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
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(edges_of, st.data())
def test_costs_agree_with_the_plain_twin(edges: list[Edge], data: st.DataObject) -> None:
    points = data.draw(st.lists(st.tuples(st.integers(0, len(edges) - 1), shares), min_size=1, max_size=5))
    graph = graph_of(7, edges)
    on = kernel.Points(np.array([p[0] for p in points], np.int32), np.array([p[1] for p in points]))
    everyone = np.arange(len(points))
    wanted = np.unique(np.concatenate([graph.tail[on.edge], graph.head[on.edge]]))
    cost, carried = kernel.many_to_many(graph, on, everyone, everyone, wanted)
    expected = [[plain(7, edges, a, b) for b in points] for a in points]
    assert cost == pytest.approx(np.array(expected))
    assert carried == pytest.approx(3 * np.array(expected))


def test_a_limit_stops_the_search() -> None:
    edges = [(at, at + 1, 10.0, 10.0) for at in range(6)]
    reach = kernel.reach_from(graph_of(7, edges), kernel.Points(np.array([0], np.int32), np.array([0.0])), 0, 25.0)
    assert reach.cost.tolist() == [0, 10, 20, inf, inf, inf, inf]


def test_a_leg_can_be_walked_back() -> None:
    edges = [(0, 1, 1.0, 1.0), (1, 2, 1.0, 1.0), (0, 2, 5.0, 5.0), (2, 3, 1.0, 1.0)]
    graph = graph_of(4, edges)
    points = kernel.Points(np.array([0, 3], np.int32), np.array([0.0, 0.5]))
    cost, carried, entry, reach = kernel.leg(graph, points, 0, 1, np.array([2, 3], np.int32))
    assert (cost, carried, entry) == (2.5, 7.5, 1)
    arc = int(reach.by_arc[2])
    assert graph.to[arc] == 2 and graph.arc_cost[arc] == 1.0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_heap_gives_the_smallest_first(keys: list[float]) -> None:
    heap = kernel.Heap(np.empty(len(keys)), np.empty(len(keys), np.int64), np.zeros(1, np.int64))
    for at, key in enumerate(keys):
        kernel.push(heap, key, at)
    popped = [kernel.pop(heap) for _ in keys]
    assert [key for key, _ in popped] == sorted(keys)
    assert sorted(item for _, item in popped) == list(range(len(keys)))
