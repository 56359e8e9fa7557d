"""One row's cells to typed values, or the first field that cannot be used."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from planning.account_dates import day_order, has_open_order, parse_date
from planning.account_frequency import parse_visits
from planning.account_numbers import decimal_mark, parse_minutes, parse_number, parse_yes
from planning.table_raw import Cell, RawTable, is_empty, text_of
from planning.table_words import counted, header_words

MAX_VISITS_PER_YEAR = 366.0
MAX_SERVICE_MIN = 720.0
HEAVIEST = 100.0
"""The most work that a second of a visit may stand for."""

# Field of the column -> (visits a year of one unit, is it the time between visits).
VISIT_FIELDS: Mapping[str, tuple[float, bool]] = {
    "visits_per_year": (1.0, False),
    "visits_per_month": (12.0, False),
    "visits_per_week": (52.0, False),
    "weeks_between_visits": (52.0, True),
    "days_between_visits": (365.0, True),
}
MINUTE_FIELDS: Mapping[str, float] = {"service_min": 1.0, "service_h": 60.0}


YEAR_WORDS = ("year", "annual", "jahr", "ar", "год", "an", "ano")


class FieldFault(ValueError):
    """A cell that makes its row unusable."""

    def __init__(self, field: str, given: str, expected: str) -> None:
        super().__init__(f"{field}: given {given!r}, expected {expected}")
        self.field = field
        self.given = given
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Conventions:
    """How this file writes its numbers and dates, judged over whole columns."""

    marks: Mapping[str, str]
    month_first: bool
    notes: tuple[str, ...]


def conventions(table: RawTable, index: Mapping[str, int]) -> Conventions:
    """The decimal mark of each money column and the order of day and month."""
    marks = {name: decimal_mark(table.column(index[name])) for name in ("value", "potential") if name in index}
    notes = [
        f"Numbers of {table.header[index[name]]!r}: comma before the decimals."
        for name, mark in marks.items()
        if mark == ","
    ]
    month_first = False
    if "last_visit" in index:
        days = table.column(index["last_visit"])
        order = day_order(days)
        month_first = order.month_first
        if order.proved or has_open_order(days):
            which = "month/day/year" if month_first else "day/month/year"
            doubt = "" if order.proved else " (no date in the column proves the order)"
            notes.append(f"Dates of {table.header[index['last_visit']]!r} are read as {which}{doubt}.")
    return Conventions(marks, month_first, (*notes, *_bare_visits(table, index)))


def _bare_visits(table: RawTable, index: Mapping[str, int]) -> list[str]:
    """A remark where plain numbers stand under a name that does not say "a year"."""
    if "visits_per_year" not in index:
        return []
    name = table.header[index["visits_per_year"]]
    if any(word.startswith(YEAR_WORDS) for word in header_words(name).split()):
        return []
    bare = sum(1 for cell in table.column(index["visits_per_year"]) if parse_number(cell) is not None)
    return [f"Plain numbers of {name!r} are taken as visits a year ({counted(bare, 'row')})."] if bare else []


def visits_per_year(cells: Sequence[Cell], index: Mapping[str, int]) -> float | None:
    """From the first filled column of those that say how often.

    Raises:
        FieldFault: not a frequency, negative, or more than every day.
    """
    for field, (unit, interval) in VISIT_FIELDS.items():
        cell = cells[index[field]] if field in index else None
        if is_empty(cell):
            continue
        visits = parse_visits(cell, unit_per_year=unit, interval=interval)
        if visits is None or not 0 <= visits <= MAX_VISITS_PER_YEAR:
            raise FieldFault(
                field,
                text_of(cell),
                f"a frequency from 0 to {MAX_VISITS_PER_YEAR:g} visits a year, such as 12 or monthly",
            )
        return visits
    return None


def service_min(cells: Sequence[Cell], index: Mapping[str, int]) -> float | None:
    """Minutes of one visit; 0 counts as not given.

    Raises:
        FieldFault: not a length of time, negative, or longer than half a day.
    """
    for field, unit in MINUTE_FIELDS.items():
        cell = cells[index[field]] if field in index else None
        if is_empty(cell):
            continue
        minutes = parse_minutes(cell, unit)
        if minutes is None or not (minutes == 0 or 1 <= minutes <= MAX_SERVICE_MIN):
            raise FieldFault(field, text_of(cell), f"minutes from 1 to {MAX_SERVICE_MIN:g}, such as 30 or 0:30")
        return minutes or None
    return None


def money(field: str, cells: Sequence[Cell], index: Mapping[str, int], how: Conventions) -> float | None:
    """A sum of money.

    Raises:
        FieldFault: not a number; negative where only sales can be negative (credit notes).
    """
    cell = cells[index[field]] if field in index else None
    if is_empty(cell):
        return None
    number = parse_number(cell, how.marks.get(field, "."), money=True)
    if number is None or (number < 0 and field == "potential"):
        raise FieldFault(field, text_of(cell), "a number such as 1234.50" + (" of 0 or more" * (field == "potential")))
    return number


def last_visit(cells: Sequence[Cell], index: Mapping[str, int], how: Conventions) -> date | None:
    """The day of the last visit.

    Raises:
        FieldFault: not a date between 1950 and 2100.
    """
    cell = cells[index["last_visit"]] if "last_visit" in index else None
    if is_empty(cell):
        return None
    day = parse_date(cell, month_first=how.month_first)
    if day is None:
        raise FieldFault("last_visit", text_of(cell), "a date such as 2026-05-31")
    return day


def key_owner(cells: Sequence[Cell], index: Mapping[str, int], current_rep: str) -> str | None:
    """Whose key account this is: the rep named in the column, today's rep where it only says yes, None: nobody's."""
    cell = cells[index["key_account"]] if "key_account" in index else None
    answer = parse_yes(cell)
    if answer is None:
        return text_of(cell)
    return current_rep if answer else None


def skill_set(cell: Cell) -> frozenset[str]:
    """Skills divided by semicolons, commas, bars or slashes, as they are written."""
    parts = re.split(r"[;,|/]", "" if is_empty(cell) else text_of(cell))
    return frozenset(" ".join(part.split()) for part in parts if part.strip())


def locked(cells: Sequence[Cell], index: Mapping[str, int]) -> bool:
    """Whether the account must stay with its rep.

    Raises:
        FieldFault: neither yes nor no.
    """
    cell = cells[index["locked"]] if "locked" in index else None
    answer = parse_yes(cell)
    if answer is None:
        raise FieldFault("locked", text_of(cell), "yes or no")
    return answer
