"""Share one day's visits out among a team and plan every rep's day."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from geo.limits import Limits
from routing.day import day_plan
from routing.day_improve import improve, keep_feasible
from routing.day_model import REQUIRED_S, DayModel, day_model
from routing.day_schedule import full_cost_s
from routing.errors import BadProblemError
from routing.problem import DayPlan
from routing.reasons import days_with, impossible, left_out_reason, missing_skills
from routing.team_problem import Reasons, TeamPlan, TeamProblem, TeamUnserved

EXACT_STOPS = 12  # days up to this long are made optimal for their visits
LONG_DAY_ROUNDS = 3  # improving moves in longer ones, where the search does not see all rules
FEW_QUESTIONS = 400  # visits left out times reps: so many are asked one by one whether there is room after all


def plan_team(
    problem: TeamProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    workers: int = 1,
    strategy: str = "ortools+recreate",
) -> TeamPlan:
    """The division with the least driving + prizes left out + prices of preferences and balance, in seconds.

    OR-Tools gives the first answer, ruin and recreate goes on from it (20,000 rounds unless limited otherwise; the
    same seed and iterations give the same plan); every short day is then made optimal for its own visits, and whoever
    is left out gets another try in the overtime the shifts allow. The division itself is not proven.

    Args:
        limits: for each worker.
        workers: searches at once, each on a core of its own; the best one counts, so more are never worse.
        strategy: a name in `STRATEGIES`.
    """
    if strategy not in STRATEGIES:
        raise BadProblemError(f"strategy must be one of {', '.join(STRATEGIES)}, got {strategy!r}")
    if not problem.visits:
        return TeamPlan(tuple(rep_plan(problem, rep, [], True) for rep in range(len(problem.shifts))), ())
    shared = STRATEGIES[strategy](problem, limits, seed, workers)
    settled = [settle(problem, rep, order) for rep, order in enumerate(shared)]
    orders = [order for order, _ in settled]
    changed = fill_up(problem, orders) if worth_filling(problem, shared, orders) else set()
    days = [
        rep_plan(problem, rep, order, proven and rep not in changed)
        for rep, (order, (_, proven)) in enumerate(zip(orders, settled, strict=True))
    ]
    return TeamPlan(tuple(days), tuple(left_out(problem, orders)))


def by_ortools(problem: TeamProblem, limits: Limits, seed: int, workers: int) -> list[list[int]]:
    """OR-Tools' first answer alone."""
    from routing.ortools_team import first_division

    return first_division(problem, limits) or [[] for _ in problem.shifts]


def by_recreate(problem: TeamProblem, limits: Limits, seed: int, workers: int) -> list[list[int]]:
    """Ruin and recreate from nothing."""
    from routing.team_search import shared_out

    return shared_out(problem, limits, seed, workers)


def by_both(problem: TeamProblem, limits: Limits, seed: int, workers: int) -> list[list[int]]:
    """OR-Tools in front, ruin and recreate with what is left of the limits."""
    from routing.ortools_team import first_division
    from routing.team_search import LEAST_CPU_S, shared_out

    began_s = thread_time()
    first = first_division(problem, limits)
    if limits.cpu_s is not None:
        spent_s = thread_time() - began_s
        limits = replace(limits, cpu_s=max(LEAST_CPU_S, limits.cpu_s - spent_s))
    return shared_out(problem, limits, seed, workers, first)


Strategy = Callable[[TeamProblem, Limits, int, int], list[list[int]]]
STRATEGIES: Mapping[str, Strategy] = {
    "ortools": by_ortools,
    "recreate": by_recreate,
    "ortools+recreate": by_both,
}


def settle(problem: TeamProblem, rep: int, order: list[int]) -> tuple[list[int], bool]:
    """The day in its best order, and whether that is proven (short days only).

    The search across the team counts driving that the commute rule frees as none, and knows neither pairs in order nor
    filling up; what breaks a rule for that reason is left out here.
    """
    from routing.exact_day import exact_order

    model = day_model(problem.day(rep), order)
    rows = keep_feasible(model, list(range(len(order))))
    if len(rows) < len(order):
        order, rows = [order[row] for row in rows], list(range(len(rows)))
        model = day_model(problem.day(rep), order)
    known_s = full_cost_s(model, rows)
    if known_s is None:
        return order, False
    if len(order) > EXACT_STOPS:
        rows = improve(model, rows, LONG_DAY_ROUNDS) if model.ways or model.order else rows
        return [order[row] for row in rows], False
    best = exact_order(model, known_s)
    return ([order[row] for row in rows], False) if best is None else ([order[row] for row in best], True)


def worth_filling(problem: TeamProblem, shared: list[list[int]], orders: list[list[int]]) -> bool:
    """Whether there may be room the search did not see: overtime, visits it does not know, some it lost."""
    return (
        any(shift.overtime_s for shift in problem.shifts)
        or any(visit.place is None for visit in problem.visits)
        or sum(map(len, orders)) < sum(map(len, shared))
        or len(missing(problem, orders)) * len(orders) <= FEW_QUESTIONS
    )


