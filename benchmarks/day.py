"""One rep's day: 200 generated days of 8–15 candidates against an exact constraint model, OR-Tools and VROOM.

`--size DAYS` or `DAYS/VISITS` says how many days, and how many candidates each (default: 8 to 15 in turn). The
reference is the optimum of an independent CP-SAT model where it proves one within its time (up to 9 candidates are
tried), else our proven cost. `--budget-s` is what OR-Tools' guided local search gets per day (default 1).
"""

import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from benchmarks.contract import OURS, Options, Row
from benchmarks.day_peers import ExactDay, by_ortools, by_vroom
from benchmarks.generated_days import generated_day
from routing import DayProblem, check_day, plan_day
from routing.day import day_plan
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan

EXACT_VISITS, EXACT_LIMIT_S = 9, 20.0
PEERS: dict[str, tuple[str, Callable[[DayProblem, float], list[int]]]] = {
    "OR-Tools": ("ortools", by_ortools),
    "VROOM": ("vroom", by_vroom),
}


def run(options: Options) -> Iterator[Row]:
    days, visits = (int(part) for part in [*(options.size or "200").split("/"), "0"][:2])
    plan_day(generated_day(8, 0))  # load the compiled code
    for number in range(days):
        n = visits or 8 + number % 8
        seed = options.seed + number
        problem, name = generated_day(n, seed), f"n{n}-seed{seed}"
        ours = our_row(problem, name)
        yield ours
        for peer, (module, solve) in PEERS.items():
            if find_spec(module):
                yield peer_row(problem, name, peer, solve, options.budget_s or 1.0, ours.cost)


def our_row(problem: DayProblem, name: str) -> Row:
    began, began_wall = time.process_time(), time.perf_counter()
    plan = plan_day(problem)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    faults = check_day(problem, plan) + ([] if plan.proven else ["not proven"])
    small = len(problem.visits) <= EXACT_VISITS
    optimum_s = ExactDay(problem).optimum_s(EXACT_LIMIT_S) if small else None
    if optimum_s is not None and optimum_s != cost_s(problem, plan):
        faults.append(f"the exact model's optimum is {optimum_s} s, ours {cost_s(problem, plan)} s")
    why = "; ".join(faults) or ("equal to the exact model" if optimum_s is not None else "proven")
    cost = cost_s(problem, plan) / 60
    reference = cost if optimum_s is None else optimum_s / 60
    return Row(name, len(problem.visits), cost, reference, not faults, why, cpu_s, wall_s, method=OURS)


def peer_row(
    problem: DayProblem,
    name: str,
    peer: str,
    solve: Callable[[DayProblem, float], list[int]],
    limit_s: float,
    reference: float | None,
) -> Row:
    began, began_wall = time.process_time(), time.perf_counter()
    order = solve(problem, limit_s)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    model = day_model(problem)
    if timetable(model, order) is None:
        return Row(name, len(problem.visits), None, reference, False, "not feasible", cpu_s, wall_s, method=peer)
    plan = day_plan(problem, model, range(len(model)), order, {}, proven=False)
    faults = check_day(problem, plan)
    cost = cost_s(problem, plan) / 60
    return Row(name, len(model), cost, reference, not faults, "; ".join(faults), cpu_s, wall_s, method=peer)


def cost_s(problem: DayProblem, plan: DayPlan) -> int:
    """Driving and the prizes left out."""
    return plan.drive_s + sum(problem.visits[left.visit].prize_s or 0 for left in plan.unserved)
