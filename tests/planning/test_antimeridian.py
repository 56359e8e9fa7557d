"""A team whose accounts lie on both sides of 180°: as if the line were not there."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components
from shapely import Point
from shapely.ops import unary_union

from geo.address import Address
from geo.neighbours import neighbour_graph
from geo.place import Place
from geo.projection import LocalMetres
from planning.account_table import AccountRow, AccountTable
from planning.options import PlanOptions
from planning.plan import Plan
from planning.result import PlanResult

OPTIONS = PlanOptions(starts_on=date(2026, 3, 2), weeks=4, seed=1)
COLUMNS, ROWS = 8, 6
FIJI = Place(-17.9, 179.9), 0.02, 0.028
CHUKOTKA = Place(66.0, 179.8), 0.02, 0.06


def team(middle: Place, lat_step: float, lon_step: float) -> Plan:
    """Accounts on a grid whose middle is on the line, for three reps."""
    accounts = []
    for number in range(COLUMNS * ROWS):
        lat = middle.lat + (number // COLUMNS) * lat_step
        lon = 180 + (number % COLUMNS - (COLUMNS - 1) / 2) * lon_step
        place = Place(lat, lon - 360 if lon > 180 else lon)
        row = AccountRow(number + 2, f"a{number}", f"Account {number}", Address(), place)
        accounts.append(replace(row, visits_per_year=26.0, service_min=45.0))
    return Plan(AccountTable("test", len(accounts), tuple(accounts), (), (), (), ()), OPTIONS, team=3)


@pytest.fixture(scope="module", params=[FIJI, CHUKOTKA], ids=["Fiji", "Chukotka"])
def result(request: pytest.FixtureRequest) -> PlanResult:
    return team(*request.param).solve()


def test_territories_across_the_line_are_balanced_and_hang_together(result: PlanResult) -> None:
    assert result.max_deviation <= result.tolerance
    places = [account.place for account in result.accounts if account.place is not None]
    east = np.array([place.lon > 0 for place in places])
    zone = np.array([account.zone for account in result.accounts])
    assert 0 < east.sum() < len(places)
    assert any(len(set(east[zone == number])) == 2 for number in range(3)), "a territory lies on both sides"
    xy_m = LocalMetres(places).xy_m(places)
    assert np.ptp(xy_m, axis=0).max() < 40_000
    graph = neighbour_graph(xy_m)
    for number in range(3):
        mine = np.flatnonzero(zone == number)
        assert connected_components(graph[mine][:, mine], directed=False)[0] == 1


def test_outlines_and_labels_lie_where_the_accounts_do(result: PlanResult) -> None:
    outlines = {shape.zone: shape.outline for shape in result.zones}
    assert all(outline.bounds[0] >= -180 and outline.bounds[2] <= 180 for outline in outlines.values())
    for account in result.accounts:
        assert account.zone is not None and account.place is not None
        assert outlines[account.zone].covers(Point(account.place.lon, account.place.lat))
    area = sum(outline.area for outline in outlines.values())
    assert unary_union(list(outlines.values())).area == pytest.approx(area), "no overlaps"
    assert area < 1, "nothing is drawn the long way round the earth"
    for shape in result.zones:
        assert shape.outline.covers(Point(shape.label.lon, shape.label.lat))
        assert abs(abs(shape.label.lon) - 180) < 0.4


def test_days_are_as_short_as_anywhere(result: PlanResult) -> None:
    assert result.visits_planned == result.visits_due > 0
    assert max(day.drive_min for day in result.days) < 240
