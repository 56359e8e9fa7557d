"""What an account wishes of its visits: dates, blocks, spacing, weekdays, seasons, calls.

A wish that cannot be read is left out and said so; it never costs the row.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from planning.account_dates import parse_date
from planning.account_fields import Conventions, FieldFault
from planning.account_numbers import parse_number, parse_yes
from planning.calendars import read_calendar
from planning.table_raw import Cell, is_empty, text_of
from planning.table_words import counted, plain_words
from planning.weekdays import parse_clock, parse_weekdays

CLOCK_BEHIND = re.compile(r"[\sT,]+(\d{1,2}[:.h]\d{2}(?:\s*[ap]\.?m\.?)?)(?::\d{2})?\s*(?:uhr|h)?\s*$", re.IGNORECASE)
A_WEEKS = {"a", "1", "odd", "ungerade", "ulige", "нечетная", "а", "impaire", "impar", "first"}
B_WEEKS = {"b", "2", "even", "gerade", "lige", "четная", "б", "в", "paire", "par", "second"}
MOST_GAP_DAYS, MOST_A_MONTH, MOST_LOAD = 365, 31, 1_000_000
WHOLE = frozenset({"min_gap_days", "load"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an account wishes of its visits; empty where its row says nothing.

    `appointment_s`: the time of day agreed, after midnight; None fixes the day only. `alternate_weeks`: 0 for A weeks,
    1 for B weeks. `visits_by_month`: twelve numbers, January first. `holidays`: a calendar such as "DE-BY". `load`:
    what one visit takes off the rep's vehicle. The record knows more: `contact_on` is the day of the next contact that
    was noted last, `agreed` are visits whose moment is settled: the day, and the time of day from and until which.
    """

    blocked_until: date | None = None
    appointment: date | None = None
    appointment_s: int | None = None
    promised_by: date | None = None
    contract: bool = False
    min_gap_days: int = 0
    weekdays: frozenset[int] = frozenset()
    alternate_weeks: int | None = None
    visits_by_month: tuple[float, ...] = ()
    phone_visits_per_year: float = 0.0
    usual_s: int | None = None
    holidays: str = ""
    load: int = 0
    contact_on: date | None = None
    agreed: tuple[tuple[date, int, int], ...] = ()


NO_WISHES = Wishes()


@dataclass(slots=True)
class Doubts:
    """Cells that could not be read, by field: how many, and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def add(self, fault: FieldFault, row: int) -> None:
        self.counts[fault.field] += 1
        self.first.setdefault(fault.field, (row, fault.given, fault.expected))

    def notes(self) -> list[str]:
        """One sentence per field."""
        return [
            f"{counted(count, 'row')} with {name.replace('_', ' ')} that could not be read, taken as not given; the "
            f"first: row {self.first[name][0]}, {self.first[name][1][:40]!r}, expected {self.first[name][2]}."
            for name, count in self.counts.items()
        ]


def wishes_of(cells: Sequence[Cell], index: Mapping[str, int], how: Conventions, row: int, doubts: Doubts) -> Wishes:
    """The wishes of one row; what cannot be read goes to `doubts`."""
    found: dict[str, object] = {}
    for name, read in READERS.items():
        cell = cells[index[name]] if name in index else None
        if is_empty(cell):
            continue
        try:
            found |= read(cell, how)
        except FieldFault as fault:
            doubts.add(fault, row)
    return Wishes(**found) if found else NO_WISHES  # type: ignore[arg-type]  # every reader names its own fields


def _a_date(name: str) -> Callable[[Cell, Conventions], dict[str, object]]:
    def read(cell: Cell, how: Conventions) -> dict[str, object]:
        day = parse_date(cell, month_first=how.month_first)
        if day is None:
            raise FieldFault(name, text_of(cell), "a date such as 2026-05-31")
        return {name: day}

    return read


def _appointment(cell: Cell, how: Conventions) -> dict[str, object]:
    """A date, with the time of day behind it if that is agreed too."""
    day = parse_date(cell, month_first=how.month_first)
    if day is None:
        raise FieldFault("appointment", text_of(cell), "a date such as 2026-05-31, or 2026-05-31 14:30")
    at: int | None = None
    if isinstance(cell, datetime):
        at = (cell.hour * 3600 + cell.minute * 60) or None
    elif isinstance(cell, str) and (clock := CLOCK_BEHIND.search(cell)):
        at = parse_clock(clock[1], "appointment")
    return {"appointment": day, "appointment_s": at}


def _contract(cell: Cell, how: Conventions) -> dict[str, object]:
    answer = parse_yes(cell)
    if answer is None:
        raise FieldFault("contract", text_of(cell), "yes or no")
    return {"contract": answer}


def _number(name: str, least: float, most: float, what: str) -> Callable[[Cell, Conventions], dict[str, object]]:
    def read(cell: Cell, how: Conventions) -> dict[str, object]:
        number = parse_number(cell)
        if number is None or not least <= number <= most:
            raise FieldFault(name, text_of(cell), f"{what} from {least:g} to {most:g}")
        return {name: round(number) if name in WHOLE else number}

    return read


def _weekdays(cell: Cell, how: Conventions) -> dict[str, object]:
    return {"weekdays": parse_weekdays(text_of(cell))}


def _ab_week(cell: Cell, how: Conventions) -> dict[str, object]:
    words = plain_words(text_of(cell)).split()
    sides = [0 for word in words if word in A_WEEKS] + [1 for word in words if word in B_WEEKS]
    if len(sides) != 1:
        raise FieldFault("ab_week", text_of(cell), "A or B")
    return {"alternate_weeks": sides[0]}


def _by_month(cell: Cell, how: Conventions) -> dict[str, object]:
    numbers = [parse_number(part) for part in re.split(r"[\s;,/|]+", text_of(cell)) if part]
    known = [number for number in numbers if number is not None and 0 <= number <= MOST_A_MONTH]
    if len(numbers) != 12 or len(known) != 12:
        raise FieldFault(
            "visits_by_month", text_of(cell), "twelve numbers, January first, such as 1 1 1 2 2 4 4 4 2 1 1 1"
        )
    return {"visits_by_month": tuple(known)}


def _usual_time(cell: Cell, how: Conventions) -> dict[str, object]:
    return {"usual_s": parse_clock(cell, "usual_time")}


def _holidays(cell: Cell, how: Conventions) -> dict[str, object]:
    return {"holidays": read_calendar(text_of(cell))}


READERS: Mapping[str, Callable[[Cell, Conventions], dict[str, object]]] = {
    "blocked_until": _a_date("blocked_until"),
    "appointment": _appointment,
    "promised_by": _a_date("promised_by"),
    "contract": _contract,
    "min_gap_days": _number("min_gap_days", 0, MOST_GAP_DAYS, "days"),
    "load": _number("load", 0, MOST_LOAD, "units a visit takes off the vehicle"),
    "visit_weekdays": _weekdays,
    "ab_week": _ab_week,
    "visits_by_month": _by_month,
    "phone_visits_per_year": _number("phone_visits_per_year", 0, 366, "visits a year"),
    "usual_time": _usual_time,
    "holiday_calendar": _holidays,
}
