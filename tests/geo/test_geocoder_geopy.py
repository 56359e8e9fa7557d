"""The index behind geopy's interface."""

from pathlib import Path

import pytest
from geopy.exc import GeocoderQueryError
from geopy.extra.rate_limiter import RateLimiter
from geopy.point import Point

from geo import AddressIndex, IndexGeocoder, build_address_index
from tests.geo.address_records import at, town


@pytest.fixture
def geocoder(tmp_path: Path) -> IndexGeocoder:
    build_address_index(town(), tmp_path / "a.sqlite", source="town")
    return IndexGeocoder(AddressIndex(tmp_path / "a.sqlite"))


def test_text_and_fields_give_a_location(geocoder: IndexGeocoder) -> None:
    for query in ("Marktstraße 7, Lauf", {"street": "Marktstr. 7", "city": "Lauf", "country": "DE"}):
        location = geocoder.geocode(query)
        assert location.address == "Marktstraße 7, 91207 Lauf, DE"
        assert location.latitude == pytest.approx(at(70, 0).lat)
        assert location.raw["level"] == "rooftop"


def test_what_is_unknown_is_none_as_in_geopy(geocoder: IndexGeocoder) -> None:
    assert geocoder.geocode("Xylophonallee 3") is None
    assert geocoder.geocode("Xylophonallee 3", exactly_one=False) is None
    assert len(geocoder.geocode("Marktstraße 7", exactly_one=False)) == 1


def test_reverse_takes_points_in_all_forms(geocoder: IndexGeocoder) -> None:
    place = at(70, 0)
    for query in (Point(place.lat, place.lon), (place.lat, place.lon), f"{place.lat}, {place.lon}"):
        assert "Marktstraße 7" in geocoder.reverse(query).address


def test_wrong_queries_raise_geopys_error(geocoder: IndexGeocoder) -> None:
    with pytest.raises(GeocoderQueryError, match="planet"):
        geocoder.geocode({"planet": "Mars"})
    with pytest.raises(GeocoderQueryError, match="text or as fields"):
        geocoder.geocode(5)  # type: ignore[arg-type]
    with pytest.raises(GeocoderQueryError, match="point"):
        geocoder.reverse("nowhere")


def test_geopys_own_tools_work_with_it(geocoder: IndexGeocoder) -> None:
    limited = RateLimiter(geocoder.geocode, min_delay_seconds=0)
    assert limited("Marktstraße 7").raw["needs_review"] is False
