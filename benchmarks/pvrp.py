"""The periodic vehicle routing problem on files in Cordeau's format: every client on one of its patterns of days.

Cost is the distance, real-valued; the search works on thousandths. References come from `bks.csv` beside the files.
"""

import csv
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.contract import Options, Row, files
from benchmarks.instances import PeriodicInstance, read_periodic
from geo.limits import Limits
from routing.recreate import ALWAYS, Pattern, RecreateProblem, Route, Shaking, recreate_together

SCALE = 1000
# One search keeps to the capacity, the next may overload on the way and empties whole routes, since otherwise their
# number hardly changes: they find different things.
STRICT = Shaking(same_day=0.7, hot=10.0, cold=0.02)
SOFT = Shaking(whole=0.1, same_day=0.6, hot=3.0, cold=0.02, soft=True)


# Two searches for every core before the best goes on: alone, one may end in a valley it does not leave any more.
SEARCHES = (SOFT, STRICT, SOFT, SOFT)


def run(options: Options) -> Iterator[Row]:
    shakings = [SEARCHES[number % len(SEARCHES)] for number in range(2 * options.workers)]
    loaded = False
    for path in files(options, "*"):
        if path.suffix == ".csv" or not path.is_file():
            continue
        try:
            instance = read_periodic(path)
        except ValueError as fault:
            print(f"cannot be read: {fault}")
            continue
        if path.name in options.done:
            yield from options.done[path.name]
            continue
        problem = periodic_problem(instance)
        if not loaded:  # compile or load once, outside the measured time
            recreate_together(problem, limits=Limits(iterations=10), shakings=shakings, cores=options.workers)
            loaded = True
        began, began_wall = time.process_time(), time.perf_counter()
        answer = recreate_together(
            problem,
            limits=Limits(cpu_s=options.budget_s or 30.0),
            seed=options.seed,
            shakings=shakings,
            cores=options.workers,
        )
        cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
        routes = [(problem.routes[r].day, order) for r, order in enumerate(answer.order) if order]
        faults = check_periodic(instance, routes)
        cost = sum(length(instance.xy, order) for _, order in routes)
        why = "; ".join(faults[:3]) or f"{answer.rounds} rounds"
        reference = references(path.parent).get(path.stem.lower())
        n = len(instance.patterns)
        yield Row(path.name, n, cost, reference, not faults, why, cpu_s, wall_s, options.workers)


def periodic_problem(instance: PeriodicInstance) -> RecreateProblem:
    """The instance for the search; leaving a client out costs more than any plan."""
    apart = np.sqrt(((instance.xy[:, None] - instance.xy[None]) ** 2).sum(axis=-1))
    travel = np.rint(apart * SCALE).astype(np.int64)
    nodes = len(travel)
    opens, closes = np.zeros((nodes, 1, 1), np.int64), np.full((nodes, 1, 1), ALWAYS, np.int64)
    if len(instance.opens):
        opens[:, 0, 0], closes[:, 0, 0] = np.rint(instance.opens * SCALE), np.rint(instance.closes * SCALE)
    routes = tuple(
        _route(instance, day, *_hours(instance, day)) for day in range(instance.days) for _ in range(instance.vehicles)
    )
    return RecreateProblem(
        travel=travel,
        first=1,
        service=np.rint(instance.service * SCALE).astype(np.int64),
        demand=np.rint(instance.demand).astype(np.int64),
        prize=np.full(nodes, int(travel.max()) * 6 * instance.days, np.int64),
        opens=opens,
        closes=closes,
        patterns=tuple(tuple(Pattern(days) for days in ways) for ways in instance.patterns),
        routes=routes,
    )


def _route(instance: PeriodicInstance, day: int, starts: int, ends: int, longest: int) -> Route:
    capacity = round(instance.capacity[day]) or ALWAYS
    return Route(day, start_node=0, end_node=0, starts=starts, ends=ends, capacity=capacity, most_time=longest)


def _hours(instance: PeriodicInstance, day: int) -> tuple[int, int, int]:
    """When a route starts and ends, and how long it takes at most; without windows it may as well start at once."""
    longest = round(instance.most_duration[day] * SCALE) or ALWAYS
    if not len(instance.opens):
        return 0, longest, ALWAYS
    return round(instance.opens[0] * SCALE), round(instance.closes[0] * SCALE), longest


def length(xy: NDArray[np.float64], order: tuple[int, ...]) -> float:
    tour = xy[[0, *order, 0]]
    return float(np.hypot(*np.diff(tour, axis=0).T).sum())


def check_periodic(instance: PeriodicInstance, routes: list[tuple[int, tuple[int, ...]]]) -> list[str]:
    """Patterns, fleet, capacity and duration, straight from the file's figures."""
    faults = []
    days_of: dict[int, list[int]] = {client: [] for client in range(1, len(instance.xy))}
    for day, order in routes:
        for client in order:
            days_of[client].append(day)
        load = float(instance.demand[list(order)].sum())
        duration = length(instance.xy, order) + float(instance.service[list(order)].sum())
        if instance.capacity[day] and load > instance.capacity[day] + 1e-6:
            faults.append(f"load {load} on day {day}")
        # The search rounds every leg to a thousandth.
        if instance.most_duration[day] and duration > instance.most_duration[day] + len(order) / SCALE:
            faults.append(f"duration {duration:.2f} on day {day}")
    for client, days in days_of.items():
        if tuple(sorted(days)) not in {tuple(sorted(way)) for way in instance.patterns[client - 1]}:
            faults.append(f"client {client} on days {sorted(days)}")
    for day, count in Counter(day for day, _ in routes).items():
        if count > instance.vehicles:
            faults.append(f"{count} vehicles on day {day}")
    return faults


def references(folder: Path) -> dict[str, float]:
    """Best-known values by instance name in lower case; none when there is no `bks.csv`."""
    path = folder / "bks.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as lines:
        return {row["instance"].lower(): float(row["reference"]) for row in csv.DictReader(lines)}
