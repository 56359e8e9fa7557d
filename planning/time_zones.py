"""Time zones by the names that people type."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = 64
"""Characters; the longest name of the IANA database has half as many."""


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None where there is none, also where the name could be no file's."""
    if len(name) > LONGEST:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
