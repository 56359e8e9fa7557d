"""A similar hour of day at every visit: days are put in another order, and clients on other weekdays, where that costs
less driving than it is worth.

Every hour beyond `CycleRules.hour_slack_s` away from a client's usual time of day costs `hour_price_s`. A local search
over each day's order (a run of stops turned round or moved elsewhere) and each client's patterns in the same weeks,
first improvement. The search across days before it knows no hours: what a visit's hour costs depends on all that comes
before it that day, which would make every insertion as dear as a whole day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from routing.cycle_agenda import Agenda
from routing.cycle_problem import CycleProblem
from routing.day import day_plan
from routing.day_model import DayModel, day_model
from routing.day_schedule import full_cost_s, timetable
from routing.problem import DayPlan, DayProblem

MOST_PASSES = 3
LONGEST_RUN = 3

type AskDay = Callable[[int, tuple[int, ...]], DayProblem]
"""A working day and clients to the day's problem."""


def with_usual_hours(problem: CycleProblem, agenda: Agenda, days: Sequence[DayPlan], asked: AskDay) -> list[DayPlan]:
    """The same visits at a similar hour where that pays, on the same days or others of the same weeks; days come back
    as they were otherwise."""
    rules, found = problem.rules, list(days)
    if rules.hour_price_s == 0 or not (rules.same_hour or any(c.usual_s is not None for c in problem.clients)):
        return found
    for _ in range(2):
        usual = usual_hours(problem, found)
        for number, day in enumerate(found):
            clients = tuple(stop.visit for stop in day.stops)
            if any(client in usual for client in clients):
                found[number] = _nearer(problem, asked(number, clients), clients, usual, day)
        moved = _on_other_days(problem, agenda, found, asked) if problem.most_week_s is None else False
        if not moved and not rules.same_hour:
            break
    return found


def usual_hours(problem: CycleProblem, days: Sequence[DayPlan]) -> dict[int, float]:
    """Seconds after midnight each client is used to: as given, else (with `same_hour`) the mean of its visits."""
    usual = {number: float(c.usual_s) for number, c in enumerate(problem.clients) if c.usual_s is not None}
    if problem.rules.same_hour:
        starts: dict[int, list[int]] = {}
        for day in days:
            for stop in day.stops:
                starts.setdefault(stop.visit, []).append(stop.start_s)
        for client, moments in starts.items():
            if len(moments) > 1:
                usual.setdefault(client, sum(moments) / len(moments))
    return usual


def off_hours_cost_s(problem: CycleProblem, usual: dict[int, float], client: int, start_s: int) -> float:
    """What beginning then costs for being away from the usual hour, in seconds of driving."""
    if client not in usual:
        return 0.0
    rules = problem.rules
    return max(0.0, abs(start_s - usual[client]) - rules.hour_slack_s) / 3600 * rules.hour_price_s


def _on_other_days(problem: CycleProblem, agenda: Agenda, days: list[DayPlan], asked: AskDay) -> bool:
    """Clients that are visited away from their hour follow another pattern in the same weeks where that pays; whether
    any does."""
    usual, moved = usual_hours(problem, days), False
    patterns = {task.client: task.patterns for task in agenda.tasks}
    for client in sorted(usual):
        now = tuple(number for number, day in enumerate(days) if any(stop.visit == client for stop in day.stops))
        known = {way.days: way.price for way in patterns.get(client, ())}
        starts = [stop.start_s for number in now for stop in days[number].stops if stop.visit == client]
        if now not in known or not any(off_hours_cost_s(problem, usual, client, start_s) for start_s in starts):
            continue
        room = _Room(problem, days, asked, usual, client)
        ways = [way for way in known if [*map(problem.week, way)] == [*map(problem.week, now)] and way != now]
        for way in sorted(ways, key=lambda way: (known[way], way)):
            if room.more_s(now, way) + known[way] - known[now] < -0.5:
                for number in set(now) ^ set(way):
                    days[number] = room.day(number)
                moved = True
                break
    return moved


@dataclass(slots=True)
class _Room:
    """What days cost without a client that is on them, and with one that is not, each in its best place."""

    problem: CycleProblem
    days: Sequence[DayPlan]
    asked: AskDay
    usual: dict[int, float]
    client: int
    orders: dict[int, tuple[float, tuple[int, ...]]] = field(default_factory=dict)

    def more_s(self, now: tuple[int, ...], way: tuple[int, ...]) -> float:
        """How much dearer these days are than those, hours included; infinite where one of them has no room."""
        return sum(self.changed(number)[0] for number in set(now) ^ set(way))

    def changed(self, number: int) -> tuple[float, tuple[int, ...]]:
        """The price of having the client come or go on a day, and the clients in order then."""
        if number not in self.orders:
            before = tuple(stop.visit for stop in self.days[number].stops)
            if self.client in before:
                others = [tuple(other for other in before if other != self.client)]
            else:
                others = [(*before[:at], self.client, *before[at:]) for at in range(len(before) + 1)]
            old_s = self.cost_s(number, before)
            self.orders[number] = min((self.cost_s(number, order) - old_s, order) for order in others)
        return self.orders[number]

    def cost_s(self, number: int, clients: tuple[int, ...]) -> float:
        model = day_model(self.asked(number, clients))
        return _priced_s(self.problem, self.usual, model, clients, range(len(clients)))

    def day(self, number: int) -> DayPlan:
        """The day with the client come or gone."""
        clients = self.changed(number)[1]
        asked = self.asked(number, clients)
        return _named(day_plan(asked, day_model(asked), range(len(clients)), range(len(clients)), {}, False), clients)


def _priced_s(
    problem: CycleProblem, usual: dict[int, float], model: DayModel, clients: Sequence[int], order: Sequence[int]
) -> float:
    """Driving and overtime of a day in this order, and what its hours cost; infinite where it cannot be kept."""
    timed, full_s = timetable(model, order), full_cost_s(model, order)
    if timed is None or full_s is None:
        return float("inf")
    starts = zip(order, timed.steps, strict=False)
    return full_s + sum(off_hours_cost_s(problem, usual, clients[k], step.start_s) for k, step in starts)


def _nearer(
    problem: CycleProblem, day: DayProblem, clients: tuple[int, ...], usual: dict[int, float], before: DayPlan
) -> DayPlan:
    model = day_model(day)
    cost_s = partial(_priced_s, problem, usual, model, clients)
    order = list(range(len(clients)))
    first_s = best_s = cost_s(order)
    for _ in range(MOST_PASSES):
        changed = False
        for other in _neighbours(order):
            other_s = cost_s(other)
            if other_s < best_s - 0.5:
                order, best_s, changed = other, other_s, True
        if not changed:
            break
    if best_s >= first_s - 0.5:
        return before
    return _named(day_plan(day, model, range(len(order)), order, {}, proven=False), clients)


def _named(plan: DayPlan, clients: tuple[int, ...]) -> DayPlan:
    return replace(plan, stops=tuple(replace(stop, visit=clients[stop.visit]) for stop in plan.stops), unserved=())


def _neighbours(order: list[int]) -> Iterator[list[int]]:
    """Every run turned round, then every short run moved elsewhere, both ways round."""
    n = len(order)
    for i in range(n - 1):
        for j in range(i + 2, n + 1):
            yield [*order[:i], *order[i:j][::-1], *order[j:]]
    for size in range(1, min(LONGEST_RUN, n - 1) + 1):
        for i in range(n - size + 1):
            rest, run = order[:i] + order[i + size :], order[i : i + size]
            for at in range(len(rest) + 1):
                if at != i:
                    yield [*rest[:at], *run, *rest[at:]]
