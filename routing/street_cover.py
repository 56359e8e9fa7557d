"""Walking every street once: a closed walk over a street network that serves each segment asked for.

The rural postman problem on an undirected network, after Frederickson, "Approximation Algorithms for Some Postman
Problems", Journal of the ACM 26 (1979): the parts that are to be served are connected by the shortest ways between
them, junctions with an odd number of segments are paired by short ways, and an Eulerian walk (Hierholzer) passes all.
Where we differ: the pairing is greedy and then improved by exchanges, so the walk is good, not proven shortest;
`bound_s` is what no walk can undercut: every segment once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from routing.errors import BadProblemError

NOWHERE = -9999
MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True, eq=False)
class StreetProblem:
    """Segment `e` joins junctions `tail[e]` and `head[e]`; it takes `walk_s[e]` to walk, `serve_s[e]` more to serve.

    `required` (e,) says which are to be served. The walk begins and ends at junction `start`.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    walk_s: NDArray[np.float64]
    serve_s: NDArray[np.float64]
    required: NDArray[np.bool_]
    start: int

    def __post_init__(self) -> None:
        sizes = {len(self.tail), len(self.head), len(self.walk_s), len(self.serve_s), len(self.required)}
        if len(sizes) != 1:
            raise BadProblemError(f"every segment needs all figures, got arrays of {sorted(sizes)}")
        if len(self.walk_s) and (min(self.walk_s.min(), self.serve_s.min()) < 0 or not np.isfinite(self.walk_s).all()):
            raise BadProblemError("walk_s and serve_s must be finite and not negative")


@dataclass(frozen=True, slots=True)
class Step:
    """Walk segment `edge` from junction `origin` to `target`; `serves`: its households are visited on the way."""

    edge: int
    origin: int
    target: int
    serves: bool


@dataclass(frozen=True, slots=True)
class StreetWalk:
    """A closed walk. `left_out` are segments that cannot be reached from the start; `bound_s`: see the module."""

    steps: tuple[Step, ...]
    left_out: tuple[int, ...]
    walk_s: float
    serve_s: float
    bound_s: float


def cover_streets(problem: StreetProblem) -> StreetWalk:
    """A short closed walk from the start that serves every required segment within reach exactly once."""
    ways = _Ways(problem)
    asked = np.flatnonzero(problem.required)
    reached = np.isfinite(ways.from_(problem.start)[problem.tail[asked]])
    served = [int(edge) for edge in asked[reached]]
    left_out = tuple(int(edge) for edge in asked[~reached])
    bound_s = float(problem.walk_s[served].sum())
    if not served:
        return StreetWalk((), left_out, 0.0, 0.0, bound_s)
    used = [*served, *connected(problem, ways, served)]
    used += paired(problem, ways, used)
    steps = tuple(serving(euler_walk(problem, used), set(served)))
    walk_s = float(sum(problem.walk_s[step.edge] for step in steps))
    return StreetWalk(steps, left_out, walk_s, float(problem.serve_s[served].sum()), bound_s)


def connected(problem: StreetProblem, ways: "_Ways", served: Sequence[int]) -> list[int]:
    """Segments that join the parts to be served, and the start, into one: shortest ways, nearest part first."""
    count = ways.count
    part = csr_matrix((np.ones(len(served)), (problem.tail[served], problem.head[served])), shape=(count, count))
    _, label = connected_components(part, directed=False)
    touched = np.unique(np.concatenate([problem.tail[served], problem.head[served]]))
    inside = touched[label[touched] == label[problem.start]]
    inside = np.union1d(inside, [problem.start])
    waiting = np.setdiff1d(touched, inside)
    added: list[int] = []
    while len(waiting):
        reach_s = dijkstra(ways.matrix, directed=False, indices=inside, min_only=True)
        nearest = int(waiting[np.argmin(reach_s[waiting])])
        added += ways.path_to(nearest, inside)
        joined = touched[label[touched] == label[nearest]]
        inside, waiting = np.union1d(inside, joined), np.setdiff1d(waiting, joined)
    return added


def paired(problem: StreetProblem, ways: "_Ways", used: Sequence[int]) -> list[int]:
    """Segments to walk once more, so that every junction has an even number of them."""
    degree = np.bincount(problem.tail[list(used)], minlength=ways.count) + np.bincount(
        problem.head[list(used)], minlength=ways.count
    )
    odd = np.flatnonzero(degree % 2)
    if not len(odd):
        return []
    apart_s, before = dijkstra(ways.matrix, directed=False, indices=odd, return_predecessors=True)
    between_s = apart_s[:, odd]
    pairs = improved(between_s, greedy_pairs(between_s))
    return [edge for a, b in pairs for edge in ways.along(before[a], int(odd[a]), int(odd[b]))]


