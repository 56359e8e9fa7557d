"""Services by name: options checked, keys kept to themselves, levels read from every service's own words."""

import logging

import pytest
from geopy.location import Location

from geo import Address, GeocoderSettingError, Level, open_service
from geo.geocoder_fields import field_scores
from geo.geocoder_levels import READERS, place_only
from geo.geocoder_services import service_names


def test_every_service_of_geopy_for_addresses_can_be_chosen() -> None:
    assert {"nominatim", "photon", "pelias", "googlev3", "herev7", "yandex", "tomtom", "arcgis"} <= set(service_names())
    assert "what3words" not in service_names()
    keys = {"googlev3": "api_key", "herev7": "apikey", "yandex": "api_key", "opencage": "api_key"}
    for name, key in keys.items():
        service = open_service(name, secrets={key: "s3cret"})
        assert service.host and "s3cret" not in repr((service.key, service.title))
    assert open_service("pelias", options={"domain": "geo.example.org"}).host == "geo.example.org"


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("nowhere", {}, "no geocoding service 'nowhere'"),
        ("what3words", {}, "no geocoding service"),
        ("nominatim", {"options": {"domian": "x"}}, "no option 'domian'"),
        ("nominatim", {"options": {"adapter_factory": "x"}}, "no option"),
        ("googlev3", {"options": {"api_key": "x"}}, "is a secret"),
        ("herev7", {}, "needs apikey among its secrets"),
        ("pelias", {}, "needs domain among its options"),
        ("nominatim", {"options": {"domain": "http://evil/?"}}, "must be a host name"),
        ("nominatim", {"options": {"domain": "user@host"}}, "must be a host name"),
        ("nominatim", {"options": {"scheme": "file"}}, "http or https"),
    ],
)
def test_a_wrong_set_up_says_what_is_wrong(name: str, more: dict[str, dict[str, str]], says: str) -> None:
    with pytest.raises(GeocoderSettingError, match=says):
        open_service(name, **more)  # type: ignore[arg-type]


def test_a_public_service_is_asked_once_a_second_at_most() -> None:
    assert open_service("nominatim", seconds=0).seconds == 1.0
    assert open_service("nominatim", options={"domain": "geo.example.org"}, seconds=0).seconds == 0.0
    assert open_service("photon").seconds == 1.0


def test_a_key_appears_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    open_service("googlev3", secrets={"api_key": "very-s3cret"})
    log = logging.getLogger("geopy")
    with caplog.at_level(logging.DEBUG, "geopy"):
        log.debug("%s.geocode: %s", "GoogleV3", "https://maps.example.org/?key=very-s3cret&address=x")
    assert "very-s3cret" not in caplog.text and "key=…" in caplog.text


def test_another_set_up_has_other_answers() -> None:
    one = open_service("nominatim", options={"domain": "a.example.org"})
    assert one.key != open_service("nominatim", options={"domain": "b.example.org"}).key
    assert one.key == open_service("nominatim", options={"domain": "a.example.org"}).key


RAW = {
    "nominatim": ({"addresstype": "building", "importance": 0.4}, Level.ROOFTOP, 0.4),
    "googlev3": (
        {"geometry": {"location_type": "RANGE_INTERPOLATED"}, "types": ["street_address"]}, Level.INTERPOLATED, 0.9,
    ),
    "herev7": (
        {"resultType": "houseNumber", "houseNumberType": "interpolated", "scoring": {"queryScore": 0.8}},
        Level.INTERPOLATED, 0.8,
    ),
    "yandex": ({"metaDataProperty": {"GeocoderMetaData": {"precision": "street"}}}, Level.STREET, 0.6),
    "pelias": ({"properties": {"layer": "address", "accuracy": "point", "confidence": 1}}, Level.ROOFTOP, 1.0),
    "photon": ({"properties": {"type": "house"}}, Level.ROOFTOP, 0.7),
    "arcgis": ({"attributes": {"Addr_type": "StreetAddress"}, "score": 97}, Level.INTERPOLATED, 0.97),
    "tomtom": ({"type": "Address Range"}, Level.INTERPOLATED, 0.7),
    "mapbox": ({"place_type": ["address"], "relevance": 0.9}, Level.ROOFTOP, 0.9),
    "opencage": ({"components": {"_type": "road"}, "confidence": 8}, Level.STREET, 0.8),
    "banfrance": ({"properties": {"type": "housenumber", "score": 0.95}}, Level.ROOFTOP, 0.95),
}  # fmt: skip


@pytest.mark.parametrize("name", RAW)
def test_a_service_says_how_exact_it_is_in_its_own_words(name: str) -> None:
    raw, level, score = RAW[name]
    assert READERS[name](Location("x", (1.0, 2.0, 0.0), raw)) == (level, score)


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize("raw", [{}, {"properties": 3}, {"geometry": None, "types": ["locality"]}, "text", []])
def test_what_a_service_does_not_say_is_never_a_house(name: str, raw: object) -> None:
    level, score = READERS[name](Location("x", (1.0, 2.0, 0.0), raw))
    assert not level.at_least(Level.INTERPOLATED)
    assert 0 <= score <= 1
    assert place_only(Location("x", (1.0, 2.0, 0.0), raw)) == (Level.STREET, 0.5)


@pytest.mark.parametrize(
    ("asked", "answered", "scores"),
    [
        (
            Address("Hauptstr. 5a", "Lauf", "91207"),
            "5a, Hauptstraße, 91207 Lauf an der Pegnitz, Deutschland",
            {"street": 1.0, "number": 1.0, "city": 1.0, "postcode": 1.0},
        ),
        (
            Address("Tverskaya ul. 7", "Moskva"),
            "7, Тверская улица, Москва",
            {"street": 1.0, "number": 1.0, "city": 1.0},
        ),
        (Address("Main St 12"), "14 Main Street, Town", {"street": 1.0, "number": 0.0}),
        (Address("Main St 12"), "", {}),
    ],
)
def test_an_answer_is_compared_with_what_was_asked(asked: Address, answered: str, scores: dict[str, float]) -> None:
    assert field_scores(asked, answered) == scores
