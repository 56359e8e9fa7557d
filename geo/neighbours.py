"""Which places lie next to each other."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

SLIVER_COSINE = -0.5  # an outer triangle this obtuse (120°) only bridges a dent of the outline
LONG_EDGE = 4.0  # times the spacing: what counts as reaching across empty land or sea
SAME_PLACE_M = 0.01
FULL_GROUP = 64  # places at one point: up to so many, everyone is everyone's neighbour


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Delaunay triangles and edges that are left when what reaches across the outside is taken away.

    `triangles` (t, 3) and `edges` (e, 2; first < second) hold indices of the points. The edges connect all points.
    """

    triangles: NDArray[np.int64]
    edges: NDArray[np.int64]


def neighbour_graph(xy_m: NDArray[np.float64]) -> csr_array:
    """Neighbours among n places, as a symmetric (n, n) int8 matrix of ones without diagonal; always connected.

    Neighbours are joined by an edge of the Delaunay triangulation, except for edges on its outside that only close a
    dent (a triangle flatter than 120°) or reach farther than 4 times the spacing around them: those run along the
    convex hull across bays and borders and would call two coasts neighbours. Taking away an outer edge leaves the
    two other sides of its triangle, so the graph stays connected. The rule is that of characteristic shapes (Duckham
    and others 2008, Pattern Recognition 41), with a local measure of what is long.

    Places at one point are neighbours of each other and share all neighbours; from 64 at one point on each has the
    nearest 64 in the order given, which keeps the matrix sparse. Two places, or places on a line, make a chain.

    Args:
        xy_m: shape (n, 2), metres.

    Raises:
        ValueError: wrong shape, or a coordinate that is not a finite number.
    """
    xy_m = _checked(xy_m)
    group, spots = _groups(xy_m)
    pairs = [_within(members) for members in spots if len(members) > 1]
    first = np.fromiter((members[0] for members in spots), dtype=np.int64, count=len(spots))
    edges = triangulate(xy_m[first]).edges
    crowded = np.fromiter((len(members) > 1 for members in spots), dtype=bool, count=len(spots))[edges].any(axis=1)
    pairs += [first[edges[~crowded]]] + [_between(spots[a], spots[b]) for a, b in edges[crowded]]
    one, other = np.concatenate(pairs).T
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(group),) * 2).tocsr()
    graph.data[:] = 1
    return graph


def triangulate(xy_m: NDArray[np.float64]) -> Mesh:
    """The mesh behind `neighbour_graph`, for points that all differ; no triangles when they lie on a line."""
    n = len(xy_m)
    if n < 3 or _on_a_line(xy_m):
        return Mesh(np.empty((0, 3), dtype=np.int64), _chain(xy_m))
    try:
        delaunay = Delaunay(xy_m - xy_m.mean(axis=0))
    except QhullError:  # all but on a line
        return Mesh(np.empty((0, 3), dtype=np.int64), _chain(xy_m))
    triangles = np.sort(delaunay.simplices.astype(np.int64), axis=1)
    triangles = triangles[np.lexsort(triangles.T[::-1])]
    kept, edges = _peel(xy_m, triangles)
    dropped = delaunay.coplanar[:, [0, 2]].astype(np.int64)  # points Qhull could not tell from a vertex
    if len(dropped):
        edges = np.unique(np.sort(np.concatenate([edges, dropped]), axis=1), axis=0)
    return Mesh(triangles[kept], edges)


