"""Pieces of land without accounts join the zones beside them, so that borders are short and run along lines."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

FIRST, SECOND, OPEN = 0.6, 1.0, 2.0
"""What a metre of border costs along a main line, along a minor one, and across open land; along a barrier nothing."""
ON_LINE_M = 1e-3
ROUNDS = 30  # times the free pieces: so often one may change hands on the mean, which is never reached

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What borders between pieces cost: (pieces, pieces) symmetric; `metres` are plain lengths, barriers included."""

    cost: csr_array
    metres: csr_array


def sides_of(pieces: Geometries, barriers: Geometries, main: Geometries, minor: Geometries) -> Sides:
    """The borders that pieces have in common, by the lines they run along."""
    one, other, corner = shared_sides(pieces)
    apart = one != other
    one, other, corner = one[apart], other[apart], corner[apart]
    metres = np.hypot(*(corner[:, 0] - corner[:, 1]).T)
    price = np.full(len(metres), OPEN)
    tree = shapely.STRtree(shapely.points(corner.mean(axis=1)))
    for lines, each in ((minor, SECOND), (main, FIRST), (barriers, 0.0)):
        price[tree.query(lines, predicate="dwithin", distance=ON_LINE_M)[1]] = each
    size = (len(pieces), len(pieces))
    pair = np.r_[one, other], np.r_[other, one]
    return Sides(*(csr_array(coo_array((np.tile(value, 2), pair), shape=size)) for value in (price * metres, metres)))


def shared_sides(pieces: Geometries) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """The straight sides that two pieces have in common: the one, the other, and the side's ends (sides, 2, 2).

    Pieces must have the corners of a common border in common, as those of `shapely.polygonize` do.
    """
    parts, piece = shapely.get_parts(shapely.boundary(pieces), return_index=True)
    points, ring = shapely.get_coordinates(parts, return_index=True)
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    start, stop = points[follows], points[follows + 1]
    turned = (start[:, 0] > stop[:, 0]) | ((start[:, 0] == stop[:, 0]) & (start[:, 1] > stop[:, 1]))
    low, high = np.where(turned[:, None], stop, start), np.where(turned[:, None], start, stop)
    sides = np.column_stack([low, high])
    order = np.lexsort(sides.T)
    twice = np.flatnonzero((sides[order[1:]] == sides[order[:-1]]).all(axis=1))
    of_side = piece[ring[follows]]
    return of_side[order[twice]], of_side[order[twice + 1]], sides[order[twice]].reshape(-1, 2, 2)


def spread(zone: Ints, sides: csr_array) -> None:
    """Give pieces with -1 the zone whose border with them is dearest, ring by ring, while one lies beside them."""
    while (zone < 0).any():
        held = np.flatnonzero(zone >= 0)
        label = coo_array(
            (np.ones(len(held)), (held, zone[held])), shape=(len(zone), int(zone.max(initial=0)) + 1)
        ).tocsr()
        pull = csr_array(sides @ label)
        reached = np.flatnonzero((zone < 0) & (np.asarray(pull.max(axis=1).todense()).reshape(-1) > 0))
        if not len(reached):
            return
        zone[reached] = np.asarray(pull[reached].argmax(axis=1)).reshape(-1)


def shorten(zone: Ints, free: NDArray[np.bool_], sides: csr_array) -> None:
    """Let free pieces change to the zone beside them while that makes borders cheaper and parts no zone.

    Iterated conditional modes (Besag 1986) on the length of all borders, one piece at a time.
    """
    first, beside, price = sides.indptr, sides.indices, sides.data
    coo = coo_array(sides)
    waiting = sorted(set(coo.row[free[coo.row] & (zone[coo.row] != zone[coo.col])].tolist()), reverse=True)
    listed = set(waiting)
    for _ in range(ROUNDS * len(zone)):
        if not waiting:
            return
        piece = waiting.pop()
        listed.discard(piece)
        near = slice(first[piece], first[piece + 1])
        pull: dict[int, float] = {}
        for other, metres in zip(zone[beside[near]].tolist(), price[near].tolist(), strict=True):
            pull[other] = pull.get(other, 0.0) + metres
        own = int(zone[piece])
        best = max(pull, key=lambda name: (pull[name], -name))
        if pull[best] <= pull.get(own, 0.0) * (1 + 1e-9) or not _holds_without(piece, own, zone, sides):
            continue
        zone[piece] = best
        for other in beside[near].tolist():
            if free[other] and other not in listed:
                waiting.append(other)
                listed.add(other)


def _holds_without(piece: int, own: int, zone: Ints, sides: csr_array) -> bool:
    """Whether the pieces of the zone around this one hang together without it, within two steps of it."""
    first, beside = sides.indptr, sides.indices

    def mine(at: int) -> list[int]:
        return [other for other in beside[first[at] : first[at + 1]].tolist() if zone[other] == own and other != piece]

    around = mine(piece)
    if len(around) < 2:
        return len(around) == 1
    near = set(around).union(*(mine(at) for at in around))
    seen, todo = {around[0]}, [around[0]]
    while todo:
        for other in mine(todo.pop()):
            if other in near and other not in seen:
                seen.add(other)
                todo.append(other)
    return seen.issuperset(around)
