"""Names of time zones, also those that are made to trip over."""

from zoneinfo import ZoneInfo

import pytest

from planning.time_zones import zone_named


def test_a_name_is_a_zone():
    assert zone_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "name", ["", "Europe", "../../etc/passwd", "/etc/passwd", "x" * 300, "1/2" * 7000, "a\0b", "America/\ud800", "."]
)
def test_what_is_no_zone_is_none(name):
    assert zone_named(name) is None
