import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustering import CapacityOnly, InvalidProblem, Tolerance, ZoneProblem, build_zones, check_zones, measure_zones
from geo.limits import Limits
from geo.neighbours import neighbour_graph

ONE_RUN = Limits(iterations=1)


def test_a_named_account_is_with_its_person_wherever_it_lies_and_breaks_nothing_apart() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(12)])
    named = np.full(12, -1)
    named[11] = 0
    centres_m = np.array([[2000.0, 0.0], [8000.0, 0.0]])
    problem = ZoneProblem(xy_m, np.ones(12), 2, Tolerance(0.01), named=named, centres_m=centres_m)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == [] and plan.contiguity_breaks == 0
    assert plan.zone.tolist() == [0] * 5 + [1] * 6 + [0]  # five beside it, and the named one uses hours of zone 0
    assert plan.loads.tolist() == [[6.0], [6.0]]
    assert plan.reasons(problem, ["Ann", "Bob"])[11] == (
        "Belongs to Ann by name, wherever it lies; handing it to the nearest other, Bob, would "
        "take Bob 16% over its limit and leave Ann 16% below its least."
    )
    assert measure_zones(problem, plan).inertia.sum() == pytest.approx(plan.certificate.cost)


def test_the_hours_of_named_accounts_are_taken_off_what_a_person_may_carry() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(6)])
    load = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 5.0])
    named = np.array([-1, -1, -1, -1, -1, 1])
    problem = ZoneProblem(xy_m, load, 2, CapacityOnly(6.0), named=named)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert plan.loads[1, 0] <= 6.0 and plan.zone[5] == 1


def test_a_person_with_more_named_accounts_than_hours_takes_no_others_and_the_plan_says_so() -> None:
    xy_m = np.random.default_rng(3).random((60, 2)) * 1e5
    load = np.ones(60)
    load[0] = 100.0
    named = np.full(60, -1)
    named[0] = 2
    problem = ZoneProblem(xy_m, load, 3, named=named)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert any(note.startswith("the accounts bound to zone 2 by locks or by name are") for note in plan.notes)
    assert (plan.zone == 2).sum() <= 2


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), zones=st.integers(2, 5), graph=st.booleans())
def test_named_accounts_never_move_and_the_rest_hangs_together(seed: int, zones: int, graph: bool) -> None:
    rng = np.random.default_rng(seed)
    xy_m = rng.random((50, 2)) * 1e5
    named = np.where(rng.random(50) < 0.1, rng.integers(0, zones, 50), -1)
    neighbours = neighbour_graph(xy_m) if graph else None
    problem = ZoneProblem(xy_m, rng.lognormal(0, 0.5, 50), zones, Tolerance(0.1), named=named, neighbours=neighbours)
    plan = build_zones(problem, limits=ONE_RUN)
    assert check_zones(problem, plan) == []
    assert (plan.zone[named >= 0] == named[named >= 0]).all()
    order = rng.permutation(50)
    other = ZoneProblem(
        xy_m[order],
        problem.load[order],
        zones,
        Tolerance(0.1),
        named=named[order],
        neighbours=None if neighbours is None else neighbours[order][:, order],
    )
    if not graph:
        assert (build_zones(other, limits=ONE_RUN).zone == plan.zone[order]).all()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"named": [0, 0, 0]}, "3 of 3 accounts are named"),
        ({"named": [0, -1, -1], "locked": [1, -1, -1]}, "account 0 is locked to zone 1, named for 0"),
        ({"named": [0, -1, -1], "forbidden": [[0, 0]]}, "account 0 is named for zone 0 and forbidden there"),
        ({"named": [7, -1, -1]}, "named of account 0 is zone 7"),
    ],
)
def test_contradictions_are_named(more: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        ZoneProblem(np.eye(3, 2) * 1000, np.ones(3), 2, **more)  # type: ignore[arg-type]
