"""Dates as people write them, the order of day and month judged over a whole column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from planning.table_raw import Cell

EARLIEST = date(1950, 1, 1)
LATEST = date(2100, 12, 31)
EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(18264, 73415)  # 1950-01-01 … 2100-12-31 as Excel counts days

TIME = r"(?:[T\s,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + TIME, re.IGNORECASE)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:\s?г\.?)?" + TIME, re.IGNORECASE)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
WORDED = re.compile(r"(\d{1,2})\.?[\s-]*(?:de |of )?([^\W\d_]{3,})\.?,?[\s-]*(?:de |of )?(\d{4})", re.IGNORECASE)
WORDED_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)

MONTHS = (
    ("jan", "янв", "ene"),
    ("feb", "fev", "fév", "фев"),
    ("mar", "mär", "mae", "мар"),
    ("apr", "avr", "abr", "апр"),
    ("may", "mai", "maj", "май", "мая"),
    ("jun", "juin", "июн"),
    ("jul", "juil", "июл"),
    ("aug", "aou", "aoû", "ago", "авг"),
    ("sep", "сен"),
    ("oct", "okt", "окт"),
    ("nov", "ноя"),
    ("dec", "dez", "déc", "dic", "дек"),
)


@dataclass(frozen=True, slots=True)
class DayOrder:
    """Whether a slashed date starts with the month, and whether the column itself proved it."""

    month_first: bool
    proved: bool


def day_order(values: Iterable[Cell]) -> DayOrder:
    """Judged by the numbers above 12: 25/03 can only be a day first. Without any, day first."""
    day_first = month_first = 0
    for value in values:
        found = YEAR_LAST.fullmatch(value.strip()) if isinstance(value, str) else None
        if found and found[2] != ".":
            day_first += int(found[1]) > 12
            month_first += int(found[3]) > 12
    return DayOrder(month_first > day_first, proved=month_first != day_first)


def has_open_order(values: Iterable[Cell]) -> bool:
    """True where some date reads differently day first and month first."""
    found = (YEAR_LAST.fullmatch(value.strip()) for value in values if isinstance(value, str))
    return any(m and m[2] != "." and int(m[1]) <= 12 and int(m[3]) <= 12 and m[1] != m[3] for m in found)


def parse_date(cell: Cell, *, month_first: bool = False) -> date | None:
    """A day between 1950 and 2100, or None.

    ISO, d.m.y, d/m/y or m/d/y (by `month_first`, unless only the other is possible), yyyymmdd, Excel serials, and
    months by name in English, German, Danish, Russian, French and Spanish; a time behind the date is dropped.
    """
    if isinstance(cell, datetime):
        return _within(cell.date())
    if isinstance(cell, date):
        return _within(cell)
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return _from_number(float(cell))
    return _within(_from_text(cell.strip(), month_first)) if isinstance(cell, str) and len(cell) < 60 else None


def _from_number(number: float) -> date | None:
    if number != number or abs(number) > 1e9:
        return None
    if int(number) in SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(number))
    found = COMPACT.fullmatch(str(int(number)))
    return _within(_day(found[1], found[2], found[3])) if found else None


def _from_text(text: str, month_first: bool) -> date | None:
    if found := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := YEAR_LAST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), found[4]
        if found[2] != "." and ((month_first and day <= 12) or month > 12):
            day, month = month, day
        return _day(year, month, day)
    if found := WORDED.fullmatch(text):
        return _day(found[3], _month(found[2]), found[1])
    if found := WORDED_FIRST.fullmatch(text):
        return _day(found[3], _month(found[1]), found[2])
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return _from_number(float(text.replace(",", ".")))
    return None


def _month(word: str) -> int:
    start = word.casefold()
    return next((n for n, names in enumerate(MONTHS, start=1) if start.startswith(names)), 0)


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    number = int(year)
    if len(str(year)) == 2:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _within(day: date | None) -> date | None:
    return day if day is not None and EARLIEST <= day <= LATEST else None
