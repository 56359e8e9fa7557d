"""The fewest account transfers that bring one overloaded rep, or several, back into the band.

The plan is that of `zones` at ±5 %; the zone nearest the middle (with 100 reps or more, the five nearest) then gets
work until it carries 1.6 times the old mean. `--size n/k/tolerance`, several with commas; `n/k/tolerance/free` drops
contiguity. Cost is accounts moved, the reference a bound valid for all reassignments in which every territory stays
connected on the Delaunay graph. The quick answer (`greedy`) and a full re-plan with the zones handed to the reps who
keep most accounts stand beside it; the curve goes through the tolerances of CURVE on the first size, and each of its
rows shows the mean CPU time. `two metrics` balances accounts (to ±COUNT_TOLERANCE) besides the work, `caps` lets no rep
take more than MOST_TAKEN accounts. `travel second` asks for the least extra travel among the shortest lists: kilometres
by which an account lies farther from the taker's nearest account than from its own rep's nearest other one.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from balancing import MoveProblem, Proposal, check_moves, suggest_moves, trade_off
from benchmarks.contract import OURS, Options, Row, peak_mb
from benchmarks.zones import Clients, breaks, make_clients, to_problem, warm_up
from clustering import build_zones
from geo.limits import Limits

DEFAULT_SIZES = "2000/20/0.1,2000/20/0.1/free,10000/100/0.1"
COUNT_TOLERANCE = 0.5
MOST_TAKEN = 4
CURVE = (0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05)
PLAN_TOLERANCE = 0.05
OVERLOAD = 1.6
MANY_REPS = 100
HOT_AMONG_MANY = 5


def overloaded(n: int, reps: int, seed: int) -> tuple[Clients, MoveProblem]:
    """The clients with their grown load, and the question; tolerance ±10 % until it is replaced."""
    clients = make_clients(f"{n}/{reps}/{PLAN_TOLERANCE}", seed)
    zone = build_zones(to_problem(clients), seed=0).zone
    load = np.array(clients.load)
    total = np.bincount(zone, load, reps)
    centre = np.stack([np.bincount(zone, load * clients.xy_km[:, axis], reps) / total for axis in (0, 1)], axis=1)
    far = ((centre - centre.mean(axis=0)) ** 2).sum(axis=1)
    for hot in np.argsort(far, kind="stable")[: HOT_AMONG_MANY if reps >= MANY_REPS else 1]:
        load[zone == hot] *= OVERLOAD * total.mean() / total[hot]
    clients = replace(clients, load=load)
    share = np.full(reps, 1 / reps)
    return clients, MoveProblem(clients.xy_km * 1000, clients.graph, load, zone, share, tolerance=0.1)


def judge(clients: Clients, problem: MoveProblem, owner: NDArray[np.int32]) -> tuple[bool, str]:
    """Whether everyone is in the band and whole, from the owners alone, and the figures in words."""
    load = clients.main_load
    carried = np.bincount(owner, load, problem.reps)
    width = float(np.atleast_1d(problem.tolerance)[0])
    deviation = float(np.abs(carried / (load.sum() / problem.reps) - 1).max())
    cut_off = breaks(clients, owner)
    moved = owner != problem.owner
    words = f"deviation {100 * deviation:.2f} %, load moved {100 * load[moved].sum() / load.sum():.1f} %"
    fine = deviation <= width + 1e-9 and not (problem.contiguous and cut_off)
    return fine, f"{words}, {cut_off} breaks"


def after(problem: MoveProblem, proposal: Proposal) -> NDArray[np.int32]:
    owner = np.array(problem.owner)
    for move in proposal.moves:
        owner[move.account] = move.to_rep
    return owner


def suggest(name: str, clients: Clients, problem: MoveProblem, limits: Limits, method: str) -> Row:
    cpu, wall = time.process_time(), time.perf_counter()
    proposal = suggest_moves(problem, limits=limits)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return row_of(name, clients, problem, proposal, method, cpu, wall)


def row_of(
    name: str, clients: Clients, problem: MoveProblem, proposal: Proposal, method: str, cpu: float, wall: float
) -> Row:
    fine, why = judge(clients, problem, after(problem, proposal))
    faults = check_moves(problem, proposal)
    proof = "proven minimal" if proposal.proven_minimal else f"bound {proposal.lower_bound:.4g}, not proven"
    if proposal.extra_travel is not None:
        least = "proven least" if proposal.travel_proven else f"bound {proposal.travel_bound:.1f} km"
        proof += f", {proposal.extra_travel:.1f} km farther, {least}"
    why = "; ".join([f"{why}, {proof}", *faults])
    bound = proposal.lower_bound or None
    fine = fine and not faults
    return Row(name, len(problem), float(len(proposal.moves)), bound, fine, why, cpu, wall, 1, method, peak_mb())


def replan(name: str, clients: Clients, problem: MoveProblem) -> Row:
    """Zones built anew for the grown load, each handed to the rep who keeps most of it."""
    tolerance = float(np.max(problem.tolerance))
    cpu, wall = time.process_time(), time.perf_counter()
    zone = build_zones(to_problem(replace(clients, tolerance=(tolerance,))), seed=0).zone
    kept = np.zeros((problem.reps, problem.reps))
    np.add.at(kept, (zone, problem.owner), 1)
    owner = linear_sum_assignment(-kept)[1][zone].astype(np.int32)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    fine, why = judge(clients, problem, owner)
    moved = float((owner != problem.owner).sum())
    return Row(name, len(problem), moved, None, fine, why, cpu, wall, 1, "full re-plan", peak_mb())


def farther_km(problem: MoveProblem) -> NDArray[np.float64]:
    """(n, reps) how much farther an account lies from a rep's nearest account than from its own rep's nearest other."""
    trees = [cKDTree(problem.xy_m[problem.owner == rep]) for rep in range(problem.reps)]
    away = np.stack([tree.query(problem.xy_m, k=2)[0] for tree in trees], axis=2) / 1000
    now = away[np.arange(len(problem)), 1, problem.owner]
    return np.asarray(np.maximum(away[:, 0] - now[:, None], 0.0))


def read_size(size: str) -> tuple[int, int, float, bool]:
    words = size.split("/")
    try:
        n, reps, tolerance = int(words[0]), int(words[1]), float(words[2])
        if len(words) > 4 or (len(words) == 4 and words[3] != "free") or not (1 < reps <= n and tolerance > 0):
            raise ValueError(size)
    except (ValueError, IndexError) as fault:
        raise ValueError(f"--size must look like 2000/20/0.1 or 2000/20/0.1/free, got {size!r}") from fault
    return n, reps, tolerance, len(words) == 3


def run(options: Options) -> Iterator[Row]:
    """Ours, the quick answer and a full re-plan on each size, then the curve of moves against balance."""
    started = time.process_time()
    warm_up()
    suggest_moves(overloaded(300, 4, 9)[1])
    print(f"rebalance: compiled code ready after {time.process_time() - started:.1f} s CPU, not counted below")
    limits = Limits(cpu_s=options.budget_s) if options.budget_s else Limits()
    sizes = [read_size(size) for size in (options.size or DEFAULT_SIZES).split(",")]
    for n, reps, tolerance, contiguous in sizes:
        clients, problem = overloaded(n, reps, options.seed)
        problem = replace(problem, tolerance=tolerance, contiguous=contiguous)
        name = f"{n}/{reps}/{tolerance:g}" + ("" if contiguous else "/free")
        yield suggest(name, clients, problem, limits, OURS)
        yield suggest(name, clients, problem, Limits(iterations=0), "greedy")
        if contiguous:
            yield replan(name, clients, problem)
    for n, reps, tolerance, contiguous in sizes:
        if reps < MANY_REPS:
            clients, problem = overloaded(n, reps, options.seed)
            asked = replace(problem, tolerance=tolerance, contiguous=contiguous, extra_travel=farther_km(problem))
            name = f"{n}/{reps}/{tolerance:g}" + ("" if contiguous else "/free") + " travel second"
            yield suggest(name, clients, asked, limits, OURS)
    n, reps, _, contiguous = sizes[0]
    clients, problem = overloaded(n, reps, options.seed)
    two = replace(problem, load=np.column_stack([problem.load, np.ones(n)]), tolerance=(sizes[0][2], COUNT_TOLERANCE))
    yield suggest(f"{n}/{reps} two metrics", clients, two, limits, OURS)
    capped = replace(problem, tolerance=sizes[0][2], most_taken=np.full(reps, MOST_TAKEN))
    yield suggest(f"{n}/{reps} caps", clients, capped, limits, OURS)
    cpu, wall = time.process_time(), time.perf_counter()
    points = trade_off(replace(problem, contiguous=contiguous), CURVE)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    for point in points:
        asked = replace(problem, tolerance=point.tolerance, contiguous=contiguous)
        share = len(points)
        name = f"{n}/{reps} ±{100 * point.tolerance:g} %"
        yield row_of(name, clients, asked, point.proposal, "curve", cpu / share, wall / share)
    print(f"rebalance: the curve of {len(points)} widths took {cpu:.1f} s CPU in all; each row shows the mean")
