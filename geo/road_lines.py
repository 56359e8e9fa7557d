"""The roads of a network as lines to draw under a map."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.road_network import RoadNetwork

MAIN_SHARE = 0.2
"""The fastest roads, up to this part of the network's length, are its main roads."""
FINE_DEGREES = 3e-5
"""Corners smaller than this (3 m) are left out."""
MOST_POINTS = 80_000


@dataclass(frozen=True, slots=True, eq=False)
class RoadLine:
    """A road as (n, 2) latitude and longitude; `main` tells a main road from a street."""

    line: NDArray[np.float64]
    main: bool


def road_lines(network: RoadNetwork, *, most_points: int = MOST_POINTS) -> list[RoadLine]:
    """Lines for every road, joined where nothing branches off; only main roads where all would be too many points."""
    fastest_s = np.minimum(network.forward_s, network.backward_s)
    open_ways = np.isfinite(fastest_s) & (fastest_s > 0)
    speed_kmh = np.zeros(len(fastest_s))
    speed_kmh[open_ways] = network.length_m[open_ways] / fastest_s[open_ways] * 3.6
    order = np.argsort(-speed_kmh, kind="stable")
    length_m = np.where(open_ways, network.length_m, 0.0)
    last = int(np.searchsorted(np.cumsum(length_m[order]), MAIN_SHARE * length_m.sum(), side="right"))
    fast = speed_kmh > speed_kmh[order[min(last, len(order) - 1)]] if len(order) else open_ways
    main, streets = _joined(network, open_ways & fast), _joined(network, open_ways & ~fast)
    if sum(map(len, main)) + sum(map(len, streets)) > most_points:
        streets = []
    return [RoadLine(line, False) for line in streets] + [RoadLine(line, True) for line in main]


def _joined(network: RoadNetwork, chosen: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    edges = np.flatnonzero(chosen)
    if not len(edges):
        return []
    count = np.diff(network.shape_first)
    picked = np.repeat(chosen, count)
    points = np.stack([network.shape_lat[picked], network.shape_lon[picked]], axis=1)
    number = np.repeat(np.arange(len(edges)), count[edges])
    pieces = np.atleast_1d(np.asarray(shapely.linestrings(points, indices=number), dtype=object))
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    simple = shapely.simplify(shapely.get_parts(merged), FINE_DEGREES)
    return [shapely.get_coordinates(line) for line in simple]
