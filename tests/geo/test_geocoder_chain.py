"""GeocoderChain: one geocoder after the other."""

from collections.abc import Sequence

import pytest

from geo import Address, GeocoderChain, Level, Located, Place


class Fixed:
    """Answers at one level and remembers what it was asked."""

    def __init__(self, level: Level) -> None:
        self.level = level
        self.asked: list[Address] = []

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        self.asked += addresses
        place = None if self.level is Level.NONE else Place(lat=1, lon=1)
        return [Located(place, self.level, 0.5, self.level.value) for _ in addresses]


def test_the_next_is_asked_only_about_what_is_open() -> None:
    first, second, third = Fixed(Level.STREET), Fixed(Level.ROOFTOP), Fixed(Level.CITY)
    found = GeocoderChain([first, second, third]).geocode([Address("a"), Address("b")])
    assert [f.level for f in found] == [Level.ROOFTOP] * 2
    assert len(second.asked) == 2
    assert third.asked == []


def test_the_most_exact_answer_counts_and_of_equals_the_first() -> None:
    chain = GeocoderChain([Fixed(Level.NONE), Fixed(Level.STREET), Fixed(Level.CITY)])
    assert chain.geocode([Address("a")])[0].level is Level.STREET
    assert chain.geocode([]) == []


def test_nobody_to_ask_is_an_error() -> None:
    with pytest.raises(ValueError, match="empty"):
        GeocoderChain([])


def test_where_nobody_knows_everybody_says_why() -> None:
    class Silent(Fixed):
        def __init__(self, why: str) -> None:
            super().__init__(Level.NONE)
            self.why = why

        def geocode(self, addresses: Sequence[Address]) -> list[Located]:
            return [Located(None, Level.NONE, 0.0, "s", self.why) for _ in addresses]

    chain = GeocoderChain([Silent("no street is like it"), Silent("the service does not answer: HTTP 500")])
    assert chain.geocode([Address("a")])[0].why == "no street is like it; the service does not answer: HTTP 500"


def test_a_better_answer_far_from_the_street_found_before_is_a_doubt() -> None:
    class At(Fixed):
        def __init__(self, level: Level, lat: float) -> None:
            super().__init__(level)
            self.lat = lat

        def geocode(self, addresses: Sequence[Address]) -> list[Located]:
            return [Located(Place(self.lat, 10), self.level, 0.5, "index 2026", "the street") for _ in addresses]

    near = GeocoderChain([At(Level.STREET, 50.0), At(Level.ROOFTOP, 50.001)]).geocode([Address("a")])[0]
    far = GeocoderChain([At(Level.STREET, 50.0), At(Level.ROOFTOP, 50.1)]).geocode([Address("a")])[0]
    town = GeocoderChain([At(Level.CITY, 50.0), At(Level.ROOFTOP, 50.1)]).geocode([Address("a")])[0]
    assert (near.needs_review, far.needs_review, town.needs_review) == (False, True, False)
    assert far.runner_up_m == pytest.approx(11_119.5, abs=1)
    assert "11.1 km away" in far.doubts[0]
