import numpy as np

from clustering import ZoneProblem, build_zones, lock_prices, stability


def test_clear_groups_are_stable_under_noise() -> None:
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [100_000, 0], [0, 100_000], [100_000, 100_000]])
    xy_m = np.repeat(corners, 20, axis=0) + rng.normal(0, 1000, (80, 2))
    problem = ZoneProblem(xy_m, np.ones(80), 4)
    found = stability(problem, build_zones(problem), noise=0.1)
    assert found.kept == 1
    assert 0 < found.deviation_unchanged <= 0.05 and found.deviation_rebuilt <= 0.05 + 1e-9


def test_a_lock_in_the_right_zone_costs_nothing_and_one_far_away_does() -> None:
    rng = np.random.default_rng(1)
    xy_m = np.concatenate([rng.random((40, 2)) * 1000, rng.random((40, 2)) * 1000 + [50_000, 0]])
    locked = np.full(80, -1)
    locked[[0, 1, 2, 3, 40, 41, 42]] = [0, 1, 0, 0, 1, 1, 1]
    problem = ZoneProblem(xy_m, np.ones(80), 2, locked=locked)
    prices = lock_prices(problem, build_zones(problem))
    assert prices[0].account == 1
    assert prices[0].saving > 0.5 and prices[0].goes_to == 0
    assert all(price.saving < 0.03 and price.goes_to == price.zone for price in prices[1:])


def test_without_locks_there_are_no_prices() -> None:
    problem = ZoneProblem(np.random.default_rng(2).random((20, 2)), np.ones(20), 2)
    assert lock_prices(problem, build_zones(problem)) == ()
