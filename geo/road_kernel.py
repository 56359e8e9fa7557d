"""Shortest paths on a road network, compiled.

Dijkstra (1959) with a binary heap in which a junction may stand more than once; a stale entry is skipped when it
comes up. Travel starts and ends somewhere along an edge, so a search starts from up to two junctions and an end is
reached from up to two. Paths are the cheapest by cost; a second figure is carried along them: metres where the cost
is seconds, seconds where it is metres.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Graph(NamedTuple):
    """Arcs row by row, and the edges they belong to with their figures along (forward) and against their line."""

    first: NDArray[np.int64]
    to: NDArray[np.int32]
    arc_cost: NDArray[np.float32]
    arc_carried: NDArray[np.float32]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    forward: NDArray[np.float32]
    backward: NDArray[np.float32]
    forward_carried: NDArray[np.float32]
    backward_carried: NDArray[np.float32]


class Points(NamedTuple):
    """Positions on the network: edge and share of its length from the tail."""

    edge: NDArray[np.int32]
    share: NDArray[np.float64]


class Heap(NamedTuple):
    """A binary heap in flat arrays; `size[0]` entries are valid."""

    key: NDArray[np.float64]
    item: NDArray[np.int64]
    size: NDArray[np.int64]


class Reach(NamedTuple):
    """What a search has found: per junction the cost, the carried figure, and the arc it was reached by (-1: start)."""

    cost: NDArray[np.float64]
    carried: NDArray[np.float64]
    by_arc: NDArray[np.int64]
    settled: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def part(figure: float, share: float) -> float:
    """A share of an edge's figure; nothing of a closed edge costs nothing."""
    return 0.0 if share <= 0.0 else figure * share


@njit(cache=True, nogil=True)
def push(heap: Heap, key: float, item: int) -> None:
    at = heap.size[0]
    heap.size[0] = at + 1
    while at > 0:
        above = (at - 1) >> 1
        if heap.key[above] <= key:
            break
        heap.key[at] = heap.key[above]
        heap.item[at] = heap.item[above]
        at = above
    heap.key[at] = key
    heap.item[at] = item


