"""From a `RecreateProblem` to the arrays of the compiled steps."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.insertion_kernel import time_route
from routing.recreate_arrays import NEVER, Desk, Dial, Fleet, Plan, Work
from routing.recreate_kernel import price_of
from routing.recreate_problem import ALWAYS, Pattern, RecreateAnswer, RecreateProblem, Shaking


def work_of(problem: RecreateProblem) -> Work:
    nodes, first, routes = len(problem.travel), problem.first, problem.routes
    flat = [pattern for patterns in problem.patterns for pattern in patterns]
    counts = [0] * first + [len(patterns) for patterns in problem.patterns]
    pattern_day = np.full((max(len(flat), 1), max([len(p.days) for p in flat], default=1)), -1, np.int32)
    for row, pattern in enumerate(flat):
        pattern_day[row, : len(pattern.days)] = pattern.days
    days = 1 + max([route.day for route in routes] + [day for p in flat for day in p.days], default=0)
    fits = problem.fits if problem.fits is not None else np.ones((nodes, len(routes)), np.bool_)
    ranks, chances = _ranks(problem, flat, counts)
    return Work(
        travel=np.ascontiguousarray(problem.travel, np.int32),
        into=np.ascontiguousarray(problem.travel.T, np.int32),
        rush=(True,) if problem.rush else (),
        rush_from=np.array([part[0] for part in problem.rush], np.int64),
        rush_until=np.array([part[1] for part in problem.rush], np.int64),
        rush_travel=np.array([part[2] for part in problem.rush], np.int64).reshape(-1, nodes, nodes),
        service=problem.service.astype(np.int64),
        opens=problem.opens.astype(np.int64),
        closes=problem.closes.astype(np.int64),
        demand=problem.demand.astype(np.int64),
        prize=problem.prize.astype(np.int64),
        near=_near(problem.travel, first),
        pattern_from=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        pattern_price=np.array([p.price for p in flat] or [0], np.int64),
        pattern_visits=np.array([len(p.days) for p in flat] or [0], np.int64),
        pattern_day=pattern_day,
        day_from=np.searchsorted([route.day for route in routes], np.arange(days + 1)).astype(np.int64),
        fits=np.ascontiguousarray(fits, np.bool_),
        ranks=ranks,
        rank_until=np.cumsum(chances) / np.sum(chances),
        first=first,
    )


def _near(travel: NDArray[np.int64], first: int) -> NDArray[np.int32]:
    """For every node the tasks by travel there and back, itself first."""
    both = (travel + travel.T).astype(np.float64)[:, first:]
    both[np.arange(first, len(travel)), np.arange(len(travel) - first)] = -1
    return np.ascontiguousarray(first + np.argsort(both, axis=1, kind="stable"), np.int32)


def _ranks(
    problem: RecreateProblem, flat: list[Pattern], counts: list[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Orders in which tasks go back and their chances: by chance, big, far, near, few choices, early, dear."""
    visits = np.zeros(len(counts))
    ends = np.cumsum(counts)
    for c, (end, count) in enumerate(zip(ends, counts, strict=True)):
        visits[c] = max((len(p.days) for p in flat[end - count : end]), default=1)
    far = problem.travel[: problem.first].min(axis=0).astype(np.float64)
    size = problem.demand / max(int(problem.demand.max()), 1) + problem.service / max(int(problem.service.max()), 1)
    wide = np.maximum(problem.closes - problem.opens, 0).sum(axis=(1, 2)).astype(np.float64)
    choices = wide * np.array(counts)
    early = problem.opens.min(axis=(1, 2)).astype(np.float64)
    ranks = np.array(
        [np.zeros(len(counts)), -size * visits, -far, far, choices, early, -problem.prize.astype(np.float64)]
    )
    useful = [True, *(len(np.unique(row[problem.first :])) > 1 for row in ranks[1:])]
    return ranks, np.array([0.25, 0.2, 0.15, 0.1, 0.15, 0.05, 0.1]) * useful


def fleet_of(problem: RecreateProblem) -> Fleet:
    routes = problem.routes
    same = [False] + [a == b for a, b in pairwise(routes)]
    fits = problem.fits
    if fits is not None:
        same = [same[0]] + [twin and bool((fits[:, r] == fits[:, r + 1]).all()) for r, twin in enumerate(same[1:])]

    def column(name: str) -> NDArray[np.int64]:
        return np.array([getattr(route, name) for route in routes], np.int64)

    return Fleet(
        day=column("day"),
        window_class=column("window_class"),
        start_node=column("start_node"),
        end_node=column("end_node"),
        starts=column("starts"),
        ends=column("ends"),
        capacity=column("capacity"),
        most_stops=column("most_stops"),
        most_drive=column("most_drive"),
        timed=(True,) if min(column("most_time"), default=ALWAYS) < ALWAYS else (),
        most_time=np.where(column("most_time") >= ALWAYS, NEVER, column("most_time")),
        lunch=column("lunch"),
        twin=np.array(same[: len(routes)], np.bool_),
        week=column("week"),
        week_target=problem.week_target.astype(np.int64),
        week_most=problem.week_most.astype(np.int64) if len(problem.week_most) else _no_cap(problem),
        level_permille=problem.level_permille,
    )


