"""A street canvass on a small grid: every street with doors once, in days that fit."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from geo.place import Place
from geo.road_network import RoadNetwork
from planning.canvass import FILES, Canvass, plan_canvass, write_canvass
from planning.errors import PlanningError

STEP = 0.001  # degrees between junctions, about 111 m


def grid(side: int = 5) -> RoadNetwork:
    """Streets on a square grid at the equator."""
    lat = np.repeat(np.arange(side) * STEP, side)
    lon = np.tile(np.arange(side) * STEP, side)
    pairs = [(r * side + c, r * side + c + 1) for r in range(side) for c in range(side - 1)]
    pairs += [(r * side + c, (r + 1) * side + c) for r in range(side - 1) for c in range(side)]
    tail, head = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    none, time = np.zeros(0), np.full(len(pairs), 30, np.float32)
    ends = np.stack([tail, head], axis=1).ravel()
    return RoadNetwork(
        lat=lat, lon=lon, tail=tail, head=head, length_m=np.full(len(pairs), 111, np.float32),
        forward_s=time, backward_s=time, forward_felt_s=time, backward_felt_s=time,
        shape_first=np.arange(len(pairs) + 1) * 2, shape_lat=lat[ends], shape_lon=lon[ends],
        way=np.arange(len(pairs), dtype=np.int32), way_name=np.array([f"Street {n}" for n in range(len(pairs))]),
        turn_first=np.zeros(2 * len(pairs) + 1, np.int64), turn_to=none.astype(np.int32),
        turn_s=none.astype(np.float32), turn_felt_s=none.astype(np.float32),
    )  # fmt: skip


def served(canvass: Canvass) -> list[int]:
    return sorted(int(canvass.edges[step.edge]) for day in canvass.days for step in day.steps if step.serves)


def test_every_street_of_the_area_is_served_once_in_days_that_are_long_enough(tmp_path: Path) -> None:
    town, area = grid(), box(-STEP / 4, -STEP / 4, 2.2 * STEP, 4.2 * STEP)
    found = plan_canvass(town, area, Place(0, 0), day_s=2 * 3600)
    middle_lon = town.lon[town.tail] / 2 + town.lon[town.head] / 2
    assert served(found) == np.flatnonzero(middle_lon < 2.2 * STEP).tolist() and found.segments == 22
    assert len(found.days) > 1 and all(day.total_s <= 2 * 3600 for day in found.days)
    for day in found.days:
        assert all(a.target == b.origin for a, b in zip(day.steps, day.steps[1:], strict=False)), "a walk"
    write_canvass(found, tmp_path)
    rows = list(csv.DictReader((tmp_path / FILES[0]).read_text("utf-8").splitlines()))
    assert sum(row["serve"] == "yes" for row in rows) == 22 and rows[0]["street"].startswith("Street ")
    days = json.loads((tmp_path / FILES[1]).read_text("utf-8"))["features"]
    assert sum(day["properties"]["doors"] for day in days) == found.doors == 22 * 6


def test_only_streets_with_doors_are_served_and_far_doors_are_counted() -> None:
    doors = [Place(0.0001, 1.5 * STEP), Place(0.0001, 1.6 * STEP), Place(0.5, 0.5), Place(3.9 * STEP, 0.5 * STEP)]
    found = plan_canvass(grid(), box(-1, -1, 1, 1), Place(0, 0), doors=doors)
    assert (found.segments, found.doors, found.far_doors) == (2, 3, 1)
    assert found.days[0].serve_s == 3 * 120


def test_what_cannot_be_walked_in_a_day_or_has_nothing_to_serve_is_said() -> None:
    with pytest.raises(PlanningError, match="longer than a day of 5 min"):
        plan_canvass(grid(), box(-1, -1, 1, 1), Place(0, 0), day_s=300)
    with pytest.raises(PlanningError, match="anything to serve"):
        plan_canvass(grid(), box(0.01, 0.01, 0.011, 0.011), Place(0, 0))
