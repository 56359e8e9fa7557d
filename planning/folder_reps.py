"""The reps of a plan's folder with the hours they have left, week by week."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from geo.place import Place
from planning.calendars import holidays_of
from planning.errors import PlanningError
from planning.options import PlanOptions
from planning.output_workload import WORKLOAD_FILE
from planning.plan_folder import ACCOUNTS_FILE, places_by_rep, rows_of
from planning.staff import Rep

DAYS = 7


@dataclass(frozen=True, slots=True)
class FolderRep:
    """A rep as the plan left it: home, own places, and the work there is.

    `load_h`: hours of driving and visits in a mean week of the plan; `planned_h`: those of its weeks, by Monday.
    `drive_s`: driving that a visit of the plan takes on average. `holidays`: the calendar of whoever names none.
    """

    rep: Rep
    home: Place
    places: tuple[Place, ...]
    load_h: float
    planned_h: Mapping[date, float]
    drive_s: float
    holidays: str = ""

    @property
    def name(self) -> str:
        return self.rep.name

    def capacity_h(self, monday: date) -> float:
        """Hours to drive and visit of a week: the year's net days shared out by weeks, never more than it holds."""
        time = self.rep.field_time
        hours = replace(time, days_off=time.days_off | self._holidays(monday)).mean_s(monday, DAYS) / 3600
        return hours if self.rep.week_h is None else min(hours, self.rep.week_h)

    def week_h(self, monday: date) -> float:
        """Hours that the visits of the plan take in that week; a mean week where it was not planned."""
        return self.planned_h.get(monday, self.load_h if self.work_days(monday) else 0.0)

    def free_h(self, monday: date) -> float:
        """Hours that are left of a week."""
        return max(self.capacity_h(monday) - self.week_h(monday), 0.0)

    def work_days(self, monday: date) -> list[date]:
        """The days worked in that week."""
        off = self.rep.days_off | self._holidays(monday)
        days = (monday + timedelta(days=count) for count in range(DAYS))
        return [day for day in days if day.weekday() in self.rep.weekdays and day not in off]

    def _holidays(self, monday: date) -> frozenset[date]:
        years = {monday.year, (monday + timedelta(days=DAYS)).year}
        return holidays_of(self.rep.holidays or self.holidays, years)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def read_folder_reps(folder: Path, team: Sequence[Rep], options: PlanOptions) -> tuple[FolderRep, ...]:
    """The reps of the plan in `folder`; whoever is not in `team` has the usual hours.

    Raises:
        PlanningError: the folder holds no plan, or one that cannot be read.
    """
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        with (folder / ACCOUNTS_FILE).open(encoding="utf-8", newline="") as file:
            places = places_by_rep(rows_of(file))
        planned = _planned_h(folder, date.fromisoformat(summary["starts_on"]), int(summary["weeks"]))
        given = {rep.name: rep for rep in team}
        admin_s = round(60 * options.admin_min)
        return tuple(
            _rep(
                row, summary, replace(given.get(row["rep"], Rep(row["rep"])), admin_s=admin_s), places, planned, options
            )
            for row in summary["reps"]
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PlanningError(f"{folder} holds no plan: {Path(str(error.filename)).name} is missing") from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise PlanningError(f"{folder} holds a plan that cannot be read: {error}") from error


def _rep(
    row: Mapping[str, Any],
    summary: Mapping[str, Any],
    rep: Rep,
    places: Mapping[str, tuple[Place, ...]],
    planned: Mapping[str, Mapping[date, float]],
    options: PlanOptions,
) -> FolderRep:
    home = rep.home or Place(lat=row["home"]["lat"], lon=row["home"]["lon"])
    return FolderRep(
        rep=replace(rep, home=home),
        home=home,
        places=places.get(rep.name, ()),
        load_h=row["workload_h"] / summary["weeks"],
        planned_h=planned.get(rep.name, {}),
        drive_s=3600 * row["drive_h"] / row["visits"] if row["visits"] else 0.0,
        holidays=options.holidays,
    )


def _planned_h(folder: Path, starts_on: date, weeks: int) -> dict[str, dict[date, float]]:
    """Driving and visits of every week that lies wholly in the plan, by rep; administration is not in it."""
    path = folder / WORKLOAD_FILE
    found: dict[str, dict[date, float]] = {}
    if not path.exists():
        return found
    with path.open(encoding="utf-8", newline="") as file:
        for row in rows_of(file):
            sign = {"work_h": 1.0, "admin_h": -1.0}.get(row["metric"], 0.0)
            if row["period"] != "week" or not sign:
                continue
            monday = date.fromisoformat(row["first_day"])
            if starts_on <= monday and monday + timedelta(days=DAYS) <= starts_on + timedelta(weeks=weeks):
                by_week = found.setdefault(row["rep"], {})
                by_week[monday] = by_week.get(monday, 0.0) + sign * float(row["amount"])
    return found
