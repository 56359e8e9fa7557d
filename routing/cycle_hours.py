"""A similar hour of day at every visit: days are put in another order, and clients on other weekdays, where that costs
less driving than it is worth.

Every hour beyond `CycleRules.hour_slack_s` away from a client's usual time of day costs `hour_price_s`. A local search
over each day's order (a run of stops turned round or moved elsewhere) and each client's patterns in the same weeks,
first improvement. The search across days before it knows no hours: what a visit's hour costs depends on all that comes
before it that day, which would make every insertion as dear as a whole day.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from routing.cycle_agenda import Agenda
from routing.cycle_moves import AskDay, Room, in_order, other_ways, visited_on, ways_of
from routing.cycle_problem import CycleProblem
from routing.day_model import DayModel, day_model
from routing.day_schedule import full_cost_s, timetable
from routing.problem import DayPlan, DayProblem

MOST_PASSES = 3
LONGEST_RUN = 3


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
    usual, moved, patterns = usual_hours(problem, days), False, ways_of(agenda)
    for client in sorted(usual):
        now, known = visited_on(days, client), patterns.get(client, {})
        starts = [stop.start_s for number in now for stop in days[number].stops if stop.visit == client]
        if not any(off_hours_cost_s(problem, usual, client, start_s) for start_s in starts):
            continue
        room = Room(days, asked, client, partial(priced_s, problem, usual))
        for way in other_ways(problem, known, now):
            if room.more_s(now, way) + known[way] - known[now] < -0.5:
                for number, day in room.moved(now, way).items():
                    days[number] = day
                moved = True
                break
    return moved


def priced_s(problem: CycleProblem, usual: dict[int, float], day: DayProblem, clients: Sequence[int]) -> float:
    """What a day costs in this order, its hours included; infinite where it cannot be kept."""
    return _in_order_s(problem, usual, day_model(day), clients, range(len(clients))) if clients else 0.0


def _in_order_s(
    problem: CycleProblem, usual: dict[int, float], model: DayModel, clients: Sequence[int], order: Sequence[int]
) -> float:
    """The same with the day as the solvers see it, in another order; a day with visits has its price."""
    timed, full_s = timetable(model, order), full_cost_s(model, order)
    if timed is None or full_s is None:
        return float("inf")
    starts = zip(order, timed.steps, strict=False)
    hours_s = sum(off_hours_cost_s(problem, usual, clients[k], step.start_s) for k, step in starts)
    return problem.rules.day_price_s + full_s + hours_s


def _nearer(
    problem: CycleProblem, day: DayProblem, clients: tuple[int, ...], usual: dict[int, float], before: DayPlan
) -> DayPlan:
    model = day_model(day)
    cost_s = partial(_in_order_s, problem, usual, model, clients)
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
    return in_order(day, clients, order)


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
