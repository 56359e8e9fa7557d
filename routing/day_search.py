"""Better orders for a day too long to be solved exactly, by ruin and recreate with one route."""

from collections.abc import Iterator

import numpy as np

from geo.limits import Limits
from routing.day_model import DayModel
from routing.recreate import ALWAYS, Pattern, RecreateAnswer, RecreateProblem, Route, recreate, side_by_side

FIRST_ROUNDS, DEFAULT_ROUNDS = 1_000, 15_000
FAR_S = 10_000_000  # stands for a road that does not exist: no shift is that long
START, END, FIRST = 0, 1, 2


def searched_orders(model: DayModel, limits: Limits, seed: int, workers: int = 1) -> Iterator[list[int]]:
    """Orders worth judging; they use overtime as if it were free and know neither visits in order nor rush hours nor
    filling up, and leave visits without a place to whoever judges them.

    The search cools down over its rounds, so a longer one need not be better than a shorter one. Whole searches of
    1,000, 2,000, 4,000 … rounds while they fit make the best of them never worse with more rounds. Every worker has
    the limits for itself, and dice of its own: the first one's are those of a search alone.
    """
    problem = as_recreate(model)
    if limits.cpu_s is not None:
        yield from searches(model, problem, limits, seed, workers)
        return
    left = DEFAULT_ROUNDS if limits.iterations is None else limits.iterations
    rounds = FIRST_ROUNDS
    while rounds <= left:
        yield from searches(model, problem, Limits(iterations=rounds), seed, workers)
        left -= rounds
        rounds *= 2


def searches(model: DayModel, problem: RecreateProblem, limits: Limits, seed: int, workers: int) -> Iterator[list[int]]:
    """What each of the workers finds; the compiled search lets go of the interpreter, so threads are enough."""
    if workers == 1:
        yield in_visits(model, recreate(problem, limits=limits, seed=seed))
        return
    seeds = [seed, *np.random.SeedSequence(seed).generate_state(workers - 1).tolist()]
    with side_by_side(workers) as (pool, stop):
        found = list(pool.map(lambda one: recreate(problem, limits=limits, seed=one, stop=stop), seeds))
    for answer in found:
        yield in_visits(model, answer)


def in_visits(model: DayModel, answer: RecreateAnswer) -> list[int]:
    return [node - FIRST for node in answer.order[0] if node - FIRST not in model.remote]


def as_recreate(model: DayModel) -> RecreateProblem:
    """Nodes: start, end, then the visits; a leg costs what it takes, access included."""
    rows = [model.start, model.end, *range(len(model))]
    travel_s = np.array(model.leg_s, np.int64)[np.ix_(rows, rows)]
    blank = np.zeros(FIRST, np.int64)
    prize_s = [0 if row in model.remote else prize for row, prize in enumerate(model.prize_s)]
    carried = model.capacity is not None and not model.fills_up
    most = max(len(windows) for windows in model.windows)
    opens = np.ones((FIRST + len(model), 1, most), np.int64)
    closes = np.zeros_like(opens)
    for node, windows in enumerate(model.windows, FIRST):
        for k, window in enumerate(windows):
            opens[node, 0, k], closes[node, 0, k] = window.start_s, window.end_s
    return RecreateProblem(
        travel=np.where(travel_s < 0, FAR_S, travel_s),
        first=FIRST,
        service=np.concatenate([blank, np.array(model.service_s, np.int64)]),
        demand=np.concatenate([blank, np.array(model.load, np.int64) if carried else np.zeros(len(model), np.int64)]),
        prize=np.concatenate([blank, np.array(prize_s, np.int64)]),
        opens=opens,
        closes=closes,
        patterns=((Pattern((0,)),),) * len(model),
        routes=(
            Route(
                day=0,
                start_node=START,
                end_node=END,
                starts=model.start_s,
                ends=model.last_s,
                capacity=model.capacity - model.given_out if carried and model.capacity is not None else ALWAYS,
                most_drive=model.max_drive_s,
                lunch=model.lunch_s,
            ),
        ),
    )
