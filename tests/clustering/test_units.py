import numpy as np
import pytest

from clustering import InvalidProblem, ZoneProblem, build_zones, join_accounts
from geo.neighbours import neighbour_graph


def test_accounts_of_one_address_stay_together() -> None:
    rng = np.random.default_rng(0)
    xy_m, load = rng.random((120, 2)) * 1e5, rng.lognormal(0, 0.5, 120)
    group = np.where(np.arange(120) < 60, np.arange(120) // 3, -1)
    units = join_accounts(xy_m, load, group)
    assert len(units.weight) == 20 + 60 and units.load.sum() == pytest.approx(load.sum())
    graph = units.neighbours(neighbour_graph(xy_m))
    plan = build_zones(ZoneProblem(units.xy_m, units.load, 4, weight=units.weight, neighbours=graph))
    zone = plan.zone[units.unit]
    assert all(len(set(zone[group == g].tolist())) == 1 for g in range(20))
    assert plan.max_deviation <= 0.05 + 1e-9


def test_cost_of_accounts_is_cost_of_units_and_what_lies_within() -> None:
    xy_m = np.array([[0.0, 0], [2, 0], [10, 0], [14, 0]])
    units = join_accounts(xy_m, np.ones(4), [7, 7, -1, -1])
    assert units.within == pytest.approx(2)
    assert sorted(units.xy_m[:, 0]) == [1, 10, 14] and sorted(units.weight) == [1, 1, 2]
    one = build_zones(ZoneProblem(units.xy_m, units.load, 1, weight=units.weight))
    each = build_zones(ZoneProblem(xy_m, np.ones(4), 1))
    assert one.certificate.cost + units.within == pytest.approx(each.certificate.cost)


def test_locks_of_a_unit_must_agree() -> None:
    units = join_accounts(np.zeros((3, 2)), np.ones(3), [0, 0, -1])
    assert units.agreed([-1, 2, -1], "locked").tolist() == [2, -1]
    with pytest.raises(InvalidProblem, match=r"locked: accounts \[0, 1\] belong together but want different zones"):
        units.agreed([1, 2, -1], "locked")
