"""normalise: the comparable form of an address."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Address, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Address("1200 Van Ness Ave, 3rd Floor", "San Francisco"), Address("1200 VAN NESS AVENUE", "SAN FRANCISCO")),
        (Address("ул. Тверская, д. 5 корп. 2, кв. 12"), Address("Tverskaya ulitsa 5k2")),
        (Address("Acme GmbH, Hauptstr. 12a", postcode="91207"), Address("Hauptstraße 12 A", postcode="91207")),
        (Address("745 O'FARRELL St"), Address("745 OFarrell street")),
        (Address("Vestergade 12, 2. th"), Address("vestergade 12")),
        (Address("9 Oak St", postcode="941031234"), Address("9 Oak Street", postcode="94103-1234")),
    ],
)
def test_two_ways_of_writing_one_address_are_alike(one: Address, other: Address) -> None:
    assert normalise(one).text == normalise(other).text != ""


def test_the_parts_are_told_apart() -> None:
    key = normalise(Address("1200 Van Ness Ave, Suite 300", "San Francisco", "94109", "CA", "US"))
    assert (key.street, key.kind, key.number, key.unit) == ("vanness", "avenue", "1200", "suite300")
    assert (key.city, key.postcode, key.country) == ("san francisco", "94109", "us")


def test_an_empty_address_is_an_empty_key() -> None:
    assert normalise(Address()).text == ""


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_any_text_is_normalised_without_an_error(line: str) -> None:
    normalise(Address(line))
