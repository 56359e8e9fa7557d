"""From ways to a network: cut at junctions, islands left out."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.osm_extract import RoadWays
from geo.road_network import RoadNetwork, build_network
from geo.road_profile import CAR

KMH = 36.0  # ten metres a second
STEP = 0.001  # degrees of latitude, 111.2 m
STEP_M = 6_371_008.8 * np.radians(STEP)


def ways(*lines: Sequence[int], oneway: Sequence[int] = (), signals: Sequence[int] = ()) -> RoadWays:
    """Ways through numbered points; point n stands n steps north of the equator, so lengths add up."""
    size = max(max(line) for line in lines) + 1
    speeds = np.full((len(lines), 2), KMH, np.float32)
    speeds[list(oneway), 1] = 0
    return RoadWays(
        first=np.cumsum([0, *(len(line) for line in lines)]),
        node=np.concatenate([np.array(line, np.int64) for line in lines]),
        lat=np.arange(size) * STEP,
        lon=np.zeros(size),
        signal=np.isin(np.arange(size), signals),
        speed_kmh={"car": speeds},
        name=tuple(f"way {at}" for at in range(len(lines))),
    )


def pieces(roads: RoadNetwork) -> list[tuple[float, float]]:
    """Where each edge starts and ends, in steps."""
    return [
        (round(roads.lat[t] / STEP), round(roads.lat[h] / STEP)) for t, h in zip(roads.tail, roads.head, strict=True)
    ]


def test_a_way_without_junctions_is_one_edge() -> None:
    roads = build_network(ways([0, 1, 2, 3]), CAR)
    assert pieces(roads) == [(0, 3)]
    assert roads.length_m[0] == pytest.approx(3 * STEP_M, rel=1e-6)
    assert roads.forward_s[0] == roads.backward_s[0] == pytest.approx(3 * STEP_M / 10, rel=1e-5)
    assert (roads.shape_lat / STEP).round().tolist() == [0, 1, 2, 3]


def test_ways_are_cut_where_they_meet() -> None:
    roads = build_network(ways([0, 1, 2, 3], [5, 2]), CAR)
    assert pieces(roads) == [(0, 2), (2, 3), (5, 2)]
    assert roads.way_name[roads.way].tolist() == ["way 0", "way 0", "way 1"]


def test_a_way_that_meets_itself_is_cut_there() -> None:
    assert pieces(build_network(ways([0, 1, 2, 3, 1]), CAR)) == [(0, 1), (1, 1)]


def test_a_dead_end_one_cannot_leave_is_left_out() -> None:
    roads = build_network(ways([0, 1, 2], [2, 5], oneway=[1]), CAR)
    assert pieces(roads) == [(0, 2)]


def test_a_ring_of_one_way_streets_is_kept() -> None:
    roads = build_network(ways([0, 1], [1, 2], [2, 0], oneway=[0, 1, 2]), CAR)
    assert pieces(roads) == [(0, 1), (1, 2), (2, 0)]
    assert np.isinf(roads.backward_s).all()
    assert roads.arcs.first.tolist() == [0, 1, 2, 3]


def test_the_larger_of_two_parts_is_kept() -> None:
    assert pieces(build_network(ways([0, 1], [2, 3], [3, 4]), CAR)) == [(2, 3), (3, 4)]


def test_traffic_signals_cost_time() -> None:
    calm, signalled = (build_network(ways([0, 1, 2], signals=s), CAR) for s in ([], [1, 2]))
    assert signalled.forward_s[0] - calm.forward_s[0] == pytest.approx(2 * CAR.signal_s, abs=1e-3)


def test_no_roads_make_an_empty_network() -> None:
    none = ways([0, 1])
    none.speed_kmh["car"][:] = 0
    assert len(build_network(none, CAR).tail) == 0


def test_a_network_is_read_as_it_was_written(tmp_path: Path) -> None:
    roads = build_network(ways([0, 1, 2, 3], [5, 2]), CAR)
    roads.save(tmp_path / "roads.npz")
    again = RoadNetwork.load(tmp_path / "roads.npz")
    for name in ("lat", "tail", "forward_s", "shape_first", "way_name"):
        assert (getattr(again, name) == getattr(roads, name)).all()
    assert roads.road_km == pytest.approx(6 * STEP_M / 1000, rel=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=6, unique=True), min_size=1, max_size=8))
def test_cutting_loses_no_road(lines: list[list[int]]) -> None:
    """Two-way roads: the edges of the largest part are as long as the ways of that part."""
    roads = build_network(ways(*lines), CAR)
    part = set((roads.lat / STEP).round().astype(int))
    kept = [line for line in lines if set(line) & part]
    length = sum(abs(b - a) for line in kept for a, b in pairwise(line))
    assert roads.road_km * 1000 == pytest.approx(length * STEP_M, rel=1e-5)
    assert len(roads.arcs.head) == 2 * len(roads.tail)
