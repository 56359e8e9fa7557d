"""Ruin and recreate over routes, days and visit patterns: the strong search behind teams, cycles and published sets.

After Christiaens and Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems",
Transportation Science 54 (2020): strings of neighbouring stops come out, go back greedily with blinks, and simulated
annealing decides. Where we differ: a task follows one of several patterns of days and moves with all its visits, a
task may be left out for a price, days may hold a lunch, weeks may be kept level at a price, and the cheapest places
of a task on a route are remembered until the route changes.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from threading import Event
from time import thread_time

from geo.limits import Limits
from routing.recreate_arrays import NEVER
from routing.recreate_kernel import search
from routing.recreate_problem import ALWAYS, Pattern, RecreateAnswer, RecreateProblem, Route, Shaking
from routing.recreate_setup import copy_of, desk_of, dial_of, fleet_of, plan_of, work_of

__all__ = [
    "ALWAYS",
    "Pattern",
    "RecreateAnswer",
    "RecreateProblem",
    "Route",
    "Shaking",
    "recreate",
    "recreate_together",
]

DEFAULT_ROUNDS = 20_000
USUAL = Shaking()
JOINT_SHARE = 0.3  # of the limits is spent going on from the best of several searches,
COOLED = 0.1  # which begin that with this share of their heat


def recreate(
    problem: RecreateProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    shaking: Shaking = USUAL,
    start: RecreateAnswer | None = None,
    stop: Event | None = None,
) -> RecreateAnswer:
    """Search from `start` (or from nothing) and give the best plan met; the same seed and iterations, the same plan.

    Once `stop` is set the search ends as soon as it can, with the best plan so far.
    """
    work, fleet = work_of(problem), fleet_of(problem)
    plan = plan_of(problem, start)
    desk = desk_of(problem, work, fleet, plan, seed, shaking.soft)
    if start is None:
        desk.cost[1] = desk.cost[2] = NEVER
    kept, best = copy_of(plan), copy_of(plan)
    dial = dial_of(problem, shaking)
    rounds = _run(lambda count, a, b: search(work, fleet, plan, kept, best, desk, dial, count, a, b), limits, stop)
    order = tuple(tuple(int(c) for c in best.order[r, : best.length[r]]) for r in range(len(best.length)))
    pattern = tuple(int(p) - int(work.pattern_from[c]) if p >= 0 else -1 for c, p in enumerate(best.pattern))
    return RecreateAnswer(order, pattern[problem.first :], problem.first, int(desk.cost[2]), rounds)


def recreate_together(
    problem: RecreateProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    shakings: Sequence[Shaking] = (USUAL,),
    cores: int | None = None,
    start: RecreateAnswer | None = None,
    starts: Sequence[RecreateAnswer | None] = (),
) -> RecreateAnswer:
    """One search per entry of `shakings`, each from `start` or its own entry of `starts`; then, cooler, one per core
    goes on from the best.

    `limits` hold for each core; by default every search has its own. The compiled steps hold no interpreter lock, so
    threads do.
    """
    begins = starts or (start,) * len(shakings)
    if len(shakings) == 1:
        return recreate(problem, limits=limits, seed=seed, shaking=shakings[0], start=begins[0])
    cores = cores or len(shakings)
    apart, together = _part(limits, (1 - JOINT_SHARE) * cores / len(shakings)), _part(limits, JOINT_SHARE)

    def alone(number: int, stop: Event) -> RecreateAnswer:
        return recreate(
            problem, limits=apart, seed=seed + number, shaking=shakings[number], start=begins[number], stop=stop
        )

    def onward(number: int, stop: Event) -> RecreateAnswer:
        cooler = replace(shakings[number], hot=max(shakings[number].hot * COOLED, shakings[number].cold))
        return recreate(problem, limits=together, seed=seed + 1000 + number, shaking=cooler, start=best, stop=stop)

    with side_by_side(cores) as (pool, stop):
        found = list(pool.map(alone, range(len(shakings)), repeat(stop)))
        best = min(found, key=lambda answer: answer.price)
        found += pool.map(onward, range(cores), repeat(stop))
    best = min(found, key=lambda answer: answer.price)
    return replace(best, rounds=sum(answer.rounds for answer in found))


@contextmanager
def side_by_side(cores: int) -> Iterator[tuple[ThreadPoolExecutor, Event]]:
    """Threads for searches at once, and what stops them: Ctrl-C, or a fault of one, ends all at their next slice."""
    stop = Event()
    with ThreadPoolExecutor(cores) as pool:
        try:
            yield pool, stop
        except BaseException:
            stop.set()
            raise


def _part(limits: Limits, share: float) -> Limits:
    iterations = None if limits.iterations is None else round(limits.iterations * share)
    return Limits(iterations, None if limits.cpu_s is None else limits.cpu_s * share)


def _run(go: Callable[[int, float, float], None], limits: Limits, stop: Event | None) -> int:
    """Spend the limits in slices: of 20,000 rounds, or of about a fiftieth of the CPU time."""
    if limits.cpu_s is None:
        rounds = max(1, DEFAULT_ROUNDS if limits.iterations is None else limits.iterations)
        for done in range(0, rounds, DEFAULT_ROUNDS):
            size = min(DEFAULT_ROUNDS, rounds - done)
            go(size, done / rounds, (done + size) / rounds)
            if stop is not None and stop.is_set():
                return done + size
        return rounds
    most = limits.iterations if limits.iterations is not None else float("inf")
    began, done, size, share = thread_time(), 0, 1, 0.0
    while share < 1 and not (done and stop is not None and stop.is_set()):
        go(size, share, share)
        done += size
        spent_s = max(thread_time() - began, 1e-6)
        share = max(spent_s / limits.cpu_s, done / most)
        slice_s = min(limits.cpu_s / 50, limits.cpu_s - spent_s)
        size = int(max(1, min(4 * size, done / spent_s * slice_s, most - done)))
    return done
