"""A planner's rules in the form a zone problem takes them."""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

from clustering.errors import InvalidProblem

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

BRIDGED = 200  # so many places nearest to a bridge are asked whether a barrier lies between them


def forbidden_by_skill(needs: Sequence[str | Set[str] | None], skills: Sequence[Set[str]]) -> NDArray[np.int32]:
    """Pairs (account, zone) where the account needs a skill its zone's rep lacks, for `ZoneProblem.forbidden`.

    needs: for each account the skill it needs, or several of which one rep must have all, or None. skills: for each
    zone what its rep can do.

    Raises:
        InvalidProblem: skills that nobody has (together); names them and the first account that needs them.
    """
    pairs = []
    for account, need in enumerate(needs):
        wanted = {need} if isinstance(need, str) else set(need or ())
        without = [zone for zone, has in enumerate(skills) if not wanted <= has]
        if wanted and len(without) == len(skills):
            told = " and ".join(repr(skill) for skill in sorted(wanted))
            raise InvalidProblem(f"account {account} needs {told}, which no rep has")
        pairs += [(account, zone) for zone in without]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def cut_by_barriers(
    neighbours: csr_array,
    xy_m: NDArray[np.float64],
    barriers_m: "Sequence[BaseGeometry] | NDArray[np.object_]",
    bridges_m: ArrayLike = (),
) -> csr_array:
    """The neighbour graph without the links that cross a barrier (a river, a border; lines or areas in metres).

    A bridge is a gap in the line, wide enough for a link to pass, or a point of `bridges_m` (b, 2): there the two
    nearest places across the barrier from each other stay or become neighbours. Where the barriers cut places off from
    everything, they become islands, and the plan says so.
    """
    from shapely import STRtree

    links = coo_array(neighbours)
    upper = links.row < links.col
    one, other = links.row[upper].astype(np.int64), links.col[upper].astype(np.int64)
    crossed = np.zeros(len(one), np.bool_)
    if len(one) and len(barriers_m):
        crossed[STRtree(_ways(xy_m, one, other)).query(list(barriers_m), predicate="intersects")[1]] = True
    pairs = [_joined_at(bridge, xy_m, barriers_m) for bridge in np.reshape(bridges_m, (-1, 2))]
    bridged = np.array([pair for pair in pairs if pair], dtype=np.int64).reshape(-1, 2)
    one, other = np.r_[one[~crossed], bridged[:, 0]], np.r_[other[~crossed], bridged[:, 1]]
    rows, columns = np.r_[one, other], np.r_[other, one]
    graph = csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=neighbours.shape))
    graph.data[:] = 1
    return graph


def _joined_at(
    bridge: NDArray[np.float64], xy_m: NDArray[np.float64], barriers_m: "Sequence[BaseGeometry] | NDArray[np.object_]"
) -> tuple[int, int] | None:
    """The two places a bridge joins: the nearest, and the nearest with a barrier in between; None where there is none.

    Only the places nearest to the bridge are looked at.
    """
    from shapely import STRtree

    near = np.argsort(((xy_m - bridge) ** 2).sum(axis=1), kind="stable")[:BRIDGED]
    if len(near) < 2 or not len(barriers_m):
        return None
    ways = _ways(xy_m, np.full(len(near) - 1, near[0]), near[1:])
    across = np.unique(STRtree(ways).query(list(barriers_m), predicate="intersects")[1])
    return (int(near[0]), int(near[1 + across[0]])) if len(across) else None


def _ways(xy_m: NDArray[np.float64], one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.object_]:
    """Straight lines between places."""
    from shapely import linestrings

    return np.atleast_1d(np.asarray(linestrings(np.stack([xy_m[one], xy_m[other]], axis=1)), dtype=object))
