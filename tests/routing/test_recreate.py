"""Ruin and recreate against brute force and against a plain twin of its timing."""

from itertools import pairwise, permutations, product
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.limits import Limits
from routing.errors import BadProblemError
from routing.insertion_kernel import look_at, place_on_day, put
from routing.recreate import ALWAYS, Pattern, RecreateAnswer, RecreateProblem, Route, recreate, side_by_side
from routing.recreate_arrays import NEVER, Plan
from routing.recreate_kernel import take_out
from routing.recreate_setup import desk_of, fleet_of, plan_of, work_of

SHIFT = (480, 1020)


def make(
    tasks: int,
    seed: int,
    routes: tuple[Route, ...],
    patterns: tuple[tuple[Pattern, ...], ...],
    *,
    windows: bool = False,
) -> RecreateProblem:
    """Random points, one end (node 0), minutes; with `windows` every other task opens twice a day."""
    dice = np.random.default_rng(seed)
    xy = dice.uniform(0, 60, (tasks + 1, 2))
    travel = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    opens, closes = np.zeros((tasks + 1, 1, 2), np.int64), np.full((tasks + 1, 1, 2), ALWAYS, np.int64)
    opens[:, :, 1] = ALWAYS
    if windows:
        for c in range(1, tasks + 1, 2):
            begin = int(dice.integers(480, 800))
            opens[c, 0], closes[c, 0] = (begin, begin + 150), (begin + 40, begin + 220)
    service = np.concatenate([[0], dice.integers(10, 60, tasks)])
    demand = np.concatenate([[0], dice.integers(1, 4, tasks)])
    prize = np.full(tasks + 1, 5_000)
    return RecreateProblem(travel, 1, service, demand, prize, opens, closes, patterns, routes)


def moves_on(problem: RecreateProblem, c: int, arrives: int) -> int | None:
    """When one leaves c after arriving then; None when it is too late."""
    for opens, closes in zip(problem.opens[c, 0], problem.closes[c, 0], strict=True):
        if arrives <= closes:
            return max(arrives, int(opens)) + int(problem.service[c])
    return None


def works(problem: RecreateProblem, route: Route, order: tuple[int, ...]) -> bool:
    """The plain twin of the compiled timing: try lunch before, on and after every leg, and none."""
    duration, _earliest, latest = route.lunch
    path = [route.start_node, *order, route.end_node]
    ways: list[tuple[int, str] | None] = [
        (leg, when) for leg in range(len(path) - 1) for when in ("before", "on the way", "after")
    ]
    for way in [None, *ways] if not duration else [*ways, None]:
        if way is None and duration and not _is_home(problem, route, path, None, latest):
            continue
        if _is_home(problem, route, path, way, route.ends):
            return True
    return False


def _is_home(problem: RecreateProblem, route: Route, path: list[int], way: tuple[int, str] | None, by: int) -> bool:
    duration, earliest, latest = route.lunch
    time = route.starts
    for leg, (a, b) in enumerate(pairwise(path)):
        travel = int(problem.travel[a, b])
        if way is not None and way[0] == leg:
            begins = max(time + (travel if way[1] == "after" else 0), earliest)
            if begins > latest or (way[1] == "on the way" and begins > time + travel):
                return False
            time = time + travel + duration if way[1] == "on the way" else begins + duration
            time += travel if way[1] == "before" else 0
        else:
            time += travel
        if b != path[-1] or leg < len(path) - 2:
            left = moves_on(problem, b, time)
            if left is None:
                return False
            time = left
    return time <= by


