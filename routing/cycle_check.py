"""Whether a cycle keeps every promise: an independent look that shares no code with the solver."""

from calendar import monthrange
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, floor

from routing.check import check_day
from routing.cycle_problem import Client, CyclePlan, CycleProblem, Promise
from routing.problem import DayProblem, RushHours, Stop, Visit, Window


def check_cycle(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Every fault of the plan in plain words; an empty list when there is none."""
    if len(plan.days) != len(problem.days):
        return [f"{len(plan.days)} days planned for {len(problem.days)} working days"]
    strangers = {stop.visit for day in plan.days for stop in day.stops} - set(range(len(problem.clients)))
    if strangers:
        return [f"there is no client {client}" for client in sorted(strangers)]
    faults = [fault for number in range(len(plan.days)) for fault in day_faults(problem, plan, number)]
    return [
        *faults,
        *count_faults(problem, plan),
        *due_faults(problem, plan),
        *spacing_faults(problem, plan),
        *promise_faults(problem, plan),
        *call_faults(problem, plan),
        *night_faults(problem, plan),
        *week_faults(problem, plan),
    ]


def may_visit(problem: CycleProblem, client: int, day: date) -> bool:
    """Whether the client receives visits at all that day."""
    asked, began = problem.clients[client], problem.cycle_began or problem.starts_on
    if any(promise.first == promise.last == day for promise in asked.promises):
        return True
    agreed = {weekday for together in asked.weekdays for weekday in together}
    return (
        open_that_day(asked, day)
        and (not agreed or day.weekday() in agreed)
        and day not in asked.closed_on
        and (asked.not_before is None or asked.not_before <= day)
        and (asked.alternate_weeks is None or (day - began).days // 7 % 2 == asked.alternate_weeks)
    )


def open_that_day(asked: Client, day: date) -> bool:
    """By the client's own hours."""
    if day in asked.exceptions:
        return len(asked.exceptions[day]) > 0
    return asked.windows is None or len(asked.windows.get(day.weekday(), ())) > 0


def hours_that_day(asked: Client, day: date) -> tuple[Window, ...]:
    """When visits may begin by the client's own hours; () at any time."""
    if day in asked.exceptions:
        return tuple(asked.exceptions[day])
    return () if asked.windows is None else tuple(asked.windows.get(day.weekday(), ()))


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
        asked = problem.clients[stop.visit]
        windows_today = hours_that_day(asked, work.date)
        for promise in asked.promises:
            if promise.first == promise.last == work.date and promise.window is not None:
                windows_today = (promise.window,)
        visits.append(Visit(asked.place, asked.service_s, windows_today, load=asked.load))
    stops = tuple(Stop(k, s.arrive_s, s.start_s, s.depart_s, s.drive_s) for k, s in enumerate(day.stops))
    same = replace(day, stops=stops, unserved=())
    shift = work.shift
    for night in plan.nights:
        if night.day == number:
            shift = replace(shift, end_place=night.place)
        elif following(problem, night.day) == number:
            shift = replace(shift, start_place=night.place)
    matrix, rush = problem.matrix, tuple[RushHours, ...]()
    if weekday in problem.by_hour:
        matrix, rush = problem.by_hour[weekday].matrix, problem.by_hour[weekday].rush
    found = check_day(DayProblem(matrix, tuple(visits), shift, (), rush), same)
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
    """As many visits and calls due as the frequency, the last visit, promised dates and the open days say."""
    faults = []
    for number, client in enumerate(problem.clients):
        low, high = expected_due(problem, client)
        promised = sum(promise_matters(problem, promise) for promise in client.promises)
        dates = {day.date for day in problem.days if may_visit(problem, number, day.date)}
        due = int(plan.due[number])
        calls = int(plan.calls_due[number]) if len(plan.calls_due) else 0
        if calls and not client.remote_share:
            faults.append(f"client {number}: {calls} calls due, none asked")
        if not min(low, len(dates) or low) <= due + calls <= high + promised:
            faults.append(f"client {number}: {due + calls} visits due, expected {low} to {high}")
    return faults


def expected_due(problem: CycleProblem, client: Client) -> tuple[int, int]:
    """Fewest and most visits that may fall due, promised dates left aside."""
    horizon = 7 * problem.weeks
    if client.visits_per_year == 0:
        return 0, 0
    if client.visits_by_month:
        days = [problem.starts_on + timedelta(days=day) for day in range(horizon)]
        share = sum(client.visits_by_month[day.month - 1] / monthrange(day.year, day.month)[1] for day in days)
        return (floor(share - 1e-6), ceil(share + 1e-6)) if client.last_visit is None else (0, ceil(share + 1e-6) + 1)
    interval = 364 / client.visits_per_year
    if client.last_visit is None:
        return floor(horizon / interval - 1e-6), ceil(horizon / interval + 1e-6)
    since = (client.last_visit - problem.starts_on).days
    moments = (max(since + interval, 0) + k * interval for k in range(ceil(horizon / interval + 1e-6) + 1))
    exact = sum(moment < horizon - 1e-6 for moment in moments)
    return exact, exact


def promise_matters(problem: CycleProblem, promise: Promise) -> bool:
    """Whether the promise falls into the horizon."""
    end = problem.starts_on + timedelta(days=7 * problem.weeks)
    return promise.first < end and promise.last >= problem.starts_on


def visited_dates(problem: CycleProblem, plan: CyclePlan) -> dict[int, list[date]]:
    """The dates of every client's visits in order."""
    dates: dict[int, list[date]] = {}
    for day, work in zip(plan.days, problem.days, strict=True):
        for stop in day.stops:
            dates.setdefault(stop.visit, []).append(work.date)
    return dates


def spacing_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """No two visits of a client closer than the rules allow, unless its open days leave no other way.

    What was agreed with the client (`min_gap_days`) always holds; a promised date may break either.
    """
    faults = []
    for client, dates in sorted(visited_dates(problem, plan).items()):
        asked = problem.clients[client]
        least = problem.rules.least_gap * usual_gap(problem, asked)
        open_dates = sorted({work.date for work in problem.days if may_visit(problem, client, work.date)})
        room = most_apart(open_dates, least)
        for earlier, later in pairwise(dates):
            gap = (later - earlier).days
            if any(promise.first <= day <= promise.last for promise in asked.promises for day in (earlier, later)):
                continue
            if gap == 0:
                faults.append(f"client {client}: visited twice on {earlier}")
            elif gap < asked.min_gap_days:
                faults.append(f"client {client}: visits {gap} days apart, {asked.min_gap_days} agreed")
            elif gap < least and room >= plan.due[client]:
                faults.append(f"client {client}: visits {gap} days apart, at least {least:.1f} asked")
    return faults


def usual_gap(problem: CycleProblem, client: Client) -> float:
    """Days between visits where they are densest."""
    if not client.visits_by_month:
        return 364 / client.visits_per_year if client.visits_per_year else 0.0
    days = (problem.starts_on + timedelta(days=day) for day in range(7 * problem.weeks))
    densest = max(client.visits_by_month[day.month - 1] for day in days)
    return 28 / densest if densest else 364 / client.visits_per_year


def most_apart(dates: list[date], least: float) -> int:
    """How many of these dates can be taken at least so many days apart."""
    taken: list[date] = []
    for day in dates:
        if not taken or (day - taken[-1]).days >= least:
            taken.append(day)
    return len(taken)


def promise_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Every promise is either kept or named with a reason."""
    visited = visited_dates(problem, plan)
    named = {(one.client, one.promise) for one in plan.broken if one.reason}
    faults = []
    for number, client in enumerate(problem.clients):
        for promise in client.promises:
            kept = any(promise.first <= day <= promise.last for day in visited.get(number, []))
            if not kept and promise_matters(problem, promise) and (number, promise) not in named:
                faults.append(f"client {number}: the promise of {promise.first}…{promise.last} is broken in silence")
            if kept and (number, promise) in named:
                faults.append(f"client {number}: the promise of {promise.first}…{promise.last} is said to be broken")
    return faults


def call_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Calls are made in the shift while the rep does nothing else, when the client may be called, and add up."""
    faults = []
    counted = Counter(call.client for call in plan.calls)
    for left in plan.uncalled:
        counted[left.client] += left.visits
    for number, due in enumerate(plan.calls_due):
        if counted[number] != due:
            faults.append(f"client {number}: {due} calls due, {counted[number]} made or left out")
    visited = visited_dates(problem, plan)
    for k, call in enumerate(plan.calls):
        work, day, asked = problem.days[call.day], plan.days[call.day], problem.clients[call.client]
        until_s, where = call.start_s + call.duration_s, f"{work.date}: the call to client {call.client}"
        if call.duration_s != asked.remote_s or not may_visit(problem, call.client, work.date):
            faults.append(f"{where} is not as asked")
        windows = hours_that_day(asked, work.date)
        if windows and not any(window.start_s <= call.start_s <= window.end_s for window in windows):
            faults.append(f"{where} is outside its hours")
        if call.start_s < work.shift.start_s or until_s > work.shift.end_s:
            faults.append(f"{where} leaves the shift")
        if work.date in visited.get(call.client, []):
            faults.append(f"{where} comes on the day of a visit")
        busy = [(stop.arrive_s - stop.drive_s, stop.arrive_s) for stop in day.stops]
        busy += [(stop.start_s, stop.depart_s) for stop in day.stops]
        busy += [(day.stops[-1].depart_s, day.end_s)] if day.stops else []
        busy += [day.lunch] if day.lunch else []
        busy += [
            (o.start_s, o.start_s + o.duration_s) for n, o in enumerate(plan.calls) if n != k and o.day == call.day
        ]
        if any(from_s < until_s and call.start_s < to_s for from_s, to_s in busy):
            faults.append(f"{where} meets something else")
    return faults


def following(problem: CycleProblem, number: int) -> int | None:
    """The same rep's working day on the next date."""
    work = problem.days[number]
    tomorrow = work.date + timedelta(days=1)
    same = (k for k, other in enumerate(problem.days) if (other.rep, other.date) == (work.rep, tomorrow))
    return next(same, None)


def night_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """Nights away are wanted, between two working days, at a lodging, and not too many in a row."""
    faults = []
    away = {night.day for night in plan.nights}
    for night in plan.nights:
        work = problem.days[night.day]
        if problem.rules.night_price_s is None:
            faults.append(f"{work.date}: a night away that nobody allowed")
        if problem.lodgings and night.place not in problem.lodgings:
            faults.append(f"{work.date}: there is no lodging at place {night.place}")
        row, day = 0, night.day
        while day in away and (after := following(problem, day)) is not None:
            row, day = row + 1, after
        if row == 0:
            faults.append(f"{work.date}: a night away without a working day after it")
        if row > problem.rules.most_nights:
            faults.append(f"{work.date}: {row} nights away in a row, {problem.rules.most_nights} are allowed")
    return faults


def week_faults(problem: CycleProblem, plan: CyclePlan) -> list[str]:
    """No rep's week takes more driving and visits than it may."""
    if problem.most_week_s is None:
        return []
    spent = Counter[tuple[int, int]]()
    for day, work in zip(plan.days, problem.days, strict=True):
        spent[work.rep, (work.date - problem.starts_on).days // 7] += day.drive_s + day.service_s
    most_h = problem.most_week_s / 3600
    return [
        f"week {week + 1} of rep {rep}: {total / 3600:.1f} h of driving and visits, {most_h:.1f} h allowed"
        for (rep, week), total in sorted(spent.items())
        if total > problem.most_week_s
    ]
