"""Readers of published formats."""

from pathlib import Path

import pytest

from benchmarks.instances import read_periodic
from benchmarks.pvrptw import check_hours

SMALL = """1 2 3 2
0 40
100 50
0 10.0 10.0 0 0 0 0
1 13.0 14.0 5 7 1 2 1 2
2 20.0 10.0 6 8 2 1 3
3 10.0 20.0 0 9 1 1 2
"""


def test_pattern_bits_are_read_left_to_right(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_text(SMALL)
    found = read_periodic(path)
    assert found.patterns == (((1,), (0,)), ((0, 1),), ((0,),))
    assert (found.vehicles, found.days) == (2, 2)
    assert (found.most_duration, found.capacity) == ((0.0, 100.0), (40.0, 50.0))
    assert found.xy[1].tolist() == [13.0, 14.0]
    assert found.demand.tolist() == [0.0, 7.0, 8.0, 9.0]


@pytest.mark.parametrize("text", ["", "not numbers at all", "1 2 9 2\n0 40\n0 40\n0 1 1 0 0 0 0\n1 1 1 1 1 1 1 1\n"])
def test_another_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd"
    path.write_text(text)
    with pytest.raises(ValueError, match="odd"):
        read_periodic(path)


TIMED = """5 1 2 2
200 50
0 10.0 10.0 0 0 0 0 0 1000
1 13.0 14.0 5 7 1 2 1 2 30 90
2 20.0 10.0 6 8 2 1 3 100 140
"""


def test_windows_stand_in_the_last_columns_and_one_line_of_limits_holds_for_all_days(tmp_path: Path) -> None:
    path = tmp_path / "timed"
    path.write_text(TIMED)
    found = read_periodic(path)
    assert (found.opens.tolist(), found.closes.tolist()) == ([0.0, 30.0, 100.0], [1000.0, 90.0, 140.0])
    assert found.most_duration == (200.0, 200.0)
    assert found.patterns == (((1,), (0,)), ((0, 1),))


@pytest.mark.parametrize(("order", "fault"), [((1, 2), ""), ((2, 1), "client 1")])
def test_hours_are_checked_from_as_late_a_start_as_may_be(tmp_path: Path, order: tuple[int, ...], fault: str) -> None:
    path = tmp_path / "timed"
    path.write_text(TIMED)
    faults = check_hours(read_periodic(path), [(0, order)])
    assert bool(faults) == bool(fault)
    assert all(fault in found for found in faults)


def test_a_route_may_not_be_away_longer_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "timed"
    path.write_text(TIMED.replace("200 50", "30 50"))
    assert any("away on day 0" in found for found in check_hours(read_periodic(path), [(0, (1, 2))]))
