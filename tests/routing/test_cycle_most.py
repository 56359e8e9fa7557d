"""What no plan of a cycle can exceed, and who stands in whose way."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from geo.limits import Limits
from routing import Client, CycleProblem, CycleRules, Shift, Window, WorkDay, check_cycle, plan_cycle, why_left_out
from routing.cycle_agenda import make_agenda
from routing.cycle_clash_days import at_best
from routing.cycle_most import most_visits
from routing.day_model import day_model
from routing.day_schedule import timetable
from tests.routing.cycle_builders import HOUR, MONDAY, line, on, work_days

QUICK = Limits(iterations=400)
MORNING = {day: (Window(8 * HOUR, 10 * HOUR),) for day in range(5)}


def often(
    place: int, days: tuple[tuple[int, ...], ...], hours: Mapping[int, tuple[Window, ...]] | None = None
) -> Client:
    """Half an hour on each of one of these sets of weekdays."""
    return Client(place, 1800, 52.0 * len(days[0]), windows=hours, weekdays=days)


def two_far_apart() -> CycleProblem:
    """Both want three mornings of the same week's five, 90 min to either side of home: no day holds both."""
    three = (
        (0, 2, 4),
        (0, 1, 3),
        (1, 2, 3),
        (0, 2, 3),
        (1, 2, 4),
        (1, 3, 4),
        (0, 1, 4),
        (0, 3, 4),
        (0, 1, 2),
        (2, 3, 4),
    )
    clients = often(1, three, MORNING), often(2, three, MORNING), often(3, ((0,), (1,)))
    rules = CycleRules(least_gap=0.1, level_price=0.0)
    return CycleProblem(line(90, -90, 5), clients, work_days(weeks=1), MONDAY, 1, rules)


def test_two_clients_whom_no_day_holds_together_are_named_with_the_most_that_can_be_done() -> None:
    problem = two_far_apart()
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.planned.tolist() in ([3, 2, 1], [2, 3, 1])
    assert check_cycle(problem, plan) == []
    assert plan.most is not None
    assert (plan.most.visits, plan.most.due, plan.most.clash) == (6, 7, (0, 1))
    assert plan.notes[-1] == (
        "proven: no plan makes more than 6 of the 7 visits due: client 0 and client 1 do not fit in together"
    )
    left = plan.unserved[0].client
    assert f"proven: it does not fit in together with client {1 - left}" in why_left_out(problem, plan, left).said(
        problem
    )


def test_nothing_is_claimed_where_all_visits_are_made_or_nights_away_are_allowed() -> None:
    problem = two_far_apart()
    assert plan_cycle(replace(problem, clients=problem.clients[1:]), limits=QUICK).most is None
    away = replace(problem, rules=replace(problem.rules, night_price_s=600))
    assert most_visits(away, [2, 3, 1]) is None


def test_hours_alone_bound_the_visits() -> None:
    shift = Shift(8 * HOUR, 10 * HOUR, 0, 0)
    days = tuple(WorkDay(on(day), shift) for day in range(2))
    clients = tuple(Client(place, 2400, 52.0) for place in (1, 2, 3, 4, 5, 6))  # 40 min: a day holds two, never three
    problem = CycleProblem(line(5, 6, 7, 8, 9, 10), clients, days, MONDAY, 1)
    plan = plan_cycle(problem, limits=QUICK)
    assert plan.most is not None
    assert (int(plan.planned.sum()), plan.most.visits) == (4, 4)


def test_a_leg_by_another_client_counts_only_with_the_visit_there() -> None:
    problem = two_far_apart()
    legs_s = np.array(problem.matrix.duration_s)
    legs_s[1, 2] = 5 * HOUR
    slow = replace(problem, matrix=replace(problem.matrix, duration_s=legs_s))
    assert at_best(slow).matrix.duration_s[1, 2] == 3 * HOUR + 1800  # by client 3 near home, half an hour with it


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_what_trying_everything_finds(seed: int) -> None:
    dice = np.random.default_rng(seed)
    shift = Shift(8 * HOUR, 11 * HOUR, 0, 0)
    days = tuple(WorkDay(on(day), shift) for day in range(3))
    pairs = ((0, 1), (1, 2), (0, 2))
    clients = []
    for place in range(1, 6):
        opens = int(dice.integers(8, 10)) * HOUR
        hours = {day: (Window(opens, opens + HOUR),) for day in range(3)}
        clients.append(often(place, pairs if place < 4 else ((0,), (1,), (2,)), hours))
    minutes = dice.integers(-40, 40, 5).tolist()
    rules = CycleRules(least_gap=0.1)
    problem = CycleProblem(line(*minutes), tuple(clients), days, MONDAY, 1, rules)
    known: dict[tuple[int, ...], bool] = {}
    ways = product(*(with_fewer(problem, client) for client in range(5)))
    most = max(sum(map(len, chosen)) for chosen in ways if fits(problem, chosen, known))
    plan = plan_cycle(problem, limits=QUICK)
    due = int(plan.due.sum())
    bound = most_visits(problem, [0] * 5)
    assert int(plan.planned.sum()) <= most <= (due if bound is None else bound.visits)
    assert (bound is None) == (most == due)
    if plan.most is not None:
        assert plan.most.visits == most


def with_fewer(problem: CycleProblem, client: int) -> list[tuple[int, ...]]:
    """All patterns of a client, and everything less."""
    patterns = next(task.patterns for task in make_agenda(problem).tasks if task.client == client)
    most = max(len(pattern.days) for pattern in patterns)
    fewer = [tuple(d for d in range(3) if bits >> d & 1) for bits in range(8) if bits.bit_count() < most]
    return [*(pattern.days for pattern in patterns), *fewer]


def fits(problem: CycleProblem, chosen: tuple[tuple[int, ...], ...], known: dict[tuple[int, ...], bool]) -> bool:
    """Whether the days, which are all alike, hold what was chosen for them."""
    for day in range(3):
        clients = tuple(client for client, days in enumerate(chosen) if day in days)
        if clients not in known:
            model = day_model(problem.day_of(day, [problem.visit(client, day) for client in clients]))
            known[clients] = any(timetable(model, order) is not None for order in permutations(range(len(clients))))
        if not known[clients]:
            return False
    return True
