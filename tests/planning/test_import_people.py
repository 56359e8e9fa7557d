"""What of a file of people can be used to reach them."""

from zoneinfo import ZoneInfo

import pytest

from planning.import_fields import Sense
from planning.import_people_fields import address, callable_number

SENSE = Sense(mark=".", month_first=False, zone=ZoneInfo("UTC"))


@pytest.mark.parametrize("given", ["anna@example.org", "a.b+c@mail.example.co.uk", "анна@пример.рф"])
def test_an_address_is_kept_as_written(given: str) -> None:
    assert address(given, SENSE) == given


@pytest.mark.parametrize("given", ["anna", "anna@x", "anna@@example.org", "anna @example.org", "@example.org", "a@b."])
def test_what_mail_cannot_be_sent_to_is_no_address(given: str) -> None:
    assert address(given, SENSE) is None


@pytest.mark.parametrize(("given", "kept"), [("+45 12 34 56 78", True), ("112", True), ("ask Bo", False), ("-", False)])
def test_a_number_has_digits_enough_to_dial(given: str, kept: bool) -> None:
    assert (callable_number(given, SENSE) == given) is kept
