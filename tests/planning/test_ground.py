"""Territories of whole areas and hexagons, and districts of whole territories, through a plan."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, box

from geo.area_cells import cell_areas
from geo.areas import Areas, shared_borders
from geo.place import Place
from planning.errors import PlanningError
from planning.outputs import write_plan
from planning.plan import Plan
from planning.result import PlanResult
from tests.planning.test_plan import grid, plan_of


def squares(places: Sequence[Place]) -> Areas:
    """Areas of two columns of accounts each, in two rows, and an empty one in the east."""
    west, south, width, height = 9.986, 49.991, 0.056, 0.072
    shapes = [
        box(west + x * width, south + y * height, west + (x + 1) * width, south + (y + 1) * height)
        for y in range(2)
        for x in range(5)
    ]
    return Areas(tuple(f"A{n}" for n in range(10)), np.array(shapes, dtype=object), shared_borders(np.array(shapes)))


def whole(result: PlanResult, areas: Areas) -> None:
    """Every area lies in one territory, and outlines are made of whole areas that cover everything once."""
    area = areas.of_places([account.place for account in result.accounts if account.place])
    owner = {}
    for account, number in zip(result.accounts, area, strict=True):
        assert owner.setdefault(int(number), account.zone) == account.zone
        assert account.why.startswith("With area ")
    outlines = [shape.outline for shape in result.zones]
    assert sum(outline.area for outline in outlines) == pytest.approx(shapely.area(areas.shapes).sum())
    assert shapely.union_all(outlines).area == pytest.approx(shapely.area(areas.shapes).sum())
    for account in result.accounts:
        assert account.place is not None and account.zone is not None
        point = Point(account.place.lon, account.place.lat)
        assert [shape.zone for shape in result.zones if shape.outline.covers(point)] == [account.zone]


@pytest.fixture(scope="module")
def by_areas() -> Plan:
    return replace(plan_of(grid(8, 8), team=2, tolerance=0.1, districts=1), areas=squares)


def test_territories_of_areas_follow_their_borders(by_areas: Plan) -> None:
    result = by_areas.solve()
    whole(result, squares([]))
    assert result.max_deviation <= 0.1


def test_territories_of_hexagons() -> None:
    plan = replace(plan_of(grid(9, 8), team=3, tolerance=0.1), areas=lambda places: cell_areas(places, 7))
    result = plan.solve()
    whole(result, cell_areas([account.place for account in result.accounts if account.place], 7))
    assert any("lie outside" in note for note in result.notes) is False


def test_an_account_outside_counts_with_the_nearest_area(by_areas: Plan) -> None:
    rows = list(by_areas.table.accounts)
    rows[0] = replace(rows[0], place=Place(49.9, 10.0))
    result = replace(by_areas, table=replace(by_areas.table, accounts=tuple(rows))).solve()
    assert "1 accounts lie outside of all areas and count with the nearest one." in result.notes
    assert result.accounts[0].zone == result.accounts[1].zone


def test_districts_add_up_and_are_written(tmp_path: Path) -> None:
    plan = plan_of(grid(8, 8), team=4, districts=2)
    result = plan.solve()
    assert [district.name for district in result.districts] == ["District 1", "District 2"]
    for district in result.districts:
        mine = [rep for rep in result.reps if rep.zone in district.zones]
        assert district.below == tuple(rep.rep for rep in mine) and len(mine) == 2
        assert district.workload_h == pytest.approx(sum(rep.workload_h for rep in mine), abs=1e-9)
        assert district.accounts == sum(rep.accounts for rep in mine)
        shapes = [shape.outline for shape in result.zones if shape.zone in district.zones]
        assert district.outline.geom_type == "Polygon", "its territories hang together"
        assert district.outline.area == pytest.approx(sum(shape.area for shape in shapes))
    assert abs(result.districts[0].deviation) <= 0.1
    write_plan(result, plan.table, tmp_path, version="1", run={})
    header, first, *_ = (tmp_path / "accounts.csv").read_text().splitlines()
    assert dict(zip(header.split(","), first.split(","), strict=False))["district"].startswith("District ")
    features = json.loads((tmp_path / "districts.geojson").read_text())["features"]
    assert [feature["properties"]["territories"] for feature in features] == [2, 2]
    assert json.loads((tmp_path / "summary.json").read_text())["districts"][1]["name"] == "District 2"
    write_plan(replace(result, districts=()), plan.table, tmp_path, version="1", run={})
    assert not (tmp_path / "districts.geojson").exists()


def test_a_span_makes_as_many_levels_as_it_takes() -> None:
    result = plan_of(grid(8, 6), team=6, districts=3, span=(1, 2)).solve()
    assert [(each.level, len(each.zones)) for each in result.districts][:3] == [(1, 2)] * 3
    assert [each.level for each in result.districts] == [1, 1, 1, 2, 2]
    assert sum(len(each.zones) for each in result.districts if each.level == 2) == 6


def test_more_districts_than_territories_are_refused() -> None:
    with pytest.raises(PlanningError, match="5 districts cannot be made of 2 territories"):
        plan_of(grid(4, 4), team=2, districts=5).solve()
