"""Who the reps are: home, working days, shift, days a year, share of full time and skills."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.address import Address
from geo.place import Place
from planning.account_degrees import pair_of, split_pair
from planning.account_fields import FieldFault, skill_set
from planning.account_numbers import parse_number, parse_yes
from planning.account_places import settle
from planning.account_rows import address_of
from planning.calendars import read_calendar, read_days_off
from planning.columns import Columns, header_score, recognise
from planning.columns_words import REP_FIELDS
from planning.errors import TableError
from planning.table_raw import Cell, Pair, RawRow, RawTable, is_empty, text_of
from planning.table_read import read_table
from planning.vehicles import Vehicle, vehicle_of
from planning.weekdays import parse_clock, parse_weekdays
from planning.working_time import DEFAULT_SHIFT_END_S, DEFAULT_SHIFT_START_S, DEFAULT_WEEKDAYS

DEFAULT_DAYS_PER_YEAR = 220.0
DEFAULT_NIGHT_PRICE_MIN = 120.0
REP_DEFAULTS_SENTENCE = (
    "Where the file of reps says nothing: Monday to Friday, 08:00 to 17:00, "
    f"{DEFAULT_DAYS_PER_YEAR:g} net days a year, full time."
)

DASH = re.compile(r"\s*(?:[-–—]|\bto\b|\bbis\b|\btil\b|\bдо\b|\ba\b)\s*")


@dataclass(frozen=True, slots=True)
class RepRow:
    """One rep as the file gives them.

    `home` is None where only an address is known, or nothing. `weekdays` are 0 for Monday to 6; the shift is in
    seconds after local midnight; `days_per_year` is net of holidays, leave and office days; `share_of_full_time`
    lies above 0 and up to 1. `holidays` is a calendar such as "DE-BY".
    """

    name: str
    home: Place | None
    home_address: Address
    weekdays: frozenset[int]
    shift_start_s: int
    shift_end_s: int
    days_per_year: float
    share_of_full_time: float
    skills: frozenset[str]
    row: int = 0
    holidays: str = ""
    days_off: frozenset[date] = frozenset()
    night_price_min: float | None = None
    week_h: float | None = None
    vehicle: Vehicle | None = None


def read_reps(path: Path, *, columns: Mapping[str, str] | None = None) -> tuple[RepRow, ...]:
    """The reps of a CSV or XLSX file (any format `read_accounts` takes), in the order of the file.

    Raises:
        TableError: the file or any row of it cannot be used; row and field are named, a repeated name is refused.
    """
    said = dict(columns or {})
    table = read_table(Path(path), header_score(REP_FIELDS, said))
    found = recognise(table, REP_FIELDS, said)
    if "name" not in found.index:
        raise TableError(
            f"{table.source} has no column with the reps' names; its columns are: {', '.join(table.header)}"
        )
    if not table.rows:
        raise TableError(f"{table.source} has no reps in it")
    if table.broken:
        first = table.broken[0]
        raise TableError(f"{table.source}, row {first.number}: expected {first.expected}")
    return _reps(table, found)


def _reps(table: RawTable, found: Columns) -> tuple[RepRow, ...]:
    homes = _homes(table, found.index)
    seen: dict[str, int] = {}
    out: list[RepRow] = []
    faults: list[str] = []
    for row, home in zip(table.rows, homes, strict=True):
        try:
            rep = _rep(row, home, found.index)
        except FieldFault as fault:
            faults.append(f"row {row.number}, {fault}")
            continue
        if rep.name.casefold() in seen:
            faults.append(f"row {row.number}, name: {rep.name!r} is already in row {seen[rep.name.casefold()]}")
        seen.setdefault(rep.name.casefold(), row.number)
        out.append(rep)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise TableError(f"{table.source}, {faults[0]}{more}")
    return tuple(out)


def _homes(table: RawTable, index: Mapping[str, int]) -> Sequence[Place | str]:
    names = ("latitude", "longitude")
    pairs: list[Pair]
    if table.points is not None:
        pairs = list(table.points)
    elif "lat" in index and "lon" in index:
        names = (table.header[index["lat"]], table.header[index["lon"]])
        pairs = [pair_of(row.cells[index["lat"]], row.cells[index["lon"]], names) for row in table.rows]
    elif "latlon" in index:
        pairs = [split_pair(row.cells[index["latlon"]], table.header[index["latlon"]]) for row in table.rows]
    else:
        return [""] * len(table.rows)
    try:
        return settle(pairs, [row.number for row in table.rows], names).places
    except TableError as error:
        raise TableError(f"{table.source}: {error}") from error


def _rep(row: RawRow, home: Place | str, index: Mapping[str, int]) -> RepRow:
    def cell(field: str) -> Cell:
        found = row.cells[index[field]] if field in index else None
        return None if is_empty(found) else found

    name = text_of(cell("name"))
    if not name:
        raise FieldFault("name", "", "a name")
    if isinstance(home, str) and home:
        raise FieldFault("home", home, "usable coordinates, or none and an address")
    start, end = shift_of(cell("shift"), cell("shift_start"), cell("shift_end"))
    days = cell("weekdays")
    return RepRow(
        name=name,
        home=home if isinstance(home, Place) else None,
        home_address=address_of(row, index),
        weekdays=DEFAULT_WEEKDAYS if days is None else parse_weekdays(text_of(days)),
        shift_start_s=start,
        shift_end_s=end,
        days_per_year=_days_per_year(cell("days_per_year")),
        share_of_full_time=_share(cell("share_of_full_time")),
        skills=skill_set(cell("skills")),
        row=row.number,
        holidays=read_calendar(text_of(cell("holidays"))),
        days_off=frozenset() if cell("days_off") is None else read_days_off(cell("days_off")),
        night_price_min=_night_price_min(cell("nights_away")),
        week_h=_week_h(cell("week_h")),
        vehicle=vehicle_of(cell("capacity"), cell("depot"), cell("reload_min"), cell("depot_start")),
    )


def _night_price_min(cell: Cell) -> float | None:
    """Minutes of driving a night away must save; "yes" is the usual price, "no" or nothing none."""
    if cell is None:
        return None
    minutes = parse_number(cell)
    if minutes is not None and minutes > 1:
        return minutes
    answer = parse_yes(cell)
    if answer is None:
        raise FieldFault("nights_away", text_of(cell), "yes, no, or the minutes of driving a night must save")
    return DEFAULT_NIGHT_PRICE_MIN if answer else None


def _week_h(cell: Cell) -> float | None:
    if cell is None:
        return None
    hours = parse_number(cell)
    if hours is None or not 1 <= hours <= 100:
        raise FieldFault("week_h", text_of(cell), "hours a week from 1 to 100")
    return hours


def shift_of(whole: Cell, start: Cell, end: Cell) -> tuple[int, int]:
    """Begin and end of a shift, in seconds after midnight: both in one cell, or each in its own.

    Raises:
        FieldFault: no times, or an end before the start.
    """
    first, last = DEFAULT_SHIFT_START_S, DEFAULT_SHIFT_END_S
    if whole is not None:
        parts = DASH.split(text_of(whole).casefold())
        if len(parts) != 2:
            raise FieldFault("shift", text_of(whole), "two times such as 08:00-17:00")
        first, last = parse_clock(parts[0], "shift"), parse_clock(parts[1], "shift")
    if start is not None:
        first = parse_clock(start, "shift_start")
    if end is not None:
        last = parse_clock(end, "shift_end")
    if not 0 <= first < last <= 24 * 3600:
        given = f"{first // 3600:02}:{first % 3600 // 60:02}-{last // 3600:02}:{last % 3600 // 60:02}"
        raise FieldFault("shift", given, "an end after the start on the same day")
    return first, last


def _days_per_year(cell: Cell) -> float:
    if cell is None:
        return DEFAULT_DAYS_PER_YEAR
    days = parse_number(cell)
    if days is None or not 1 <= days <= 366:
        raise FieldFault("days_per_year", text_of(cell), "net working days a year from 1 to 366")
    return days


def _share(cell: Cell) -> float:
    """0.8, "80 %" or 80; above 1 a number is a percentage."""
    if cell is None:
        return 1.0
    text = text_of(cell).replace("%", "").strip()
    number = parse_number(text)
    percent = "%" in text_of(cell) or (number is not None and number > 1)
    share = number / 100 if number is not None and percent else number
    if share is None or not 0 < share <= 1:
        raise FieldFault("share_of_full_time", text_of(cell), "a share of full time such as 0.8 or 80 %")
    return share
