"""The border to GeoDataFrames."""

import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon

from geo import FrameError, Place, accounts_frame, places_of, routes_frame, zones_frame


def test_a_sound_frame_comes_back_in_degrees() -> None:
    given = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[Point(10, 50), Point(11, 51)], crs=4326).to_crs(25832)
    checked = accounts_frame(given)
    assert checked.crs == "EPSG:4326"
    assert given.crs == "EPSG:25832"
    for place, expected in zip(places_of(checked), [Place(lat=50, lon=10), Place(lat=51, lon=11)], strict=True):
        assert (place.lat, place.lon) == pytest.approx((expected.lat, expected.lon))


def test_all_faults_are_told_at_once() -> None:
    shapes = [Point(1, 1), None, Point(), LineString([(0, 0), (1, 1)]), Point(1, 1)]
    frame = gpd.GeoDataFrame({"id": ["a", "b", "a", None, "e"]}, geometry=shapes)
    with pytest.raises(FrameError) as caught:
        accounts_frame(frame)
    told = caught.value.faults
    assert len(told) == 5
    assert "no id in row 3" in told
    assert "a id that came before in row 2" in told or "an id that came before in row 2" in told
    assert any("empty" in t and "rows 1, 2" in t for t in told)
    assert any("LineString" in t and "row 3" in t for t in told)
    assert any("set_crs" in t for t in told)


def test_a_missing_id_column_names_what_is_there() -> None:
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(1, 1)], crs=4326)
    with pytest.raises(FrameError, match="'name'"):
        accounts_frame(frame)


def test_latitude_as_x_is_off_the_globe() -> None:
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[Point(37, -122), Point(10, 50)], crs=4326)
    with pytest.raises(FrameError, match=r"off the globe.* row 0"):
        accounts_frame(frame)


def test_an_invalid_zone_and_a_good_route() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(FrameError, match="invalid"):
        zones_frame(gpd.GeoDataFrame({"zone": [0]}, geometry=[bow], crs=4326))
    route = gpd.GeoDataFrame({"route": [0]}, geometry=[LineString([(0, 0), (1, 1)])], crs=4326)
    assert len(routes_frame(route)) == 1


def test_no_rows_are_no_fault() -> None:
    assert len(accounts_frame(gpd.GeoDataFrame({"id": []}, geometry=[], crs=4326))) == 0