def greedy_pairs(apart_s: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Each with another: the nearest two first."""
    count = len(apart_s)
    rows, columns = np.triu_indices(count, 1)
    free, pairs = np.ones(count, np.bool_), []
    for at in np.argsort(apart_s[rows, columns], kind="stable"):
        a, b = int(rows[at]), int(columns[at])
        if free[a] and free[b]:
            free[a] = free[b] = False
            pairs.append((a, b))
    return pairs


def improved(apart_s: NDArray[np.float64], pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Exchange partners between two pairs as long as that is shorter."""
    for _ in range(MOST_ROUNDS):
        better = False
        for i in range(len(pairs)):
            for j in range(i + 1, len(pairs)):
                (a, b), (c, d) = pairs[i], pairs[j]
                now = apart_s[a, b] + apart_s[c, d]
                for one, other in (((a, c), (b, d)), ((a, d), (b, c))):
                    if apart_s[one] + apart_s[other] < now - 1e-9:
                        pairs[i], pairs[j], better = one, other, True
                        break
        if not better:
            break
    return pairs


def euler_walk(problem: StreetProblem, used: Sequence[int]) -> list[tuple[int, int, int]]:
    """Every use of a segment once, from the start back to it (Hierholzer): edge, from, to."""
    at: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, edge in enumerate(used):
        a, b = int(problem.tail[edge]), int(problem.head[edge])
        at[a].append((number, edge, b))
        at[b].append((number, edge, a))
    gone, stack, walk = set[int](), [(problem.start, -1)], list[tuple[int, int]]()
    while stack:
        here = stack[-1][0]
        while at[here] and at[here][-1][0] in gone:
            at[here].pop()
        if at[here]:
            number, edge, there = at[here].pop()
            gone.add(number)
            stack.append((there, edge))
        else:
            walk.append(stack.pop())
    walk.reverse()
    return [(edge, before, node) for (before, _), (node, edge) in pairwise(walk)]


def serving(walk: Sequence[tuple[int, int, int]], served: set[int]) -> list[Step]:
    """The walk as steps: a segment is served the first time it is passed."""
    steps, done = [], set[int]()
    for edge, origin, target in walk:
        steps.append(Step(edge, origin, target, edge in served and edge not in done))
        done.add(edge)
    return steps


class _Ways:
    """Shortest ways on the network; of parallel segments the shortest counts."""

    def __init__(self, problem: StreetProblem) -> None:
        self.count = 1 + max(int(problem.tail.max(initial=0)), int(problem.head.max(initial=0)), problem.start)
        self._edge: dict[tuple[int, int], int] = {}
        for edge in np.argsort(-problem.walk_s, kind="stable").tolist():
            a, b = int(problem.tail[edge]), int(problem.head[edge])
            if a != b:
                self._edge[a, b] = self._edge[b, a] = edge
        ends = np.array(list(self._edge), np.int64).reshape(-1, 2)
        cost = np.maximum([problem.walk_s[edge] for edge in self._edge.values()], 1e-6)
        self.matrix = csr_matrix((cost, (ends[:, 0], ends[:, 1])), shape=(self.count, self.count))

    def from_(self, node: int) -> NDArray[np.float64]:
        """Seconds from a junction to every other; infinite where there is no way."""
        found: NDArray[np.float64] = dijkstra(self.matrix, directed=False, indices=node)
        return found

    def path_to(self, node: int, sources: NDArray[np.int64]) -> list[int]:
        """The segments of the shortest way from the nearest of `sources` to a junction."""
        apart_s, before = dijkstra(self.matrix, directed=False, indices=node, return_predecessors=True)
        return self.along(before, node, int(sources[np.argmin(apart_s[sources])]))

    def along(self, before: NDArray[np.int32], origin: int, target: int) -> list[int]:
        """The segments from `origin` to `target`, given what comes before each junction on the ways from `origin`."""
        found, here = [], target
        while here != origin:
            there = int(before[here])
            if there == NOWHERE:
                raise BadProblemError(f"there is no way from junction {origin} to {target}")
            found.append(self._edge[there, here])
            here = there
        return found