@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 5))
@settings(deadline=None)
def test_insertions_agree_with_a_plain_twin(seed: int, lunch: bool, stops: int) -> None:
    route = Route(0, 0, 0, *SHIFT, lunch=(45, 690, 710) if lunch else (0, 0, 0))
    problem = make(stops + 1, seed, (route,), ((Pattern((0,)),),) * (stops + 1), windows=True)
    order = tuple(int(c) for c in np.random.default_rng(seed).permutation(stops) + 1)
    answer = RecreateAnswer((order,), (0,) * stops + (-1,), 1)
    work, fleet, plan = work_of(problem), fleet_of(problem), plan_of(problem, answer)
    desk = desk_of(problem, work, fleet, plan, 0)
    newcomer = stops + 1
    if not works(problem, route, order):
        return
    expected = {}
    for at in range(stops + 1):
        a = order[at - 1] if at else 0
        b = order[at] if at < stops else 0
        if works(problem, route, (*order[:at], newcomer, *order[at:])):
            expected[at] = int(problem.travel[a, newcomer] + problem.travel[newcomer, b] - problem.travel[a, b])
    cheapest = sorted(expected.values())
    cost, at = look_at(work, fleet, plan, newcomer, 0, -1)
    assert (expected[at], cost) == (cheapest[0], cheapest[0]) if cheapest else cost == NEVER
    next_cost, next_at = look_at(work, fleet, plan, newcomer, 0, at)
    assert (expected[next_at], next_cost) == (cheapest[1], cheapest[1]) if cheapest[1:] else next_cost == NEVER
    for blink, places in ((0.0, cheapest[:1]), (1.0, cheapest[1:2])):
        cost, route_found, at = place_on_day(work, fleet, plan, desk, newcomer, 0, blink)
        assert [cost] == [expected[at]] == places if places else route_found == -1


def timing(plan: Plan, lunch: bool) -> list[list[int]]:
    """All that is known about route 0 of a plan."""
    n = int(plan.length[0])
    rows: list[NDArray[np.signedinteger]] = [
        plan.order[0, :n],
        plan.leg[0, : n + 1],
        plan.depart[0, 0, : n + 1],
        plan.latest[0, 0, : n + 1],
    ]
    if lunch:
        rows += [plan.depart[0, 1, : n + 1], plan.latest[0, 1, : n + 1]]
    return [row.tolist() for row in [*rows, plan.load, plan.drive]]


@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 7))
@settings(deadline=None, max_examples=50)
def test_a_changed_route_is_timed_like_a_new_one(seed: int, lunch: bool, stops: int) -> None:
    route = Route(0, 0, 0, *SHIFT, lunch=(45, 690, 780) if lunch else (0, 0, 0))
    problem = make(stops, seed, (route,), ((Pattern((0,)),),) * stops, windows=True)
    work, fleet, plan = work_of(problem), fleet_of(problem), plan_of(problem, None)
    desk, dice = desk_of(problem, work, fleet, plan, 0), np.random.default_rng(seed)
    order: list[int] = []

    def afresh() -> list[list[int]]:
        pattern = tuple(0 if c in order else -1 for c in range(1, stops + 1))
        other = plan_of(problem, RecreateAnswer((tuple(order),), pattern, 1))
        desk_of(problem, work, fleet, other, 0)
        return timing(other, lunch)

    for c in range(1, stops + 1):
        at = int(dice.integers(len(order) + 1))
        order.insert(at, c)
        plan.pattern[c] = c - 1
        put(work, fleet, plan, desk, c, 0, at)
        assert timing(plan, lunch) == afresh()
    gone = dice.permutation(stops)[: dice.integers(1, stops + 1)] + 1
    desk.removed[: len(gone)], desk.waiting[0], desk.is_removed[gone] = gone, len(gone), True
    desk.dirty[0] = False
    take_out(work, fleet, plan, desk)
    order = [c for c in order if c not in gone]
    assert timing(plan, lunch) == afresh()


def least_by_trying_all(problem: RecreateProblem) -> int:
    """Every pattern of every task, every order of every day (one route a day)."""
    best = 10**9
    tasks = range(1, len(problem.travel))
    for ways in product(*problem.patterns):
        total = sum(way.price for way in ways)
        for route in problem.routes:
            today = [c for c, way in zip(tasks, ways, strict=True) if route.day in way.days]
            if problem.demand[today].sum() > route.capacity:
                break
            lengths = [
                sum(problem.travel[a, b] for a, b in zip((0, *order), (*order, 0), strict=True))
                for order in permutations(today)
                if works(problem, route, order)
            ]
            if not lengths:
                break
            total += int(min(lengths)) if today else 0
        else:
            best = min(best, total)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_small_period_problems_are_solved_to_the_optimum(seed: int) -> None:
    ways = (Pattern((0,)), Pattern((1,), 3)), (Pattern((0, 2)), Pattern((1, 2), 1)), (Pattern((0, 1, 2)),)
    routes = tuple(Route(day, 0, 0, *SHIFT, capacity=9, lunch=(45, 690, 780)) for day in range(3))
    problem = make(5, seed, routes, (ways[0], ways[1], ways[0], ways[2], ways[1]), windows=True)
    answer = recreate(problem, limits=Limits(iterations=2_000), seed=1)
    if -1 not in answer.pattern:
        assert answer.price == least_by_trying_all(problem)
    else:
        assert least_by_trying_all(problem) == 10**9


