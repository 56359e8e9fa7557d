"""Weeks ahead for one rep: which visits fall due, on which day, in which order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.limits import Limits
from routing.cycle_agenda import Agenda, make_agenda, split_up
from routing.cycle_model import Task, cycle_model
from routing.cycle_problem import CyclePlan, CycleProblem, CycleUnserved
from routing.cycle_reasons import why_unserved
from routing.day import day_plan, plan_day
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan, DayProblem, Visit
from routing.recreate import Shaking, recreate, recreate_together

DEFAULT_ROUNDS = 20_000
DRAFT_ROUNDS = 2_000
# Hot, with long strings and now and then a whole day: measured on generated cycles of 60 to 200 visits.
SHAKING = Shaking(removals=12.0, string=15.0, whole=0.05, hot=16.0, cold=0.04)
ORDERLY = Shaking(removals=15.0, string=15.0, whole=0.02, same_day=0.5, hot=8.0, cold=0.01)
# Where time is given rather than rounds: a search is settled after a second or two, then another start finds more.
START_CPU_S, MOST_STARTS = 1.5, 8


MOST_PROVEN = 12
"""Days of more visits keep the order that was found: proving one can take half a second, and a cycle has many days."""


@dataclass(frozen=True, slots=True)
class CycleDraft:
    """A cycle's totals and the clients of each day in order, before the days are proven."""

    days: tuple[tuple[int, ...], ...]
    drive_s: int
    service_s: int
    visits_due: int
    visits_planned: int


def plan_cycle(problem: CycleProblem, *, limits: Limits = Limits(), seed: int = 0) -> CyclePlan:
    """Plan every working day of the horizon.

    The visits that fall due are spread over the days by ruin and recreate (`routing/recreate.py`) with the least
    driving that keeps spacing, opening hours, shift and lunch; then OR-Tools and the exact method of `plan_day` put
    each day in order. The same problem, seed and iterations give the same plan.
    """
    agenda = make_agenda(problem)
    orders = spread_visits(problem, agenda, limits, seed)
    days = tuple(_day(problem, number, order) for number, order in enumerate(orders))
    planned = Counter(stop.visit for day in days for stop in day.stops)
    count = len(problem.clients)
    due = np.array([agenda.due(client) for client in range(count)], np.int32)
    made = np.array([planned[client] for client in range(count)], np.int32)
    drive_s, service_s = sum(day.drive_s for day in days), sum(day.service_s for day in days)
    missing = [client for client in range(count) if made[client] < due[client]]
    reasons = why_unserved(problem, agenda.calendars, days, due, missing)
    unserved = tuple(
        CycleUnserved(c, int(due[c] - made[c]), reason) for c, reason in zip(missing, reasons, strict=True)
    )
    return CyclePlan(days, due, made, unserved, drive_s, service_s, _notes(problem, agenda))


def draft_cycle(problem: CycleProblem, *, limits: Limits = Limits(), seed: int = 0) -> CycleDraft:
    """A quick answer for balancing: the drive is within a few percent of what `plan_cycle` ends with."""
    if limits == Limits():
        limits = Limits(iterations=DRAFT_ROUNDS)
    agenda = make_agenda(problem)
    orders = spread_visits(problem, agenda, limits, seed)
    return CycleDraft(
        days=tuple(orders),
        drive_s=sum(_drive_s(problem, number, order) for number, order in enumerate(orders)),
        service_s=sum(problem.clients[client].service_s for order in orders for client in order),
        visits_due=sum(agenda.due(client) for client in range(len(problem.clients))),
        visits_planned=sum(len(order) for order in orders),
    )


def spread_visits(problem: CycleProblem, agenda: Agenda, limits: Limits, seed: int) -> list[tuple[int, ...]]:
    """The clients of each working day, in order."""
    if not agenda.tasks or not problem.days:
        return [() for _ in problem.days]
    if limits == Limits():
        limits = Limits(iterations=DEFAULT_ROUNDS)
    model = cycle_model(problem, agenda.tasks)
    starts = 1 if limits.cpu_s is None else int(max(1, min(MOST_STARTS, limits.cpu_s // START_CPU_S)))
    shakings = [(SHAKING, ORDERLY)[start % 2] for start in range(starts)]
    answer = recreate_together(model, limits=limits, seed=seed, shakings=shakings, cores=1)
    tasks: Sequence[Task] = agenda.tasks
    if -1 in answer.pattern:
        tasks, start = split_up(problem, agenda, answer)
        model = cycle_model(problem, tasks)
        answer = recreate(model, limits=_part(limits), seed=seed, start=start)
    return [tuple(tasks[node - model.first].client for node in order) for order in answer.order]


def _part(limits: Limits) -> Limits:
    """A quarter of the limits, for finishing touches."""
    return Limits(
        iterations=None if limits.iterations is None else limits.iterations // 4,
        cpu_s=None if limits.cpu_s is None else limits.cpu_s / 4,
    )


def _day(problem: CycleProblem, number: int, order: tuple[int, ...]) -> DayPlan:
    """The day as `plan_day` orders it, or in the given order where that serves more or drives less."""
    day = problem.days[number]
    visits = tuple(
        Visit(client.place, client.service_s, client.windows_on(day.date) or ())
        for client in (problem.clients[c] for c in order)
    )
    asked = DayProblem(problem.matrix, visits, day.shift)
    plan = plan_day(asked, proof=len(order) <= MOST_PROVEN)
    if plan.unserved or (not plan.proven and plan.drive_s > _drive_s(problem, number, order)):
        model, as_given = day_model(asked), range(len(order))
        if timetable(model, as_given) is not None:
            plan = day_plan(asked, model, as_given, as_given, {}, proven=False)
    return _named(plan, order)


def _named(plan: DayPlan, order: tuple[int, ...]) -> DayPlan:
    """The same day with clients instead of positions; what does not fit is told for the whole cycle."""
    return replace(plan, stops=tuple(replace(stop, visit=order[stop.visit]) for stop in plan.stops), unserved=())


def _drive_s(problem: CycleProblem, number: int, order: tuple[int, ...]) -> int:
    """Driving of a day, the way home included."""
    if not order:
        return 0
    shift = problem.days[number].shift
    places = [shift.start_place, *(problem.clients[client].place for client in order)]
    if shift.end_place is not None:
        places.append(shift.end_place)
    return int(problem.matrix.duration_s[places[:-1], places[1:]].sum())


def _notes(problem: CycleProblem, agenda: Agenda) -> tuple[str, ...]:
    """What was capped: clients that want more visits than there are open days."""
    notes = []
    for client, due in enumerate(agenda.dues):
        wanted, room = len(due.ideals), len(agenda.calendars[client])
        if 0 < room < wanted:
            notes.append(
                f"client {client} wants {wanted} visits in {problem.weeks} weeks, but only {room} working days are "
                f"open: planned as {room}"
            )
    return tuple(notes)
