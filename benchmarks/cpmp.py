"""Capacitated p-median: sum of distances to medians, capacity only, no contiguity.

Files `.dat`: a line "clients medians", then for each client x, y, capacity, demand. References: `bks.csv`
(instance,reference). The default budget is 6 CPU seconds up to 1,500 clients and 30 above.
"""

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.contract import OURS, Options, Row, files, peak_mb
from clustering import CapacityOnly, Objective, ZonePlan, ZoneProblem, build_zones
from geo.limits import Limits


@dataclass(frozen=True, slots=True, eq=False)
class Clients:
    """One instance."""

    name: str
    xy: NDArray[np.float64]
    demand: NDArray[np.float64]
    capacity: float
    medians: int


def read_clients(path: Path) -> Clients:
    """Read one `.dat` file; ValueError says what is wrong with it."""
    try:
        numbers = np.array(path.read_text().split(), dtype=np.float64)
        n, medians = int(numbers[0]), int(numbers[1])
        table = numbers[2 : 2 + 4 * n].reshape(n, 4)
    except (ValueError, IndexError) as fault:
        raise ValueError(f"{path.name} is not a capacitated p-median file: {fault}") from fault
    if len(set(table[:, 2].tolist())) != 1:
        raise ValueError(f"{path.name}: every client must have the same capacity")
    return Clients(path.stem, table[:, :2], table[:, 3], float(table[0, 2]), medians)


def references(folders: tuple[Path, ...]) -> dict[str, float]:
    """Best-known values by instance name in small letters."""
    known: dict[str, float] = {}
    for folder in folders:
        table = folder / "bks.csv"
        if table.exists():
            with table.open(newline="") as lines:
                known |= {row["instance"].lower(): float(row["reference"]) for row in csv.DictReader(lines)}
    return known


def to_problem(clients: Clients) -> ZoneProblem:
    return ZoneProblem(
        clients.xy,
        clients.demand,
        clients.medians,
        CapacityOnly(clients.capacity),
        objective=Objective.MEDIAN,
        contiguous=False,
        weight=np.ones(len(clients.demand)),
    )


def faults(clients: Clients, plan: ZonePlan) -> tuple[float, str]:
    """The cost recomputed from the instance alone, and what is wrong with the plan (empty: nothing)."""
    wrong = []
    load = np.zeros(clients.medians)
    cost = 0.0
    for zone in range(clients.medians):
        mine = np.flatnonzero(plan.zone == zone)
        load[zone] = clients.demand[mine].sum()
        if len(mine):
            away = np.sqrt(((clients.xy[mine] - plan.centres_m[zone]) ** 2).sum(axis=1))
            cost += float(away.sum())
            if away.min() > 1e-6 * max(float(np.ptp(clients.xy)), 1):
                wrong.append(f"median {zone} is none of its clients")
    if len(plan.zone) != len(clients.demand) or plan.zone.min() < 0 or plan.zone.max() >= clients.medians:
        wrong.append("not every client has a median")
    if load.max() > clients.capacity * (1 + 1e-9):
        wrong.append(f"a median carries {load.max():g} of {clients.capacity:g}")
    return cost, "; ".join(wrong)


def solve(path: Path, budget_s: float | None, seed: int, reference: dict[str, float]) -> Row:
    try:
        clients = read_clients(path)
    except ValueError as fault:
        return Row(path.stem, 0, None, None, False, str(fault), 0.0, 0.0)
    n = len(clients.demand)
    problem = to_problem(clients)
    budget_s = budget_s or (6.0 if n <= 1500 else 30.0)
    cpu, wall = time.process_time(), time.perf_counter()
    plan = build_zones(problem, limits=Limits(cpu_s=budget_s), seed=seed)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cost, wrong = faults(clients, plan)
    why = wrong or f"{clients.medians} medians, bound at these medians {100 * plan.certificate.gap:.2f} % below"
    known = reference.get(clients.name.lower())
    return Row(clients.name, n, cost, known, not wrong, why, cpu, wall, 1, OURS, peak_mb())


def warm_up() -> None:
    """Load the compiled code, which is not counted."""
    rng = np.random.default_rng(0)
    clients = Clients("warm-up", rng.random((60, 2)), np.ones(60), 15.0, 5)
    build_zones(to_problem(clients), limits=Limits(iterations=2))


def run(options: Options) -> Iterator[Row]:
    """One row per file, several files at once with several workers."""
    known = references(options.instances)
    tasks = [(path, options.budget_s, options.seed, known) for path in files(options, "*.dat")]
    started = time.process_time()
    if options.workers == 1:
        warm_up()
        print(f"cpmp: compiled code ready after {time.process_time() - started:.1f} s CPU, not counted below")
        for task in tasks:
            yield solve(*task)
        return
    with get_context("spawn").Pool(min(options.workers, len(tasks)), initializer=warm_up) as pool:
        yield from pool.imap(_solve_task, tasks)


def _solve_task(task: tuple[Path, float | None, int, dict[str, float]]) -> Row:
    return solve(*task)
