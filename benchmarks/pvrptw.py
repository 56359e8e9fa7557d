"""The periodic problem with windows on files in Cordeau's format (type 5): reported only, there is no reference.

Cost is the distance; waiting is free, but a route may be away from the depot only so long, from as late a start as
its first windows allow.
"""

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.contract import Options, Row, files
from benchmarks.instances import PeriodicInstance, read_periodic
from benchmarks.pvrp import SCALE, check_periodic, length, periodic_problem
from geo.limits import Limits
from routing.recreate import Shaking, recreate_together

SHAKINGS = (Shaking(same_day=0.6, hot=10.0, cold=0.02), Shaking(same_day=0.6, hot=10.0, cold=0.02, soft=True))


def run(options: Options) -> Iterator[Row]:
    shakings = [SHAKINGS[worker % 2] for worker in range(options.workers)]
    loaded = False
    for path in files(options, "*"):
        if not path.is_file() or path.suffix == ".csv":
            continue
        try:
            instance = read_periodic(path)
        except ValueError as fault:
            print(f"cannot be read: {fault}")
            continue
        if not len(instance.opens):
            print(f"cannot be read: {path.name} has no windows (type 5 expected)")
            continue
        problem = periodic_problem(instance)
        if not loaded:  # compile or load once, outside the measured time
            recreate_together(problem, limits=Limits(iterations=10), shakings=shakings)
            loaded = True
        began, began_wall = time.process_time(), time.perf_counter()
        answer = recreate_together(
            problem, limits=Limits(cpu_s=options.budget_s or 30.0), seed=options.seed, shakings=shakings
        )
        cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
        routes = [(problem.routes[r].day, order) for r, order in enumerate(answer.order) if order]
        faults = [*check_periodic(instance, routes), *check_hours(instance, routes)]
        cost = sum(length(instance.xy, order) for _, order in routes)
        why = "; ".join(faults[:3]) or f"{answer.rounds} rounds"
        yield Row(path.name, len(instance.patterns), cost, None, not faults, why, cpu_s, wall_s, options.workers)


def check_hours(instance: PeriodicInstance, routes: list[tuple[int, tuple[int, ...]]]) -> list[str]:
    """Windows, and the time away from the depot, leaving as late as may be; a thousandth a leg is rounding."""
    faults = []
    for day, order in routes:
        slack = (len(order) + 1) / SCALE
        through = [0, *order, 0]
        legs = np.hypot(*np.diff(instance.xy[through], axis=0).T)
        leaves = latest_start(instance, through, legs, slack)
        now = leaves
        for node, leg, before in zip(through[1:], legs, through, strict=False):
            now += leg + (instance.service[before] if before else 0.0)
            if now > instance.closes[node] + slack:
                faults.append(f"client {node} at {now:.2f} on day {day}, by {instance.closes[node]:.2f}")
            now = max(now, float(instance.opens[node]))
        if instance.most_duration[day] and now - leaves > instance.most_duration[day] + slack:
            faults.append(f"{now - leaves:.2f} away on day {day}, {instance.most_duration[day]:.2f} allowed")
    return faults


def latest_start(
    instance: PeriodicInstance, through: list[int], legs: np.ndarray[tuple[int], np.dtype[np.float64]], slack: float
) -> float:
    """As late as every window allows; not later than what leaves no waiting at all."""
    latest = float(instance.closes[0])
    for node, leg, after in zip(reversed(through[:-1]), reversed(legs), reversed(through[1:]), strict=True):
        latest = min(latest, float(instance.closes[after])) - float(leg)
        if node:
            latest = min(latest - float(instance.service[node]), float(instance.closes[node]))
    return max(float(instance.opens[0]), latest - slack)
