"""How a visit that nobody makes could be made after all: by whom, and what each way costs."""

from dataclasses import dataclass

from routing.day_fit import Way, ways_to_fit
from routing.team_problem import TeamPlan, TeamProblem


@dataclass(frozen=True, slots=True)
class TeamWay:
    """One way, in one rep's day; `price_s` is the way's and, with another rep than preferred, `preference_s`."""

    rep: int
    way: Way
    price_s: int | None


def team_ways_to_fit(problem: TeamProblem, plan: TeamPlan, visit: int) -> list[TeamWay]:
    """Every simple way to take `visit` into somebody's day, cheapest first; empty when nothing helps.

    Who has made as many visits as are allowed can only make it instead of another one.
    """
    found = []
    for rep, day in enumerate(plan.days):
        if not problem.may_serve(rep, visit):
            continue
        full = problem.most_visits is not None and len(day.stops) >= problem.most_visits
        extra_s = 0 if problem.preferred.get(visit, rep) == rep else problem.preference_s
        found += [
            TeamWay(rep, way, None if way.price_s is None else way.price_s + extra_s)
            for way in ways_to_fit(problem.day(rep), day, visit)
            if not full or way.instead_of is not None
        ]
    return sorted(found, key=lambda way: (way.price_s is None, way.price_s or 0, way.way.overtime_s, way.rep))
