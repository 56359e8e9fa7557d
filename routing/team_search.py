"""A team's day as ruin and recreate sees it, and back."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from geo.limits import Limits
from routing.day_model import REQUIRED_S
from routing.recreate import Pattern, RecreateProblem, Route, Shaking, recreate
from routing.team_problem import TeamProblem

# Hotter than usual: a team's routes are long and near each other, and a cool search stays with its first division.
SHAKING = Shaking(hot=3.0, cold=0.05)
FAR_S = 10_000_000  # stands for a road that does not exist: no shift is that long


def shared_out(problem: TeamProblem, limits: Limits, seed: int, workers: int) -> list[list[int]]:
    """Each rep's visits in order, as the best of `workers` searches at once divides them; overtime is not used.

    The compiled search lets go of the interpreter, so threads are enough.
    """
    asked = as_recreate(problem)
    seeds = np.random.SeedSequence(seed).generate_state(workers - 1).tolist() if workers > 1 else []
    with ThreadPoolExecutor(workers) as pool:
        answers = list(pool.map(lambda one: recreate(asked, limits=limits, seed=one, shaking=SHAKING), [seed, *seeds]))
    answer = min(answers, key=lambda found: found.price)
    first = 2 * len(problem.shifts)
    return [[node - first for node in order] for order in answer.order]


def as_recreate(problem: TeamProblem) -> RecreateProblem:
    """Nodes: start and end of every rep, then the visits. Where it matters who makes a visit, every rep is a "day" of
    its own, since the search weighs days against each other by more than their driving."""
    reps, visits = len(problem.shifts), problem.visits
    first = 2 * reps
    blank = np.zeros(first, np.int64)
    opens, closes = windows(problem)
    service_s = np.array([visit.service_s for visit in visits], np.int64)
    prize_s = np.array([REQUIRED_S if visit.prize_s is None else visit.prize_s for visit in visits], np.int64)
    even_s = -(-service_s.sum() // reps)
    balanced = problem.balance_price > 0
    return RecreateProblem(
        travel=travel(problem),
        first=first,
        service=np.concatenate([blank, service_s]),
        demand=np.concatenate([blank, np.ones(len(visits), np.int64)]),
        prize=np.concatenate([blank, prize_s]),
        opens=opens,
        closes=closes,
        patterns=tuple(patterns(problem, visit) for visit in range(len(visits))),
        routes=tuple(route(problem, rep, balanced) for rep in range(reps)),
        fits=fits(problem),
        week_target=np.full(reps if balanced else 1, even_s if balanced else 1 << 40, np.int64),
        level_permille=round(problem.balance_price * 1000),
    )


def travel(problem: TeamProblem) -> NDArray[np.int64]:
    """Working time of the legs between all nodes: with access, without commuting."""
    ends = [(s.start_place, s.start_place if s.end_place is None else s.end_place) for s in problem.shifts]
    place = np.array([*(p for pair in ends for p in pair), *(visit.place for visit in problem.visits)], np.int64)
    legs_s = problem.matrix.duration_s[np.ix_(place, place)].astype(np.int64)
    access_s = np.concatenate([np.zeros(2 * len(ends), np.int64), [visit.access_s for visit in problem.visits]])
    legs_s = np.where(legs_s < 0, FAR_S, legs_s + access_s.astype(np.int64) * (place[:, None] != place[None, :]))
    for rep, shift in enumerate(problem.shifts):
        first, last = legs_s[2 * rep], legs_s[:, 2 * rep + 1]
        first -= np.where(first < FAR_S, np.minimum(first, shift.commute_s[0]), 0)
        last -= np.where(last < FAR_S, np.minimum(last, shift.commute_s[1]), 0)
        if shift.end_place is None:
            last[:] = 0
    return legs_s


def windows(problem: TeamProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When visits may begin, (nodes, 1, windows); no windows: always."""
    most = max((len(visit.windows) for visit in problem.visits), default=1) or 1
    first = 2 * len(problem.shifts)
    opens = np.full((first + len(problem.visits), 1, most), 1, np.int64)
    closes = np.full_like(opens, 0)
    for node, visit in enumerate(problem.visits, first):
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


def route(problem: TeamProblem, rep: int, balanced: bool) -> Route:
    shift, lunch = problem.shifts[rep], problem.shifts[rep].lunch
    usual = Route(0, 0, 0)
    return Route(
        day=rep if reps_differ(problem) else 0,
        start_node=2 * rep,
        end_node=2 * rep + 1,
        starts=shift.start_s,
        ends=shift.end_s,
        capacity=usual.capacity if problem.most_visits is None else problem.most_visits,
        most_drive=usual.most_drive if shift.max_drive_s is None else shift.max_drive_s,
        lunch=(lunch.duration_s, lunch.earliest_s, lunch.latest_s) if lunch else (0, 0, 0),
        week=rep if balanced else 0,
    )


def fits(problem: TeamProblem) -> NDArray[np.bool_]:
    first, reps = 2 * len(problem.shifts), len(problem.shifts)
    allowed = np.ones((first + len(problem.visits), reps), np.bool_)
    for visit in range(len(problem.visits)):
        allowed[first + visit] = [problem.may_serve(rep, visit) for rep in range(reps)]
    return allowed
