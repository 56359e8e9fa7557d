"""Files of rush hours, as teams write them."""

from pathlib import Path

import pytest

from geo.errors import TrafficError
from geo.travel_rush import HOURS
from geo.travel_rush_file import read_traffic

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "traffic.toml"


def test_the_example_of_the_guide_is_read() -> None:
    week = read_traffic(EXAMPLE)
    assert week.factor[8] == 1.4 and week.factor[12] == 1.15 and week.factor[3] == 1.0
    assert week.source == "example figures, not measured"


@pytest.mark.parametrize(
    "text",
    [
        "hours,factor\nMo-Fr 07:00-09:00,1.4\nSa 10:00-12:00,1.2\n",
        "\ufeffhours;factor\r\nMo-Fr 07:00-09:00;1,4\r\n\r\nSa 10:00-12:00;1,2\r\n",
        "factor\thours\n1.4\tMo-Fr 07:00-09:00\n1.2\tSa 10:00-12:00\n",
    ],
)
def test_a_table_of_two_columns_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text(text, encoding="utf-8", newline="")
    week = read_traffic(path)
    assert week.factor.sum() == pytest.approx(HOURS + 5 * 2 * 0.4 + 2 * 0.2)
    assert week.source == "traffic.csv"


def test_a_later_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text("hours,factor\nMo 08:00-09:00,1.4\nMo-Fr 00:00-24:00,1.1\nMo 08:00-09:00,1.6\n")
    assert read_traffic(path).factor[:10].tolist() == [1.1] * 8 + [1.6, 1.1]


def test_every_entry_that_means_nothing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "traffic.csv"
    path.write_text("hours,factor\nMo-Fr 7-9,1.4\nMo 08:00-09:00,40 km/h\nMo 08:00-09:00,140\n")
    with pytest.raises(TrafficError) as fault:
        read_traffic(path)
    for part in ("line 2: expected a span", "line 3: the factor must be a number", "line 4: ", "got '140'"):
        assert part in str(fault.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.toml", b"[hours", "not a TOML file"),
        ("t.toml", b"", "no hours in it"),
        ("t.toml", b"colour = 3", "'colour' means nothing"),
        ("t.toml", b"hours = 3", "means nothing here"),
        ("t.toml", b'[hours]\n"Mo 08:00-09:00" = true', "the factor must be a number"),
        ("t.csv", b"a,b\n1,2\n", "columns hours and factor, the file has a,b"),
        ("t.csv", b"", "the file has nothing"),
        ("t.csv", b"\xff\xfe\x00", "cannot be read as text"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TrafficError, match=said):
        read_traffic(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrafficError, match=r"nowhere\.toml: no such file"):
        read_traffic(tmp_path / "nowhere.toml")
