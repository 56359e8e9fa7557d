"""Countries behind a map of a country."""

import shapely
from shapely.geometry import Point

from maps.natural_earth import land


def test_berlin_is_on_land_and_the_north_sea_is_not() -> None:
    pieces = shapely.union_all(land(3, 47, 15, 56))
    assert pieces.contains(Point(13.4, 52.5))
    assert not pieces.contains(Point(4.5, 55.0))


def test_only_what_lies_in_the_box_is_given() -> None:
    west, south, east, north = shapely.union_all(land(5, 47, 10, 50)).bounds
    assert (west, south, east, north) == (5, 47, 10, 50)


def test_neighbouring_countries_do_not_overlap_when_not_simplified() -> None:
    pieces = land(5, 47, 15, 55)
    assert abs(sum(piece.area for piece in pieces) - shapely.union_all(pieces).area) < 1e-6


def test_the_open_sea_is_empty() -> None:
    assert land(-40, 20, -30, 30) == []
