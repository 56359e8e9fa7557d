"""Shortest paths on a road network with turns, compiled.

Dijkstra (1959) with a binary heap in which an arc may stand more than once; a stale entry is skipped when it comes up.
What is settled are arcs (an edge in one direction) at the moment of entering them, since what a turn costs depends on
where one comes from. Travel starts and ends somewhere along an edge: a search sets out from up to two arcs, and an end
is reached on up to two. Paths are the cheapest by cost; seconds and metres are carried along them.

A search may also run backwards, from a target against the arcs: it then settles arcs at the moment of leaving them.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NO_WAY = -(2**62)


class Graph(NamedTuple):
    """Arcs `2 e` (along edge e) and `2 e + 1` (against it) with what they cost; infinite where closed.

    From arc `a` one turns into `to[first[a]:first[a + 1]]`. For a search backwards these are the arcs before `a`.
    """

    first: NDArray[np.int64]
    to: NDArray[np.int32]
    turn_cost: NDArray[np.float32]
    turn_s: NDArray[np.float32]
    cost: NDArray[np.float32]
    seconds: NDArray[np.float32]
    metres: NDArray[np.float32]
    backwards: bool


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
    """Per arc the cost of entering it (backwards: of what follows it), the carried figures, and the arc before.

    `by_arc` is -1 - a where the arc was entered straight from arc a, on which the search started.
    """

    cost: NDArray[np.float64]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    by_arc: NDArray[np.int64]
    settled: NDArray[np.bool_]


class Figures(NamedTuple):
    """Cost, seconds and metres of a way."""

    cost: float
    seconds: float
    metres: float


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
def offer(heap: Heap, reach: Reach, arc: int, way: Figures, before: int) -> None:
    """Take a way into `arc` if it is the cheapest so far."""
    if way.cost < reach.cost[arc]:
        reach.cost[arc] = way.cost
        reach.seconds[arc] = way.seconds
        reach.metres[arc] = way.metres
        reach.by_arc[arc] = before
        push(heap, way.cost, arc)


@njit(cache=True, nogil=True)
def stretch(graph: Graph, arc: int, share: float) -> Figures:
    """A share of an arc; nothing of a closed one costs nothing."""
    return Figures(part(graph.cost[arc], share), part(graph.seconds[arc], share), part(graph.metres[arc], share))


@njit(cache=True, nogil=True)
def along(arc: int, share: float) -> float:
    """How far along an arc a point lies that is at `share` of its edge."""
    return share if arc % 2 == 0 else 1 - share


@njit(cache=True, nogil=True)
def start(graph: Graph, points: Points, source: int, heap: Heap, reach: Reach) -> None:
    """Leave a point on both arcs of its edge, as far as they are open, and turn into what follows."""
    reach.cost[:] = np.inf
    reach.settled[:] = False
    heap.size[0] = 0
    for side in range(2):
        arc = 2 * points.edge[source] + side
        if graph.cost[arc] == np.inf:
            continue
        position = along(arc, points.share[source])
        out = stretch(graph, arc, position if graph.backwards else 1 - position)
        for at in range(graph.first[arc], graph.first[arc + 1]):
            cost, seconds = out.cost + graph.turn_cost[at], out.seconds + graph.turn_s[at]
            offer(heap, reach, graph.to[at], Figures(cost, seconds, out.metres), -1 - arc)


@njit(cache=True, nogil=True)
def search(
    graph: Graph, points: Points, source: int, wanted: NDArray[np.int64], limit: float, heap: Heap, reach: Reach
) -> None:
    """Settle arcs from one point until all `wanted` ones are settled or the next costs more than `limit`."""
    start(graph, points, source, heap, reach)
    remaining = len(wanted)
    is_wanted = np.zeros(len(reach.cost), np.bool_)
    is_wanted[wanted] = True
    while heap.size[0] > 0:
        cost, arc = pop(heap)
        if reach.settled[arc]:
            continue
        if cost > limit:
            break
        reach.settled[arc] = True
        if is_wanted[arc]:
            remaining -= 1
            if remaining == 0:
                break
        cost += graph.cost[arc]
        seconds, metres = reach.seconds[arc] + graph.seconds[arc], reach.metres[arc] + graph.metres[arc]
        for at in range(graph.first[arc], graph.first[arc + 1]):
            way = Figures(cost + graph.turn_cost[at], seconds + graph.turn_s[at], metres)
            offer(heap, reach, graph.to[at], way, arc)


@njit(cache=True, nogil=True)
def arrival(graph: Graph, points: Points, source: int, target: int, reach: Reach) -> tuple[Figures, int]:
    """The way to a point once its edge's arcs are settled, and the arc it ends on.

    -1 - a where it stays on arc a all the way, `NO_WAY` where there is none.
    """
    best, entry = Figures(np.inf, np.inf, np.inf), NO_WAY
    edge = points.edge[target]
    for side in range(2):
        arc = 2 * edge + side
        if graph.cost[arc] == np.inf:
            continue
        position = along(arc, points.share[target])
        if points.edge[source] == edge:
            step = position - along(arc, points.share[source])
            step = -step if graph.backwards else step
            direct = stretch(graph, arc, step)
            if step >= 0 and direct.cost < best.cost:
                best, entry = direct, -1 - arc
        last = stretch(graph, arc, 1 - position if graph.backwards else position)
        if reach.cost[arc] + last.cost < best.cost:
            cost, seconds = reach.cost[arc] + last.cost, reach.seconds[arc] + last.seconds
            best, entry = Figures(cost, seconds, reach.metres[arc] + last.metres), arc
    return best, entry


@njit(cache=True, nogil=True)
def new_heap(graph: Graph) -> Heap:
    """Room for every turn once and for those of both starts."""
    room = 2 * len(graph.to) + 4
    return Heap(np.empty(room, np.float64), np.empty(room, np.int64), np.zeros(1, np.int64))


@njit(cache=True, nogil=True)
def new_reach(graph: Graph) -> Reach:
    arcs = len(graph.cost)
    figures = np.full(arcs, np.inf), np.zeros(arcs), np.zeros(arcs)
    return Reach(figures[0], figures[1], figures[2], np.full(arcs, -1, np.int64), np.zeros(arcs, np.bool_))


@njit(cache=True, nogil=True)
def many_to_many(
    graph: Graph, points: Points, sources: NDArray[np.int64], targets: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds and metres from each source to each target; infinite where there is no way.

    `wanted` are the distinct open arcs of the targets' edges.
    """
    seconds = np.empty((len(sources), len(targets)))
    metres = np.empty((len(sources), len(targets)))
    heap, reach = new_heap(graph), new_reach(graph)
    for row in range(len(sources)):
        search(graph, points, sources[row], wanted, np.inf, heap, reach)
        for column in range(len(targets)):
            way, _ = arrival(graph, points, sources[row], targets[column], reach)
            seconds[row, column] = way.seconds
            metres[row, column] = way.metres
    return seconds, metres


@njit(cache=True, nogil=True)
def reach_from(graph: Graph, points: Points, source: int, limit: float) -> Reach:
    """Everything within `limit` of one point; arcs beyond it are infinitely far."""
    heap, reach = new_heap(graph), new_reach(graph)
    search(graph, points, source, np.empty(0, np.int64), limit, heap, reach)
    for arc in range(len(reach.cost)):
        if not reach.settled[arc]:
            reach.cost[arc] = np.inf
    return reach


@njit(cache=True, nogil=True)
def leg(
    graph: Graph, points: Points, source: int, target: int, wanted: NDArray[np.int64]
) -> tuple[Figures, int, Reach]:
    """The cheapest way between two points, with what is needed to walk it back."""
    heap, reach = new_heap(graph), new_reach(graph)
    search(graph, points, source, wanted, np.inf, heap, reach)
    way, entry = arrival(graph, points, source, target, reach)
    return way, entry, reach
