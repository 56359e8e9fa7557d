"""No day for one short visit that another day has room for: days with hardly a stop are emptied where that pays.

A day with visits costs `CycleRules.day_price_s` beside its driving. The search does not know that price; afterwards all
clients of a day with few stops move to other patterns in the same weeks together, or none.
"""

from collections.abc import Sequence
from functools import partial

from routing.cycle_agenda import Agenda
from routing.cycle_hours import priced_s, usual_hours
from routing.cycle_moves import AskDay, PriceDay, Room, other_ways, visited_on, ways_of
from routing.cycle_problem import CycleProblem
from routing.problem import DayPlan

FEW_STOPS = 3


def with_fewer_days(problem: CycleProblem, agenda: Agenda, days: Sequence[DayPlan], asked: AskDay) -> list[DayPlan]:
    """The same visits on fewer days, where that saves more than it costs; weeks of capped hours stay as they are."""
    found = list(days)
    if problem.rules.day_price_s == 0 or problem.most_week_s is not None:
        return found
    cost_s = partial(priced_s, problem, usual_hours(problem, found))
    for number in sorted(range(len(found)), key=lambda number: (len(found[number].stops), number)):
        if 0 < len(found[number].stops) <= FEW_STOPS:
            found = _emptied(problem, agenda, found, number, asked, cost_s) or found
    return found


def _emptied(
    problem: CycleProblem, agenda: Agenda, days: list[DayPlan], number: int, asked: AskDay, cost_s: PriceDay
) -> list[DayPlan] | None:
    """The plan without visits on a day; None where that cannot be or does not pay."""
    found, more_s, patterns = list(days), 0.0, ways_of(agenda)
    for client in [stop.visit for stop in days[number].stops]:
        now, known = visited_on(found, client), patterns.get(client, {})
        room = Room(found, asked, client, cost_s)
        ways = [way for way in other_ways(problem, known, now) if number not in way]
        if not ways:
            return None
        least_s, way = min((room.more_s(now, way) + known[way] - known[now], way) for way in ways)
        more_s += least_s
        if more_s == float("inf"):
            return None
        for changed, day in room.moved(now, way).items():
            found[changed] = day
    return found if more_s < -0.5 else None
