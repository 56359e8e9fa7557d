"""Readers of published formats."""

from pathlib import Path

import pytest

from benchmarks.instances import read_periodic

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
