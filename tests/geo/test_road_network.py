"""From ways to a network: cut at junctions, islands left out."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.osm_extract import read_extract
from geo.osm_roads import ALWAYS, RoadWays
from geo.road_network import RoadNetwork, build_network
from geo.road_profile import CAR, FOOT
from geo.road_turns import ENTERING_LOCAL_S, turn_s

KMH = 36.0  # ten metres a second
STEP = 0.001  # degrees of latitude, 111.2 m
STEP_M = 6_371_008.8 * np.radians(STEP)


def ways(
    *lines: Sequence[int],
    oneway: Sequence[int] = (),
    signals: Sequence[int] = (),
    barriers: Sequence[int] = (),
    local: Sequence[int] = (),
    banned: Sequence[tuple[int, int, int, int]] = (),
) -> RoadWays:
    """Ways through numbered points; point n stands n steps north of the equator, so lengths add up."""
    size = max(max(line) for line in lines) + 1
    speeds = np.full((len(lines), 2), KMH, np.float32)
    speeds[list(oneway), 1] = 0
    signal, delay_s = np.zeros((size, 4), bool), np.zeros((size, 4), np.float32)
    signal[list(signals), ALWAYS] = True
    blocked = np.zeros(size, bool)
    blocked[list(barriers)] = True
    return RoadWays(
        first=np.cumsum([0, *(len(line) for line in lines)]),
        node=np.concatenate([np.array(line, np.int64) for line in lines]),
        lat=np.arange(size) * STEP,
        lon=np.zeros(size),
        signal=signal,
        delay_s=delay_s,
        speed_kmh={"car": speeds},
        ease={"car": np.ones((len(lines), 2), np.float32)},
        local={"car": np.isin(np.arange(len(lines)), local)},
        blocked={"car": blocked},
        gate_s={"car": np.zeros(size, np.float32)},
        circle=np.zeros(len(lines), bool),
        banned=np.array(banned, np.int64).reshape(-1, 4),
        name=tuple(f"way {at}" for at in range(len(lines))),
    )


def pieces(roads: RoadNetwork) -> list[tuple[float, float]]:
    """Where each edge starts and ends, in steps."""
    return [
        (round(roads.lat[t] / STEP), round(roads.lat[h] / STEP)) for t, h in zip(roads.tail, roads.head, strict=True)
    ]


def turns(roads: RoadNetwork) -> set[tuple[int, int]]:
    """Every turn as (from arc, into arc); arc 2 e runs along edge e, 2 e + 1 against it."""
    start = np.repeat(np.arange(2 * len(roads.tail)), np.diff(roads.turn_first))
    return set(zip(start.tolist(), roads.turn_to.tolist(), strict=True))


def roads_meet(roads: RoadNetwork, arc: int) -> bool:
    """Whether three roads meet where an arc ends."""
    end = (roads.head if arc % 2 == 0 else roads.tail)[arc >> 1]
    return bool((np.concatenate([roads.tail, roads.head]) == end).sum() > 2)


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
    assert turns(roads) == {(0, 2), (2, 4), (4, 0)}


def test_the_larger_of_two_parts_is_kept() -> None:
    assert pieces(build_network(ways([0, 1], [2, 3], [3, 4]), CAR)) == [(2, 3), (3, 4)]


def test_traffic_signals_cost_time_on_the_way_and_where_one_turns() -> None:
    calm, signalled = (build_network(ways([0, 1, 2], [2, 3], [2, 5], signals=s), CAR) for s in ([], [1, 2]))
    assert signalled.forward_s[0] - calm.forward_s[0] == pytest.approx(CAR.signal_s, abs=1e-3)
    assert signalled.backward_s[0] - calm.backward_s[0] == pytest.approx(CAR.signal_s, abs=1e-3)
    assert turns(signalled) == turns(calm)
    at_junction = [turn for turn in sorted(turns(calm)) if roads_meet(calm, turn[0])]
    price = dict(zip(sorted(turns(calm)), signalled.turn_s - calm.turn_s, strict=True))
    assert [price[turn] for turn in at_junction] == pytest.approx([CAR.signal_s] * len(at_junction), abs=1e-3)


def test_one_turns_round_only_where_nothing_else_can_be_done() -> None:
    roads = build_network(ways([0, 1], [1, 2]), CAR)
    assert turns(roads) == {(0, 2), (2, 3), (3, 1), (1, 0)}
    back = [seconds for (a, b), seconds in zip(sorted(turns(roads)), roads.turn_s, strict=True) if a == b ^ 1]
    assert min(back) > CAR.turn.back_s


def test_a_barrier_stops_a_car_and_joins_nothing() -> None:
    roads = build_network(ways([0, 1, 2, 3], [5, 0], barriers=[2]), CAR)
    assert pieces(roads) == [(0, 2), (5, 0)]
    assert (1, 0) not in turns(roads) and (0, 1) in turns(roads)


def test_a_forbidden_turn_is_not_made_and_an_only_one_forbids_the_others() -> None:
    lines = ([0, 1], [1, 2], [1, 4])
    free = turns(build_network(ways(*lines), CAR))
    assert {(0, 2), (0, 4)} <= free
    assert turns(build_network(ways(*lines, banned=[(0, 1, 2, 0)]), CAR)) == free - {(0, 4)}
    assert turns(build_network(ways(*lines, banned=[(0, 1, 2, 1)]), CAR)) == free - {(0, 2)}


def test_a_road_for_local_access_is_entered_only_where_one_must() -> None:
    roads = build_network(ways([0, 1], [1, 2], [1, 4], local=[2]), CAR)
    felt = dict(zip(sorted(turns(roads)), roads.turn_felt_s - roads.turn_s, strict=True))
    assert felt[(0, 4)] == pytest.approx(ENTERING_LOCAL_S, abs=0.01)
    assert felt[(0, 2)] == felt[(5, 1)] == 0


@pytest.mark.parametrize(("degrees", "seconds"), [(0, 0.02), (90, 2.1), (-90, 7.3), (180, 7.49)])
def test_sharp_turns_and_turns_across_traffic_cost_more(degrees: float, seconds: float) -> None:
    yes, no = np.array([True]), np.array([False])
    cost = turn_s(CAR.turn, np.radians([degrees]), real=yes, back=no, in_circle=no)
    assert cost[0] == pytest.approx(seconds, abs=0.1)
    assert turn_s(CAR.turn, np.radians([degrees]), real=no, back=no, in_circle=no)[0] == 0
    assert turn_s(FOOT.turn, np.radians([degrees]), real=yes, back=no, in_circle=no)[0] == 0


def test_a_turn_left_is_told_from_a_turn_right(new_town: Any, tmp_path: Path, at: Any) -> None:
    middle = new_town.node(at(0, 0))
    for east, north in ((0, -200), (200, 0), (0, 200), (-200, 0)):
        new_town.way([new_town.node(at(east, north)), middle], highway="residential")
    roads = build_network(read_extract(new_town.write(tmp_path / "cross.osm.pbf"), (CAR,)).roads, CAR)
    price = dict(zip(sorted(turns(roads)), roads.turn_s, strict=True))
    straight, right, left = price[(0, 5)], price[(0, 3)], price[(0, 7)]  # northwards: on, to the east, to the west
    assert straight < 0.1 < right < left


def test_no_roads_make_an_empty_network() -> None:
    none = ways([0, 1])
    none.speed_kmh["car"][:] = 0
    assert len(build_network(none, CAR).tail) == 0


def test_a_network_is_read_as_it_was_written(tmp_path: Path) -> None:
    roads = build_network(ways([0, 1, 2, 3], [5, 2]), CAR)
    roads.save(tmp_path / "roads.npz")
    again = RoadNetwork.load(tmp_path / "roads.npz")
    for name in ("lat", "tail", "forward_s", "turn_to", "turn_felt_s", "shape_first", "way_name"):
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
    assert np.isfinite(roads.forward_s).all() and np.isfinite(roads.backward_s).all()