def _checked(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    xy_m = np.asarray(xy_m, dtype=np.float64)
    if xy_m.ndim != 2 or xy_m.shape[1] != 2:
        raise ValueError(f"xy_m must have shape (n, 2), got {xy_m.shape}")
    if not np.isfinite(xy_m).all():
        raise ValueError(f"xy_m must be finite, row {int(np.flatnonzero(~np.isfinite(xy_m).all(axis=1))[0])} is not")
    return xy_m


def _groups(xy_m: NDArray[np.float64]) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The group of each place, and the places of each group; a group stands at one point."""
    spot = np.round(xy_m / SAME_PLACE_M)
    order = np.lexsort((spot[:, 1], spot[:, 0])).astype(np.int64)
    new = np.any(spot[order][1:] != spot[order][:-1], axis=1)
    group = np.empty(len(spot), dtype=np.int64)
    group[order] = np.concatenate([[0], np.cumsum(new)])[: len(spot)]
    return group, np.split(order, np.flatnonzero(new) + 1) if len(order) else []


def _within(members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges among places at one point: all of them, or each to the next ones in a ring."""
    m = len(members)
    if m <= FULL_GROUP:
        one, other = np.triu_indices(m, k=1)
    else:
        one = np.repeat(np.arange(m), FULL_GROUP // 2)
        other = (one + np.tile(np.arange(1, FULL_GROUP // 2 + 1), m)) % m
    return np.column_stack([members[one], members[other]])


def _between(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges between the places at two neighbouring points: all of them, or all with the first of the other point."""
    if len(one) * len(other) <= FULL_GROUP**2:
        return np.column_stack([np.repeat(one, len(other)), np.tile(other, len(one))])
    first = np.column_stack([one, np.full(len(one), other[0])])
    return np.concatenate([first, np.column_stack([np.full(len(other), one[0]), other])])


def _on_a_line(xy_m: NDArray[np.float64]) -> bool:
    wide, narrow = np.linalg.svd(xy_m - xy_m.mean(axis=0), compute_uv=False)
    return bool(narrow <= 1e-9 * wide)


def _chain(xy_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Each point linked to the next along the line they lie on."""
    if len(xy_m) < 2:
        return np.empty((0, 2), dtype=np.int64)
    axis = np.linalg.svd(xy_m - xy_m.mean(axis=0), full_matrices=False)[2][0]
    order = np.argsort(xy_m @ axis, kind="stable")
    return np.sort(np.column_stack([order[:-1], order[1:]]), axis=1)


@dataclass(slots=True, eq=False)
class _Skin:
    """Triangles and edges while the outside is being taken away."""

    sides: NDArray[np.int64]  # (t, 3) the edges of each triangle; side s lies opposite corner s
    edges: NDArray[np.int64]  # (e, 2)
    length_m: NDArray[np.float64]  # (e,)
    owners: NDArray[np.int64]  # (e,) triangles that still hold the edge
    owner_sum: NDArray[np.int64]  # (e,) their numbers added up: the one that is left when there is one


def _peel(xy_m: NDArray[np.float64], triangles: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which triangles stay, and the edges that stay: take away outer edges, the longest first, while any should go."""
    skin = _skin(xy_m, triangles)
    limit = LONG_EDGE * _spacing(skin, len(xy_m))
    obtuse = _obtuse(skin)
    kept, gone = np.ones(len(triangles), dtype=bool), np.zeros(len(skin.edges), dtype=bool)

    def should_go(edge: int) -> bool:
        return bool(obtuse[int(skin.owner_sum[edge])] == edge or skin.length_m[edge] > limit[edge])

    heap = [(-float(skin.length_m[e]), int(e)) for e in np.flatnonzero(skin.owners == 1) if should_go(int(e))]
    heapq.heapify(heap)
    while heap:
        edge = heapq.heappop(heap)[1]
        if skin.owners[edge] != 1:
            continue  # its last triangle went with another edge: now it is what holds two parts together
        triangle = int(skin.owner_sum[edge])
        kept[triangle], gone[edge] = False, True
        for side in skin.sides[triangle]:
            skin.owners[side] -= 1
            skin.owner_sum[side] -= triangle
            if skin.owners[side] == 1 and should_go(int(side)):
                heapq.heappush(heap, (-float(skin.length_m[side]), int(side)))
    return kept, skin.edges[~gone]


def _skin(xy_m: NDArray[np.float64], triangles: NDArray[np.int64]) -> _Skin:
    """Edges of the triangles, each once, and who holds them."""
    each = np.concatenate([triangles[:, [1, 2]], triangles[:, [0, 2]], triangles[:, [0, 1]]])
    n = len(xy_m)
    key, which = np.unique(each[:, 0] * n + each[:, 1], return_inverse=True)
    edges, which = np.column_stack([key // n, key % n]), which.astype(np.int64)
    owners = np.bincount(which, minlength=len(edges)).astype(np.int64)
    number = np.tile(np.arange(len(triangles), dtype=np.int64), 3)
    owner_sum = np.zeros(len(edges), dtype=np.int64)
    np.add.at(owner_sum, which, number)
    length_m = np.hypot(*(xy_m[edges[:, 0]] - xy_m[edges[:, 1]]).T)
    return _Skin(which.reshape(3, -1).T.copy(), edges, length_m, owners, owner_sum)


def _obtuse(skin: _Skin) -> NDArray[np.int64]:
    """For each triangle the edge opposite an angle of more than 120°, or -1."""
    squares = skin.length_m[skin.sides] ** 2
    longest = squares.argmax(axis=1)
    rows = np.arange(len(squares))
    top = squares[rows, longest]
    a, b = (squares[rows, (longest + k) % 3] for k in (1, 2))
    cosine = (a + b - top) / np.maximum(2 * np.sqrt(a * b), 1e-12)
    return np.where(cosine < SLIVER_COSINE, skin.sides[rows, longest], -1)


def _spacing(skin: _Skin, n: int) -> NDArray[np.float64]:
    """What is near, around each edge, in metres: the most of the spacing at its two ends and of the whole.

    At an end it is the mean of the two shortest edges there. Of the whole it is the length-weighted median edge of
    the shortest tree through all points, so that a country of towns with many accounts each is measured by the gaps
    between the towns.
    """
    ends = np.concatenate([skin.edges[:, 0], skin.edges[:, 1]])
    lengths = np.tile(skin.length_m, 2)
    order = np.lexsort((lengths, ends))
    first = np.searchsorted(ends[order], np.arange(n))
    count = np.bincount(ends, minlength=n)
    around = np.zeros(n)
    for k in range(2):
        has = count > k
        around[has] += lengths[order][first[has] + k]
    around /= np.maximum(np.minimum(count, 2), 1)
    graph = coo_array((skin.length_m, (skin.edges[:, 0], skin.edges[:, 1])), shape=(n, n)).tocsr()
    tree = np.sort(minimum_spanning_tree(graph).data)
    whole = tree[np.searchsorted(np.cumsum(tree), tree.sum() / 2)] if len(tree) else 0.0
    return np.maximum(np.maximum(around[skin.edges[:, 0]], around[skin.edges[:, 1]]), whole)
