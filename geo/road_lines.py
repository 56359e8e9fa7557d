"""The roads of a network as lines to draw under a map."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.road_network import RoadNetwork

MAIN_SHARE = 0.2
"""The fastest roads, up to this part of the network's length, are its main roads."""
FINE_DEGREES = 3e-5
"""Corners smaller than this (3 m) are left out."""
WIDE_SHARE = 3e-5
"""Or smaller than this part of the network's width."""
LEAST_SHARE = 0.001
CORNERS_PER_POINT = 20
"""Streets that have more edges than this for every point allowed are not even tried."""
MOST_POINTS = 80_000
DEGREE = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class RoadLine:
    """A road as (n, 2) latitude and longitude; `main` tells a main road from a street."""

    line: NDArray[np.float64]
    main: bool


def road_lines(network: RoadNetwork, *, most_points: int = MOST_POINTS) -> list[RoadLine]:
    """Lines for every road, joined where nothing branches off.

    Where all would be too many points only main roads; where these are too many still, fewer of them, the fastest, and
    their corners coarser in step with the width of the network.
    """
    fastest_s = np.minimum(network.forward_s, network.backward_s)
    open_ways = np.isfinite(fastest_s) & (fastest_s > 0)
    speed_kmh = np.zeros(len(fastest_s))
    speed_kmh[open_ways] = network.length_m[open_ways] / fastest_s[open_ways] * 3.6
    order = np.argsort(-speed_kmh, kind="stable")
    length_m = np.where(open_ways, network.length_m, 0.0)
    along_m, whole_m = np.cumsum(length_m[order]), length_m.sum()
    fine = max(FINE_DEGREES, WIDE_SHARE * _width(network))
    share = MAIN_SHARE
    while True:
        last = int(np.searchsorted(along_m, share * whole_m, side="right"))
        fast = speed_kmh > speed_kmh[order[min(last, len(order) - 1)]] if len(order) else open_ways
        main = _joined(network, open_ways & fast, fine)
        if sum(map(len, main)) <= most_points or share < LEAST_SHARE:
            break
        share /= 2
    room = most_points - sum(map(len, main))
    rest = open_ways & ~fast
    few = share == MAIN_SHARE and np.count_nonzero(rest) < CORNERS_PER_POINT * most_points
    streets = _joined(network, rest, fine) if few else []
    if sum(map(len, streets)) > room:
        streets = []
    return [RoadLine(line, False) for line in streets] + [RoadLine(line, True) for line in main]


def save_lines(lines: Sequence[RoadLine], path: Path) -> None:
    """Keep lines in a file, in whole millionths of a degree; it is there whole or not at all."""
    points = np.concatenate([line.line for line in lines]) if lines else np.empty((0, 2))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        np.savez(
            file,
            points=np.rint(points * DEGREE).astype(np.int32),
            ends=np.cumsum([len(line.line) for line in lines], dtype=np.int64),
            main=np.array([line.main for line in lines], dtype=np.bool_),
        )
    unfinished.replace(path)


def load_lines(path: Path) -> list[RoadLine]:
    """What `save_lines` kept.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with np.load(path) as stored:
        pieces = np.split(stored["points"] / DEGREE, stored["ends"][:-1]) if len(stored["ends"]) else []
        return [RoadLine(line, bool(main)) for line, main in zip(pieces, stored["main"], strict=True)]


def _width(network: RoadNetwork) -> float:
    """The longer side of the network, in degrees."""
    if not len(network.lat):
        return 0.0
    return float(max(np.ptp(network.lat), np.ptp(network.lon)))


def _joined(network: RoadNetwork, chosen: NDArray[np.bool_], fine: float) -> list[NDArray[np.float64]]:
    edges = np.flatnonzero(chosen)
    if not len(edges):
        return []
    count = np.diff(network.shape_first)
    picked = np.repeat(chosen, count)
    points = np.stack([network.shape_lat[picked], network.shape_lon[picked]], axis=1)
    number = np.repeat(np.arange(len(edges)), count[edges])
    pieces = np.atleast_1d(np.asarray(shapely.linestrings(points, indices=number), dtype=object))
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    simple = shapely.simplify(shapely.get_parts(merged), fine)
    return [shapely.get_coordinates(line) for line in simple]