@njit(cache=True, nogil=True)
def pop(heap: Heap) -> tuple[float, int]:
    key, item = heap.key[0], heap.item[0]
    size = heap.size[0] - 1
    heap.size[0] = size
    last_key, last_item = heap.key[size], heap.item[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap.key[below + 1] < heap.key[below]:
            below += 1
        if heap.key[below] >= last_key:
            break
        heap.key[at] = heap.key[below]
        heap.item[at] = heap.item[below]
        at = below
    heap.key[at] = last_key
    heap.item[at] = last_item
    return key, item


@njit(cache=True, nogil=True)
def offer(heap: Heap, reach: Reach, node: int, cost: float, carried: float, arc: int) -> None:
    """Take a path to `node` if it is the cheapest so far."""
    if cost < reach.cost[node]:
        reach.cost[node] = cost
        reach.carried[node] = carried
        reach.by_arc[node] = arc
        push(heap, cost, node)


@njit(cache=True, nogil=True)
def start(graph: Graph, points: Points, source: int, heap: Heap, reach: Reach) -> None:
    """Leave a point along its edge in both directions, as far as they are open."""
    reach.cost[:] = np.inf
    reach.settled[:] = False
    heap.size[0] = 0
    edge, share = points.edge[source], points.share[source]
    ahead, behind = 1 - share, share
    carried = part(graph.forward_carried[edge], ahead)
    offer(heap, reach, graph.head[edge], part(graph.forward[edge], ahead), carried, -1)
    carried = part(graph.backward_carried[edge], behind)
    offer(heap, reach, graph.tail[edge], part(graph.backward[edge], behind), carried, -1)


@njit(cache=True, nogil=True)
def search(
    graph: Graph, points: Points, source: int, wanted: NDArray[np.int32], limit: float, heap: Heap, reach: Reach
) -> None:
    """Settle junctions from one point until all `wanted` ones are settled or the next costs more than `limit`."""
    start(graph, points, source, heap, reach)
    remaining = len(wanted)
    is_wanted = np.zeros(len(reach.cost), np.bool_)
    is_wanted[wanted] = True
    while heap.size[0] > 0:
        cost, node = pop(heap)
        if reach.settled[node]:
            continue
        if cost > limit:
            break
        reach.settled[node] = True
        if is_wanted[node]:
            remaining -= 1
            if remaining == 0:
                break
        carried = reach.carried[node]
        for arc in range(graph.first[node], graph.first[node + 1]):
            offer(heap, reach, graph.to[arc], cost + graph.arc_cost[arc], carried + graph.arc_carried[arc], arc)


@njit(cache=True, nogil=True)
def arrival(graph: Graph, points: Points, source: int, target: int, reach: Reach) -> tuple[float, float, int]:
    """Cost and carried figure to a point once its edge's junctions are settled, and how it is entered.

    Entered from the tail (1), from the head (2), straight along a shared edge (0), or not at all (-1).
    """
    edge, share = points.edge[target], points.share[target]
    best, carried, entry = np.inf, np.inf, -1
    if points.edge[source] == edge:
        step = share - points.share[source]
        best = part(graph.forward[edge], step) if step > 0 else part(graph.backward[edge], -step)
        carried = part(graph.forward_carried[edge], step) if step > 0 else part(graph.backward_carried[edge], -step)
        entry = 0 if best < np.inf else -1
    tail, head = graph.tail[edge], graph.head[edge]
    from_tail = reach.cost[tail] + part(graph.forward[edge], share)
    if from_tail < best:
        best, carried, entry = from_tail, reach.carried[tail] + part(graph.forward_carried[edge], share), 1
    from_head = reach.cost[head] + part(graph.backward[edge], 1 - share)
    if from_head < best:
        best, carried, entry = from_head, reach.carried[head] + part(graph.backward_carried[edge], 1 - share), 2
    return best, carried, entry


@njit(cache=True, nogil=True)
def new_heap(graph: Graph) -> Heap:
    """Room for every arc once and for both starts."""
    room = len(graph.to) + 4
    return Heap(np.empty(room, np.float64), np.empty(room, np.int64), np.zeros(1, np.int64))


@njit(cache=True, nogil=True)
def new_reach(graph: Graph) -> Reach:
    nodes = len(graph.first) - 1
    return Reach(np.full(nodes, np.inf), np.zeros(nodes), np.full(nodes, -1, np.int64), np.zeros(nodes, np.bool_))


@njit(cache=True, nogil=True)
def many_to_many(
    graph: Graph, points: Points, sources: NDArray[np.int64], targets: NDArray[np.int64], wanted: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cost and carried figure from each source to each target; infinite where there is no way.

    `wanted` are the distinct junctions at the ends of the targets' edges.
    """
    cost = np.empty((len(sources), len(targets)))
    carried = np.empty((len(sources), len(targets)))
    heap, reach = new_heap(graph), new_reach(graph)
    for row in range(len(sources)):
        search(graph, points, sources[row], wanted, np.inf, heap, reach)
        for column in range(len(targets)):
            best, second, _ = arrival(graph, points, sources[row], targets[column], reach)
            cost[row, column] = best
            carried[row, column] = second
    return cost, carried


@njit(cache=True, nogil=True)
def reach_from(graph: Graph, points: Points, source: int, limit: float) -> Reach:
    """Everything within `limit` of one point; junctions beyond it are infinitely far."""
    heap, reach = new_heap(graph), new_reach(graph)
    search(graph, points, source, np.empty(0, np.int32), limit, heap, reach)
    for node in range(len(reach.cost)):
        if not reach.settled[node]:
            reach.cost[node] = np.inf
    return reach


@njit(cache=True, nogil=True)
def leg(
    graph: Graph, points: Points, source: int, target: int, wanted: NDArray[np.int32]
) -> tuple[float, float, int, Reach]:
    """The cheapest way between two points, with what is needed to walk it back."""
    heap, reach = new_heap(graph), new_reach(graph)
    search(graph, points, source, wanted, np.inf, heap, reach)
    cost, carried, entry = arrival(graph, points, source, target, reach)
    return cost, carried, entry, reach
