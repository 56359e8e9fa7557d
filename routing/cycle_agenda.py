"""What is due in a cycle and how it may be spread; and what to do when not all of it fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.cycle_model import Task
from routing.cycle_patterns import Calendar, calendar, patterns
from routing.cycle_problem import CycleProblem
from routing.due import Due, due_visits
from routing.recreate import Pattern, RecreateAnswer


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is due: for every client its visits, its open days and the patterns they allow."""

    dues: tuple[Due, ...]
    calendars: tuple[Calendar, ...]
    tasks: tuple[Task, ...]

    def due(self, client: int) -> int:
        """Visits due, as far as there are open days to make them on."""
        visits = len(self.dues[client].ideals)
        return min(visits, len(self.calendars[client])) if len(self.calendars[client]) else visits


def make_agenda(problem: CycleProblem) -> Agenda:
    """What is due and how it may be spread."""
    dues = due_visits(problem)
    calendars = tuple(calendar(problem, client) for client in problem.clients)
    tasks = []
    for number, (client, due, open_days) in enumerate(zip(problem.clients, dues, calendars, strict=True)):
        ways = patterns(client, due, open_days, problem.rules)
        if ways:
            tasks.append(Task(number, ways))
    return Agenda(dues, calendars, tuple(tasks))


def split_up(problem: CycleProblem, agenda: Agenda, answer: RecreateAnswer) -> tuple[tuple[Task, ...], RecreateAnswer]:
    """Clients whose visits do not all fit are asked for one visit at a time; the others keep their days.

    Returns the new tasks and the plan so far in their terms.
    """
    kept: list[Task] = []
    single: list[Task] = []
    new_row: dict[int, int] = {}
    for row, (task, chosen) in enumerate(zip(agenda.tasks, answer.pattern, strict=True)):
        if chosen >= 0:
            new_row[row] = len(kept)
            kept.append(Task(task.client, (task.patterns[chosen],)))
        else:
            single += [Task(task.client, ways) for ways in single_visits(problem, agenda, task.client)]
    first = answer.first
    return (*kept, *single), RecreateAnswer(
        order=tuple(tuple(first + new_row[node - first] for node in order) for order in answer.order),
        pattern=(0,) * len(kept) + (-1,) * len(single),
        first=first,
    )


def single_visits(problem: CycleProblem, agenda: Agenda, client: int) -> Sequence[tuple[Pattern, ...]]:
    """For each visit its own days, so far from those of the others that the visits stay apart."""
    ideals, open_days = agenda.dues[client].ideals, agenda.calendars[client]
    interval = problem.clients[client].interval_days
    reach = interval * (1 - problem.rules.least_gap) / 2 if len(ideals) > 1 else float("inf")
    ways = (
        tuple(
            Pattern((day,), round(problem.rules.spacing_price_s * abs(offset - ideal) / interval))
            for day, offset in zip(open_days.days, open_days.offsets, strict=True)
            if abs(offset - ideal) < reach
        )
        for ideal in ideals
    )
    return [near for near in ways if near]
