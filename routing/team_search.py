"""A team's day as ruin and recreate sees it, and back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from geo.limits import Limits
from routing.day_improve import keep_feasible
from routing.day_model import REQUIRED_S, day_model, day_parts
from routing.problem import DayProblem, Shift, Visit
from routing.recreate import (
    DEFAULT_ROUNDS,
    Pattern,
    RecreateAnswer,
    RecreateProblem,
    Route,
    Shaking,
    recreate,
    recreate_together,
    side_by_side,
)
from routing.recreate_setup import near_travel
from routing.team_problem import TeamProblem

# Hotter than usual: a team's routes are long and near each other, and a cool search stays with its first division.
SHAKING = Shaking(hot=3.0, cold=0.05)
LONG_STRING, REMOVED_BESIDE = 25.0, 0.6  # where everybody's day is long: so much of it comes out, and of another's
FULL_ROUNDS = 30  # to begin with everybody served
ATTEMPTS = 5  # on each core, one after the other, where visits may be left out: one alone stays with its first choice …
FEW_TASKS, ENOUGH_ROUNDS = 200, 10_000  # … while a fifth of the rounds is still enough
LEAST_CPU_S = 0.01  # is left to the search in any case
PRIZE_SHARE = 0.6  # of the mean prize is what leaving visits out may cost at first
FAR_S = 10_000_000  # stands for a road that does not exist: no shift is that long


def shared_out(
    problem: TeamProblem, limits: Limits, seed: int, workers: int, first: list[list[int]] | None = None
) -> list[list[int]]:
    """Each rep's visits in order, as the best of `workers` searches at once divides them.

    They begin with the division `first`, if there is one. Overtime is not used, visits without a place and those in
    order are not known, and filling up takes a share of the day (`filling_up_s`): `plan_team` sees to them afterwards.
    Where visits may be left out, every worker's limits are shared by several searches, all but the first of which begin
    with a division of their own: with some other visits left out. The compiled search lets go of the interpreter, so
    threads are enough.
    """
    numbers = placed(problem)
    if not numbers:
        return [[] for _ in problem.shifts]
    asked = as_recreate(problem)
    shaking = shaking_for(asked)
    limits = Limits(iterations=DEFAULT_ROUNDS) if limits == Limits() else limits
    began_s = thread_time()
    start = everybody_first(asked, seed) if first is None else as_start(problem, asked, first)
    if limits.cpu_s is not None:
        limits = replace(limits, cpu_s=max(LEAST_CPU_S, limits.cpu_s - (thread_time() - began_s)))
    if worth_attempts(asked, limits):
        attempts = ATTEMPTS * workers
        starts = [start, *(everybody_first(asked, seed + number) for number in range(1, attempts))]
        answer = recreate_together(
            asked, limits=limits, seed=seed, shakings=(shaking,) * attempts, cores=workers, starts=starts
        )
    else:
        one_search = partial(recreate, asked, limits=limits, shaking=shaking, start=start)
        answer = best_of(workers, seed, one_search)
    return [[numbers[node - asked.first] for node in order] for order in answer.order]


def best_of(workers: int, seed: int, search: Callable[..., RecreateAnswer]) -> RecreateAnswer:
    """The best answer of as many searches at once, the first with `seed` itself."""
    seeds = np.random.SeedSequence(seed).generate_state(workers - 1).tolist() if workers > 1 else []
    with side_by_side(workers) as (pool, stop):
        answers = list(pool.map(lambda one: search(seed=one, stop=stop), [seed, *seeds]))
    return min(answers, key=lambda found: found.price)


def everybody_first(asked: RecreateProblem, seed: int) -> RecreateAnswer | None:
    """A start that serves whoever can be served, where visits may be left out; None where none may.

    From nothing, no visit whose prize does not pay a trip of its own would ever begin one that pays with others.
    """
    if (asked.prize[asked.first :] >= REQUIRED_S).all():
        return None
    wanted = np.where(np.arange(len(asked.prize)) < asked.first, 0, REQUIRED_S)
    return recreate(replace(asked, prize=wanted), limits=Limits(iterations=FULL_ROUNDS), seed=seed, shaking=SHAKING)


def worth_attempts(asked: RecreateProblem, limits: Limits) -> bool:
    """Whether several shorter searches, and one that goes on from the best, beat one long search."""
    prize = asked.prize[asked.first :]
    few = len(prize) <= FEW_TASKS and (limits.iterations is None or limits.iterations >= ENOUGH_ROUNDS)
    return few and bool((prize < REQUIRED_S).any())


def shaking_for(asked: RecreateProblem) -> Shaking:
    """The usual heat, or more where visits may be left out: then it must be enough to swap them for one another.

    Where all must be made and days are long, strings are too: whole quarters change hands only in one piece.
    """
    prize = asked.prize[asked.first :]
    if (prize >= REQUIRED_S).all():
        string = max(SHAKING.string, min(LONG_STRING, len(prize) / len(asked.routes)))
        return replace(SHAKING, string=string, removals=max(SHAKING.removals, REMOVED_BESIDE * string))
    worth = np.where(prize < REQUIRED_S, prize, 0).mean() * PRIZE_SHARE / near_travel(asked)
    hot = max(SHAKING.hot, float(worth))
    return replace(SHAKING, hot=hot, cold=SHAKING.cold * hot / SHAKING.hot)


def placed(problem: TeamProblem) -> list[int]:
    """The visits that lie somewhere: these are the search's tasks."""
    return [number for number, visit in enumerate(problem.visits) if visit.place is not None]


