"""Compile every solver once, so that the first real plan does not wait for it: `python -m planning.warm`.

With `--all` also what no plan from files or the record asks for, but a notebook or a test may: zones around medians and
by travel times, rush hours, one team's day. Compiled code is cached beside the sources, or in the user's cache folder
where these cannot be written.
"""

import sys
from datetime import date

import numpy as np

from clustering import Objective, Tolerance, Travel, ZoneProblem, build_zones
from geo.address import Address
from geo.limits import Limits
from geo.place import Place
from geo.travel import TravelMatrix
from planning.account_table import AccountRow, AccountTable
from planning.options import PlanOptions
from planning.plan import Plan
from routing import DayProblem, Lunch, RushHours, Shift, TeamProblem, Visit, plan_day, plan_team


def small_plan() -> Plan:
    """Forty-eight accounts on a grid, three reps of whom one has too much: small, and still needs every solver."""
    rows = tuple(
        AccountRow(
            row=number,
            id=str(number),
            name=f"Account {number}",
            address=Address(),
            place=Place(50 + number // 8 / 50, 10 + number % 8 / 40),
            current_rep="ABC"[min(number % 8 // 2, 2)],
            visits_per_year=12.0,
            service_min=40.0,
            last_visit=date(2026, 2, 1 + number % 27) if number % 2 else None,
            opening_hours="Mo-Fr 08:00-18:00" if number % 5 == 0 else "",
        )
        for number in range(48)
    )
    table = AccountTable("an invented grid", len(rows), rows, (), (), (), ())
    return Plan(table, PlanOptions(starts_on=date(2026, 3, 2)))


def other_zones() -> None:
    """Zones around medians and by travel times, whole ones and others, of forty-nine accounts on a grid."""
    xy_m = np.array([(x * 1000.0, y * 700.0) for x in range(7) for y in range(7)])
    drive_s = np.sqrt(((xy_m[:, None] - xy_m[None]) ** 2).sum(axis=2)) / 10
    load = np.linspace(1, 2, len(xy_m))
    for whole in (True, False):
        by_median = ZoneProblem(xy_m, load, 4, Tolerance(0.2), objective=Objective.MEDIAN, contiguous=whole)
        by_travel = ZoneProblem(
            xy_m, load, 4, Tolerance(0.2), travel=Travel.between_accounts(drive_s, xy_m), contiguous=whole
        )
        for problem in (by_median, by_travel):
            build_zones(problem, limits=Limits(iterations=10))


def rush_hours() -> None:
    """A rep's day and a team's on which the morning is slow."""
    hour_s, few = 3600, Limits(iterations=20)
    leg_s = (600 * np.abs(np.subtract.outer(np.arange(7), np.arange(7)))).astype(np.int32)
    matrix, slow = TravelMatrix(leg_s, leg_s, "invented"), TravelMatrix(2 * leg_s, leg_s, "invented")
    visits = tuple(Visit(place, hour_s) for place in range(1, 7))
    shift = Shift(8 * hour_s, 17 * hour_s, 0, 0, Lunch(hour_s // 2, 11 * hour_s, 13 * hour_s))
    rush = (RushHours(7 * hour_s, 9 * hour_s, slow),)
    plan_day(DayProblem(matrix, visits, shift, (), rush), limits=few)
    plan_team(TeamProblem(matrix, visits, (shift, shift), rush=rush), limits=few)


if __name__ == "__main__":
    small_plan().solve()
    if "--all" in sys.argv[1:]:
        other_zones()
        rush_hours()
