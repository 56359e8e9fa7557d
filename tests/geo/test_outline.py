"""zone_outlines: areas that meet, and hold their accounts."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Place, zone_outlines
from geo.outline_sheet import Outline


def faults(places: Sequence[Place], zone: Sequence[int], outlines: Sequence[Outline]) -> list[str]:
    """What is wrong with outlines, found with shapely's predicates alone."""
    shapes = np.array(outlines, dtype=object)
    filled = shapes[~shapely.is_empty(shapes)]
    found = [] if shapely.is_valid(shapes).all() else ["an outline is not valid"]
    if not shapely.coverage_is_valid(filled):
        found.append("outlines overlap or do not match along a border")
    for at, (p, z) in enumerate(zip(places, zone, strict=True)):
        if not outlines[z].contains(shapely.Point(p.lon, p.lat)):
            found.append(f"place {at} is not strictly inside the outline of its zone {z}")
    return found


def grid(rows: int, columns: int, *, lat: float = 50.0, lon: float = 10.0, step: float = 0.01) -> list[Place]:
    return [
        Place(lat=lat + r * step, lon=(lon + c * step + 180) % 360 - 180) for r in range(rows) for c in range(columns)
    ]


def test_two_halves_of_a_grid_meet_halfway() -> None:
    places = grid(4, 4)
    zone = np.array([0, 0, 1, 1] * 4)
    left, right = zone_outlines(places, zone, 2)
    assert faults(places, zone.tolist(), [left, right]) == []
    border = left.intersection(right)
    assert border.length > 0.03
    assert border.bounds[0] == pytest.approx(10.015)
    assert border.bounds[2] == pytest.approx(10.015)


def test_together_they_cover_the_hull_of_the_accounts() -> None:
    rng = np.random.default_rng(3)
    places = [Place(lat=float(a), lon=float(b)) for a, b in rng.uniform([50, 10], [51, 11], (300, 2))]
    zone = [int(p.lon > 10.4) + int(p.lat > 50.7) for p in places]
    outlines = zone_outlines(places, np.array(zone), 3)
    assert faults(places, zone, outlines) == []
    hull = shapely.MultiPoint([(p.lon, p.lat) for p in places]).convex_hull
    whole = shapely.union_all(outlines)
    assert whole.intersection(hull).area > 0.97 * hull.area
    assert whole.area < 1.4 * hull.area
    assert len(shapely.get_parts(whole)) == 1


def test_one_account_one_zone_and_none() -> None:
    only = zone_outlines([Place(lat=55, lon=12)], np.array([1]), 3)
    assert [o.is_empty for o in only] == [True, False, True]
    assert only[1].contains(shapely.Point(12, 55))
    assert [o.is_empty for o in zone_outlines([], np.array([], dtype=int), 2)] == [True, True]


def test_accounts_on_a_line() -> None:
    places = [Place(lat=50, lon=10 + i / 100) for i in range(6)]
    outlines = zone_outlines(places, np.array([0, 0, 0, 1, 1, 1]), 2)
    assert faults(places, [0, 0, 0, 1, 1, 1], outlines) == []


def test_accounts_of_two_zones_at_one_point_each_get_a_sector() -> None:
    places = [Place(lat=50, lon=10), Place(lat=50, lon=10), Place(lat=50.1, lon=10.1), Place(lat=50.1, lon=10)]
    outlines = zone_outlines(places, np.array([0, 1, 1, 1]), 2)
    assert shapely.coverage_is_valid(np.array(outlines))
    at = shapely.Point(10, 50)
    assert all(o.area > 0 and o.distance(at) < 1e-7 for o in outlines)


def test_a_sea_between_islands_belongs_to_nobody() -> None:
    places = grid(12, 12) + grid(12, 12, lon=12.0)
    zone = np.repeat([0, 1], 144)
    outlines = zone_outlines(places, zone, 2)
    assert faults(places, zone.tolist(), outlines) == []
    assert not shapely.union_all(outlines).intersects(shapely.Point(11, 50.06))


def test_areas_over_the_antimeridian_are_cut_there() -> None:
    places = grid(6, 6, lat=-17, lon=179.72, step=0.1)
    zone = np.array([0, 0, 0, 1, 1, 1] * 3 + [2] * 18)
    outlines = zone_outlines(places, zone, 3)
    assert faults(places, zone.tolist(), outlines) == []
    assert len(shapely.get_parts(outlines[2])) == 2
    assert all(o.bounds[0] >= -180 and o.bounds[2] <= 180 for o in outlines)
    assert sum(o.area for o in outlines) < 1


def test_the_same_accounts_give_the_same_outlines() -> None:
    rng = np.random.default_rng(5)
    places = [Place(lat=float(a), lon=float(b)) for a, b in rng.normal([50, 10], 1, (400, 2))]
    zone = np.array([int(p.lat * 3) % 4 for p in places])
    first, second = (zone_outlines(places, zone, 4) for _ in range(2))
    assert [o.wkb for o in first] == [o.wkb for o in second]


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="one entry per place"):
        zone_outlines([Place(lat=1, lon=1)], np.array([0, 1]), 2)
    with pytest.raises(ValueError, match=r"0…1"):
        zone_outlines([Place(lat=1, lon=1)], np.array([2]), 2)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.integers(0, 10_000), st.integers(1, 90), st.integers(1, 7), st.sampled_from([0.0, 55.0, -72.0]))
def test_outlines_cover_and_do_not_overlap(seed: int, n: int, zones: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    at = rng.choice(5000, n, replace=False)  # all different, many on common lines
    places = [Place(lat=lat + float(a // 70) / 50, lon=179.6 + float(a % 70) / 200) for a in at]
    towns = rng.choice(n, min(zones, n), replace=False)
    scattered = rng.uniform(size=n) < 0.1
    near = [int(np.argmin([abs(p.lat - places[t].lat) + abs(p.lon - places[t].lon) for t in towns])) for p in places]
    zone = np.where(scattered, rng.integers(0, zones, n), near)
    outlines = zone_outlines(places, zone, zones)
    assert faults(places, zone.tolist(), outlines) == []
    assert [o.is_empty for o in outlines] == [z not in zone for z in range(zones)]
