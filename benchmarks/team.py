"""A team's day, 20 reps × 25 visits: once without lunch and once with, against every peer that can state it.

`--size SEEDS` or `SEEDS/REPS/VISITS-EACH` (default 30/20/25); `--budget-s` is what everybody gets (default 10 CPU
seconds; vrp-cli and VROOM only know the clock, VROOM gets it three times). The cost is driving in minutes, the
reference the best peer's complete answer.
"""

import time
from collections.abc import Iterator
from importlib.util import find_spec

from benchmarks.contract import OURS, Options, Row
from benchmarks.generated_teams import generated_team
from benchmarks.team_peers import NEEDS, Peer, by_ortools, by_pyvrp, by_vroom, by_vrp_cli
from geo.limits import Limits
from routing import TeamPlan, TeamProblem, check_team, plan_team
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.team import left_out, rep_plan

PEERS: dict[str, Peer] = {
    "PyVRP": by_pyvrp,
    "OR-Tools": by_ortools,
    "VROOM": by_vroom,
    "vrp-cli": by_vrp_cli,
}


def run(options: Options) -> Iterator[Row]:
    seeds, reps, each = (int(part) for part in [*(options.size or "30").split("/"), "20", "25"][:3])
    budget_s = options.budget_s or 10.0
    plan_team(generated_team(0, reps=2, each=3), limits=Limits(iterations=1))  # load the compiled code
    for number in range(seeds):
        for lunch in (False, True):
            seed = options.seed + number
            problem = generated_team(seed, reps=reps, each=each, lunch=lunch)
            name = f"seed{seed}-{'lunch' if lunch else 'plain'}"
            yield from options.done.get(name) or problem_rows(problem, name, budget_s, seed)


def problem_rows(problem: TeamProblem, name: str, budget_s: float, seed: int) -> Iterator[Row]:
    """Every method's row, ours with the best peer as its reference."""
    peers = [peer_row(problem, name, peer, solve, budget_s) for peer, solve in PEERS.items() if installed(peer)]
    peers = [row for row in peers if row is not None]
    best = min((row.cost for row in peers if row and row.feasible and row.cost is not None), default=None)
    began, began_wall = time.process_time(), time.perf_counter()
    plan = plan_team(problem, limits=Limits(cpu_s=budget_s), seed=seed)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    why = faults_of(problem, plan)
    n = len(problem.visits)
    yield Row(name, n, plan.drive_s / 60, best, not why, why, cpu_s, wall_s, method=OURS)
    yield from (row for row in peers if row is not None)


def installed(peer: str) -> bool:
    return find_spec(NEEDS[peer]) is not None


def peer_row(problem: TeamProblem, name: str, peer: str, solve: Peer, budget_s: float) -> Row | None:
    """A peer's answer timed by our clock and checked; None where it cannot state the problem."""
    if peer == "PyVRP" and problem.shifts[0].lunch:
        return None
    began, began_wall = time.process_time(), time.perf_counter()
    orders = solve(problem, budget_s)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    n = len(problem.visits)
    if orders is None:
        return Row(name, n, None, None, False, "no answer", cpu_s, wall_s, method=peer)
    late = [r for r, o in enumerate(orders) if timetable(day_model(problem.day(r), o), range(len(o))) is None]
    if late:
        return Row(name, n, None, None, False, f"{len(late)} days break a rule", cpu_s, wall_s, method=peer)
    days = tuple(rep_plan(problem, rep, order, False) for rep, order in enumerate(orders))
    plan = TeamPlan(days, tuple(left_out(problem, orders)))
    why = faults_of(problem, plan)
    return Row(name, n, plan.drive_s / 60, None, not why, why, cpu_s, wall_s, method=peer)


def faults_of(problem: TeamProblem, plan: TeamPlan) -> str:
    faults = check_team(problem, plan)
    return "; ".join(faults + ([f"{len(plan.unserved)} visits left out"] if plan.unserved else []))
