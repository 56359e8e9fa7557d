import numpy as np
import pytest
from shapely.geometry import Point, box

from clustering import Tolerance, ZoneProblem, build_zones, compare_plans, measure_zones
from clustering.measures import gini, polsby_popper, reock, travel_radius_s

PAIRS = np.array([[0.0, 0.0], [0.0, 2000.0], [9000.0, 0.0], [9000.0, 4000.0]])


def test_gini_from_all_alike_to_one_has_everything() -> None:
    assert gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)
    assert gini([]) == 0


def test_compactness_of_a_square_a_ribbon_and_a_circle() -> None:
    assert polsby_popper(box(0, 0, 10, 10)) == pytest.approx(np.pi / 4)
    assert reock(box(0, 0, 10, 10)) == pytest.approx(2 / np.pi)
    assert polsby_popper(box(0, 0, 1000, 1)) < 0.01
    assert reock(Point(0, 0).buffer(5, quad_segs=90)) == pytest.approx(1, abs=1e-3)


def test_measures_of_two_pairs() -> None:
    problem = ZoneProblem(PAIRS, np.ones(4), 2)
    plan = build_zones(problem)
    measures = measure_zones(problem, plan)
    west, east = plan.zone[0], plan.zone[2]
    assert measures.inertia[west] == pytest.approx(2 * 1000**2)
    assert measures.inertia[east] == pytest.approx(2 * 2000**2)
    assert measures.mean_radius_m[east] == pytest.approx(2000) and measures.reach_m[west] == pytest.approx(1000)
    assert measures.deviation == pytest.approx(np.zeros((2, 1))) and measures.gini == pytest.approx([0])
    assert measures.inertia.sum() == pytest.approx(plan.certificate.cost)


def test_travel_radius_is_from_the_best_account() -> None:
    duration_s = np.array([[0, 60, 120, -1], [60, 0, 60, -1], [120, 60, 0, -1], [-1, -1, -1, 0]], np.int32)
    radius_s = travel_radius_s(duration_s, np.array([0, 0, 0, 1], np.int32), 3)
    assert radius_s[:2].tolist() == [40, 0] and np.isnan(radius_s[2])


def test_a_plan_compared_with_itself_under_other_names_has_not_changed() -> None:
    xy_m = np.random.default_rng(0).random((80, 2)) * 1e5
    problem = ZoneProblem(xy_m, np.ones(80), 4)
    plan = build_zones(problem)
    swapped = build_zones(problem, start=(plan.zone + 1) % 4)
    change = compare_plans(problem, plan, swapped)
    assert len(change.moved) == 0 and change.moved_load == pytest.approx([0])
    assert change.renamed.tolist() == [1, 2, 3, 0]
    assert change.cost_gain == pytest.approx(0)
    assert len(compare_plans(problem, plan, swapped, match=False).moved) == 80


def test_what_moved_and_what_it_gains_is_told() -> None:
    load = np.array([1.0, 1.0, 1.0, 3.0])
    problem = ZoneProblem(PAIRS, load, 2, Tolerance(0.5))
    good = build_zones(problem)
    bad = build_zones(ZoneProblem(PAIRS, load, 2, Tolerance(0.0)))
    assert sorted(bad.loads[:, 0]) == [3, 3]
    change = compare_plans(problem, bad, good)
    assert len(change.moved) == 1 and change.moved_load == pytest.approx([1 / 6])
    assert change.cost_gain > 0.5
    assert change.max_deviation == pytest.approx((0, 1 / 3))
