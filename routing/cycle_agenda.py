"""What is due in a cycle and how it may be spread; and what to do when not all of it fits."""

from dataclasses import dataclass
from itertools import pairwise

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
            single += [Task(task.client, ways) for ways in single_visits(problem, agenda, task)]
    first = answer.first
    return (*kept, *single), RecreateAnswer(
        order=tuple(tuple(first + new_row[node - first] for node in order) for order in answer.order),
        pattern=(0,) * len(kept) + (-1,) * len(single),
        first=first,
    )


def single_visits(problem: CycleProblem, agenda: Agenda, task: Task) -> list[tuple[Pattern, ...]]:
    """For each visit of the most regular pattern its own days around it, so few that the visits stay apart."""
    open_days, asked = agenda.calendars[task.client], problem.clients[task.client]
    usual = [problem.offset(day) for day in task.patterns[0].days]
    least = max(1.0, problem.rules.least_gap * asked.interval_days)
    gaps = [later - earlier for earlier, later in pairwise(usual)]
    reach = max(0.0, (min(gaps) - least) / 2) if gaps else float("inf")
    return [
        tuple(
            Pattern((day,), round(problem.rules.spacing_price_s * abs(offset - centre) / asked.interval_days))
            for day, offset in zip(open_days.days, open_days.offsets, strict=True)
            if abs(offset - centre) <= reach
        )
        for centre in usual
    ]
