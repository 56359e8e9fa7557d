"""zone_outlines along lines: borders that run along streets, boundaries and rivers."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import BorderLines, Place, zone_outlines
from geo.road_lines import RoadLine
from tests.geo.test_outline import faults, grid

STEP = 0.01


def lines(*corners: list[tuple[float, float]]) -> np.ndarray:
    """Lines through longitude, latitude."""
    return np.array([shapely.LineString(line) for line in corners], dtype=object)


def streets(count: int, *, lat: float = 50.0, lon: float = 10.0) -> np.ndarray:
    """A grid of streets a step apart, the first a third of a step from the first account."""
    along = [STEP * (number - 1 / 3) for number in range(-1, count + 2)]
    far = STEP * (count + 2)
    across = [[(lon + at, lat - STEP * 2), (lon + at, lat + far)] for at in along]
    return lines(*across, *([(lon - STEP * 2, lat + at), (lon + far, lat + at)] for at in along))


def test_the_border_runs_along_the_street_between_two_zones() -> None:
    places = grid(4, 4)
    zone = np.array([0, 0, 1, 1] * 4)
    left, right = zone_outlines(places, zone, 2, along=BorderLines(minor=streets(4)))
    assert faults(places, zone.tolist(), [left, right]) == []
    border = left.intersection(right)
    street = 10.0 + STEP * (2 - 1 / 3)
    assert border.bounds[0] == pytest.approx(street)
    assert border.bounds[2] == pytest.approx(street)


def test_a_block_with_accounts_of_two_zones_is_divided_between_them() -> None:
    places = [*grid(2, 2), Place(lat=50.004, lon=10.004)]
    zone = np.array([0, 1, 0, 1, 1])
    outlines = zone_outlines(places, zone, 2, along=BorderLines(minor=streets(2)))
    assert faults(places, zone.tolist(), outlines) == []


def test_main_roads_come_before_streets() -> None:
    """The main road lies a step away from the nearest street between the zones: blocks without accounts follow it."""
    places = [Place(lat=50 + r * STEP, lon=10 + c * 0.03) for r in range(4) for c in range(2)]
    zone = np.array([0, 1] * 4)
    road = [(10.02, 49.9), (10.02, 50.1)]
    street = [(10.012, 49.9), (10.012, 50.1)]
    left, right = zone_outlines(places, zone, 2, along=BorderLines(main=lines(road), minor=lines(street)))
    border = left.intersection(right)
    assert border.bounds[0] == pytest.approx(10.02)
    assert border.bounds[2] == pytest.approx(10.02)


def test_land_beside_a_river_goes_to_its_own_bank_also_where_the_river_ends() -> None:
    """The river lies much nearer to the western accounts, and ends in the middle."""
    places = [Place(lat=50 + r * STEP, lon=10 + c * 0.03) for r in range(6) for c in range(2)]
    zone = np.array([0, 1] * 6)
    river = lines([(10.006, 49.9), (10.006, 50.032)])
    west, east = zone_outlines(places, zone, 2, along=BorderLines(barriers=river))
    assert faults(places, zone.tolist(), [west, east]) == []
    assert east.contains(shapely.Point(10.007, 50.011))
    assert west.contains(shapely.Point(10.005, 50.011))
    assert west.contains(shapely.Point(10.010, 50.048))


def test_accounts_on_a_street_and_of_two_zones_at_one_point() -> None:
    street = lines([(9.98, 50.0), (10.05, 50.0)])
    places = [Place(lat=50.0, lon=10 + c * STEP) for c in (0, 1, 1, 2, 3)]
    places += [Place(lat=50.01, lon=10.01), Place(lat=49.99, lon=10.01)]
    zone = np.array([0, 0, 1, 1, 0, 0, 1])
    outlines = zone_outlines(places, zone, 2, along=BorderLines(minor=street))
    apart = [at for at in range(len(places)) if at not in (1, 2)]
    assert faults([places[at] for at in apart], zone[apart].tolist(), outlines) == []


def test_streets_across_the_antimeridian() -> None:
    places = grid(4, 4, lon=179.985)
    zone = np.array([0, 0, 1, 1] * 4)
    near = np.concatenate([streets(4, lon=179.985), streets(4, lon=179.985 - 360)])
    outlines = zone_outlines(places, zone, 2, along=BorderLines(minor=near))
    assert faults(places, zone.tolist(), outlines) == []
    assert all(o.bounds[0] >= -180 and o.bounds[2] <= 180 for o in outlines)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), accounts=st.integers(3, 60), count=st.integers(1, 40), zones=st.integers(1, 5))
def test_they_cover_the_same_land_and_hold_their_accounts(seed: int, accounts: int, count: int, zones: int) -> None:
    """Whatever the lines, some through accounts; zones need not hang together."""
    rng = np.random.default_rng(seed)
    places = [Place(lat=float(a), lon=float(b)) for a, b in rng.uniform([50, 10], [50.1, 10.2], (accounts, 2))]
    zone = rng.integers(0, zones, accounts)
    ends = rng.uniform([9.9, 49.95], [10.3, 50.15], (count, 3, 2))
    ends[::3, 1] = [[places[at].lon, places[at].lat] for at in rng.integers(0, accounts, len(ends[::3]))]
    drawn = lines(*ends.tolist())
    along = BorderLines(barriers=drawn[::5], main=drawn[1::2], minor=drawn[::2])
    outlines = zone_outlines(places, zone, zones, along=along)
    assert faults(places, zone.tolist(), outlines) == []
    plain = shapely.union_all(zone_outlines(places, zone, zones))
    assert shapely.union_all(outlines).symmetric_difference(plain).area < 1e-9


def test_roads_of_a_region_count_as_main_lines_and_streets() -> None:
    line = np.array([[50.0, 10.0], [50.1, 10.2]])
    along = BorderLines().with_roads([RoadLine(line, True), RoadLine(line[::-1], False), RoadLine(line[:1], False)])
    assert (len(along.main), len(along.minor)) == (1, 1)
    assert shapely.get_coordinates(along.main).tolist() == [[10.0, 50.0], [10.2, 50.1]]
    assert not BorderLines()