def _no_cap(problem: RecreateProblem) -> NDArray[np.int64]:
    return np.full(len(problem.week_target), NEVER, np.int64)


def plan_of(problem: RecreateProblem, start: RecreateAnswer | None) -> Plan:
    nodes, routes = len(problem.travel), len(problem.routes)
    days = 1 + max(
        [route.day for route in problem.routes] + [d for ps in problem.patterns for p in ps for d in p.days], default=0
    )
    stops = nodes - problem.first + 1
    plan = Plan(
        order=np.zeros((routes, stops), np.int32),
        length=np.zeros(routes, np.int64),
        route_of=np.full((nodes, days), -1, np.int32),
        pattern=np.full(nodes, -1, np.int64),
        depart=np.zeros((routes, 2, stops + 1), np.int64),
        latest=np.zeros((routes, 2, stops + 1), np.int64),
        leg=np.zeros((routes, stops + 1), np.int64),
        load=np.zeros(routes, np.int64),
        drive=np.zeros(routes, np.int64),
    )
    if start is not None:
        _fill(plan, problem, start)
    return plan


def _fill(plan: Plan, problem: RecreateProblem, start: RecreateAnswer) -> None:
    begins = np.cumsum([0] + [len(patterns) for patterns in problem.patterns])
    for r, order in enumerate(start.order):
        plan.order[r, : len(order)] = order
        plan.length[r] = len(order)
        plan.route_of[list(order), problem.routes[r].day] = r
    for task, pattern in enumerate(start.pattern):
        plan.pattern[problem.first + task] = begins[task] + pattern if pattern >= 0 else -1


def desk_of(problem: RecreateProblem, work: Work, fleet: Fleet, plan: Plan, seed: int, soft: bool = False) -> Desk:
    nodes, routes = len(problem.travel), len(problem.routes)
    desk = Desk(
        excess_price=np.array([_excess_price(problem) if soft else 0], np.int64),
        week_load=np.zeros(len(fleet.week_target), np.int64),
        week_load_before=np.zeros(len(fleet.week_target), np.int64),
        version=np.zeros(routes + 1, np.int64),
        version_before=np.zeros(routes, np.int64),
        seen=np.zeros((nodes, routes), np.int64),
        seen_cost=np.full((nodes, routes), NEVER, np.int64),
        seen_at=np.zeros((nodes, routes), np.int32),
        dirty=np.zeros(routes, np.bool_),
        ruined=np.zeros(routes, np.bool_),
        removed=np.full(nodes, -1, np.int64),
        waiting=np.zeros(1, np.int64),
        outside=np.array([(plan.pattern[problem.first :] < 0).sum()], np.int64),
        is_removed=np.zeros(nodes, np.bool_),
        found=np.zeros((plan.route_of.shape[1], 3), np.int64),
        rank=np.zeros(nodes, np.float64),
        dice=np.random.default_rng(seed).integers(1, 1 << 63, 1, dtype=np.uint64),
        cost=np.zeros(3, np.int64),
    )
    for r in range(routes):
        time_route(work, fleet, plan, desk, r, 0, plan.length[r] - 1)
        for c in plan.order[r, : plan.length[r]]:
            plan.load[r] += work.demand[c]
            desk.week_load[fleet.week[r]] += work.service[c]
    for c in range(problem.first, nodes):
        p = plan.pattern[c]
        desk.cost[0] += work.pattern_price[p] if p >= 0 else work.prize[c]
    desk.cost[1:] = price_of(fleet, plan, desk)
    return desk


def dial_of(problem: RecreateProblem, shaking: Shaking) -> Dial:
    near = near_travel(problem)
    heat = shaking.hot * near, shaking.cold * near
    chances = float(shaking.blink), float(shaking.whole), float(shaking.same_day)
    return Dial(float(shaking.removals), float(shaking.string), *chances, *heat)


def near_travel(problem: RecreateProblem) -> float:
    """Mean travel from a task to its five nearest."""
    between = np.sort(problem.travel[problem.first :, problem.first :], axis=1)[:, 1:6]
    return max(float(between.mean()), 1.0) if between.size else 1.0


def _excess_price(problem: RecreateProblem) -> int:
    """To begin with, a mean task's overload costs as much as the way to a neighbour."""
    return max(1, round(near_travel(problem) / max(float(problem.demand[problem.first :].mean()), 1.0)))


def copy_of(plan: Plan) -> Plan:
    return Plan._make(array.copy() for array in plan)
