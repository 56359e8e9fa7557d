"""How far one gets in a given time."""

from collections.abc import Callable

import pytest
import shapely

from geo.place import Place
from geo.region import Region

At = Callable[[float, float], Place]
BLOCK_S = 28.8  # 200 m at 25 km/h, before the town's scale


def point(place: Place) -> shapely.Point:
    return shapely.Point(place.lon, place.lat)


def test_a_minute_by_car_is_two_blocks(grid_region: Region, at: At) -> None:
    scale = grid_region.manifest.profiles["car"].scale
    (area,) = grid_region.isochrones(at(800, 800), [2 * BLOCK_S * scale])
    for east, north in ((800, 800), (1190, 800), (800, 410), (1000, 990)):
        assert area.contains(point(at(east, north)))
    for east, north in ((1320, 800), (800, 280), (1190, 1190)):
        assert not area.contains(point(at(east, north)))


def test_longer_limits_hold_shorter_ones(grid_region: Region, at: At) -> None:
    short, long, longer = grid_region.isochrones(at(800, 800), [40, 80, 500])
    assert long.covers(short) and longer.covers(long)
    assert longer.covers(point(at(0, 0)))
    assert all(area.is_valid for area in (short, long, longer))


def test_a_one_way_street_is_left_one_way(grid_region: Region, at: At) -> None:
    (area,) = grid_region.isochrones(at(1800, 900), [25])
    assert area.contains(point(at(1800, 1000)))
    assert not area.contains(point(at(1800, 780)))


def test_a_few_seconds_reach_a_piece_of_the_own_street(grid_region: Region, at: At) -> None:
    (area,) = grid_region.isochrones(at(900, 800), [10])
    assert area.contains(point(at(960, 800))) and area.contains(point(at(840, 800)))
    assert not area.contains(point(at(1080, 800)))


def test_walking_is_slower(grid_region: Region, at: At) -> None:
    car, foot = (grid_region.isochrones(at(800, 800), [120], profile=profile)[0] for profile in ("car", "foot"))
    assert car.covers(foot) and car.area > 4 * foot.area


def test_in_the_sea_nothing_is_reached(grid_region: Region, at: At) -> None:
    assert [area.is_empty for area in grid_region.isochrones(at(-9000, 0), [60, 120])] == [True, True]


def test_limits_must_be_above_zero(grid_region: Region, at: At) -> None:
    assert grid_region.isochrones(at(0, 0), []) == []
    with pytest.raises(ValueError, match="above 0 seconds"):
        grid_region.isochrones(at(0, 0), [60, 0])
