import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from clustering import InvalidProblem, Tolerance, ZoneProblem, build_zones, check_zones, join_problem
from geo.limits import Limits

CHAIN = csr_array(np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1))  # four areas in a row


def row(each: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Four areas from west to east with `each` accounts in every one."""
    group = np.repeat(np.arange(4), each)
    return np.column_stack([group * 1000.0 + np.tile(np.arange(each), 4), np.zeros(4 * each)]), group


def test_whole_areas_go_to_one_zone() -> None:
    xy_m, group = row(3)
    joined = join_problem(ZoneProblem(xy_m, np.ones(12), 2), group, CHAIN)
    plan = build_zones(joined.problem)
    assert check_zones(joined.problem, plan) == []
    assert len(set(plan.zone[joined.unit][:6])) == 1 and len(set(plan.zone[joined.unit][6:])) == 1
    assert joined.problem.load.tolist() == [3, 3, 3, 3] and joined.notes == ()


def test_the_lock_of_most_has_the_area_and_the_other_account_leaves_it() -> None:
    xy_m, group = row(3)
    locked = np.array([1, 1, 0] + [-1] * 9)
    joined = join_problem(ZoneProblem(xy_m, np.ones(12), 2, Tolerance(0.2), locked=locked), group, CHAIN)
    plan = build_zones(joined.problem)
    assert plan.zone[joined.unit][:3].tolist() == [1, 1, 0]
    assert joined.notes == ("1 accounts are locked to another zone than most of their area: they leave it",)


def test_bans_that_leave_an_area_nowhere_part_it() -> None:
    xy_m, group = row(2)
    joined = join_problem(
        ZoneProblem(xy_m, np.ones(8), 2, Tolerance(0.3), forbidden=np.array([[0, 0], [1, 1]])), group, CHAIN
    )
    assert joined.group[:2].tolist() == [-1, -1]
    plan = build_zones(joined.problem)
    assert plan.zone[joined.unit][:2].tolist() == [1, 0]


def test_a_ban_of_one_account_holds_for_its_area() -> None:
    xy_m, group = row(2)
    joined = join_problem(ZoneProblem(xy_m, np.ones(8), 2, forbidden=np.array([[0, 1]])), group, CHAIN)
    assert build_zones(joined.problem).zone[joined.unit][:4].tolist() == [0, 0, 0, 0]


def test_named_accounts_stand_alone_and_carry_no_border() -> None:
    xy_m, group = row(2)
    named = np.array([1, -1, -1, -1, -1, -1, -1, -1])
    joined = join_problem(ZoneProblem(xy_m, np.ones(8), 2, Tolerance(0.3), named=named), group, CHAIN)
    plan = build_zones(joined.problem)
    assert check_zones(joined.problem, plan) == []
    assert plan.zone[joined.unit][0] == 1 and joined.problem.named is not None


def test_present_zones_are_those_of_most_weight() -> None:
    xy_m, group = row(3)
    current = np.array([0, 0, 1, -1, -1, -1, 1, 1, 1, 0, 1, -1])
    given = ZoneProblem(xy_m, np.ones(12), 2, current=current, move_price=np.full(12, 2.0))
    joined = join_problem(given, group, CHAIN).problem
    assert joined.current is not None and joined.move_price is not None
    assert joined.current.tolist() == [0, -1, 1, 0] and joined.move_price.tolist() == [4, 0, 6, 2]


def test_a_group_for_each_account_is_asked_for() -> None:
    with pytest.raises(InvalidProblem, match=r"group must have shape \(8,\)"):
        join_problem(ZoneProblem(row()[0], np.ones(8), 2), [0, 1])


@settings(max_examples=7, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), areas=st.integers(8, 18), zones=st.integers(2, 4), graph=st.booleans())
def test_every_rule_of_the_accounts_holds_for_the_units(seed: int, areas: int, zones: int, graph: bool) -> None:
    rng = np.random.default_rng(seed)
    middle = rng.random((areas, 2)) * 1e5
    group = rng.integers(0, areas, 120)
    xy_m = middle[group] + rng.normal(0, 1000, (120, 2))
    locked = np.where(rng.random(120) < 0.05, rng.integers(0, zones, 120), -1)
    named = np.where((rng.random(120) < 0.05) & (locked < 0), rng.integers(0, zones, 120), -1)
    free = np.flatnonzero((locked < 0) & (named < 0))
    forbidden = np.column_stack([rng.choice(free, 5, replace=False), rng.integers(0, zones, 5)])
    problem = ZoneProblem(xy_m, rng.lognormal(0, 0.5, 120), zones, locked=locked, named=named, forbidden=forbidden)
    from geo.neighbours import neighbour_graph

    joined = join_problem(problem, group, neighbour_graph(middle) if graph else None)
    plan = build_zones(joined.problem, limits=Limits(iterations=1))
    assert check_zones(joined.problem, plan) == []
    zone = plan.zone[joined.unit]
    assert (zone[locked >= 0] == locked[locked >= 0]).all() and (zone[named >= 0] == named[named >= 0]).all()
    assert (zone[forbidden[:, 0]] != forbidden[:, 1]).all()
    together = joined.group >= 0
    assert all(len(set(zone[together & (group == area)])) <= 1 for area in range(areas))
    assert joined.problem.loads.sum() == pytest.approx(problem.loads.sum())
