"""Barriers: no territory straddles them but at a bridge, and what is said about them."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.line_file import DrawnLines
from geo.place import Place
from planning.barriers import with_barriers
from planning.bindings import Bindings, find_bindings
from planning.demand import Demand, demand_of
from planning.placing import place_accounts
from planning.plan import Plan
from planning.staff import numbered_reps
from tests.planning.test_plan import OPTIONS, grid, plan_of

MIDDLE = 10 + 0.028 * 2.5
"""Longitude between the third and the fourth column of the grid."""


def river(*bridges: tuple[float, float], lon: float = MIDDLE, north: float = 51.0) -> DrawnLines:
    line = shapely.LineString([(lon, 49.0), (lon, north)])
    return DrawnLines(
        "river.geojson", np.array([line], dtype=object), np.array([shapely.Point(b) for b in bridges], dtype=object)
    )


def demand(columns: int = 6, rows: int = 4) -> Demand:
    accounts = grid(columns, rows)
    return demand_of(accounts, place_accounts(accounts, (), OPTIONS.min_level), OPTIONS.starts_on)


def barred(drawn: DrawnLines | None, reps: int = 2) -> Bindings:
    asked = demand()
    return with_barriers(find_bindings(asked, numbered_reps(reps)), asked, drawn, reps, 0.05)


def crossing(bindings: Bindings) -> list[tuple[int, int]]:
    """Pairs of neighbours on both sides of the river, by number in the grid of six columns."""
    assert bindings.neighbours is not None
    links = bindings.neighbours.tocoo()
    pairs = zip(links.row.tolist(), links.col.tolist(), strict=True)
    return [(one, other) for one, other in pairs if one % 6 < 3 <= other % 6]


def test_without_barriers_neighbours_are_whoever_lies_beside_each_other() -> None:
    assert barred(None).neighbours is None


def test_nobody_is_a_neighbour_across_a_river() -> None:
    found = barred(river())
    assert crossing(found) == []
    assert found.notes[0] == (
        "Barriers: 1 line of river.geojson; no territory has neighbours across them. They part the accounts into 2 "
        "pieces: 12 accounts (50% of the hours), 12 accounts (50% of the hours)."
    )


def test_a_bridge_joins_the_nearest_accounts_of_both_sides() -> None:
    found = barred(river((MIDDLE, 50.018)))
    assert crossing(found) == [(8, 9)]
    assert "but at 1 bridge. Bridges and ways around them keep all accounts connected." in found.notes[0]


def test_pieces_that_give_no_whole_territories_are_named() -> None:
    [_, said] = barred(river(), reps=3).notes
    assert said.startswith("A piece with 50% of the hours cannot be cut into whole territories of 33% each, ±5%")


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (river(lon=9.9), "none of them lies between two accounts, so they change nothing"),
        (river(lon=100.0), "none of them lies near the accounts, so they change nothing"),
    ],
)
def test_barriers_elsewhere_change_nothing_and_say_so(drawn: DrawnLines, said: str) -> None:
    found = barred(drawn)
    assert said in found.notes[0]


def test_a_plan_keeps_to_its_side_of_the_river_and_is_drawn_along_it() -> None:
    """The river runs nearer to the western accounts than halfway; the plan is the same as its outlines say."""
    lon = 10 + 0.028 * 2.2
    plan: Plan = replace(plan_of(grid(6, 2), team=2, weeks=1), barriers=river(lon=lon))
    result = plan.solve()
    for account in result.accounts:
        assert account.place is not None
        assert account.zone == int(account.place.lon > lon)
    west, east = (shape.outline for shape in result.zones)
    assert west.bounds[2] == pytest.approx(lon, abs=1e-6)
    assert east.bounds[0] == pytest.approx(lon, abs=1e-6)
    assert west.contains(shapely.Point(lon - 0.001, 50.009))
    assert Place(50.0, 10.0) == result.accounts[0].place
