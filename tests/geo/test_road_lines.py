"""Roads as lines to draw."""

from pathlib import Path

import numpy as np

from geo.road_lines import load_lines, road_lines, save_lines
from geo.road_network import RoadNetwork


def network(speeds_kmh: list[float]) -> RoadNetwork:
    """Streets of 1,000 m side by side, one edge each, at these speeds."""
    n = len(speeds_kmh)
    lat, lon = np.repeat(np.arange(n) / 100, 2), np.tile([0.0, 0.009], n)
    seconds = np.array([3600 / speed for speed in speeds_kmh], dtype=np.float32)
    tail = np.arange(0, 2 * n, 2, dtype=np.int32)
    return RoadNetwork(
        lat=lat, lon=lon, tail=tail, head=tail + 1, length_m=np.full(n, 1000, np.float32), forward_s=seconds,
        backward_s=np.full(n, np.inf, np.float32),
        forward_felt_s=seconds, backward_felt_s=np.full(n, np.inf, np.float32), turn_first=np.zeros(2 * n + 1, np.int64),
        turn_to=np.empty(0, np.int32), turn_s=np.empty(0, np.float32), turn_felt_s=np.empty(0, np.float32),
        shape_first=np.arange(0, 2 * n + 1, 2), shape_lat=lat, shape_lon=lon,
        way=np.zeros(n, np.int32), way_name=np.array([""]),
    )  # fmt: skip


def test_the_fastest_fifth_are_main_roads_and_every_road_is_drawn() -> None:
    lines = road_lines(network([30.0] * 8 + [80.0, 90.0]))
    assert len(lines) == 10
    assert [line.main for line in lines] == [False] * 8 + [True] * 2
    assert {tuple(line.line[0]) for line in lines if line.main} == {(0.08, 0.0), (0.09, 0.0)}


def test_streets_are_left_out_where_they_would_be_too_many_points() -> None:
    lines = road_lines(network([30.0] * 8 + [80.0, 90.0]), most_points=10)
    assert [line.main for line in lines] == [True, True]


def test_roads_of_one_speed_are_all_streets() -> None:
    assert [line.main for line in road_lines(network([50.0] * 3))] == [False] * 3


def test_no_roads_are_no_lines() -> None:
    assert road_lines(network([])) == []


def test_too_many_main_roads_are_thinned_to_the_fastest() -> None:
    lines = road_lines(network([30.0] * 80 + [80.0] * 10 + [100.0] * 6 + [120.0] * 4), most_points=10)
    assert len(lines) == 4 and all(line.main for line in lines)


def test_lines_are_the_same_when_read_back(tmp_path: Path) -> None:
    for speeds in ([30.0] * 8 + [80.0, 90.0], []):
        lines = road_lines(network(speeds))
        save_lines(lines, tmp_path / "lines.npz")
        again = load_lines(tmp_path / "lines.npz")
        assert [line.main for line in again] == [line.main for line in lines]
        assert all(np.abs(a.line - b.line).max() <= 5e-7 for a, b in zip(again, lines, strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["lines.npz"]
