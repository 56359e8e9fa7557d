"""Calendars of public holidays by their short names, and days off as people list them."""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from planning.account_dates import parse_date
from planning.account_fields import FieldFault
from planning.errors import PlanningError
from planning.table_raw import Cell, text_of

NAME = re.compile(r"([A-Za-z]{2})(?:[-_ /]([A-Za-z0-9]{1,4}))?")
SPAN = re.compile(r"\s*(?:\.\.+|…|–|—|\s-\s|\bto\b|\bbis\b|\btil\b|\bпо\b|\bau\b|\bhasta\b)\s*")
LONGEST_LEAVE = 400


def read_calendar(text: str) -> str:
    """ "de-by" as "DE-BY": an ISO country, and where holidays differ a part of it; "" for none.

    Raises:
        FieldFault: no such calendar.
    """
    if not text.strip() or text.strip().casefold() in ("none", "no", "-"):
        return ""
    found = NAME.fullmatch(text.strip())
    name = "-".join(part.upper() for part in found.groups() if part) if found else text
    try:
        holidays_of(name, {2026})
    except PlanningError:
        found = None
    if found is None:
        raise FieldFault("holiday_calendar", text, "a country such as DE, or a part of it such as DE-BY")
    return name


def holidays_of(name: str, years: Collection[int]) -> frozenset[date]:
    """The public holidays of a calendar such as "DE-BY"; none for "".

    Raises:
        PlanningError: there is no such calendar.
    """
    return frozenset(holiday_names_of(name, years))


def holiday_names_of(name: str, years: Collection[int]) -> Mapping[date, str]:
    """The same with what each is called there.

    Raises:
        PlanningError: there is no such calendar.
    """
    if not name:
        return {}
    from routing.calendar_days import holiday_names
    from routing.errors import BadProblemError

    country, _, region = name.partition("-")
    try:
        return holiday_names(country, years, region or None)
    except BadProblemError as fault:
        raise PlanningError(f"there is no calendar of holidays {name!r}: expected DE, or DE-BY") from fault


def read_days_off(cell: Cell) -> frozenset[date]:
    """ "2026-12-24; 2026-12-28..2026-12-31" as dates.

    Raises:
        FieldFault: a part that is neither a date nor a span of them.
    """
    days: set[date] = set()
    parts = [text_of(cell)] if not isinstance(cell, str) else re.split(r"\s*[;|\n]\s*|,\s+", cell)
    for part in (part for part in parts if part.strip()):
        ends = [parse_date(end.strip()) for end in SPAN.split(part.strip())]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2 or not 0 <= (last - first).days <= LONGEST_LEAVE:
            raise FieldFault("days_off", part, "dates such as 2026-12-24 or 2026-12-28..2026-12-31")
        days.update(first + timedelta(days=step) for step in range((last - first).days + 1))
    return frozenset(days)
