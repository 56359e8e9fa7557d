"""Weeks ahead for one rep: which visits fall due, on which day, in which order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from geo.limits import Limits
from routing.cycle_agenda import PROMISED, Agenda, make_agenda, one_fewer, split_up
from routing.cycle_calls import placed_calls, set_aside, without_calls
from routing.cycle_fewer_days import with_fewer_days
from routing.cycle_fill import filled_days, may_hold_more
from routing.cycle_hours import with_usual_hours
from routing.cycle_model import Task, cycle_model
from routing.cycle_most import most_visits
from routing.cycle_nights import stay_away
from routing.cycle_problem import CyclePlan, CycleProblem, Night
from routing.cycle_promises import broken_promises, in_good_time
from routing.cycle_reasons import left_out
from routing.day import day_plan, plan_day
from routing.day_model import REQUIRED_S, day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan, DayProblem
from routing.recreate import RecreateAnswer, Shaking, recreate, recreate_together

DEFAULT_ROUNDS = 20_000
DRAFT_ROUNDS = 2_000
ROUNDS_A_PROMISE = 30
PROOF_SHARE = 0.1
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


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Clients of every working day in order; `problem` has the nights in its shifts."""

    problem: CycleProblem
    orders: tuple[tuple[int, ...], ...]
    nights: tuple[Night, ...]


def plan_cycle(problem: CycleProblem, *, limits: Limits = Limits(), seed: int = 0, workers: int = 1) -> CyclePlan:
    """Plan every working day of the horizon.

    The visits that fall due are spread over the days by ruin and recreate (`routing/recreate.py`) with the least
    driving that keeps spacing, promised dates, opening hours, shift and lunch; nights away from home follow where they
    pay; then OR-Tools and the exact method of `plan_day` put each day in order, and calls find their moments between
    the visits. Where visits are left out, up to a tenth more is spent on what no plan could exceed
    (`routing/cycle_most.py`). The same problem, seed, iterations and workers give the same plan.

    Args:
        limits: for each worker, and for each of the two tries where promised dates ask for another.
        workers: searches at once, each on a core of its own.
    """
    margin_s = problem.rules.margin_s
    early = replace(problem, clients=tuple(in_good_time(client, margin_s) for client in problem.clients))
    plan = _planned(problem, early, limits, seed, workers)
    if plan.broken and early.clients != problem.clients:
        plan = min(plan, _planned(problem, problem, limits, seed, workers), key=lambda found: len(found.broken))
    return plan


def _planned(problem: CycleProblem, early: CycleProblem, limits: Limits, seed: int, workers: int) -> CyclePlan:
    """The plan for the hours of `early`, its reasons for those of `problem`."""
    agenda = make_agenda(early)
    wanted_calls = set_aside(problem, agenda.dues)
    spread = spread_visits(without_calls(early, wanted_calls), agenda, limits, seed, workers)
    known = [_day(spread.problem, number, order) for number, order in enumerate(spread.orders)]
    if may_hold_more(problem):
        known = filled_days(spread.problem, agenda, known, lambda number, order: _day(spread.problem, number, order))
    asked = partial(_asked, spread.problem)
    days = with_usual_hours(problem, agenda, known, asked)
    if not spread.nights:
        days = with_fewer_days(problem, agenda, days, asked)
    calls, uncalled = placed_calls(problem, wanted_calls, days)
    planned = Counter(stop.visit for day in days for stop in day.stops)
    count = len(problem.clients)
    due = np.array([agenda.due(client) for client in range(count)], np.int32)
    made = np.array([planned[client] for client in range(count)], np.int32)
    broken = broken_promises(problem, agenda.dues, days)
    unserved = left_out(replace(spread.problem, clients=problem.clients), agenda, days, due, made, broken)
    most = most_visits(problem, made.tolist(), cpu_s=_proof_s(limits)) if unserved else None
    bound = () if most is None else (most.said(),)
    return CyclePlan(
        days=tuple(days),
        due=due,
        planned=made,
        unserved=unserved,
        drive_s=sum(day.drive_s for day in days),
        service_s=sum(day.service_s for day in days),
        notes=(*_notes(problem, agenda), *bound),
        calls_due=np.array([len(asked.calls) for asked in agenda.dues], np.int32),
        calls=calls,
        uncalled=uncalled,
        broken=broken,
        nights=spread.nights,
        most=most,
    )


def _proof_s(limits: Limits) -> float | None:
    """What may be spent, of the time there is, on finding out how many visits could be made at all."""
    return None if limits.cpu_s is None else limits.cpu_s * PROOF_SHARE


