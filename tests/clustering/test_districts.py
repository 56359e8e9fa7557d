import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from clustering import InvalidProblem, Level, Span, build_districts, build_tree, check_zones
from geo.neighbours import neighbour_graph


def strips(territories: int, each: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Territories side by side from west to east, `each` accounts one above the other in every one."""
    zone = np.repeat(np.arange(territories), each)
    return np.column_stack([zone * 1000.0, np.tile(np.arange(each) * 300.0, territories)]), zone


def test_six_strips_make_two_districts_of_three() -> None:
    xy_m, zone = strips(6)
    found = build_districts(xy_m, zone, np.ones(6), Level(2, Span(1, 4)))
    assert found.district.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.loads.tolist() == [[3.0], [3.0]] and found.territories.tolist() == [3, 3]
    assert found.notes == () and not found.deviation.any()


def test_the_span_says_how_many_districts() -> None:
    xy_m, zone = strips(12)
    found = build_districts(xy_m, zone, np.ones(12), Level(span=Span(3, 5)))
    assert len(found.loads) == 3 and found.territories.tolist() == [4, 4, 4]


def test_a_heavy_territory_weighs_as_much_as_three_light_ones() -> None:
    xy_m, zone = strips(4)
    found = build_districts(xy_m, zone, np.array([3.0, 1.0, 1.0, 1.0]), Level(2, Span(1, 3)))
    assert found.district.tolist() == [0, 1, 1, 1]


def test_a_span_that_cannot_be_kept_gives_way_and_is_told() -> None:
    xy_m, zone = strips(10)
    found = build_districts(xy_m, zone, np.ones(10), Level(2, Span(1, 4)))
    assert found.territories.tolist() == [5, 5]
    assert found.notes == (
        "10 territories in 2 districts cannot all be 1 to 4 for a manager: 1 to 5 are allowed instead",
    )


def test_two_levels_add_up_exactly() -> None:
    rng = np.random.default_rng(5)
    xy_m, zone = strips(12)
    load = rng.lognormal(0, 0.3, (12, 2))
    districts, regions = build_tree(xy_m, zone, load, [Level(span=Span(2, 4)), Level(2, Span(2, 6))])
    assert regions.loads.sum(axis=0) == pytest.approx(load.sum(axis=0))
    for region in range(2):
        below = districts.loads[regions.district == region].sum(axis=0)
        assert below == pytest.approx(regions.loads[region])
    assert regions.territories.sum() == len(districts.loads)


@pytest.mark.parametrize(
    ("level", "load", "message"),
    [
        (Level(9), np.ones(4), "9 districts cannot be made of 4 territories"),
        (Level(2), np.ones(5), "every one of 5 territories must have accounts"),
    ],
)
def test_wrong_input_is_named(level: Level, load: np.ndarray, message: str) -> None:
    xy_m, zone = strips(4)
    with pytest.raises(InvalidProblem, match=message):
        build_districts(xy_m, zone, load, level)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), territories=st.integers(4, 16), most=st.integers(2, 6))
def test_districts_are_whole_within_the_span_and_hang_together(seed: int, territories: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.random((territories, 2)) * 1e5
    xy_m = np.repeat(centres, 5, axis=0) + rng.normal(0, 2000, (5 * territories, 2))
    zone = np.repeat(np.arange(territories), 5)
    found = build_districts(xy_m, zone, rng.uniform(0.9, 1.1, territories), Level(span=Span(1, most)))
    assert check_zones(found.problem, found.plan) == []
    assert found.loads.sum() == pytest.approx(found.problem.loads[:, 0].sum())
    if not found.notes:
        assert found.territories.max() <= most
    graph = neighbour_graph(xy_m)
    touching = np.zeros((territories, territories))
    links = graph.tocoo()
    touching[zone[links.row], zone[links.col]] = 1
    if connected_components(touching)[0] == 1 and found.plan.contiguity_breaks == 0:
        for district in range(len(found.loads)):
            mine = np.flatnonzero(found.district == district)
            assert connected_components(touching[np.ix_(mine, mine)])[0] == 1
