"""House numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address_number import HouseNumber, house_number, house_numbers


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("12", "12"),
        ("12a", "12a"),
        ("12 A", "12a"),
        ("12-14", "12-14"),
        ("1007 1/2", "1007/2"),
        ("5/7 к2", "5/7k2"),
        ("д. 5 корп. 2 стр. 1", "5k2s1"),
        ("5к2с1", "5k2s1"),
        ("No. 5", "5"),
        ("24 стр. 2А", "24s2a"),
    ],
)
def test_numbers_are_read_in_every_form(text: str, key: str) -> None:
    number = house_number(text)
    assert number is not None
    assert number.key == key


@pytest.mark.parametrize("text", ["", "A12", "#5", "Haus", "0", "123456789"])
def test_what_is_no_number_gives_none(text: str) -> None:
    assert house_number(text) is None


def test_lists_and_ranges_of_a_source_hold_every_number() -> None:
    assert [n.key for n in house_numbers("12;14")] == ["12", "14"]
    assert [n.key for n in house_numbers("12-16")] == ["12-16", "12", "14", "16"]
    assert [n.key for n in house_numbers("12-34")] == ["12-34"]  # 12-34 is a number of its own in Queens


def test_likeness_of_suffixes_counts_letters_and_parts() -> None:
    assert HouseNumber(12, "b").unlike("b") == 0
    assert HouseNumber(12, "b").unlike("c") == 1
    assert HouseNumber(12, "k2s1").unlike("k2s4") == 3


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert house_number(text) is None or house_number(text).main > 0  # type: ignore[union-attr]
    house_numbers(text)
