"""Land in pieces: a zone each for what is large, and an overload that nothing can cure is shared out evenly."""

import numpy as np
import pytest
from shapely.geometry import LineString

from clustering import Tolerance, ZonePlan, ZoneProblem, build_zones, check_zones, cut_by_barriers
from geo.neighbours import neighbour_graph


def divided(west: int, east: int, zones: int) -> tuple[ZonePlan, ZoneProblem, list[int], list[int]]:
    """Accounts of load 1 at random on both sides of a river; the plan, and each zone's accounts west and east."""
    dice = np.random.default_rng(west)
    x = np.concatenate([dice.uniform(0, 4_900, west), dice.uniform(5_000, 15_000, east)])
    xy_m = np.column_stack([x, dice.uniform(0, 10_000, west + east)])
    river = LineString([(4_950, -1e5), (4_950, 1e5)])
    graph = cut_by_barriers(neighbour_graph(xy_m), xy_m, [river])
    problem = ZoneProblem(xy_m, np.ones(west + east), zones, band=Tolerance(0.05), neighbours=graph)
    plan = build_zones(problem)
    on_west, on_east = (np.bincount(plan.zone[side], minlength=zones).tolist() for side in (x < 4_950, x > 4_950))
    return plan, problem, on_west, on_east


@pytest.mark.parametrize(("west", "east", "own"), [(70, 130, 2), (32, 168, 1), (24, 176, 1)])
def test_each_side_shares_out_evenly_what_it_has_too_much_of(west: int, east: int, own: int) -> None:
    plan, problem, on_west, on_east = divided(west, east, 5)
    assert plan.contiguity_breaks == 0 and plan.notes
    assert sorted(on_west)[:-own] == [0] * (5 - own) and sum(count > 0 for count in on_east) == 5 - own
    mean = east / (5 - own)
    assert all(abs(count - mean) <= 2 for count in on_east if count), on_east
    assert check_zones(problem, plan) == []


def test_a_side_with_little_is_reached_across_the_river_and_said() -> None:
    plan, _, on_west, _ = divided(6, 194, 5)
    assert sum(on_west) == plan.contiguity_breaks == 6
    assert any("apart" in note or "cut off" in note for note in plan.notes), plan.notes
