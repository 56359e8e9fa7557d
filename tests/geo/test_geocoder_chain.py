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
