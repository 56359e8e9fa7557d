"""A planner's rules in the form a zone problem takes them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from clustering.errors import InvalidProblem

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def forbidden_by_skill(needs: Sequence[str | None], skills: Sequence[frozenset[str] | set[str]]) -> NDArray[np.int32]:
    """Pairs (account, zone) where the account needs a skill its zone's rep lacks, for `ZoneProblem.forbidden`.

    needs: for each account the skill it needs, or None. skills: for each zone what its rep can do.

    Raises:
        InvalidProblem: a skill that nobody has; names it and the first account that needs it.
    """
    pairs = []
    for account, need in enumerate(needs):
        if need is None:
            continue
        without = [zone for zone, has in enumerate(skills) if need not in has]
        if len(without) == len(skills):
            raise InvalidProblem(f"account {account} needs {need!r}, which no rep has")
        pairs += [(account, zone) for zone in without]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def cut_by_barriers(
    neighbours: csr_array, xy_m: NDArray[np.float64], barriers_m: Sequence["BaseGeometry"]
) -> csr_array:
    """The neighbour graph without the links that cross a barrier (a river, a border; lines or areas in metres).

    A bridge is a gap in the line. Where the barriers cut places off from everything, they become islands, and the plan
    says so.
    """
    from shapely import STRtree, linestrings

    links = coo_array(neighbours)
    upper = links.row < links.col
    one, other = links.row[upper], links.col[upper]
    lines = np.atleast_1d(np.asarray(linestrings(np.stack([xy_m[one], xy_m[other]], axis=1)), dtype=object))
    crossed = np.zeros(len(lines), np.bool_)
    if len(lines) and len(barriers_m):
        crossed[STRtree(lines).query(list(barriers_m), predicate="intersects")[1]] = True
    rows, columns = one[~crossed], other[~crossed]
    kept = np.r_[rows, columns], np.r_[columns, rows]
    return csr_array(coo_array((np.ones(len(kept[0]), np.int8), kept), shape=neighbours.shape))
