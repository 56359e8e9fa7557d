"""Making the plain graph's times agree with the routing engine's on average.

The engine counts turns, which the graph does not; one factor, the median ratio over pairs of junctions, removes most
of the difference.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo.place import Place
from geo.road_network import RoadNetwork
from geo.travel import TravelTimes

JUNCTIONS = 120
SHORTEST_S = 60.0  # pairs nearer than this say more about corners than about speeds


def fitted_scale(roads: RoadNetwork, engine: TravelTimes) -> float | None:
    """The factor from graph times to engine times; None where too few pairs are far enough apart."""
    sample = np.unique(np.linspace(0, len(roads.lat) - 1, JUNCTIONS).astype(np.int64))
    places = [Place(float(roads.lat[at]), float(roads.lon[at])) for at in sample]
    graph_s = dijkstra(_quickest_arcs(roads), indices=sample)[:, sample]
    engine_s = engine.matrix(places).duration_s
    usable = (graph_s >= SHORTEST_S) & np.isfinite(graph_s) & (engine_s > 0)
    return float(np.median(engine_s[usable] / graph_s[usable])) if usable.sum() > JUNCTIONS else None


def _quickest_arcs(roads: RoadNetwork) -> csr_matrix[np.float64]:
    """Junction to junction, the quicker one where two roads join the same pair."""
    arcs = roads.arcs
    tail = np.repeat(np.arange(len(roads.lat)), np.diff(arcs.first))
    order = np.lexsort((arcs.duration_s, arcs.head, tail))
    tail, head, seconds = tail[order], arcs.head[order], arcs.duration_s[order].astype(np.float64)
    fresh: NDArray[np.bool_] = np.ones(len(order), bool)
    fresh[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    size = len(roads.lat)
    return csr_matrix((seconds[fresh], (tail[fresh], head[fresh])), shape=(size, size))
