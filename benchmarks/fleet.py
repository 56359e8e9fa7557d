"""What the benchmarks on published one-day sets share: the instance as a `TeamProblem`, rows, the independent check."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.contract import OURS, Options, Row, files
from benchmarks.generated_teams import generated_team
from benchmarks.instances_fleet import FleetInstance
from benchmarks.team_peers import NEEDS, Peer
from geo.limits import Limits
from geo.travel import TravelMatrix
from routing import Shift, TeamProblem, Visit, Window, plan_team

SCORE_LEGS = 4  # a point of score is worth so many of the longest legs: driving only breaks ties


def instances(
    options: Options, patterns: Sequence[str], read: Callable[[Path], Iterable[FleetInstance]]
) -> Iterator[FleetInstance]:
    """Every file that can be read; the others are named."""
    for path in files(options, *patterns):
        try:
            yield from read(path)
        except (ValueError, UnicodeDecodeError) as fault:
            print(f"cannot be read: {fault}")


def as_team(instance: FleetInstance) -> TeamProblem:
    """Customers are visits at rows 1… of the matrix, vehicles are reps at row 0."""
    legs = np.rint(instance.legs * instance.scale).astype(np.int32)
    worth = SCORE_LEGS * int(legs.max()) if instance.scores else 1
    opens = np.rint(instance.opens * instance.scale).astype(int).tolist()
    closes = np.rint(instance.closes * instance.scale).astype(int).tolist()
    service = np.rint(instance.service * instance.scale).astype(int).tolist()
    prizes = None if instance.prize is None else np.rint(instance.prize * worth).astype(int).tolist()
    visits = tuple(
        Visit(
            k,
            service[k],
            (Window(opens[k], closes[k]),),
            None if prizes is None else prizes[k],
            load=int(instance.demand[k]),
        )
        for k in range(1, len(legs))
    )
    shift = Shift(opens[0], closes[0], 0, 0, capacity=instance.capacity)
    return TeamProblem(TravelMatrix(legs, legs, instance.name), visits, (shift,) * instance.vehicles)


def rows(
    found: Iterable[FleetInstance],
    options: Options,
    budget_s: float,
    workers: int,
    peers: Mapping[str, Peer],
    judge: Callable[[Row, list[Row]], Row],
) -> Iterator[Row]:
    """Ours and every peer's row for every instance; `judge` sees ours beside the peers'."""
    plan_team(generated_team(0, reps=2, each=3), limits=Limits(iterations=1))  # load the compiled code
    for instance in found:
        if instance.name in options.done:
            yield from options.done[instance.name]
            continue
        problem = as_team(instance)

        def ours(asked: TeamProblem, limit_s: float) -> list[list[int]]:
            plan = plan_team(asked, limits=Limits(cpu_s=limit_s), seed=options.seed, workers=workers)
            return [[stop.visit for stop in day.stops] for day in plan.days]

        others = [
            timed(instance, problem, solve, budget_s, name, 1)
            for name, solve in peers.items()
            if find_spec(NEEDS[name])
        ]
        yield judge(timed(instance, problem, ours, budget_s, OURS, workers), others)
        yield from others


def timed(instance: FleetInstance, problem: TeamProblem, solve: Peer, budget_s: float, name: str, workers: int) -> Row:
    """One method on one instance: its cost from the file's own figures, and every rule checked on them."""
    began, began_wall = time.process_time(), time.perf_counter()
    orders = solve(problem, budget_s)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    n = len(problem.visits)
    if orders is None:
        return Row(instance.name, n, None, instance.reference, False, "no answer", cpu_s, wall_s, workers, name)
    routes = [[visit + 1 for visit in order] for order in orders if order]
    faults = check_fleet(instance, routes)
    cost, why = cost_of(instance, routes), "; ".join(faults[:3]) or f"{len(routes)} routes"
    return Row(instance.name, n, cost, instance.reference, not faults, why, cpu_s, wall_s, workers, name)


def cost_of(instance: FleetInstance, routes: list[list[int]]) -> float:
    """Distance and prizes left behind; with scores, what was collected."""
    served = [node for route in routes for node in route]
    if instance.scores and instance.prize is not None:
        return float(instance.prize[served].sum())
    left = 0.0 if instance.prize is None else float(instance.prize[1:].sum() - instance.prize[served].sum())
    return left + sum(float(instance.legs[[0, *route], [*route, 0]].sum()) for route in routes)


def check_fleet(instance: FleetInstance, routes: list[list[int]]) -> list[str]:
    """Fleet, loads, windows and who is served, straight from the file's figures."""
    faults = [f"{len(routes)} routes, {instance.vehicles} vehicles"] if len(routes) > instance.vehicles else []
    served = [node for route in routes for node in route]
    faults += [f"customer {node} is served twice" for node in {node for node in served if served.count(node) > 1}]
    if instance.prize is None:
        faults += [f"customer {node} is left out" for node in sorted(set(range(1, len(instance.legs))) - set(served))]
    # Solvers round every leg to 1 / scale.
    slack = 0.0 if instance.scale < 1000 else 1 / instance.scale
    for route in routes:
        load = int(instance.demand[route].sum())
        if instance.capacity is not None and load > instance.capacity:
            faults.append(f"load {load} of {instance.capacity}")
        moment, before = float(instance.opens[0]), 0
        for k, node in enumerate([*route, 0]):
            moment = max(moment + float(instance.service[before] + instance.legs[before, node]), instance.opens[node])
            if moment > instance.closes[node] + slack * (k + 1) + 1e-6:
                faults.append(f"customer {node} at {moment:.2f}, closed since {instance.closes[node]:.2f}")
            before = node
    return faults
