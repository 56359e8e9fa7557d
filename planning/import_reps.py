"""Reps from a file: where they live, when they work, what they drive; what other files refer to by name.

Columns are called as in the reps' file of a plan (`planning.reps_file`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep, RowState
from planning.account_fields import FieldFault
from planning.account_numbers import parse_number
from planning.columns_words import REP_FIELDS as WORDS
from planning.import_decision import Decision, Once, compared, reject, rejected_row
from planning.import_fields import Field, Rows, Sense, Setting, looks_like, number, text, yes
from planning.import_people import matching
from planning.table_raw import Cell, text_of
from planning.time_zones import zone_named
from planning.vehicles import MOST_CAPACITY, MOST_RELOAD_MIN, place_of, vehicle_columns
from planning.working_time import DEFAULT_SHIFT_END_S, DEFAULT_SHIFT_START_S

rep = table_of(Rep)
UNUSABLE = "latitude and longitude together, in degrees"


def or_none(read: Callable[[Cell], Any]) -> Callable[[Cell, Sense], Any]:
    """A reader of the plan's files as one of imports: None where the cell cannot be meant."""

    def parse(cell: Cell, sense: Sense) -> Any:
        try:
            return read(cell)
        except FieldFault:
            return None

    return parse


def weekdays(cell: Cell) -> str:
    """The digits of the days worked, 0 for Monday."""
    from planning.weekdays import parse_weekdays

    return "".join(str(day) for day in sorted(parse_weekdays(text_of(cell))))


def clock(cell: Cell) -> int:
    """Seconds after midnight."""
    from planning.weekdays import parse_clock

    return parse_clock(cell, "shift")


def shift(cell: Cell) -> tuple[int, int]:
    """Begin and end of the shift, in seconds after midnight."""
    from planning.reps_file import shift_of

    return shift_of(cell, None, None)


def calendar(cell: Cell) -> str:
    """A calendar of public holidays."""
    from planning.calendars import read_calendar

    return read_calendar(text_of(cell))


def units(cell: Cell, sense: Sense) -> int | None:
    """What a vehicle holds."""
    found = parse_number(cell, sense.mark)
    return int(found) if found is not None and 1 <= found <= MOST_CAPACITY else None


def reload_s(cell: Cell, sense: Sense) -> int | None:
    """Seconds that filling the vehicle takes, given in minutes."""
    found = parse_number(cell, sense.mark)
    return round(60 * found) if found is not None and 0 <= found <= MOST_RELOAD_MIN else None


REP_FIELDS: Mapping[str, Field] = {
    "id": Field(
        "id | rep id | employee id | external id | personalnummer | medarbejdernr | ид | табельный номер", text
    ),
    "name": Field(
        "name | rep | sales rep | sales agent | agent | salesperson | vertreter | mitarbeiter | saelger | имя | фио | "
        "торговый представитель | nom | nombre | vendedor",
        text,
        "a name",
        required=True,
    ),
    "time_zone": Field("time zone | timezone | tz | zeitzone | tidszone | часовой пояс | fuseau horaire", text),
    "home_lat": Field("home lat | lat | latitude | breite | широта", number, "degrees", looks=looks_like(number)),
    "home_lon": Field(
        "home lon | lon | lng | longitude | lange | долгота", number, "degrees", looks=looks_like(number)
    ),
    "weekdays": Field(WORDS["weekdays"], or_none(weekdays), "weekdays such as Mon-Fri"),
    "shift": Field(WORDS["shift"], or_none(shift), "two times such as 08:00-17:00"),
    "shift_start_s": Field(WORDS["shift_start"], or_none(clock), "a time such as 08:00"),
    "shift_end_s": Field(WORDS["shift_end"], or_none(clock), "a time such as 17:00"),
    "holidays": Field(WORDS["holidays"], or_none(calendar), "a calendar such as DE or DE-BY"),
    "vehicle_capacity": Field(WORDS["capacity"], units, f"units from 1 to {MOST_CAPACITY}"),
    "depot": Field(WORDS["depot"], or_none(place_of), "latitude and longitude such as 52.52, 13.40"),
    "reload_s": Field(WORDS["reload_min"], reload_s, f"minutes from 0 to {MOST_RELOAD_MIN}"),
    "starts_at_depot": Field(WORDS["depot_start"], yes, "yes or no"),
}
NEW = {
    **{"time_zone": "UTC", "home_lat": None, "home_lon": None, "home_assumed": False},
    **{"weekdays": "01234", "shift_start_s": DEFAULT_SHIFT_START_S, "shift_end_s": DEFAULT_SHIFT_END_S, "holidays": ""},
    **vehicle_columns(None),
}
"""A rep of whom the file says nothing."""


def decide_reps(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do to the reps; one without an id goes by the name."""
    decisions = [rejected_row(row) for row in rows.rejected]
    ids = [row.values.get("id", row.values["name"]) for row in rows.rows]
    known = {row.external_id: row for row in matching(session, rep, rep.c.external_id, ids)}
    once = Once()
    for row, external in zip(rows.rows, ids, strict=True):
        if again := once.again(external, row.line):
            decisions.append(again)
            continue
        before = known.get(external)
        said = said_of(row.values)
        becomes = {**(NEW if before is None else before._mapping), **said}
        if fault := fault_of(becomes, said):
            decisions.append(reject(row.line, external, *fault))
        elif before is not None:
            decisions.append(compared("rep", external, row.line, said, before))
        else:
            new = {"external_id": external, **NEW, **said}
            decisions.append(Decision(RowState.CREATE, row.line, external, {"rep": new}, {}))
    return decisions


def said_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, as columns of the rep."""
    said = {name: value for name, value in values.items() if name not in ("id", "shift", "depot")}
    if "shift" in values:
        said["shift_start_s"], said["shift_end_s"] = values["shift"]
    if "depot" in values:
        said["depot_lat"], said["depot_lon"] = values["depot"].lat, values["depot"].lon
    if "home_lat" in said:
        said["home_assumed"] = False
    return said


def fault_of(becomes: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, Any, str] | None:
    """The field of a rep that cannot be so, what it holds and what was expected; None where all fits."""
    if zone_named(becomes["time_zone"]) is None:
        return "time_zone", becomes["time_zone"], "an IANA time zone such as Europe/Berlin"
    lat, lon = said.get("home_lat"), said.get("home_lon")
    if (lat is None) != (lon is None) or abs(lat or 0) > 90 or abs(lon or 0) > 180:
        return "home_lat", lat, UNUSABLE
    start, end = becomes["shift_start_s"], becomes["shift_end_s"]
    if not 0 <= start < end <= 86_400:
        return "shift", f"{start / 3600:g} h to {end / 3600:g} h", "an end after the start on the same day"
    if becomes["vehicle_capacity"] is None:
        named = next((name for name in ("depot_lat", "reload_s", "starts_at_depot") if said.get(name)), None)
        return (named, said[named], "a capacity in the same row, or nothing") if named else None
    if becomes["starts_at_depot"] and becomes["depot_lat"] is None:
        return "starts_at_depot", "yes", "a depot in the same row"
    return None
