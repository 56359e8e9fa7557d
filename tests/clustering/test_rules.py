import numpy as np
import pytest
from shapely.geometry import LineString

from clustering import (
    InvalidProblem,
    Tolerance,
    ZoneProblem,
    build_zones,
    check_zones,
    cut_by_barriers,
    forbidden_by_skill,
)
from geo.neighbours import neighbour_graph


def test_an_account_that_needs_a_skill_goes_to_a_rep_who_has_it() -> None:
    rng = np.random.default_rng(0)
    xy_m = rng.random((90, 2)) * 1e5
    needs = ["dental" if row % 9 == 0 else None for row in range(90)]
    forbidden = forbidden_by_skill(needs, [frozenset({"dental"}), frozenset(), frozenset({"dental", "lab"})])
    assert len(forbidden) == 10 and set(forbidden[:, 1]) == {1}
    problem = ZoneProblem(xy_m, np.ones(90), 3, forbidden=forbidden)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert all(plan.zone[row] != 1 for row in range(90) if needs[row])
    assert plan.max_deviation <= 0.05 + 1e-9


def test_a_skill_nobody_has_is_named() -> None:
    with pytest.raises(InvalidProblem, match="account 1 needs 'x-ray', which no rep has"):
        forbidden_by_skill([None, "x-ray"], [frozenset({"lab"})])


def test_no_zone_crosses_a_river_except_by_a_bridge() -> None:
    xy_m = np.array([(x * 1000.0, y * 1000.0) for x in range(10) for y in range(6)])
    river = LineString([(4500, -9000), (4500, 90_000)])
    graph = cut_by_barriers(neighbour_graph(xy_m), xy_m, [river])
    problem = ZoneProblem(xy_m, np.ones(60), 4, neighbours=graph)
    plan = build_zones(problem)
    west = xy_m[:, 0] < 4500
    assert check_zones(problem, plan) == [] and plan.contiguity_breaks == 0
    assert not set(plan.zone[west]) & set(plan.zone[~west])
    with_bridge = LineString([(4500, 900), (4500, 90_000)])
    bridged = cut_by_barriers(neighbour_graph(xy_m), xy_m, [with_bridge])
    assert graph.nnz < bridged.nnz < neighbour_graph(xy_m).nnz


def test_without_barriers_the_graph_stays_as_it_is() -> None:
    xy_m = np.random.default_rng(0).random((30, 2)) * 1000
    graph = neighbour_graph(xy_m)
    assert (cut_by_barriers(graph, xy_m, []) != graph).nnz == 0


def test_the_reason_names_the_skill_and_the_next_best_is_one_that_has_it() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(9)])
    needs = ["", "", "lab", "", "", "", "", "", "x-ray"]
    forbidden = forbidden_by_skill([need or None for need in needs], [{"lab"}, {"x-ray"}, {"lab", "x-ray"}])
    problem = ZoneProblem(
        xy_m, np.ones(9), 3, forbidden=forbidden, centres_m=np.array([[1000.0, 0.0], [4000.0, 0.0], [7000.0, 0.0]])
    )
    plan = build_zones(problem)
    told = plan.reasons(problem, ["West", "Middle", "East"], needs)
    assert plan.zone.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert "the next best, East, 4.0 km farther" in told[2]  # Middle lies nearer and lacks it


def test_a_nearer_zone_that_may_not_have_it_is_named_with_the_skill() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(9)])
    needs = ["lab", "", "", "", "", "", "", "", ""]
    forbidden = forbidden_by_skill([need or None for need in needs], [set(), {"lab"}, {"lab"}])
    pins = np.array([[1000.0, 0.0], [4000.0, 0.0], [7000.0, 0.0]])
    problem = ZoneProblem(xy_m, np.ones(9), 3, Tolerance(0.4), forbidden=forbidden, centres_m=pins, contiguous=False)
    told = build_zones(problem).reasons(problem, ["West", "Middle", "East"], needs)[0]
    assert told.startswith(
        "In Middle (4.0 km) although West is 3.0 km nearer: it needs lab, which West lacks; moving it"
    )
    assert "the next best, East, 3.0 km farther, would make the plan" in told


def test_a_rep_who_alone_has_the_skill_is_the_whole_reason() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(6)])
    needs = ["x-ray", "", "", "", "", ""]
    forbidden = forbidden_by_skill([{"x-ray"}, None, None, None, None, None], [frozenset(), frozenset({"x-ray"})])
    problem = ZoneProblem(xy_m, np.ones(6), 2, Tolerance(0.4), forbidden=forbidden)
    plan = build_zones(problem)
    assert plan.reasons(problem, ["West", "East"], needs)[0] == "Only East may have it: it needs x-ray."
