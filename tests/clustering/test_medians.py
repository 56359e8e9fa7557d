"""Zones around medians: hand-checked cases, and compiled steps against plain twins."""

import numpy as np
import pytest

from clustering import CapacityOnly, InvalidProblem, Objective, Tolerance, ZoneProblem, build_zones, check_zones
from clustering.arrays import Ints
from clustering.instance import Instance, to_instance
from clustering.median_kernel import carry_out, rise
from clustering.median_walk_kernel import Walk, relocate
from clustering.medians import _near, _state, _zones_near
from clustering.totals_kernel import total_excess
from geo.limits import Limits

MEDIAN = Objective.MEDIAN


def scatter(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)) * 1e5, rng.lognormal(0, 0.5, n)


def test_the_median_of_a_line_is_in_its_middle() -> None:
    xy_m = np.array([[0.0, 0], [1000, 0], [5000, 0], [90_000, 0], [91_000, 0], [99_000, 0]])
    problem = ZoneProblem(xy_m, np.ones(6), 2, objective=MEDIAN)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert sorted(plan.centres_m[:, 0]) == [1000, 91_000]
    assert plan.certificate.cost == pytest.approx(1000 + 4000 + 1000 + 8000)


def test_capacity_forces_a_client_to_the_farther_median() -> None:
    xy_m = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0], [100, 0]])
    problem = ZoneProblem(xy_m, np.ones(5), 2, CapacityOnly(3), objective=MEDIAN, contiguous=False, weight=np.ones(5))
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert plan.loads.max() == 3 and plan.certificate.cost == pytest.approx(2 + 97)


@pytest.mark.parametrize("contiguous", [True, False])
def test_a_band_holds_around_medians_too(contiguous: bool) -> None:
    xy_m, load = scatter(250, 1)
    problem = ZoneProblem(xy_m, load, 5, Tolerance(0.05), objective=MEDIAN, contiguous=contiguous)
    plan = build_zones(problem, limits=Limits(iterations=60))
    assert check_zones(problem, plan) == []
    assert plan.max_deviation <= 0.05 + 1e-9 and plan.contiguity_breaks == 0
    assert plan.certificate.lower_bound <= plan.certificate.cost


def test_pinned_homes_locks_and_bans_are_kept() -> None:
    xy_m, load = scatter(150, 2)
    homes_m = np.array([[0.0, 0.0], [np.nan, np.nan], [1e5, 1e5]])
    locked = np.full(150, -1)
    locked[:3] = [0, 1, 2]
    forbidden = np.array([(row, 2) for row in range(3, 30)])
    problem = ZoneProblem(
        xy_m, load, 3, objective=MEDIAN, contiguous=False, centres_m=homes_m, locked=locked, forbidden=forbidden
    )
    plan = build_zones(problem, limits=Limits(iterations=60))
    assert check_zones(problem, plan) == []


def test_medians_need_a_plane() -> None:
    with pytest.raises(InvalidProblem, match="need places on a plane"):
        ZoneProblem(np.zeros((5, 3)), np.ones(5), 2, objective=MEDIAN, contiguous=False)


def test_same_seed_same_medians() -> None:
    xy_m, load = scatter(100, 3)
    problem = ZoneProblem(xy_m, load, 4, objective=MEDIAN, contiguous=False)
    one, other = (build_zones(problem, limits=Limits(iterations=20), seed=4) for _ in range(2))
    assert (one.zone == other.zone).all()


def case(seed: int) -> tuple[Instance, Ints]:
    xy_m, load = scatter(40, seed)
    band = CapacityOnly(load.sum() / 4 * 1.3)
    instance = to_instance(ZoneProblem(xy_m, load, 4, band, objective=MEDIAN, contiguous=False))
    return instance, np.random.default_rng(seed).integers(0, 4, 40)


def plain_cost(instance: Instance, label: Ints) -> float:
    """Twin of the running cost: the best median of each zone from the definition."""
    accounts, total = instance.accounts, 0.0
    for zone in range(instance.zones):
        mine = np.flatnonzero(label == zone)
        away = np.sqrt(((accounts.xy[mine, None] - accounts.xy[None, mine]) ** 2).sum(axis=2))
        total += float((accounts.weight[mine] @ away).min()) if len(mine) else 0.0
    return total


def plain_excess(instance: Instance, label: Ints) -> float:
    load = np.bincount(label, instance.accounts.load[:, 0], instance.zones)
    return float(np.maximum(0, load - instance.limits.high[:, 0]).sum())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("exchange", [False, True])
def test_the_rise_of_a_move_is_the_difference_of_two_costs(seed: int, exchange: bool) -> None:
    instance, label = case(seed)
    state = _state(instance, label.copy())
    rng = np.random.default_rng(seed)
    i, u = (int(rng.choice(np.flatnonzero(label == zone))) for zone in (0, 1))
    after = label.copy()
    after[i] = 1
    if exchange:
        after[u] = 0
    partner = u if exchange else -1
    expected = plain_cost(instance, after) - plain_cost(instance, label)
    expected += 2.0 * (plain_excess(instance, after) - plain_excess(instance, label))
    assert rise(instance.accounts, instance.limits, state, i, 1, partner, 2.0) == pytest.approx(expected)
    carry_out(instance.accounts, state, i, 1, partner)
    assert state.label.tolist() == after.tolist()
    assert float(state.cost.sum()) == pytest.approx(plain_cost(instance, after))


@pytest.mark.parametrize("seed", range(5))
def test_cold_relocations_never_raise_cost_and_penalty(seed: int) -> None:
    instance, label = case(seed)
    state = _state(instance, label.copy())
    walk = Walk(_near(instance), 8, _zones_near(instance, state), 50, 1e-9, 3.0, 0, False, seed)
    relocate(instance.accounts, instance.limits, state, walk)
    before = plain_cost(instance, label) + 3.0 * plain_excess(instance, label)
    after = plain_cost(instance, state.label) + 3.0 * plain_excess(instance, state.label)
    assert after <= before + 1e-9
    assert float(state.cost.sum()) == pytest.approx(plain_cost(instance, state.label))
    assert total_excess(instance.accounts, instance.limits, state.totals) == pytest.approx(
        plain_excess(instance, state.label)
    )
    assert set(state.label.tolist()) == {0, 1, 2, 3}
