"""A rep's week: 40 clients, 60 visits, frequencies 1, 2 and 4 a week; cost in minutes of driving.

`--size SEEDS` says how many weeks (default 30, seeds counted from `--seed`), `--budget-s` the CPU seconds each (10).
A frequency that is not kept makes a row infeasible unless a bound on the hours says that it cannot be kept.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.contract import Options, Row
from benchmarks.week_bound import least_drive_s
from benchmarks.week_peers import by_ortools, drive_s, faults_of
from benchmarks.week_visits import most_visits
from geo.limits import Limits
from geo.travel import TravelMatrix
from routing import Client, CyclePlan, CycleProblem, CycleRules, Shift, Window, WorkDay, check_cycle, plan_cycle

HOUR, HALF_HOUR, MINUTE = 3600, 1800, 60
MONDAY = date(2026, 1, 5)
FREQUENCIES = [1] * 28 + [2] * 8 + [4] * 4
ANY_FOUR = tuple(tuple(day for day in range(5) if day != free) for free in range(5))
WEEKDAYS = {1: ((0,), (1,), (2,), (3,), (4,)), 2: ((0, 2), (0, 3), (1, 3), (1, 4), (2, 4)), 4: ANY_FOUR}
DRAFTS, DRAFT_ROUNDS, MOST_CPU_S = 4, 4_000, 90.0  # for the proof that not all visits can be made
ONLY_DRIVING = CycleRules(weekday_price_s=0, spacing_price_s=0, level_price=0.0, day_price_s=0)
KNOWN_BEST = {1: 862.4}  # minutes, from a search of 10 s on one core


def run(options: Options) -> Iterator[Row]:
    seeds = int(options.size or 30)
    plan_cycle(generated_week(0), limits=Limits(iterations=1))  # load the compiled code
    for seed in range(options.seed, options.seed + seeds):
        problem = generated_week(seed)
        began, began_wall = time.process_time(), time.perf_counter()
        plan = plan_cycle(problem, limits=Limits(cpu_s=options.budget_s or 10.0), seed=options.seed)
        cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
        faults = check_cycle(problem, plan)
        missing = int((plan.due - plan.planned).sum())
        why = "; ".join(faults) or f"{int(plan.planned.sum())} of {int(plan.due.sum())} visits"
        impossible = False
        if missing:
            impossible, bound = not_all(problem, plan)
            why += f"; {bound}"
        kept = not faults and (missing == 0 or impossible)
        yield Row(f"week-{seed}", 60, plan.drive_s / 60, KNOWN_BEST.get(seed), kept, why, cpu_s, wall_s)
        if find_spec("ortools") is not None:
            yield peer_row(problem, f"week-{seed}", options.budget_s or 10.0)


def peer_row(problem: CycleProblem, name: str, budget_s: float) -> Row:
    """OR-Tools on the same week; feasible where every frequency is kept."""
    ways = [WEEKDAYS[round(client.visits_per_year / 52)] for client in problem.clients]
    began, began_wall = time.process_time(), time.perf_counter()
    orders = by_ortools(problem, ways, budget_s)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    if orders is None:
        return Row(name, 60, None, None, False, "no answer", cpu_s, wall_s, method="OR-Tools")
    made = sum(map(len, orders))
    why = "; ".join(faults_of(problem, ways, orders)) or f"{made} of 60 visits"
    cost = drive_s(problem, orders) / 60
    return Row(name, 60, cost, None, why == "60 of 60 visits", why, cpu_s, wall_s, method="OR-Tools")


def generated_week(seed: int) -> CycleProblem:
    """Five towns around home, three visits in four near a town; a third of the clients has a window of 2 to 3 h.

    Legs follow the straight line at 40 km/h with a detour of 1.3, two minutes each and −5…+8 % noise; visits take 15 to
    30 min; the shift is 8 to 18, no lunch.
    """
    chance = np.random.default_rng(seed)
    towns = chance.normal(0, 14, (5, 2))
    spots = [_spot(chance, towns) for _ in FREQUENCIES]
    duration_s = _legs_s(np.vstack([[0, 0], *spots]), chance)
    service_s = chance.integers(15, 31, len(FREQUENCIES)) * MINUTE
    clients = tuple(
        Client(k + 1, int(service_s[k]), 52.0 * often, None, _windows(chance), weekdays=WEEKDAYS[often])
        for k, often in enumerate(FREQUENCIES)
    )
    days = tuple(WorkDay(MONDAY + timedelta(days=day), Shift(8 * HOUR, 18 * HOUR, 0, 0)) for day in range(5))
    return CycleProblem(TravelMatrix(duration_s, duration_s * 11, "generated"), clients, days, MONDAY, 1, ONLY_DRIVING)


def _spot(chance: np.random.Generator, towns: NDArray[np.float64]) -> NDArray[np.float64]:
    if chance.random() < 0.75:
        town: NDArray[np.float64] = towns[chance.integers(len(towns))]
        return town + chance.normal(0, 4, 2)
    return chance.uniform(-22, 22, 2)


def _legs_s(xy_km: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.int32]:
    apart_km = np.sqrt(((xy_km[:, None] - xy_km[None]) ** 2).sum(axis=-1))
    exact_s = apart_km * 1.3 / 40 * HOUR + 120
    legs = np.rint(exact_s * chance.uniform(0.95, 1.08, exact_s.shape)).astype(np.int32)
    np.fill_diagonal(legs, 0)
    return legs


def _windows(chance: np.random.Generator) -> dict[int, tuple[Window, ...]] | None:
    window = Window(8 * HOUR, 18 * HOUR)
    if chance.random() < 0.3:
        opens = int(chance.integers(16, 30)) * HALF_HOUR
        window = Window(opens, opens + 2 * HOUR + HALF_HOUR * int(chance.integers(0, 3)))
    return {weekday: (window,) for weekday in range(5)}


def not_all(problem: CycleProblem, plan: CyclePlan) -> tuple[bool, str]:
    """Whether no plan at all could make every visit, and what says so."""
    if plan.most is not None:
        return True, plan.most.said()
    least_h = needed_h(problem)
    if least_h > hours(problem):
        return True, f"all would need {least_h:.1f} h at least, the week has {hours(problem):.1f} h"
    drafts = [plan_cycle(problem, limits=Limits(iterations=DRAFT_ROUNDS), seed=seed) for seed in range(DRAFTS)]
    most = most_visits(problem, [plan, *drafts], MOST_CPU_S)
    due = int(plan.due.sum())
    return most < due, f"no plan can make more than {most}" if most < due else "whether all can be made is not known"


def hours(problem: CycleProblem) -> float:
    return sum(day.shift.end_s - day.shift.start_s for day in problem.days) / HOUR


def needed_h(problem: CycleProblem) -> float:
    """All services and the driving that no plan can do without."""
    visits = [round(client.visits_per_year / 52) for client in problem.clients]
    service_s = sum(often * client.service_s for client, often in zip(problem.clients, visits, strict=True))
    return (service_s + least_drive_s(problem.matrix.duration_s, visits, len(problem.days))) / HOUR