def fill_up(problem: TeamProblem, orders: list[list[int]]) -> set[int]:
    """Put visits left out into the day where they cost least, if that is less than their prize; the reps changed.

    One without a place costs everybody the same but for preferences: it goes to the shortest day it fits into.
    """
    changed = set()
    for visit in sorted(missing(problem, orders), key=lambda v: -prize_s(problem, v)):
        choices: list[tuple[int, int, list[int]]] = []
        for rep in by_room(problem, orders, visit):
            choices += [(cost_s, rep, order) for cost_s, order in cheapest_day_with(problem, rep, orders[rep], visit)]
            if choices and problem.visits[visit].place is None:
                break
        if choices and min(choices)[0] < prize_s(problem, visit):
            _, rep, orders[rep] = min(choices)
            changed.add(rep)
    return changed


def by_room(problem: TeamProblem, orders: list[list[int]], visit: int) -> list[int]:
    """The reps who may make one more visit, this one; preferred ones first, then by how little they serve."""

    def key(rep: int) -> tuple[bool, int]:
        return problem.preferred.get(visit, rep) != rep, sum(problem.visits[other].service_s for other in orders[rep])

    able = [
        rep
        for rep in range(len(orders))
        if problem.may_serve(rep, visit) and (problem.most_visits is None or len(orders[rep]) < problem.most_visits)
    ]
    return sorted(able, key=key) if problem.visits[visit].place is None else able


def cheapest_day_with(problem: TeamProblem, rep: int, order: list[int], visit: int) -> list[tuple[int, list[int]]]:
    """What putting `visit` into this rep's day costs at least, and the day then; empty when it does not fit."""
    everyone = [*order, visit]
    model = day_model(problem.day(rep), everyone)
    now_s = full_cost_s(model, range(len(order)))
    longer = days_with(model, range(len(order)), len(order))
    if now_s is None or not longer:
        return []
    wanted = problem.preferred.get(visit, rep)
    costs = [(full_cost_s(model, rows) or 0, rows) for rows in longer]
    cost_s, rows = min(costs)
    extra_s = cost_s - now_s + model.prize_s[-1] + (0 if wanted == rep else problem.preference_s)
    return [(extra_s, [everyone[row] for row in rows])]


def prize_s(problem: TeamProblem, visit: int) -> int:
    prize = problem.visits[visit].prize_s
    return REQUIRED_S if prize is None else prize


def missing(problem: TeamProblem, orders: list[list[int]]) -> list[int]:
    made = {visit for order in orders for visit in order}
    return [visit for visit in range(len(problem.visits)) if visit not in made]


def rep_plan(problem: TeamProblem, rep: int, order: list[int], proven: bool) -> DayPlan:
    day = problem.day(rep)
    return day_plan(day, day_model(day, order), order, range(len(order)), {}, proven)


def left_out(problem: TeamProblem, orders: list[list[int]]) -> list[TeamUnserved]:
    """Every visit nobody makes, with what blocks it at each rep."""
    outside = missing(problem, orders)
    if not outside:
        return []
    apart = np.stack([apart_s(problem, rep, order, outside) for rep, order in enumerate(orders)], axis=1)
    found = []
    for row, visit in enumerate(outside):
        allowed = [rep for rep in range(len(orders)) if problem.may_serve(rep, visit)]
        nearest = min(allowed or range(len(orders)), key=lambda rep: (apart[row, rep], rep))
        reasons = Reasons(len(orders), partial(blocked_at, problem, orders, visit))
        found.append(TeamUnserved(visit, reasons, nearest))
    return found


def blocked_at(problem: TeamProblem, orders: list[list[int]], visit: int, rep: int) -> str:
    return blocked(problem, rep, orders[rep], visit)


def blocked(problem: TeamProblem, rep: int, order: list[int], visit: int) -> str:
    """The first thing that keeps `visit` out of this rep's day."""
    if problem.tied.get(visit, rep) != rep:
        return "belongs to another rep"
    day = problem.day(rep)
    model: DayModel = day_model(day, [*order, visit])
    alone = missing_skills(day).get(visit) or impossible(day_model(day, [visit])).get(0)
    if alone:
        return alone
    if problem.most_visits is not None and len(order) >= problem.most_visits:
        return f"the day has its {problem.most_visits} visits already"
    return left_out_reason(model, range(len(order)), len(order))


def apart_s(problem: TeamProblem, rep: int, order: list[int], visits: list[int]) -> NDArray[np.int64]:
    """The shortest leg to each of these visits from anywhere this rep goes; 0 to one without a place."""
    been = (problem.visits[other].place for other in order)
    places = [problem.shifts[rep].start_place, *(place for place in been if place is not None)]
    to = [problem.visits[visit].place for visit in visits]
    legs_s = problem.matrix.duration_s[np.ix_(places, [places[0] if place is None else place for place in to])]
    shortest_s = np.where(legs_s < 0, 1 << 30, legs_s).min(axis=0).astype(np.int64)
    return np.where([place is None for place in to], 0, shortest_s)
