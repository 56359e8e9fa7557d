"""Small cases against the best of all divisions."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from clustering import Tolerance, ZoneProblem, build_zones


def best_of_all(xy_m: NDArray[np.float64], load: NDArray[np.float64], zones: int, tolerance: float) -> float:
    """The least inertia over every division within the tolerance; contiguity is not asked for."""
    target = load.sum() / zones
    best = np.inf
    for rest in product(range(zones), repeat=len(load) - 1):
        label = np.array([0, *rest])
        total = np.bincount(label, load, zones)
        if (np.abs(total / target - 1) > tolerance + 1e-9).any():
            continue
        moment = [np.bincount(label, load * along, zones) ** 2 / total for along in xy_m.T]
        best = min(best, float(load @ (xy_m**2).sum(axis=1) - sum(part.sum() for part in moment)))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_small_cases_are_solved_to_the_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy_m, load = rng.random((9, 2)) * 1e4, rng.integers(1, 4, 9).astype(float)
    optimum = best_of_all(xy_m, load, 3, 0.25)
    plan = build_zones(ZoneProblem(xy_m, load, 3, Tolerance(0.25), contiguous=False))
    assert plan.certificate.cost >= optimum * (1 - 1e-9)
    if not plan.notes:
        assert plan.certificate.cost <= optimum * 1.10