def as_recreate(problem: TeamProblem) -> RecreateProblem:
    """Nodes: start and end of every rep (the same ones for reps who go from and to the same places), then the visits.
    Where it matters who makes a visit, every rep is a "day" of its own, since the search weighs days against each
    other by more than their driving."""
    reps, numbers = len(problem.shifts), placed(problem)
    visits = [problem.visits[number] for number in numbers]
    bases = bases_of(problem)
    first = 2 * len(bases)
    blank = np.zeros(first, np.int64)
    opens, closes = windows(first, visits)
    service_s = np.array([visit.service_s for visit in visits], np.int64)
    prize_s = np.array([REQUIRED_S if visit.prize_s is None else visit.prize_s for visit in visits], np.int64)
    even_s = -(-service_s.sum() // reps)
    balanced = problem.balance_price > 0
    everyone = DayProblem(problem.matrix, problem.visits, problem.shifts[0], (), problem.rush)
    parts = [(a, b, travel(list(bases), visits, duration_s)) for a, b, duration_s in day_parts(everyone)]
    return RecreateProblem(
        travel=np.array([legs_s for _, _, legs_s in parts]).min(axis=0),
        first=first,
        service=np.concatenate([blank, service_s]),
        demand=np.concatenate([blank, np.array([visit.load for visit in visits], np.int64)]),
        prize=np.concatenate([blank, prize_s]),
        opens=opens,
        closes=closes,
        patterns=tuple(patterns(problem, visit) for visit in numbers),
        routes=tuple(
            route(problem, rep, 2 * bases[base_of(shift)], balanced) for rep, shift in enumerate(problem.shifts)
        ),
        fits=fits(problem, first, numbers),
        week_target=np.full(reps if balanced else 1, even_s if balanced else 1 << 40, np.int64),
        level_permille=round(problem.balance_price * 1000),
        rush=tuple(parts) if len(parts) > 1 else (),
    )


def as_start(problem: TeamProblem, asked: RecreateProblem, orders: list[list[int]]) -> RecreateAnswer:
    """A division as an answer to go on from; days that break a rule lose what does."""
    node_of = {number: asked.first + k for k, number in enumerate(placed(problem))}
    pattern = [-1] * len(node_of)
    kept: list[tuple[int, ...]] = []
    for rep, order in enumerate(orders):
        model = day_model(problem.day(rep), order)
        rows = keep_feasible(replace(model, last_s=model.end_s), list(range(len(order))))
        kept.append(tuple(node_of[order[row]] for row in rows))
        for node in kept[-1]:
            ways = asked.patterns[node - asked.first]
            pattern[node - asked.first] = next(k for k, way in enumerate(ways) if way.days == (asked.routes[rep].day,))
    return RecreateAnswer(tuple(kept), tuple(pattern), asked.first)


Base = tuple[int, int | None, tuple[int, int]]


def base_of(shift: Shift) -> Base:
    """Where a rep starts and ends, and what of the way there is his own time."""
    return shift.start_place, shift.end_place, shift.commute_s


def bases_of(problem: TeamProblem) -> dict[Base, int]:
    """The different ones, numbered."""
    return {base: number for number, base in enumerate(dict.fromkeys(map(base_of, problem.shifts)))}


def travel(bases: Sequence[Base], visits: Sequence[Visit], duration_s: NDArray[np.int32]) -> NDArray[np.int64]:
    """Working time of the legs between all nodes: with access, without commuting."""
    ends = [(start, start if end is None else end) for start, end, _ in bases]
    place = np.array([*(p for pair in ends for p in pair), *(visit.place for visit in visits)], np.int64)
    legs_s = duration_s[np.ix_(place, place)].astype(np.int64)
    access_s = np.concatenate([np.zeros(2 * len(ends), np.int64), [visit.access_s for visit in visits]])
    legs_s = np.where(legs_s < 0, FAR_S, legs_s + access_s.astype(np.int64) * (place[:, None] != place[None, :]))
    for number, (_, end, commute_s) in enumerate(bases):
        first, last = legs_s[2 * number], legs_s[:, 2 * number + 1]
        first -= np.where(first < FAR_S, np.minimum(first, commute_s[0]), 0)
        last -= np.where(last < FAR_S, np.minimum(last, commute_s[1]), 0)
        if end is None:
            last[:] = 0
    return legs_s


def windows(first: int, visits: Sequence[Visit]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When visits may begin, (nodes, 1, windows); no windows: always."""
    most = max((len(visit.windows) for visit in visits), default=1) or 1
    opens = np.full((first + len(visits), 1, most), 1, np.int64)
    closes = np.full_like(opens, 0)
    for node, visit in enumerate(visits, first):
        if not visit.windows:
            opens[node, 0, 0], closes[node, 0, 0] = 0, 1 << 40
        for k, window in enumerate(visit.windows):
            opens[node, 0, k], closes[node, 0, k] = window.start_s, window.end_s
    return opens, closes


def reps_differ(problem: TeamProblem) -> bool:
    """Whether a visit's rep has a price beside the driving."""
    return bool(problem.preferred) or problem.balance_price > 0


def patterns(problem: TeamProblem, visit: int) -> tuple[Pattern, ...]:
    if not reps_differ(problem):
        return (Pattern((0,)),)
    wanted = problem.preferred.get(visit)
    prices = (0 if wanted in (None, rep) else problem.preference_s for rep in range(len(problem.shifts)))
    return tuple(Pattern((rep,), price) for rep, price in enumerate(prices) if problem.may_serve(rep, visit))


def route(problem: TeamProblem, rep: int, start_node: int, balanced: bool) -> Route:
    shift, lunch = problem.shifts[rep], problem.shifts[rep].lunch
    usual = Route(0, 0, 0)
    carried = usual.capacity if shift.capacity is None else max(0, shift.capacity - shift.given_out)
    return Route(
        day=rep if reps_differ(problem) else 0,
        start_node=start_node,
        end_node=start_node + 1,
        starts=shift.start_s,
        ends=max(shift.start_s, shift.end_s - filling_up_s(problem, rep) - calls_s(problem)),
        capacity=carried if shift.reload is None else usual.capacity,
        most_stops=usual.most_stops if problem.most_visits is None else problem.most_visits,
        most_drive=usual.most_drive if shift.max_drive_s is None else shift.max_drive_s,
        lunch=(lunch.duration_s, lunch.earliest_s, lunch.latest_s) if lunch else (0, 0, 0),
        week=rep if balanced else 0,
    )


def calls_s(problem: TeamProblem) -> int:
    """What every rep's day keeps free for visits without a place: an even share of them."""
    return sum(visit.service_s for visit in problem.visits if visit.place is None) // len(problem.shifts)


def filling_up_s(problem: TeamProblem, rep: int) -> int:
    """What the day keeps free for filling up: as often as an even share of the load asks for, there and back each."""
    shift = problem.shifts[rep]
    if shift.reload is None or not shift.capacity:
        return 0
    loads = [(visit.load, visit.place) for visit in problem.visits if visit.place is not None]
    trips = sum(load for load, _ in loads) // len(problem.shifts) // shift.capacity
    legs_s = problem.matrix.duration_s[shift.reload.place, [place for _, place in loads]]
    near_s = int(np.median(legs_s[legs_s >= 0])) if (legs_s >= 0).any() else 0
    return trips * (shift.reload.duration_s + near_s)


def fits(problem: TeamProblem, first: int, numbers: Sequence[int]) -> NDArray[np.bool_] | None:
    """Who may make which visit; None where everybody may."""
    reps = len(problem.shifts)
    if not problem.tied and not any(visit.skills for visit in problem.visits):
        return None
    allowed = np.ones((first + len(numbers), reps), np.bool_)
    for node, visit in enumerate(numbers, first):
        allowed[node] = [problem.may_serve(rep, visit) for rep in range(reps)]
    return allowed
