"""Who is whose neighbour: the graph on which a zone has to hang together.

Accounts at one point (to the centimetre) are neighbours of each other and share all their neighbours. Where many stand
at one point, the search uses a thinned graph: what hangs together on the thin one hangs together on the full one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from clustering.problem import ZoneProblem

SAME_POINT_M = 0.01
CROWD = 8  # accounts at one point up to which everyone there is linked with everyone
NEAREST = 8
REACH = 3  # in a crowd each is linked with so many on either side


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """The different points: which one each account stands on, and which points are neighbours (symmetric)."""

    spot: NDArray[np.int64]  # (n,)
    near: csr_array  # (spots, spots)


def spots_of(problem: ZoneProblem) -> Spots:
    """The points of the problem's ordinary accounts in an order of their own, so that the order of accounts changes
    nothing.

    With a graph given by the caller every account is a point, and one may walk through a named account.
    """
    rows = problem.ordinary
    if problem.neighbours is not None:
        return Spots(np.arange(len(rows)), _without_named(csr_array(problem.neighbours), rows))
    xy_m = problem.xy_m[rows]
    if xy_m.shape[1] != 2:
        return Spots(np.arange(len(rows)), _nearest_graph(xy_m))
    from geo.neighbours import neighbour_graph

    _, first, spot = np.unique(np.round(xy_m / SAME_POINT_M), axis=0, return_index=True, return_inverse=True)
    points = xy_m[first]
    return Spots(spot.reshape(-1).astype(np.int64), csr_array(neighbour_graph(points)))


def _without_named(graph: csr_array, ordinary: NDArray[np.intp]) -> csr_array:
    """The graph of the ordinary accounts; those around one group of named accounts become neighbours of each other."""
    if len(ordinary) == graph.shape[0]:
        return graph
    named = np.setdiff1d(np.arange(graph.shape[0]), ordinary)
    groups, group = connected_components(graph[named][:, named], directed=False)
    member = csr_array((np.ones(len(named), np.int32), (group, np.arange(len(named)))), shape=(groups, len(named)))
    beside = csr_array(member @ graph[named][:, ordinary].astype(np.int32))
    joined = csr_array(graph[ordinary][:, ordinary].astype(np.int32) + beside.T @ beside)
    joined.setdiag(0)
    joined.eliminate_zeros()
    joined.data[:] = 1
    return csr_array(joined.astype(np.int8))


def _nearest_graph(points: NDArray[np.float64]) -> csr_array:
    """Each point and its nearest ones, either way: along whom accounts are moved where there is no plane."""
    n = len(points)
    wanted = min(n, NEAREST + 1)
    _, near = KDTree(points).query(points, k=wanted)
    rows, columns = np.repeat(np.arange(n), wanted), near.ravel()
    other = rows != columns
    rows, columns = np.r_[rows[other], columns[other]], np.r_[columns[other], rows[other]]
    graph = csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(n, n)))
    graph.data[:] = 1
    return graph


def search_graph(spots: Spots, order: NDArray[np.intp]) -> csr_array:
    """The thinned graph of the accounts in this order, (n, n) of ones without diagonal."""
    spot = spots.spot[order]
    n = len(spot)
    if len(order) == spots.near.shape[0]:
        row = np.argsort(spot)
        return csr_array(spots.near[spot][:, spot]) if (row != np.arange(n)).any() else spots.near
    by_spot = np.argsort(spot, kind="stable").astype(np.int64)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(spot, minlength=spots.near.shape[0]))])
    pairs = np.concatenate([_within(ptr), _between(ptr, coo_array(spots.near))])
    one, other = by_spot[pairs[:, 0]], by_spot[pairs[:, 1]]
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    graph = csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(n, n)))
    graph.data[:] = 1
    return graph


def _within(ptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Links between accounts at one point: all in a small crowd, a ring with chords in a large one."""
    pairs = [np.empty((0, 2), np.int64)]
    for spot in np.flatnonzero(np.diff(ptr) > 1):
        size = int(ptr[spot + 1] - ptr[spot])
        if size <= CROWD:
            one, other = np.triu_indices(size, 1)
        else:
            one = np.repeat(np.arange(size), REACH)
            other = (one + np.tile(np.arange(1, REACH + 1), size)) % size
        pairs.append(ptr[spot] + np.column_stack([one, other]))
    return np.concatenate(pairs)


def _between(ptr: NDArray[np.int64], near: coo_array) -> NDArray[np.int64]:
    """Links between accounts at neighbouring points: all between small crowds, else each with one opposite."""
    upper = near.row < near.col
    a, b = near.row[upper].astype(np.int64), near.col[upper].astype(np.int64)
    size = np.diff(ptr)
    alone = (size[a] == 1) & (size[b] == 1)
    pairs = [np.column_stack([ptr[a[alone]], ptr[b[alone]]])]
    for left, right in zip(a[~alone], b[~alone], strict=True):
        m, k = int(size[left]), int(size[right])
        if m * k <= CROWD * CROWD:
            one, other = np.repeat(np.arange(m), k), np.tile(np.arange(k), m)
        else:
            each = np.arange(max(m, k))
            one, other = each % m, each % k
        pairs.append(np.column_stack([ptr[left] + one, ptr[right] + other]))
    return np.concatenate(pairs)


def count_cut_off(spots: Spots, zone: NDArray[np.int64]) -> int:
    """Accounts outside the largest part of their zone, by walking from point to neighbouring point of one zone."""
    accounts: dict[tuple[int, int], int] = {}
    for spot, z in zip(spots.spot.tolist(), zone.tolist(), strict=True):
        accounts[spot, z] = accounts.get((spot, z), 0) + 1
    largest: dict[int, int] = {}
    waiting = set(accounts)
    for start in accounts:
        if start in waiting:
            size = _walk(spots.near, start, accounts, waiting)
            largest[start[1]] = max(size, largest.get(start[1], 0))
    return len(zone) - sum(largest.values())


def _walk(
    near: csr_array, start: tuple[int, int], accounts: dict[tuple[int, int], int], waiting: set[tuple[int, int]]
) -> int:
    """Take all that is connected with `start` out of `waiting`; how many accounts that is."""
    waiting.remove(start)
    todo, size = [start], 0
    while todo:
        spot, zone = todo.pop()
        size += accounts[spot, zone]
        for other in near.indices[near.indptr[spot] : near.indptr[spot + 1]].tolist():
            if (other, zone) in waiting:
                waiting.remove((other, zone))
                todo.append((other, zone))
    return size
