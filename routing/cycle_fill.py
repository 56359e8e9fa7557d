"""Visits that the search left out although a day has room for them, put in where they cost the least driving.

The search across days takes every leg at the pace of the slowest weekday and keeps time free for filling up the vehicle
(`routing/cycle_model.py`): days as they are may hold more.
"""

from collections.abc import Callable, Iterator, Sequence

from routing.cycle_agenda import Agenda
from routing.cycle_pace import shortest_interval
from routing.cycle_problem import CycleProblem
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan
from routing.reasons import days_with

type PlanDay = Callable[[int, tuple[int, ...]], DayPlan]
"""A working day and its clients in order to the day's plan."""


def may_hold_more(problem: CycleProblem) -> bool:
    """Whether the search knew the days less well than they are."""
    return bool(problem.by_hour) or any(day.shift.reload is not None for day in problem.days)


def filled_days(problem: CycleProblem, agenda: Agenda, days: Sequence[DayPlan], plan_day: PlanDay) -> list[DayPlan]:
    """The same days with more visits: one at a time for every client that lacks some, the dearest first.

    Clients with promised dates, agreed weekdays or frequencies by month keep what the search gave them: their visits
    belong together. Weeks of capped hours stay as they are.
    """
    found = list(days)
    if problem.most_week_s is not None:
        return found
    clients = sorted(range(len(problem.clients)), key=lambda k: (-problem.clients[k].priority, k))
    for client in clients:
        asked = problem.clients[client]
        if asked.promises or asked.weekdays or asked.visits_by_month:
            continue
        made = sum(stop.visit == client for day in found for stop in day.stops)
        for _ in range(agenda.due(client) - made):
            places = sorted(_places(problem, agenda, found, client))
            for _, number, order in places:
                day = plan_day(number, order)
                if len(day.stops) == len(order):
                    found[number] = day
                    break
            else:
                break
    return found


def _places(
    problem: CycleProblem, agenda: Agenda, days: Sequence[DayPlan], client: int
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Driving more, working day and order of clients for every day that has room, not too near to other visits."""
    asked = problem.clients[client]
    least = max(1.0, asked.min_gap_days, problem.rules.least_gap * shortest_interval(problem, asked))
    visited = [problem.offset(k) for k, day in enumerate(days) if any(stop.visit == client for stop in day.stops)]
    for number in agenda.calendars[client].days:
        shift, day = problem.days[number].shift, days[number]
        spare_s = shift.end_s - shift.start_s - (day.end_s - day.start_s) + day.wait_s
        if spare_s < asked.service_s or any(abs(problem.offset(number) - other) < least for other in visited):
            continue
        stops = [stop.visit for stop in day.stops]
        model = day_model(problem.day_of(number, [problem.visit(one, number) for one in (*stops, client)]))
        for order in days_with(model, range(len(stops)), len(stops)):
            timed = timetable(model, order)
            if timed is not None:
                yield timed.drive_s - day.drive_s, number, tuple((*stops, client)[row] for row in order)
