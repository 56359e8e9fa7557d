"""The reps of a plan: their homes, their working days in the weeks planned and the hours these hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from balancing.net_time import NetTime
from geo.place import Place
from planning.calendars import holidays_of
from planning.options import PlanOptions
from planning.reps_file import DEFAULT_DAYS_PER_YEAR, RepRow
from planning.vehicles import Vehicle
from planning.working_time import DEFAULT_SHIFT_END_S, DEFAULT_SHIFT_START_S, DEFAULT_WEEKDAYS
from routing.cycle_problem import WorkDay
from routing.problem import Lunch, Shift

LUNCH = Lunch(duration_s=1800, earliest_s=11 * 3600 + 1800, latest_s=14 * 3600)
LUNCH_FROM_SHIFT_S = 6 * 3600
"""Shifts at least this long have a lunch."""


DEFAULTS = {
    "shift": "08:00–17:00 from door to door, Monday to Friday, with 30 minutes of lunch begun between 11:30 and 14:00",
    "net days a year": f"{DEFAULT_DAYS_PER_YEAR:.0f} (after holidays, leave and training)",
    "home": "the place in the middle of the rep's accounts (assumed)",
}


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep as the plan sees it; `home` None: the middle of the rep's accounts is taken.

    `holidays` is a calendar such as "DE-BY", `night_price_min` what a night away from home must save in minutes of
    driving (None: no nights away), `week_h` the hours of driving and visits a week may take. `admin_s` of every working
    day go to administration, at its end. `vehicle` None: loads do not matter. A day drives
    `most_drive_s` at most.
    """

    name: str
    home: Place | None = None
    weekdays: frozenset[int] = DEFAULT_WEEKDAYS
    shift_start_s: int = DEFAULT_SHIFT_START_S
    shift_end_s: int = DEFAULT_SHIFT_END_S
    days_a_year: float = DEFAULT_DAYS_PER_YEAR
    share_of_full_time: float = 1.0
    skills: frozenset[str] = frozenset()
    holidays: str = ""
    days_off: frozenset[date] = frozenset()
    night_price_min: float | None = None
    week_h: float | None = None
    admin_s: int = 0
    vehicle: Vehicle | None = None
    most_drive_s: int | None = None

    @property
    def lunch(self) -> Lunch | None:
        """Lunch where the shift is long enough for one and spans the time of day for it."""
        spans = self.shift_start_s <= LUNCH.earliest_s and self.end_s >= LUNCH.latest_s + LUNCH.duration_s
        return LUNCH if spans and self.end_s - self.shift_start_s >= LUNCH_FROM_SHIFT_S else None

    @property
    def depot(self) -> Place | None:
        """Where the rep's vehicle is filled, if there is such a place."""
        return None if self.vehicle is None else self.vehicle.depot

    @property
    def end_s(self) -> int:
        """End of the shift; part-time shortens every day in proportion."""
        return self.shift_start_s + round((self.shift_end_s - self.shift_start_s) * self.share_of_full_time)

    @property
    def day_s(self) -> int:
        """Seconds to drive and visit in one working day."""
        return max(self.net_time.day_s - self.admin_s, 0)

    @property
    def net_time(self) -> NetTime:
        """The working time, administration included."""
        net_day_s = self.end_s - self.shift_start_s - (self.lunch.duration_s if self.lunch else 0)
        return NetTime(net_day_s, self.weekdays, self.days_a_year, self.days_off)

    @property
    def field_time(self) -> NetTime:
        """The time to drive and visit."""
        return replace(self.net_time, day_s=self.day_s)

    @property
    def year_h(self) -> float:
        """Hours to drive and visit in a year: never more days than the weekdays worked allow."""
        return self.field_time.year_s / 3600

    def work_days(self, options: PlanOptions, home: int, depot: int | None = None) -> tuple[WorkDay, ...]:
        """The days worked in the weeks planned, less holidays and days off; `home`, `depot`: rows of the matrix."""
        end_s = max(self.end_s - self.admin_s, self.shift_start_s)
        shift = Shift(self.shift_start_s, end_s, home, home, self.lunch, self.most_drive_s)
        if self.vehicle is not None:
            shift = self.vehicle.shift(shift, depot)
        days = (options.starts_on + timedelta(days=count) for count in range(7 * options.weeks))
        time = self.without_holidays(self.net_time, options)
        return tuple(WorkDay(day, shift) for day in days if time.works_on(day))

    def without_holidays(self, time: NetTime, options: PlanOptions) -> NetTime:
        """The same time, with the public holidays of the weeks planned as days off."""
        years = {options.starts_on.year, options.ends_on.year}
        return replace(time, days_off=time.days_off | holidays_of(self.holidays or options.holidays, years))

    def capacity_h(self, options: PlanOptions) -> float:
        """Hours to drive and visit that the weeks planned hold on average: the year's net hours, shared out by weeks.

        Never more than the calendar holds.
        """
        time = self.without_holidays(self.field_time, options)
        return time.mean_s(options.starts_on, 7 * options.weeks) / 3600


def rep_of_row(row: RepRow) -> Rep:
    """The rep that one line of a reps file describes; the default of net days goes with a week of five days."""
    week = min(len(row.weekdays) / len(DEFAULT_WEEKDAYS), 1.0) if row.days_per_year == DEFAULT_DAYS_PER_YEAR else 1.0
    return Rep(
        name=row.name,
        home=row.home,
        weekdays=row.weekdays,
        shift_start_s=row.shift_start_s,
        shift_end_s=row.shift_end_s,
        days_a_year=row.days_per_year * week,
        share_of_full_time=row.share_of_full_time,
        skills=row.skills,
        holidays=row.holidays,
        days_off=row.days_off,
        night_price_min=row.night_price_min,
        week_h=row.week_h,
        vehicle=row.vehicle,
    )


def numbered_reps(count: int) -> tuple[Rep, ...]:
    """`count` reps with default hours, named by number."""
    width = len(str(count))
    return tuple(Rep(f"Rep {number:0{width}d}") for number in range(1, count + 1))


def capacity_shares(reps: Sequence[Rep]) -> NDArray[np.float64]:
    """Every rep's share of the team's hours a year; sums to 1."""
    hours = np.array([rep.year_h for rep in reps], dtype=np.float64)
    return np.asarray(hours / hours.sum(), dtype=np.float64)
