"""When a rep works: weekdays and hours, public holidays, absences; and writing absences down."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep, RepAbsence
from geo.place import Place
from planning.calendars import holiday_names_of
from planning.errors import PlanningError
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.record_rows import insert_all
from planning.rep_driving import driving_kept
from planning.vehicles import Driving
from planning.viewer import Viewer, require_rep

rep, absence = table_of(Rep), table_of(RepAbsence)

LONGEST_ABSENCE = 400
"""Days; more is no absence but the end of the work."""


@dataclass(frozen=True, slots=True)
class RepHours:
    """A rep's working time; the shift in seconds after midnight in `zone`."""

    rep_id: int
    name: str
    zone: ZoneInfo
    home: Place | None
    weekdays: frozenset[int]
    shift_start_s: int
    shift_end_s: int
    holidays: str
    driving: Driving = field(default_factory=Driving)


@dataclass(frozen=True, slots=True)
class DayOff:
    """Why a rep does not work on a day: `kind` is weekday, holiday or absence; `name` what it is called."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """Days on which a rep is away, both ends included."""

    id: int
    rep_id: int
    first_on: date
    last_on: date
    reason: str
    version: int


def rep_hours(session: Session, rep_id: int) -> RepHours:
    """The working time of a rep.

    Raises:
        MissingError: there is no such rep.
    """
    row = session.execute(HOURS, {"rep": rep_id}).first()
    if row is None:
        raise MissingError(f"There is no rep {rep_id}.")
    home = None if row.home_lat is None else Place(row.home_lat, row.home_lon)
    weekdays = frozenset(int(digit) for digit in row.weekdays)
    zone = ZoneInfo(row.time_zone)
    hours = row.shift_start_s, row.shift_end_s
    return RepHours(rep_id, row.name, zone, home, weekdays, *hours, row.holidays, driving_kept(row))


HOURS = select(rep).where(rep.c.id == bindparam("rep"))
AWAY = select(absence.c.first_on, absence.c.last_on, absence.c.reason).where(
    absence.c.rep_id == bindparam("rep"),
    absence.c.first_on <= bindparam("last", type_=absence.c.first_on.type),
    absence.c.last_on >= bindparam("first", type_=absence.c.last_on.type),
)


def days_off(session: Session, hours: RepHours, first: date, last: date) -> dict[date, DayOff]:
    """The days from `first` to `last` on which the rep does not work. An absence counts before a holiday."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = {day: DayOff("weekday", "") for day in days if day.weekday() not in hours.weekdays}
    named = public_holidays(hours.holidays, frozenset(day.year for day in days))
    found |= {day: DayOff("holiday", named[day]) for day in days if day in named}
    for away in session.execute(AWAY, {"rep": hours.rep_id, "first": first, "last": last}):
        found |= {day: DayOff("absence", away.reason) for day in days if away.first_on <= day <= away.last_on}
    return found


@lru_cache(maxsize=64)
def public_holidays(calendar: str, years: frozenset[int]) -> dict[date, str]:
    """Names of the public holidays; none for a calendar that nobody knows any more."""
    try:
        return dict(holiday_names_of(calendar, years))
    except PlanningError:
        return {}


def list_absences(session: Session, viewer: Viewer, rep_id: int) -> tuple[AbsenceView, ...]:
    """The absences of a rep, the latest first.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    if session.execute(HOURS, {"rep": rep_id}).first() is None:
        raise MissingError(f"There is no rep {rep_id}.")
    sql = select(absence).where(absence.c.rep_id == rep_id).order_by(absence.c.first_on.desc(), absence.c.id.desc())
    return tuple(AbsenceView(**row) for row in session.execute(sql).mappings())


def add_absence(session: Session, viewer: Viewer, rep_id: int, first_on: date, last_on: date, reason: str) -> int:
    """Write down that a rep is away; visits planned on these days stay until somebody moves them. Returns the id.

    Raises:
        MissingError: there is no such rep for the viewer.
        RefusedError: the days are the wrong way round or too many, or one of them is an absence already.
    """
    require_rep(session, viewer, rep_id)
    rep_hours(session, rep_id)
    if not 0 <= (last_on - first_on).days <= LONGEST_ABSENCE:
        raise RefusedError(f"An absence lasts from 1 to {LONGEST_ABSENCE} days; got {first_on} to {last_on}.")
    known = session.execute(AWAY, {"rep": rep_id, "first": first_on, "last": last_on}).first()
    if known is not None:
        raise RefusedError(f"From {known.first_on} to {known.last_on} there is an absence already.")
    row = {"rep_id": rep_id, "first_on": first_on, "last_on": last_on, "reason": reason, "version": 1}
    (made,) = insert_all(session, RepAbsence, [row])
    return made


def get_absence(session: Session, viewer: Viewer, absence_id: int) -> AbsenceView:
    """One absence.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    row = session.execute(select(absence).where(absence.c.id == absence_id)).mappings().first()
    missing = MissingError(f"There is no absence {absence_id}.")
    if row is None:
        raise missing
    try:
        require_rep(session, viewer, row["rep_id"])
    except MissingError:
        raise missing from None
    return AbsenceView(**row)


def remove_absence(session: Session, viewer: Viewer, absence_id: int, version: int) -> AbsenceView:
    """Take an absence back; the ledger keeps it. Returns what it was.

    Raises:
        MissingError: there is none with this id for the viewer.
        StaleError: somebody changed it since `version`.
    """
    found = get_absence(session, viewer, absence_id)
    gone: Any = session.execute(delete(absence).where(absence.c.id == absence_id, absence.c.version == version))
    if gone.rowcount != 1:
        raise StaleError(f"Absence {absence_id}", found.version)
    return found
