"""What is due in a cycle and how it may be spread; and what to do when not all of it fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.cycle_calendar import Calendar, calendar
from routing.cycle_model import GIVING_UP_S, Task
from routing.cycle_patterns import patterns
from routing.cycle_problem import Client, CycleProblem
from routing.cycle_promises import spans_of
from routing.due import Due, due_visits
from routing.recreate import Pattern, RecreateAnswer

PROMISED, CONTRACT = 400.0, 20.0
"""How many times dearer it is to leave out a client with a promised date, or with a contract on its frequency."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due: for every client its visits, its open days and the patterns they allow."""

    dues: tuple[Due, ...]
    calendars: tuple[Calendar, ...]
    tasks: tuple[Task, ...]

    def due(self, client: int) -> int:
        """Visits due, as far as there are open days to make them on."""
        visits, room = len(self.dues[client].ideals), self.calendars[client].dates
        return min(visits, room) if room else visits


def make_agenda(problem: CycleProblem) -> Agenda:
    """What is due and how it may be spread."""
    dues = due_visits(problem)
    calendars = tuple(calendar(problem, client) for client in problem.clients)
    tasks = []
    for number, (client, due) in enumerate(zip(problem.clients, dues, strict=True)):
        ways = patterns(problem, client, due)
        if ways:
            hard = any(promise.price_s is None for promise in due.promises)
            tasks.append(Task(number, ways, PROMISED if hard else CONTRACT if client.contract else 1.0))
    return Agenda(dues, calendars, tuple(tasks))


def one_fewer(problem: CycleProblem, agenda: Agenda) -> tuple[Task, ...]:
    """The same tasks, with ways that lack one visit at the price of leaving it out, after those that lack none.

    Where not all fits, one visit fewer of a frequent client may make room for another's. Visits on days that were
    promised are not offered.
    """
    tasks = []
    for task in agenda.tasks:
        promised = spans_of(problem, agenda.dues[task.client])
        price_s, known = (
            visit_price_s(problem.clients[task.client]),
            {frozenset(pattern.days) for pattern in task.patterns},
        )
        fewer: list[Pattern] = []
        for pattern in task.patterns if task.visits > 1 else ():
            for day in pattern.days:
                rest = tuple(other for other in pattern.days if other != day)
                kept = not any(span.holds(problem.offset(day)) for span in promised)
                if kept and frozenset(rest) not in known:
                    known.add(frozenset(rest))
                    fewer.append(Pattern(rest, pattern.price + price_s))
        tasks.append(Task(task.client, (*task.patterns, *fewer), task.weight))
    return tuple(tasks)


def visit_price_s(client: Client) -> int:
    """What a cycle gives for one visit that was not promised, in seconds of driving."""
    weight = CONTRACT if client.contract else 1.0
    return round(weight * client.priority * (client.service_s + GIVING_UP_S))


def split_up(
    problem: CycleProblem, agenda: Agenda, tasks: Sequence[Task], answer: RecreateAnswer
) -> tuple[tuple[Task, ...], RecreateAnswer]:
    """Clients whose visits do not all fit are asked for one visit at a time; the others keep their days.

    Returns the new tasks and the plan so far in their terms.
    """
    kept: list[Task] = []
    single: list[Task] = []
    new_row: dict[int, int] = {}
    for row, (task, chosen) in enumerate(zip(tasks, answer.pattern, strict=True)):
        if chosen >= 0:
            new_row[row] = len(kept)
            kept.append(Task(task.client, (task.patterns[chosen],), task.weight))
        else:
            single += single_visits(problem, agenda, task)
    first = answer.first
    return (*kept, *single), RecreateAnswer(
        order=tuple(tuple(first + new_row[node - first] for node in order) for order in answer.order),
        pattern=(0,) * len(kept) + (-1,) * len(single),
        first=first,
    )


def single_visits(problem: CycleProblem, agenda: Agenda, task: Task) -> list[Task]:
    """For each visit of the most regular pattern its own days around it, so few that the visits stay apart.

    The visit that keeps a promised date has only the promised days, and weighs as much as the promise.
    """
    open_days, asked = agenda.calendars[task.client], problem.clients[task.client]
    spans = [span for span in spans_of(problem, agenda.dues[task.client]) if span.price_s is None]
    usual = [problem.offset(day) for day in task.patterns[0].days]
    least = max(1.0, problem.rules.least_gap * asked.interval_days, asked.min_gap_days)
    gaps = [later - earlier for earlier, later in pairwise(usual)]
    reach = max(0.0, (min(gaps) - least) / 2) if gaps else float("inf")
    tasks = []
    for centre in usual:
        span = next((span for span in spans if span.holds(centre)), None)
        ways = tuple(
            Pattern((day,), round(problem.rules.spacing_price_s * abs(offset - centre) / asked.interval_days))
            for day, offset in zip(open_days.days, open_days.offsets, strict=True)
            if abs(offset - centre) <= reach and (span is None or span.holds(offset))
        )
        tasks.append(Task(task.client, ways, PROMISED if span else CONTRACT if asked.contract else 1.0))
    return tasks