def test_same_seed_and_iterations_same_answer() -> None:
    routes = tuple(Route(day, 0, 0, *SHIFT) for day in range(4))
    problem = make(25, 5, routes, (tuple(Pattern((day,)) for day in range(4)),) * 25)
    first, second = (recreate(problem, limits=Limits(iterations=500), seed=3) for _ in range(2))
    assert (first.order, first.price) == (second.order, second.price)


def test_going_on_from_an_answer_never_makes_it_worse() -> None:
    routes = tuple(Route(day, 0, 0, *SHIFT) for day in range(4))
    problem = make(25, 6, routes, (tuple(Pattern((day,)) for day in range(4)),) * 25)
    first = recreate(problem, limits=Limits(iterations=50), seed=3)
    assert recreate(problem, limits=Limits(iterations=300), seed=4, start=first).price <= first.price


def test_what_does_not_fit_is_left_out_at_its_price() -> None:
    problem = make(6, 1, (Route(0, 0, 0, *SHIFT, capacity=4),), ((Pattern((0,)),),) * 6)
    answer = recreate(problem, limits=Limits(iterations=200))
    left_out = [c for c, way in enumerate(answer.pattern, 1) if way < 0]
    path = (0, *answer.order[0], 0)
    drive = sum(int(problem.travel[a, b]) for a, b in pairwise(path))
    assert left_out
    assert problem.demand[list(answer.order[0])].sum() <= 4
    assert answer.price == drive + 5_000 * len(left_out)


def test_a_route_serves_only_what_fits_it() -> None:
    routes = (Route(0, 0, 0, *SHIFT), Route(0, 0, 0, *SHIFT))
    problem = make(4, 2, routes, ((Pattern((0,)),),) * 4)
    fits = np.array([[True, True], [True, False], [False, True], [True, False], [False, True]])
    tied = RecreateProblem(
        problem.travel,
        1,
        problem.service,
        problem.demand,
        problem.prize,
        problem.opens,
        problem.closes,
        problem.patterns,
        routes,
        fits,
    )
    answer = recreate(tied, limits=Limits(iterations=50))
    assert [sorted(order) for order in answer.order] == [[1, 3], [2, 4]]


def test_a_cpu_limit_ends_the_search() -> None:
    problem = make(8, 3, (Route(0, 0, 0, *SHIFT),), ((Pattern((0,)),),) * 8)
    assert recreate(problem, limits=Limits(cpu_s=0.05)).rounds > 1


def test_routes_out_of_order_are_refused() -> None:
    with pytest.raises(BadProblemError, match="order of days"):
        make(2, 0, (Route(1, 0, 0), Route(0, 0, 0)), ((Pattern((0,)),),) * 2)


def test_a_search_that_is_stopped_gives_its_best_so_far() -> None:
    stop = Event()
    stop.set()
    problem = make(3, 1, (Route(0, 0, 0),), ((Pattern((0,)),),) * 3)
    answer = recreate(problem, limits=Limits(iterations=1_000_000), stop=stop)
    assert answer.rounds == 20_000 and sorted(answer.order[0]) == [1, 2, 3]
    assert recreate(problem, limits=Limits(cpu_s=1000.0), stop=stop).rounds == 1


def test_a_fault_of_one_search_stops_the_others() -> None:
    with pytest.raises(KeyboardInterrupt), side_by_side(2) as (pool, stop):
        waiting = pool.submit(stop.wait, 60.0)
        raise KeyboardInterrupt
    assert waiting.result() is True
