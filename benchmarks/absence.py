"""A rep is absent for a day of a planned week: the neighbours cover, and on return all is as planned before.

`--instances` names files of accounts (any that `bailiwick plan` reads, with coordinates) or folders of them; the data
are not in the repository. `--size reps/visits` (default 10/8: visits a year where the file names none). Every rep is
absent once, on the fullest day of the week, and the last row is a whole week's absence of the first. n is the
visits of the absent rep, cost those that nobody can make, each of which is listed with its reason. The checks read
nothing but the days before and after: every visit is found once, on its day or on another one that is named, the
shift holds, each leg takes as long as the travel times say, other days are untouched, and taking the cover back gives
the plan that was.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.contract import OURS, Options, Row, peak_mb
from geo.great_circle import GreatCircle
from geo.place import Place
from planning.absence_cover import Cover
from planning.files import read_accounts
from planning.options import PlanOptions
from planning.plan import Plan
from planning.result import PlanResult, RouteDay
from planning.staff import Rep, numbered_reps

SIZE = "10/8"
MONDAY = date(2026, 3, 2)
ROUNDING_S = 1.0


def run(options: Options) -> Iterator[Row]:
    reps, visits = (int(part) for part in [*(options.size or SIZE).split("/"), "8"][:2])
    for path in instance_files(options):
        plan = plan_of(path, reps, visits, options.seed)
        began = time.process_time()
        result = plan.solve()
        print(f"{path.stem}: planned in {time.process_time() - began:.1f} s CPU, not counted below; {said(result)}")
        team = {rep.name: rep for rep in numbered_reps(reps)}
        for rep in team:
            day = max((r for r in result.days if r.rep == rep), key=lambda r: (len(r.stops), r.date)).date
            yield covered(path.stem, plan, result, team, rep, (day, day))
        yield covered(path.stem, plan, result, team, next(iter(team)), (MONDAY, MONDAY + timedelta(days=6)))


def instance_files(options: Options) -> list[Path]:
    """The files that are named, and those of the folders; an error in words when there are none."""
    found = [
        path
        for given in options.instances
        for path in (sorted(given.glob("businesses*.csv")) if given.is_dir() else [given])
        if path.is_file()
    ]
    if not found:
        where = ", ".join(map(str, options.instances)) or "none given (--instances FILE)"
        raise FileNotFoundError(
            f"absence needs a file of accounts with coordinates, such as the registered businesses of San Francisco: "
            f"{where}; the data are not in the repository"
        )
    return found


def plan_of(path: Path, reps: int, visits: int, seed: int) -> Plan:
    """One week for the accounts of a file; those without coordinates stay unplaced."""
    table = read_accounts(path)
    accounts = tuple(
        replace(row, visits_per_year=row.visits_per_year or float(visits), current_rep=None) for row in table.accounts
    )
    options = PlanOptions(starts_on=MONDAY, weeks=1, seed=seed)
    return Plan(replace(table, accounts=accounts), options, numbered_reps(reps), title=path.stem)


def said(result: PlanResult) -> str:
    """The week in a line."""
    placed = sum(account.place is not None for account in result.accounts)
    return (
        f"{placed} accounts with a place, {result.visits_planned} of {result.visits_due} visits due on "
        f"{len(result.days)} days"
    )


def covered(
    name: str, plan: Plan, result: PlanResult, team: dict[str, Rep], rep: str, period: tuple[date, date]
) -> Row:
    """One absence, covered, checked and taken back."""
    cpu, wall = time.process_time(), time.perf_counter()
    cover = plan.absence(result, rep, *period)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    faults = faults_of(result, cover, team, period)
    now = cover.applied(result)
    own = [route for route in result.days if route.rep == rep and period[0] <= route.date <= period[1]]
    due = sum(len(route.stops) for route in own)
    helpers = {route.rep for day in cover.days for route in day.after}
    ends = max((route.ends_at.strftime("%H:%M") for day in cover.days for route in day.after), default="–")
    extra = sum(day.drive_min for day in now.days) - sum(day.drive_min for day in result.days)
    days = f"{period[0]:%a}" if period[0] == period[1] else f"{len(own)} days"
    elsewhere = f"{len(cover.moved)} on other days"
    words = f"{cover.covered} of {due} ({elsewhere}) by {len(helpers)} reps, back by {ends}, driving {extra:+.0f} min"
    left = sum(len(day.unserved) for day in cover.days)
    instance = f"{name} {rep} {days}"
    why = "; ".join([words, *faults[:3]])
    return Row(instance, due, float(left), None, not faults, why, cpu, wall, 1, OURS, peak_mb())


def faults_of(result: PlanResult, cover: Cover, team: dict[str, Rep], period: tuple[date, date]) -> list[str]:
    """What is wrong with a cover; empty when nothing is."""
    now = cover.applied(result)
    faults = []
    absent = [route for route in now.days if route.rep == cover.rep and period[0] <= route.date <= period[1]]
    if absent:
        faults.append(f"{cover.rep} still has {len(absent)} days")
    listed = now.unserved[len(result.unserved) :]
    before, after = visits_of(result.days), visits_of(now.days)
    lost = Counter(account for account, _ in before.elements()) - Counter(account for account, _ in after.elements())
    if lost != Counter(row.account for row in listed):
        faults.append("visits are neither planned nor listed")
    if after - before != Counter((visit.account, visit.date) for visit in cover.moved):
        faults.append("visits on other days are not those that are named")
    if not all(before[visit.account, visit.planned] and visit.planned != visit.date for visit in cover.moved):
        faults.append("a visit that was moved was not planned")
    if not all(row.reason.strip() for row in listed):
        faults.append("a visit is left without a reason")
    touched = {day.date for day in cover.days}
    if [r for r in now.days if r.date not in touched] != [r for r in result.days if r.date not in touched]:
        faults.append("another day has changed")
    homes = {rep.rep: rep.home for rep in result.reps}
    places = {number: account.place for number, account in enumerate(result.accounts) if account.place}
    for route in now.days:
        if route.date in touched:
            faults += day_faults(route, team[route.rep], [homes[route.rep], *(places[s.account] for s in route.stops)])
    if cover.taken_back(now) != result:
        faults.append("the plan is not as it was on return")
    return faults


def visits_of(days: tuple[RouteDay, ...]) -> Counter[tuple[int, date]]:
    return Counter((stop.account, route.date) for route in days for stop in route.stops)


def day_faults(route: RouteDay, rep: Rep, places: Sequence[Place]) -> list[str]:
    """Whether a day keeps the shift and the lunch, and each leg and visit has its time."""
    name, midnight = f"{route.rep} {route.date}", datetime.combine(route.date, datetime.min.time())
    legs = GreatCircle().matrix([*places, places[0]]).duration_s
    faults = []
    if seconds(route.starts_at, midnight) < rep.shift_start_s or seconds(route.ends_at, midnight) > rep.end_s:
        faults.append(f"{name} exceeds the shift: {route.starts_at:%H:%M}–{route.ends_at:%H:%M}")
    if rep.lunch and route.lunch is None and seconds(route.ends_at, midnight) > rep.lunch.latest_s:
        faults.append(f"{name} has no lunch")
    leaves = route.starts_at
    for number, stop in enumerate(route.stops, start=1):
        pause = lunch_between(route, leaves, stop.start)
        if seconds(stop.start, leaves) - pause < legs[number - 1, number] - ROUNDING_S:
            faults.append(f"{name}: stop {number} begins before it can be reached")
        if abs(seconds(stop.depart, stop.start) / 60 - stop.service_min) > ROUNDING_S / 60:
            faults.append(f"{name}: stop {number} is cut short")
        leaves = stop.depart
    pause = lunch_between(route, leaves, route.ends_at)
    if seconds(route.ends_at, leaves) - pause < legs[len(route.stops), len(route.stops) + 1] - ROUNDING_S:
        faults.append(f"{name} is home sooner than the way takes")
    return faults


def lunch_between(route: RouteDay, left: datetime, reached: datetime) -> float:
    """Seconds of the lunch that lie between two visits."""
    if route.lunch is None:
        return 0.0
    return max(0.0, seconds(min(route.lunch[1], reached), max(route.lunch[0], left)))


def seconds(one: datetime, since: datetime) -> float:
    return (one - since).total_seconds()
