"""Accounts that must stay together (one address, one household, one postal area) as single units."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from clustering.errors import InvalidProblem

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Units in place of n accounts: `unit` (n,) says which; the arrays are those of a `ZoneProblem` of the units.

    Zones of units are zones of accounts: `plan.zone[units.unit]`. With squared distances the accounts' cost is that of
    the units plus `within`, the same for every division.
    """

    unit: NDArray[np.int64]
    xy_m: Floats
    load: Floats
    weight: Floats
    within: float

    def neighbours(self, graph: Any) -> csr_array:
        """The accounts' neighbour graph (n, n) as one of the units: neighbours are units with neighbouring accounts."""
        links = coo_array(graph)
        rows, columns = self.unit[links.row], self.unit[links.col]
        apart = rows != columns
        size = (len(self.weight), len(self.weight))
        joined = csr_array(coo_array((np.ones(int(apart.sum()), np.int8), (rows[apart], columns[apart])), shape=size))
        joined.data[:] = 1
        return joined

    def agreed(self, values: ArrayLike, name: str) -> NDArray[np.int32]:
        """One zone per unit from zones per account (-1 = none), for locks and present zones.

        Raises:
            InvalidProblem: two accounts of one unit that want different zones.
        """
        given = np.asarray(values, dtype=np.int32)
        least = np.full(len(self.weight), np.iinfo(np.int32).max, np.int32)
        most = np.full(len(self.weight), -1, np.int32)
        wants = given >= 0
        np.minimum.at(least, self.unit[wants], given[wants])
        np.maximum.at(most, self.unit[wants], given[wants])
        clash = (most >= 0) & (least != most)
        if clash.any():
            rows = np.flatnonzero(self.unit == int(np.argmax(clash)))
            raise InvalidProblem(f"{name}: accounts {rows.tolist()} belong together but want different zones")
        return most


def tie_islands(neighbours: Any, xy_m: ArrayLike) -> csr_array:
    """The graph with every part that hangs on nothing tied to the rest by its shortest link; entries are ones."""
    places = np.asarray(xy_m, dtype=np.float64)
    graph = csr_array(coo_array(neighbours)).astype(np.int8)
    graph.data[:] = 1
    while True:
        parts, part = connected_components(graph, directed=False)
        if parts == 1:
            return graph
        inside, outside = np.flatnonzero(part == 0), np.flatnonzero(part != 0)
        away, nearest = KDTree(places[inside]).query(places[outside])
        closest = int(np.argmin(away))
        one, other = inside[np.atleast_1d(nearest)[closest]], outside[closest]
        link = coo_array((np.ones(2, np.int8), ([one, other], [other, one])), shape=graph.shape)
        graph = csr_array(graph + link)


def join_accounts(xy_m: ArrayLike, load: ArrayLike, group: ArrayLike, weight: ArrayLike | None = None) -> Units:
    """Make units of accounts with the same `group` (n,); -1 stands alone.

    A unit lies at the weighted mean of its accounts (weight: the first metric's load unless given).
    """
    places, loads = np.asarray(xy_m, dtype=np.float64), np.asarray(load, dtype=np.float64)
    wanted = np.asarray(group, dtype=np.int64)
    if wanted.shape != (len(places),):
        raise InvalidProblem(f"group must have shape ({len(places)},), got {wanted.shape}")
    alone = wanted < 0
    wanted = np.where(alone, wanted.max(initial=0) + 1 + np.arange(len(wanted)), wanted)
    _, unit = np.unique(wanted, return_inverse=True)
    metrics = loads.reshape(len(loads), -1)
    heavy = metrics[:, 0] if weight is None else np.asarray(weight, dtype=np.float64)
    heavy = np.maximum(heavy, 1e-3 * heavy.mean() if heavy.mean() > 0 else 1.0)
    total = np.bincount(unit, heavy)
    middle = np.stack([np.bincount(unit, heavy * along) / total for along in places.T], axis=1)
    summed = np.stack([np.bincount(unit, metric) for metric in metrics.T], axis=1)
    within = float(heavy @ ((places - middle[unit]) ** 2).sum(axis=1))
    return Units(unit, middle, summed[:, 0] if loads.ndim == 1 else summed, total, within)
