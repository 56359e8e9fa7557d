from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from clustering import CapacityOnly, Objective, Tolerance, ZoneProblem, build_zones, global_optimum
from clustering.check import accounts_cut_off
from clustering.optimum_kernel import TOO_MANY, relaxed, sets_below


def divisions(n: int, zones: int) -> Iterator[np.ndarray]:
    for labels in product(range(zones), repeat=n - 1):
        zone = np.array((0, *labels), np.int32)
        if len(np.unique(zone)) == zones:
            yield zone


def cost_of(problem: ZoneProblem, zone: np.ndarray) -> float:
    total = 0.0
    for number in range(problem.zones):
        xy, weight = problem.xy_m[zone == number], problem.weights[zone == number]
        if problem.objective is Objective.MEDIAN:
            total += float((weight @ np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))).min())
        else:
            total += float(weight @ ((xy - weight @ xy / weight.sum()) ** 2).sum(axis=1))
    return total


def brute_force(problem: ZoneProblem) -> float:
    low, high = problem.limits()
    best = np.inf
    for zone in divisions(len(problem), problem.zones):
        loads = np.bincount(zone, problem.loads[:, 0], problem.zones)[:, None]
        if (loads >= low - 1e-9).all() and (loads <= high + 1e-9).all():
            cost = cost_of(problem, zone)
            if cost < best and (not problem.contiguous or accounts_cut_off(problem, zone) == 0):
                best = cost
    return best


@pytest.mark.parametrize("contiguous", [True, False])
@pytest.mark.parametrize("objective", [Objective.SQUARED_DISTANCE, Objective.MEDIAN])
@pytest.mark.parametrize(("n", "zones", "seed"), [(9, 2, 0), (8, 3, 1), (10, 2, 2)])
def test_it_is_what_trying_every_division_gives(
    n: int, zones: int, seed: int, objective: Objective, contiguous: bool
) -> None:
    rng = np.random.default_rng(seed)
    xy_m, load = rng.random((n, 2)) * 1e5, rng.lognormal(0, 0.4, n)
    problem = ZoneProblem(xy_m, load, zones, Tolerance(0.3), objective=objective, contiguous=contiguous)
    plan = build_zones(problem)
    found = global_optimum(problem, plan)
    best = brute_force(problem)
    assert found is not None and found.proven
    assert found.cost == pytest.approx(best, rel=1e-6) == cost_of(problem, found.zone)
    assert found.gap == pytest.approx(plan.certificate.cost / best - 1, abs=1e-6)
    certificate = found.certificate(plan)
    assert certificate.lower_bound <= certificate.cost and "whatever its centres" in certificate.holds_for


def test_thirty_units_are_settled() -> None:
    rng = np.random.default_rng(4)
    problem = ZoneProblem(rng.random((30, 2)) * 1e5, rng.lognormal(0, 0.4, 30), 5, Tolerance(0.1))
    found = global_optimum(problem, build_zones(problem))
    assert found is not None and found.proven and found.gap < 0.1
    assert accounts_cut_off(problem, found.zone) == 0


@pytest.mark.parametrize(
    "more",
    [
        {"locked": [0] + [-1] * 19},
        {"share": [0.4, 0.6]},
        {"centres_m": [[0.0, 0.0], [1.0, 1.0]]},
        {"load": np.ones((20, 2))},
        {"forbidden": [[0, 1]]},
    ],
)
def test_what_it_cannot_judge_it_leaves(more: dict[str, object]) -> None:
    rng = np.random.default_rng(1)
    given: dict[str, object] = {"load": np.ones(20)} | more
    problem = ZoneProblem(rng.random((20, 2)), zones=2, band=CapacityOnly(20.0), **given)  # type: ignore[arg-type]
    assert global_optimum(problem, build_zones(problem)) is None


def test_the_knapsack_lists_every_set_and_gives_up_when_told() -> None:
    rng = np.random.default_rng(7)
    margin, load = rng.normal(0, 1, 9), rng.lognormal(0, 0.5, 9)
    order = np.argsort(margin / load)
    margin, load = margin[order], load[order]
    every = np.array(list(product((0, 1), repeat=9)))
    loads, sums = every @ load, every @ margin
    fits = (loads >= 2) & (loads <= 5)
    assert relaxed(margin, load, 0, 2.0, 5.0) <= sums[fits].min()
    out = np.zeros((600, 9), np.int64)
    count = sets_below(margin, load, 2.0, 5.0, -0.5, 100_000, out)
    wanted = {tuple(row) for row in every[fits & (sums <= -0.5)].tolist()}
    assert {tuple(row) for row in out[:count].tolist()} == wanted and len(wanted) > 3
    assert sets_below(margin, load, 2.0, 5.0, -0.5, 10, out) == TOO_MANY
