"""A similar hour of day at every visit: days are put in another order where that costs less driving than it is worth.

Every hour beyond `CycleRules.hour_slack_s` away from a client's usual time of day costs `hour_price_s`. A local search
over each day's order (a run of stops turned round or moved elsewhere), first improvement.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from routing.cycle_problem import CycleProblem
from routing.day import day_plan
from routing.day_model import day_model
from routing.day_schedule import full_cost_s, timetable
from routing.problem import DayPlan, DayProblem

MOST_PASSES = 3
LONGEST_RUN = 3

type AskDay = Callable[[int, tuple[int, ...]], DayProblem]
"""A working day and clients to the day's problem."""


def with_usual_hours(problem: CycleProblem, days: Sequence[DayPlan], asked: AskDay) -> list[DayPlan]:
    """The same visits on the same days, at a similar hour where that pays; days come back as they were otherwise."""
    rules, found = problem.rules, list(days)
    if rules.hour_price_s == 0 or not (rules.same_hour or any(c.usual_s is not None for c in problem.clients)):
        return found
    for _ in range(2 if rules.same_hour else 1):
        usual = usual_hours(problem, found)
        for number, day in enumerate(found):
            clients = tuple(stop.visit for stop in day.stops)
            if any(client in usual for client in clients):
                found[number] = _nearer(problem, asked(number, clients), clients, usual, day)
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


def _nearer(
    problem: CycleProblem, day: DayProblem, clients: tuple[int, ...], usual: dict[int, float], before: DayPlan
) -> DayPlan:
    model = day_model(day)

    def cost_s(order: Sequence[int]) -> float:
        timed, full_s = timetable(model, order), full_cost_s(model, order)
        if timed is None or full_s is None:
            return float("inf")
        starts = zip(order, timed.steps, strict=False)
        return full_s + sum(off_hours_cost_s(problem, usual, clients[k], step.start_s) for k, step in starts)

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
