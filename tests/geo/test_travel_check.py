"""The benchmarks' independent check finds what is wrong with a matrix."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.check_travel import check_matrix
from geo.place import Place
from geo.region import Region
from geo.travel import TravelMatrix

At = Callable[[float, float], Place]


@pytest.fixture
def places(at: At) -> list[Place]:
    return [*(at(137 * i % 1800, 253 * i % 1800) for i in range(25)), at(-9000, 0)]


@pytest.mark.parametrize("backend", ["osrm", "dijkstra"])
def test_a_right_matrix_passes(grid_region: Region, places: list[Place], backend: str) -> None:
    times = grid_region.travel_times(backend=backend)
    assert check_matrix(times.matrix(places), times, places, 1) == []


def slower(seconds: np.ndarray, metres: np.ndarray) -> None:
    seconds[3:9, 9:25] += 500


def shorter(seconds: np.ndarray, metres: np.ndarray) -> None:
    metres[metres > 0] //= 3


def cut_off(seconds: np.ndarray, metres: np.ndarray) -> None:
    seconds[2, 5] = metres[2, 5] = -1


def away_from_itself(seconds: np.ndarray, metres: np.ndarray) -> None:
    seconds[4, 4] = 60


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (slower, "detours are better"),
        (slower, "legs differ"),
        (shorter, "shorter than the straight line"),
        (cut_off, "reachable or not"),
        (away_from_itself, "away from itself"),
    ],
)
def test_a_wrong_matrix_is_found_out(
    grid_region: Region, places: list[Place], spoil: Callable[[np.ndarray, np.ndarray], None], said: str
) -> None:
    times = grid_region.travel_times(backend="dijkstra")
    right = times.matrix(places)
    seconds, metres = right.duration_s.copy(), right.distance_m.copy()
    spoil(seconds, metres)
    faults = check_matrix(TravelMatrix(seconds, metres, "spoilt"), times, places, 1)
    assert said in "; ".join(faults)
