"""Checks of travel times that share no code with what made them."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_road import RoadTimes

EARTH_M = 6_371_008.8
ROUNDING = 3  # three rounded figures may add up to so much more
TRIPLES = 20_000
TURNED_ROUND = 0.005  # share of detours that may be better than the direct way
LEGS = 12


def straight_m(one: Place, other: Place) -> float:
    """Haversine, written out once more."""
    half = sin(radians(other.lat - one.lat) / 2) ** 2
    half += cos(radians(one.lat)) * cos(radians(other.lat)) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, half)))


def check_matrix(
    matrix: TravelMatrix, times: RoadTimes, places: Sequence[Place], seed: int, *, by_distance: bool = False
) -> list[str]:
    """What is wrong with a matrix; empty when nothing is. `by_distance`: paths are the shortest, not the quickest."""
    rng = np.random.default_rng(seed)
    faults = [*_shape_faults(matrix, len(places)), *_reach_faults(matrix, times, places)]
    faults += _triangle_faults(matrix.distance_m if by_distance else matrix.duration_s, rng)
    faults += _straight_faults(matrix, times, places, rng)
    return faults + _leg_faults(matrix, times, places, rng)


def _shape_faults(matrix: TravelMatrix, size: int) -> list[str]:
    if len(matrix) != size:
        return [f"{len(matrix)} rows for {size} places"]
    return [] if not matrix.duration_s.diagonal().clip(0).any() else ["a place is away from itself"]


def _reach_faults(matrix: TravelMatrix, times: RoadTimes, places: Sequence[Place]) -> list[str]:
    on_road = np.array([snap.road is not None for snap in times.snap(places)])
    expected = on_road[:, None] & on_road[None, :]
    wrong = int(((matrix.duration_s >= 0) != expected).sum())
    return [f"{wrong} pairs reachable or not against what the snaps say"] if wrong else []


def _triangle_faults(least: NDArray[np.int32], rng: np.random.Generator) -> list[str]:
    """Going by way of a third place is hardly ever better.

    It may be, where turning round in the street is only allowed at a stop; that concerns a few pairs in a thousand.
    """
    a, b, c = rng.integers(0, len(least), (3, TRIPLES))
    figure = least.astype(np.int64)
    known = (figure[a, b] >= 0) & (figure[b, c] >= 0) & (figure[a, c] >= 0)
    longer = figure[a, c] - figure[a, b] - figure[b, c] > ROUNDING
    wrong = int((known & longer).sum())
    return [f"{wrong} of {TRIPLES} detours are better than the direct way"] if wrong > TURNED_ROUND * TRIPLES else []


def _straight_faults(
    matrix: TravelMatrix, times: RoadTimes, places: Sequence[Place], rng: np.random.Generator
) -> list[str]:
    """No road is shorter than the straight line, but for the walk to it at both ends."""
    wrong = 0
    walk_m = [snap.distance_m for snap in times.snap(places)]
    for a, b in rng.integers(0, len(matrix), (1000, 2)):
        least = straight_m(places[a], places[b]) * 0.99 - walk_m[a] - walk_m[b] - ROUNDING
        wrong += 0 <= matrix.distance_m[a, b] < least
    return [f"{wrong} of 1000 roads are shorter than the straight line"] if wrong else []


def _leg_faults(matrix: TravelMatrix, times: RoadTimes, places: Sequence[Place], rng: np.random.Generator) -> list[str]:
    """A route's legs take as long as the matrix says."""
    chosen = rng.permutation(len(places))[:LEGS]
    legs = times.legs([places[at] for at in chosen])
    wrong = sum(
        abs(leg.duration_s - int(matrix.duration_s[a, b])) > 1
        for leg, a, b in zip(legs, chosen[:-1], chosen[1:], strict=True)
    )
    return [f"{wrong} of {len(legs)} legs differ from the matrix"] if wrong else []
