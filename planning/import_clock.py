"""Moments as people write them: a date, perhaps with a time and a zone."""

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from planning.account_dates import parse_date
from planning.table_raw import Cell

NOON = time(12)
CLOCK = re.compile(
    r"(?:T|\s|,)\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([ap])?\.?m?\.?\s*(Z|UTC|[+-]\d{2}:?\d{2})?\s*$",
    re.IGNORECASE,
)


def moment_of(cell: Cell, zone: tzinfo, *, month_first: bool = False) -> datetime | None:
    """The moment in a cell, None when there is none to be read.

    Without a zone it is in `zone`; a day without a time is its noon there, so that it stays the same day for readers in
    most of the world.
    """
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) != (0, 0, 0):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    if isinstance(cell, str) and (exact := iso(cell, zone)):
        return exact
    day = parse_date(cell, month_first=month_first)
    if day is None:
        return None
    clock = CLOCK.search(cell) if isinstance(cell, str) else None
    if clock is None:
        return datetime.combine(day, NOON, zone)
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (clock[5].lower() == "p")
    micro = int((clock[4] or "0").ljust(6, "0"))
    try:
        return datetime.combine(day, time(hour, minute, second, micro), offset(clock[6]) or zone)
    except ValueError:
        return None


def iso(text: str, zone: tzinfo) -> datetime | None:
    """A moment in ISO 8601 with a time; None for anything else."""
    if ":" not in text:
        return None
    try:
        exact = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return exact if exact.tzinfo else exact.replace(tzinfo=zone)


def offset(text: str | None) -> tzinfo | None:
    """The zone behind a time, None where there is none."""
    if not text:
        return None
    if text.upper() in ("Z", "UTC"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
