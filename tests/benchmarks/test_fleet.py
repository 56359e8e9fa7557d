"""Published one-day sets: what the readers make of a file, and faults the check finds."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.contract import Options
from benchmarks.fleet import as_team, check_fleet, cost_of, instances
from benchmarks.instances_fleet import read_orienteering, read_solomon, read_vrplib
from benchmarks.toptw import run as run_toptw
from benchmarks.vrptw import read
from geo.limits import Limits
from routing import plan_team

SOLOMON = """tiny

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0    0      0    0   100    0
    1      3    4      6    0    90   10
    2      3    4      6   20    90   10
"""
ORTEC = """NAME : tiny
TYPE : VRPTW
DIMENSION : 3
CAPACITY : 10
VEHICLES : 2
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : FULL_MATRIX
EDGE_WEIGHT_SECTION
0 5 7
6 0 1
8 2 0
DEMAND_SECTION
1 0
2 5
3 5
TIME_WINDOW_SECTION
1 0 100
2 0 50
3 0 50
SERVICE_TIME_SECTION
1 0
2 3
3 3
DEPOT_SECTION
1
-1
EOF
"""
COLLECTING = """NAME : tiny
TYPE : PCVRPTW
DIMENSION : 3
CAPACITY : 10
VEHICLES : 1
SERVICE_TIME : 3
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 9 9
DEMAND_SECTION
1 0
2 5
3 5
TIME_WINDOW_SECTION
1 0 100
2 0 50
3 0 50
PRIZE_SECTION
1 0
2 4
3 4
DEPOT_SECTION
1
-1
EOF
"""
KUL = """2 2 2 1
0 100
  0 0.00 0.00 0.00 0.00 0 0 0 100
  1 1.00 1.00 5.00 10.00 1 1 1 0 50
  2 2.00 2.00 5.00 30.00 1 1 1 0 50
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("s.txt", SOLOMON), ("o.txt", ORTEC), ("c.vrp", COLLECTING), ("k.txt", KUL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_solomon_gives_real_distances_and_the_reference_beside_it(folder: Path) -> None:
    (folder / "BKS.json").write_text('{"S": {"best_known_cost": 20.0, "solved_with_vehicles": 1}}', encoding="utf-8")
    found = read_solomon(folder / "s.txt")
    assert found.legs[0, 1] == 5.0 and found.reference == 20.0 and found.vehicles == 1
    (folder / "BKS.json").write_text('{"s_distance": {"best_known_cost": 10.0}}', encoding="utf-8")
    assert (read_solomon(folder / "s.txt").reference, read_solomon(folder / "s.txt").vehicles) == (10.0, 2)


def test_either_vrptw_format_is_told_by_its_first_line(folder: Path) -> None:
    (folder / "o.sol").write_text("Route #1: 1 2\nCost 14\n", encoding="utf-8")
    (ortec,), (solomon,) = read(folder / "o.txt"), read(folder / "s.txt")
    assert ortec.legs.tolist() == [[0, 5, 7], [6, 0, 1], [8, 2, 0]] and ortec.reference == 14
    assert ortec.service.tolist() == [0, 3, 3] and solomon.capacity == 10


def test_prize_collecting_counts_tenths_cut(folder: Path) -> None:
    found = read_vrplib(folder / "c.vrp")
    assert found.legs[0, 1] == 14 and found.prize is not None and found.prize.tolist() == [0, 40, 40]
    assert found.service.tolist() == [0, 30, 30] and found.closes[1] == 500
    assert cost_of(found, [[1]]) == 28 + 40


def test_orienteering_cuts_to_one_decimal_and_counts_scores(folder: Path) -> None:
    found = read_orienteering(folder / "k.txt", 2)
    assert found.name == "k-m2" and found.legs[0, 1] == 1.4 and cost_of(found, [[2], [1]]) == 40


def test_the_plan_of_an_instance_passes_its_own_check(folder: Path) -> None:
    for found in (read_solomon(folder / "s.txt"), read_vrplib(folder / "o.txt"), read_vrplib(folder / "c.vrp")):
        plan = plan_team(as_team(found), limits=Limits(iterations=200))
        routes = [[stop.visit + 1 for stop in day.stops] for day in plan.days if day.stops]
        assert check_fleet(found, routes) == []
    assert cost_of(read_vrplib(folder / "o.txt"), [[1, 2]]) == 14


def test_the_check_finds_each_fault(folder: Path) -> None:
    found = read_solomon(folder / "s.txt")
    assert check_fleet(found, [[1, 2]]) == ["load 12 of 10"]
    assert check_fleet(found, [[1], [1]]) == ["customer 1 is served twice", "customer 2 is left out"]
    assert check_fleet(found, [[1], [2], [1]])[0] == "3 routes, 2 vehicles"
    late = read_vrplib(folder / "o.txt")
    late.closes.setflags(write=True)
    late.closes[2] = 5
    assert check_fleet(late, [[1, 2]]) == ["customer 2 at 9.00, closed since 5.00"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "nothing of the kind", "not in Solomon's format"),
        ("b.txt", SOLOMON.replace("    1      3    4      6", "    1      3    4"), "not in Solomon's format"),
        ("c.vrp", COLLECTING.replace("EUC_2D", "GEO"), "EDGE_WEIGHT_TYPE must be EUC_2D or EXPLICIT, got 'GEO'"),
        ("d.vrp", COLLECTING.replace("3 0 50\n", ""), "TIME_WINDOW_SECTION must have 3 rows of 2 values"),
        ("e.vrp", "NAME : x\n", "not a VRPLIB file this reader knows"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said) as raised:
        read(tmp_path / name)
    assert name in str(raised.value)


def test_one_bad_file_does_not_stop_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.txt").write_text("?", encoding="utf-8")
    found = list(instances(Options((folder,)), ["bad.txt", "o.txt"], read))
    assert [instance.name for instance in found] == ["o"] and "cannot be read: bad.txt" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        list(run_toptw(Options((folder / "empty",))))


def test_scores_make_driving_break_ties_only(folder: Path) -> None:
    problem = as_team(read_orienteering(folder / "k.txt", 1))
    assert [visit.prize_s for visit in problem.visits] == [4 * 28 * 10, 4 * 28 * 30]
    assert int(problem.matrix.duration_s.max()) == 28 and np.all(problem.matrix.duration_s >= 0)
