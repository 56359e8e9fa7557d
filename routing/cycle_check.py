"""Whether a cycle keeps every promise: an independent look that shares no code with the solver."""

from collections import Counter
from datetime import date
from itertools import pairwise
from math import ceil, floor

from routing.check import check_day
from routing.cycle_problem import CyclePlan, CycleProblem
from routing.problem import DayPlan, DayProblem, Stop, Visit


def check_cycle(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Every fault of the plan in plain words; an empty list when there is none."""
    if len(plan.days) != len(problem.days):
        return [f"{len(plan.days)} days planned for {len(problem.days)} working days"]
    strangers = {stop.visit for day in plan.days for stop in day.stops} - set(range(len(problem.clients)))
    if strangers:
        return [f"there is no client {client}" for client in sorted(strangers)]
    faults = [fault for number in range(len(plan.days)) for fault in day_faults(problem, plan, number)]
    return [*faults, *count_faults(problem, plan), *due_faults(problem, plan), *spacing_faults(problem, plan)]


def may_visit(problem: CycleProblem, client: int, day: date) -> bool:
    """Whether the client receives visits at all that day."""
    asked, began = problem.clients[client], problem.cycle_began or problem.starts_on
    agreed = {weekday for together in asked.weekdays for weekday in together}
    return (
        (asked.windows is None or len(asked.windows.get(day.weekday(), ())) > 0)
        and (not agreed or day.weekday() in agreed)
        and day not in asked.closed_on
        and (asked.not_before is None or asked.not_before <= day)
        and (asked.alternate_weeks is None or (day - began).days // 7 % 2 == asked.alternate_weeks)
    )


def day_faults(problem: CycleProblem, plan: CyclePlan, number: int) -> list[str]:
    """Closed clients, clients seen twice, and whatever is wrong with the day itself."""
    day, work = plan.days[number], problem.days[number]
    weekday = work.date.weekday()
    faults = []
    for client, times in Counter(stop.visit for stop in day.stops).items():
        if not may_visit(problem, client, work.date):
            faults.append(f"{work.date}: client {client} is closed that day")
        if times > 1:
            faults.append(f"{work.date}: client {client} is visited {times} times")
    visits = []
    for stop in day.stops:
        client_windows = problem.clients[stop.visit].windows
        windows_today = () if client_windows is None else tuple(client_windows.get(weekday, ()))
        asked = problem.clients[stop.visit]
        visits.append(Visit(asked.place, asked.service_s, windows_today))
    stops = tuple(Stop(k, s.arrive_s, s.start_s, s.depart_s, s.drive_s) for k, s in enumerate(day.stops))
    same = DayPlan(stops, (), day.start_s, day.end_s, day.drive_s, day.service_s, day.wait_s, day.lunch, day.proven)
    found = check_day(DayProblem(problem.matrix, tuple(visits), work.shift), same)
    return faults + [f"{work.date}: {fault}" for fault in found]


def count_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Visits due, planned and left out add up; so do driving and service."""
    made = Counter(stop.visit for day in plan.days for stop in day.stops)
    left = Counter[int]()
    faults = []
    for gap in plan.unserved:
        left[gap.client] += gap.visits
        if gap.visits < 1 or not gap.reason:
            faults.append(f"client {gap.client}: {gap.visits} visits left out with the reason {gap.reason!r}")
    for client in range(len(problem.clients)):
        due, planned = int(plan.due[client]), int(plan.planned[client])
        if planned != made[client]:
            faults.append(f"client {client}: {planned} visits said to be planned, {made[client]} are")
        if due != planned + left[client]:
            faults.append(f"client {client}: {due} visits due, {planned} planned and {left[client]} left out")
    for name in ("drive_s", "service_s"):
        total = sum(getattr(day, name) for day in plan.days)
        if getattr(plan, name) != total:
            faults.append(f"{name} is {getattr(plan, name)}, the days sum to {total}")
    return faults


def due_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """As many visits due as the frequency, the last visit and the open days say."""
    horizon = 7 * problem.weeks
    faults = []
    for number, client in enumerate(problem.clients):
        low = high = 0
        if client.visits_per_year > 0:
            interval = 364 / client.visits_per_year
            low, high = floor(horizon / interval - 1e-6), ceil(horizon / interval + 1e-6)
            if client.last_visit is not None:
                since = (client.last_visit - problem.starts_on).days
                moments = (max(since + interval, 0) + k * interval for k in range(high + 1))
                low = high = sum(moment < horizon - 1e-6 for moment in moments)
        open_days = sum(may_visit(problem, number, day.date) for day in problem.days)
        due = int(plan.due[number])
        if not min(low, open_days or low) <= due <= high:
            faults.append(f"client {number}: {due} visits due, expected {low} to {high}")
    return faults


def spacing_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """No two visits of a client closer than the rules allow, unless its open days leave no other way."""
    offsets: dict[int, list[int]] = {}
    for day, work in zip(plan.days, problem.days, strict=True):
        for stop in day.stops:
            offsets.setdefault(stop.visit, []).append((work.date - problem.starts_on).days)
    faults = []
    for client, days in sorted(offsets.items()):
        asked = problem.clients[client]
        least = problem.rules.least_gap * 364 / asked.visits_per_year
        room, last = 0, -least
        for work in problem.days:
            offset = (work.date - problem.starts_on).days
            if may_visit(problem, client, work.date) and offset - last >= least:
                room, last = room + 1, offset
        for earlier, later in pairwise(days):
            if later - earlier < least and room >= plan.due[client]:
                faults.append(f"client {client}: visits {later - earlier} days apart, at least {least:.1f} asked")
    return faults
