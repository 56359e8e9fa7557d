"""LocalMetres: metres on the ground around some places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo import LocalMetres, Place

PLACES = st.builds(Place, lat=st.floats(-80, 80), lon=st.floats(-180, 180))


def test_a_degree_north_of_the_middle_is_about_111_kilometres() -> None:
    places = [Place(lat=50, lon=10), Place(lat=51, lon=10)]
    xy = LocalMetres(places).xy_m(places)
    assert xy[1, 1] - xy[0, 1] == pytest.approx(111_238, abs=30)
    assert xy[:, 0] == pytest.approx([0, 0], abs=1)


def test_places_on_both_sides_of_the_antimeridian_are_near() -> None:
    places = [Place(lat=-17, lon=179.9), Place(lat=-17, lon=-179.9)]
    sheet = LocalMetres(places)
    assert abs(sheet.middle.lon) == pytest.approx(180)
    assert np.hypot(*np.diff(sheet.xy_m(places), axis=0)[0]) == pytest.approx(21_300, rel=0.01)


def test_the_middle_follows_the_extent_not_the_crowd() -> None:
    crowd = [Place(lat=50, lon=10)] * 99 + [Place(lat=50, lon=20)]
    assert LocalMetres(crowd).middle.lon == pytest.approx(15, abs=0.02)


def test_nothing_and_one_place_have_a_sheet_too() -> None:
    assert LocalMetres([]).xy_m([]).shape == (0, 2)
    assert LocalMetres([]).places(np.empty((0, 2))) == []
    assert np.hypot(*LocalMetres([Place(lat=89.99, lon=3)]).xy_m([Place(lat=89.99, lon=3)])[0]) < 1000


def test_arrays_of_degrees_give_what_places_give() -> None:
    places = [Place(lat=50, lon=10), Place(lat=52, lon=13)]
    sheet = LocalMetres(places)
    assert np.array_equal(sheet.xy_m(places), sheet.xy_m(np.array([50.0, 52.0]), np.array([10.0, 13.0])))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(PLACES, min_size=1, max_size=6))
def test_there_and_back_is_less_than_a_millionth_of_a_degree(places: list[Place]) -> None:
    near = [Place(lat=places[0].lat + p.lat / 20, lon=(places[0].lon + p.lon / 20 + 180) % 360 - 180) for p in places]
    sheet = LocalMetres(near)
    for before, after in zip(near, sheet.places(sheet.xy_m(near)), strict=True):
        assert after.lat == pytest.approx(before.lat, abs=1e-6)
        assert (after.lon - before.lon + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(PLACES, st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=2, max_size=5))
def test_distances_are_those_on_the_ground_within_the_stated_stretch(
    at: Place, moves: list[tuple[float, float]]
) -> None:
    places = [Place(lat=at.lat + a, lon=(at.lon + b + 180) % 360 - 180) for a, b in moves]
    sheet = LocalMetres(places)
    xy = sheet.xy_m(places)
    on_ground = Geod(ellps="WGS84").inv(places[0].lon, places[0].lat, places[1].lon, places[1].lat)[2]
    assert np.hypot(*(xy[0] - xy[1])) == pytest.approx(on_ground, rel=sheet.largest_stretch * 1.1 + 1e-5, abs=0.01)
