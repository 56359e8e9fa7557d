"""Smooth borders against plain twins, and a tongue that is drawn in."""

from dataclasses import replace

import numpy as np
import pytest

from clustering import InvalidProblem, Objective, Tolerance, ZoneProblem, build_zones, check_zones, plan_of, raggedness
from clustering.arrays import Ints
from clustering.boundary_kernel import border_change
from clustering.instance import Instance, to_instance
from clustering.search import Found, measured, spacing2
from clustering.smooth import closeness, parted, smooth
from clustering.totals_kernel import NOBODY
from geo.limits import Limits


def grid(columns: int, rows: int) -> np.ndarray:
    return np.array([(x * 1000.0, y * 1000.0) for x in range(columns) for y in range(rows)])


def found_of(instance: Instance, label: Ints) -> Found:
    centre = instance.centres(label, np.zeros((instance.zones, 2)))
    return measured(instance, label, centre, np.zeros(instance.limits.low.shape), spacing2(centre))


def test_a_tongue_into_the_next_zone_is_drawn_in_where_loads_leave_room() -> None:
    xy_m = grid(10, 7)
    tongue = (xy_m[:, 0] < 4500) | ((xy_m[:, 1] == 3000) & (xy_m[:, 0] < 7500))
    pins = np.array([[2000.0, 3000.0], [7000.0, 3000.0]])
    problem = ZoneProblem(xy_m, np.ones(70), 2, Tolerance(0.1), centres_m=pins)
    instance = to_instance(problem)
    label = np.where(tongue, 0, 1)[instance.order].astype(np.int64)
    before = found_of(instance, label)
    after = smooth(instance, before, 0.5)
    zone = np.empty(70, np.int64)
    zone[instance.order] = after.label
    assert (zone == np.where(xy_m[:, 0] < 4500, 0, 1)).all()
    assert parted(instance.accounts, after.label) < parted(instance.accounts, before.label)
    assert after.cost <= before.cost * 1.05 and after.excess == 0 and after.breaks == 0


@pytest.mark.parametrize("seed", range(3))
def test_what_borders_change_by_a_move_is_the_difference_of_counting_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    instance = to_instance(ZoneProblem(rng.random((40, 2)) * 1e5, np.ones(40), 4))
    accounts = instance.accounts._replace(border=closeness(instance.accounts))
    label = rng.integers(0, 4, 40)
    for i in range(40):
        for zone in set(range(4)) - {int(label[i])}:
            moved = label.copy()
            moved[i] = zone
            change = border_change(accounts, label, i, zone, NOBODY)
            assert change == pytest.approx(parted(accounts, moved) - parted(accounts, label))


def test_smooth_borders_are_straighter_keep_the_limits_and_leave_the_certificate_about_distance() -> None:
    rng = np.random.default_rng(4)
    xy_m, load = rng.random((250, 2)) * 1e5, rng.lognormal(0, 0.8, 250)
    problem = ZoneProblem(xy_m, load, 6, weight=np.ones(250))
    limits = Limits(iterations=1)
    plain, straight = (build_zones(replace(problem, smooth=share), limits=limits) for share in (0.0, 0.2))
    assert check_zones(problem, straight) == []
    assert raggedness(problem, straight) < 0.95 * raggedness(problem, plain)
    assert straight.certificate.cost == pytest.approx(plan_of(problem, straight.zone).certificate.cost)


def test_long_edges_of_the_graph_count_little() -> None:
    xy_m = np.vstack([grid(4, 4), [[50_000.0, 1500.0]]])
    instance = to_instance(ZoneProblem(xy_m, np.ones(17), 2))
    far = int(np.flatnonzero(instance.order == 16)[0])
    ptr = instance.accounts.near_ptr
    assert closeness(instance.accounts)[ptr[far] : ptr[far + 1]].max() < 0.05
    assert (closeness(instance.accounts) <= 1).all()


def test_smooth_borders_where_there_are_none_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="smooth borders need squared distance on a plane"):
        ZoneProblem(np.zeros((9, 2)), np.ones(9), 2, objective=Objective.MEDIAN, smooth=0.1)
    with pytest.raises(InvalidProblem, match="smooth must be 0 or more"):
        ZoneProblem(np.zeros((9, 2)), np.ones(9), 2, smooth=-1.0)
