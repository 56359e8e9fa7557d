"""Making the graph's times agree with the routing engine's on average.

The graph follows the engine's rules but for a few; one factor, the median ratio over pairs of junctions, removes what
they amount to on average.
"""

import numpy as np

from geo.place import Place
from geo.road_network import RoadNetwork
from geo.road_travel import DijkstraTimes
from geo.travel import TravelTimes

JUNCTIONS = 60
SHORTEST_S = 60.0  # pairs nearer than this say more about corners than about speeds


def fitted_scale(roads: RoadNetwork, engine: TravelTimes) -> float | None:
    """The factor from graph times to engine times; None where too few pairs are far enough apart."""
    sample = np.unique(np.linspace(0, len(roads.lat) - 1, JUNCTIONS).astype(np.int64))
    places = [Place(float(roads.lat[at]), float(roads.lon[at])) for at in sample]
    graph_s = DijkstraTimes(roads, region="the new region", source="").matrix(places).duration_s
    engine_s = engine.matrix(places).duration_s
    usable = (graph_s >= SHORTEST_S) & (engine_s > 0)
    return float(np.median(engine_s[usable] / graph_s[usable])) if usable.sum() > JUNCTIONS else None
