"""A planner's rules in the form a zone problem takes them."""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from clustering.errors import InvalidProblem

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


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
