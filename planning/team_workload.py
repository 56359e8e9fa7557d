"""From solved territories to the workload of the team, a year and week by week."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from balancing.fairness import Evenness, evenness
from balancing.sales import sales_of, total_sales
from balancing.workload import Basis, Entry, Work, by_period, week_of
from planning.account_table import AccountRow
from planning.demand import Demand
from planning.measure import RepWeeks
from planning.options import PlanOptions
from planning.solved import Solved
from planning.workload_figures import HOUR_S, RepWeek, RepYear, TeamWorkload
from routing.cycle_problem import WEEKS_A_YEAR


def team_workload(solved: Solved, accounts: Sequence[AccountRow]) -> TeamWorkload:
    """The workload of the territories chosen; `accounts` as in the demand's `account`."""
    demand, options, chosen = solved.demand, solved.measure.options, solved.chosen.weeks
    years = tuple(rep_year(weeks, zone, demand, options, accounts) for zone, weeks in enumerate(chosen))
    return TeamWorkload(
        years=years,
        weeks=tuple(week for zone, weeks in enumerate(chosen) for week in rep_weeks(weeks, zone, demand, options)),
        evenness=team_evenness(years, chosen),
        travel=Basis.ESTIMATED if chosen[0].problem.matrix.estimated else Basis.PLANNED,
    )


def rep_year(
    weeks: RepWeeks, zone: int, demand: Demand, options: PlanOptions, accounts: Sequence[AccountRow]
) -> RepYear:
    """One rep's year. Public holidays and leave are in the net days; what is known of them beyond that counts too."""
    net = weeks.rep.net_time
    net_s = net.year_from_s(options.starts_on)
    net_days = net_s / net.day_s if net.day_s else 0.0
    rows = [accounts[demand.account[member]] for member in weeks.members]
    work = year_work(weeks, demand, access_s(options)) + Work(admin_s=round(net_days * weeks.rep.admin_s))
    sales = total_sales(sales_of(row.value, row.potential) for row in rows)
    return RepYear(weeks.rep.name, zone, options.starts_on, len(rows), work, net_days, net_s, sales)


def access_s(options: PlanOptions) -> int:
    """Seconds of every visit that go to parking and the way to the door; `Demand.service_s` holds them."""
    return round(60 * options.access_min)


def year_work(weeks: RepWeeks, demand: Demand, access_s: int = 0, only: NDArray[np.bool_] | None = None) -> Work:
    """What a rep's accounts ask of a year, driving as in the weeks planned; rounded to seconds account by account.

    `access_s` of every visit are told apart from the visit itself. `only`: those of the members, (c,).
    """
    members = weeks.members if only is None else weeks.members[only]
    visits = demand.expected_visits(WEEKS_A_YEAR)[members]
    drive_s = weeks.drive_s / max(weeks.visits_due, 1)
    on_site_s = demand.service_s[members] - access_s

    def seconds(each: np.ndarray | float) -> int:
        return int(np.rint(visits * each).sum())

    remote_s = int(np.rint(HOUR_S * demand.remote_h_a_year[members]).sum())
    return Work(float(visits.sum()), seconds(on_site_s), seconds(access_s), seconds(drive_s), remote_s)


def rep_weeks(weeks: RepWeeks, zone: int, demand: Demand, options: PlanOptions) -> Iterator[RepWeek]:
    """One rep's calendar weeks: the sum of their days."""
    time = weeks.rep.without_holidays(weeks.rep.net_time, options)
    days = [options.starts_on + timedelta(days=count) for count in range(7 * options.weeks)]
    work = by_period(day_entries(weeks, demand, options), "week")
    for first in dict.fromkeys(map(week_of, days)):
        net_s = sum(time.on_day_s(day) for day in days if week_of(day) == first)
        yield RepWeek(weeks.rep.name, zone, first, work.get((weeks.rep.name, first), Work()), net_s)


def day_entries(weeks: RepWeeks, demand: Demand, options: PlanOptions) -> Iterator[Entry]:
    """The work of every working day as planned: visits, driving, calls, administration."""
    name, each_s = weeks.rep.name, access_s(options)
    for work_day, plan in zip(weeks.problem.days, weeks.plan.days, strict=True):
        on_site_s = [int(demand.service_s[weeks.members[weeks.client[stop.visit]]]) for stop in plan.stops]
        count = len(on_site_s)
        work = Work(count, sum(on_site_s) - count * each_s, count * each_s, plan.drive_s, 0, weeks.rep.admin_s)
        yield Entry(name, name, work_day.date, work)
    for call in weeks.plan.calls:
        yield Entry(name, name, weeks.problem.days[call.day].date, Work(remote_s=call.duration_s))


def team_evenness(years: Sequence[RepYear], chosen: Sequence[RepWeeks]) -> tuple[Evenness, ...]:
    """How evenly hours, visits, value and potential lie on the reps, each measured by the rep's hours a year."""
    share = {weeks.rep.name: weeks.rep.year_h for weeks in chosen}
    if not share or min(share.values()) <= 0:
        return ()
    full = max(share.values())
    share = {rep: hours / full for rep, hours in share.items()}
    metrics = {
        "hours": [year.work.field_s / HOUR_S for year in years],
        "visits": [year.work.visits for year in years],
        "value": [max(year.sales.value, 0.0) for year in years],
        "potential": [year.sales.potential for year in years],
        "gap": [year.sales.gap for year in years],
    }
    names = [year.rep for year in years]
    return tuple(
        evenness(metric, dict(zip(names, amounts, strict=True)), share)
        for metric, amounts in metrics.items()
        if any(amounts)
    )
