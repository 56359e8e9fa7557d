"""What it takes to move a client to other days of a plan that is made already, day by day in the order it has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from routing.cycle_agenda import Agenda
from routing.cycle_problem import CycleProblem
from routing.day import day_plan
from routing.day_model import day_model
from routing.problem import DayPlan, DayProblem

type AskDay = Callable[[int, tuple[int, ...]], DayProblem]
"""A working day and clients to the day's problem."""

type PriceDay = Callable[[DayProblem, Sequence[int]], float]
"""A day's problem and its clients in the order of the visits to what it costs in seconds; infinite: cannot be."""

type Days = tuple[int, ...]


def visited_on(days: Sequence[DayPlan], client: int) -> Days:
    """The working days on which the client is visited."""
    return tuple(number for number, day in enumerate(days) if any(stop.visit == client for stop in day.stops))


def ways_of(agenda: Agenda) -> dict[int, dict[Days, int]]:
    """Every client's patterns with their prices."""
    return {task.client: {way.days: way.price for way in task.patterns} for task in agenda.tasks}


def other_ways(problem: CycleProblem, known: Mapping[Days, int], now: Days) -> Iterator[Days]:
    """The other patterns with as many visits in each week, the least irregular first; none if this is no pattern."""
    weeks = [*map(problem.week, now)]
    if now in known:
        yield from (
            way for way in sorted(known, key=known.__getitem__) if way != now and [*map(problem.week, way)] == weeks
        )


def in_order(day: DayProblem, clients: Sequence[int], order: Sequence[int]) -> DayPlan:
    """The plan of a day whose visits are to these clients, made in this order."""
    plan = day_plan(day, day_model(day), range(len(clients)), order, {}, proven=False)
    return replace(plan, stops=tuple(replace(stop, visit=clients[stop.visit]) for stop in plan.stops), unserved=())


@dataclass(slots=True)
class Room:
    """What days cost without a client that is on them, and with one that is not, in its best place."""

    days: Sequence[DayPlan]
    asked: AskDay
    client: int
    cost_s: PriceDay
    known: dict[int, tuple[float, tuple[int, ...]]] = field(default_factory=dict)

    def more_s(self, now: Days, way: Days) -> float:
        """How much dearer the days become when the client goes from those to these; infinite without room."""
        return sum(self.changed(number)[0] for number in set(now) ^ set(way))

    def changed(self, number: int) -> tuple[float, tuple[int, ...]]:
        """How much dearer a day becomes when the client comes or goes, and its clients in order then."""
        if number not in self.known:
            before = tuple(stop.visit for stop in self.days[number].stops)
            orders = [tuple(other for other in before if other != self.client)]
            if self.client not in before:
                orders = [(*before[:at], self.client, *before[at:]) for at in range(len(before) + 1)]
            old_s = self.cost_s(self.asked(number, before), before)
            self.known[number] = min((self.cost_s(self.asked(number, order), order) - old_s, order) for order in orders)
        return self.known[number]

    def moved(self, now: Days, way: Days) -> dict[int, DayPlan]:
        """The days that change when the client goes from those to these."""
        orders = {number: self.changed(number)[1] for number in set(now) ^ set(way)}
        return {n: in_order(self.asked(n, order), order, range(len(order))) for n, order in orders.items()}