def draft_cycle(problem: CycleProblem, *, limits: Limits = Limits(), seed: int = 0) -> CycleDraft:
    """A quick answer for balancing: the drive is within a few percent of what `plan_cycle` ends with."""
    if limits == Limits():
        limits = Limits(iterations=DRAFT_ROUNDS)
    agenda = make_agenda(problem)
    spread = spread_visits(without_calls(problem, set_aside(problem, agenda.dues)), agenda, limits, seed)
    return CycleDraft(
        days=spread.orders,
        drive_s=sum(_drive_s(spread.problem, number, order) for number, order in enumerate(spread.orders)),
        service_s=sum(problem.clients[client].service_s for order in spread.orders for client in order),
        visits_due=sum(agenda.due(client) for client in range(len(problem.clients))),
        visits_planned=sum(len(order) for order in spread.orders),
    )


def spread_visits(problem: CycleProblem, agenda: Agenda, limits: Limits, seed: int, workers: int = 1) -> Spread:
    """The clients of each working day, in order, and where the nights are spent."""
    if not agenda.tasks or not problem.days:
        return Spread(problem, ((),) * len(problem.days), ())
    if limits == Limits():
        limits = Limits(iterations=DEFAULT_ROUNDS)
    model = cycle_model(problem, agenda.tasks)
    starts = 1 if limits.cpu_s is None else int(max(1, min(MOST_STARTS, limits.cpu_s // START_CPU_S)))
    shakings = [(SHAKING, ORDERLY)[start % 2] for start in range(starts * workers)]
    start = _promised_first(problem, agenda, seed)
    answer = recreate_together(model, limits=limits, seed=seed, shakings=shakings, cores=workers, start=start)
    tasks: Sequence[Task] = agenda.tasks
    if -1 in answer.pattern:
        tasks = one_fewer(problem, agenda)
        answer = recreate(cycle_model(problem, tasks), limits=_part(limits), seed=seed, start=answer)
    if -1 in answer.pattern:
        tasks, answer = split_up(problem, agenda, tasks, answer)
        answer = recreate(cycle_model(problem, tasks), limits=_part(limits), seed=seed, start=answer)
    away = stay_away(problem, tasks, answer, limits, seed)
    first = away.answer.first
    orders = tuple(tuple(tasks[node - first].client for node in order) for order in away.answer.order)
    return Spread(away.problem, orders, away.nights)


def _promised_first(problem: CycleProblem, agenda: Agenda, seed: int) -> RecreateAnswer | None:
    """A plan of nothing but the visits whose dates were promised, to begin from; None where none were.

    On a day that is full already a far promised visit finds no place unless nearly everything goes, which the search
    seldom tries.
    """
    rows = [row for row, task in enumerate(agenda.tasks) if task.weight >= PROMISED]
    if not rows:
        return None
    few = cycle_model(problem, [agenda.tasks[row] for row in rows])
    found = recreate(few, limits=Limits(iterations=ROUNDS_A_PROMISE * len(rows)), seed=seed)
    pattern = [-1] * len(agenda.tasks)
    for row, chosen in zip(rows, found.pattern, strict=True):
        pattern[row] = chosen
    first = found.first
    order = tuple(tuple(first + rows[node - first] for node in day) for day in found.order)
    return RecreateAnswer(order, tuple(pattern), first)


def _part(limits: Limits) -> Limits:
    """An eighth of the limits, for each of the finishing touches."""
    return Limits(
        iterations=None if limits.iterations is None else limits.iterations // 8,
        cpu_s=None if limits.cpu_s is None else limits.cpu_s / 8,
    )


def _asked(problem: CycleProblem, number: int, order: tuple[int, ...]) -> DayProblem:
    """These clients as candidates of a working day."""
    return problem.day_of(number, [problem.visit(client, number) for client in order])


def _day(problem: CycleProblem, number: int, order: tuple[int, ...]) -> DayPlan:
    """The day as `plan_day` orders it, or in the given order where that serves more or drives less."""
    asked = _asked(problem, number, order)
    plan = plan_day(asked, proof=len(order) <= MOST_PROVEN)
    if plan.unserved or plan.drive_s > _drive_s(problem, number, order):
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
    if problem.by_hour or problem.days[number].shift.reload is not None:
        timed = timetable(day_model(_asked(problem, number, order)), range(len(order)))
        return timed.drive_s if timed is not None else REQUIRED_S
    shift = problem.days[number].shift
    places = [shift.start_place, *(problem.clients[client].place for client in order)]
    if shift.end_place is not None:
        places.append(shift.end_place)
    return int(problem.matrix.duration_s[places[:-1], places[1:]].sum())


def _notes(problem: CycleProblem, agenda: Agenda) -> tuple[str, ...]:
    """What was capped: clients that want more visits than there are open days."""
    notes = []
    for client, due in enumerate(agenda.dues):
        wanted, room = len(due.ideals), agenda.calendars[client].dates
        if 0 < room < wanted:
            notes.append(
                f"client {client} wants {wanted} visits in {problem.weeks} weeks, but only {room} working days are "
                f"open: planned as {room}"
            )
    return tuple(notes)
