"""Tiny problems: nothing that keeps the rules is cheaper than the plan."""

from itertools import product

import numpy as np
import pytest

from clustering import Tolerance, ZoneProblem, build_zones
from clustering.check import accounts_cut_off


def cost(problem: ZoneProblem, zone: np.ndarray) -> float:
    total = 0.0
    for number in range(problem.zones):
        xy, weight = problem.xy_m[zone == number], problem.weights[zone == number]
        total += float(weight @ ((xy - weight @ xy / weight.sum()) ** 2).sum(axis=1))
    if problem.current is not None and problem.move_price is not None:
        total += float(problem.move_price[zone != problem.current].sum())
    return total


@pytest.mark.parametrize("contiguous", [True, False])
@pytest.mark.parametrize("rules", ["none", "some"])
@pytest.mark.parametrize("seed", range(2))
def test_no_division_within_the_rules_costs_less(seed: int, rules: str, contiguous: bool) -> None:
    rng = np.random.default_rng(seed)
    n, zones = 7, 3
    more: dict[str, object] = {}
    if rules == "some":
        more = {
            "locked": np.where(np.arange(n) == 2, 1, -1),
            "forbidden": np.array([[0, 0], [5, 2]]),
            "current": rng.integers(0, zones, n),
            "move_price": rng.random(n) * 1e9,
        }
    problem = ZoneProblem(
        rng.random((n, 2)) * 1e5,
        rng.lognormal(0, 0.3, n),
        zones,
        Tolerance(0.3),
        contiguous=contiguous,
        **more,  # type: ignore[arg-type]
    )
    plan = build_zones(problem)
    low, high = problem.limits()
    best = np.inf
    for row in product(range(zones), repeat=n):
        zone = np.array(row, np.int32)
        if rules == "some" and (zone[2] != 1 or zone[0] == 0 or zone[5] == 2):
            continue
        loads = np.bincount(zone, problem.loads[:, 0], zones)[:, None]
        if (loads < low - 1e-9).any() or (loads > high + 1e-9).any() or len(set(row)) < zones:
            continue
        value = cost(problem, zone)
        if value < best and (not contiguous or accounts_cut_off(problem, zone) == 0):
            best = value
    assert plan.certificate.cost == pytest.approx(best) == cost(problem, plan.zone)
    assert plan.certificate.lower_bound <= best * (1 + 1e-9)
