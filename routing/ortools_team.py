"""The first division of a team's day, by OR-Tools' routing solver."""

from itertools import pairwise
from time import thread_time

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from geo.limits import Limits
from routing.recreate_problem import ALWAYS, RecreateProblem
from routing.team_problem import TeamProblem
from routing.team_search import as_recreate, placed

SHARE = 0.1  # of the CPU time, when that is limited
MOST_PAIRS = 20_000  # visits times reps; stating larger problems takes longer than a good first answer is worth
NO_LIMIT = 1_000_000_000


def first_division(problem: TeamProblem, limits: Limits) -> list[list[int]] | None:
    """Each rep's visits in order, by cheapest insertion; None when it serves nobody in a tenth of the CPU time.

    Without a limit on CPU time it stops by itself, so it is reproducible. Rush hours count as their best moment, and
    lunch is left out: `team_search.as_start` judges the days with all the rules.
    """
    numbers = placed(problem)
    if not numbers or len(numbers) * len(problem.shifts) > MOST_PAIRS:
        return None
    asked = as_recreate(problem)
    reps, tasks = len(problem.shifts), len(numbers)
    ends = [route.start_node for route in asked.routes], [route.end_node for route in asked.routes]
    index = pywrapcp.RoutingIndexManager(asked.first + tasks, reps, *ends)
    routing = pywrapcp.RoutingModel(index)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(asked.travel.tolist()))
    state_clock(routing, index, asked)
    state_amounts(routing, asked)
    for node in range(asked.first, asked.first + tasks):
        at = index.NodeToIndex(node)
        routing.AddDisjunction([at], int(asked.prize[node]))
        if asked.fits is not None and not asked.fits[node].all():
            routing.VehicleVar(at).SetValues([-1, *np.flatnonzero(asked.fits[node]).tolist()])
    search = insertion()
    if limits.cpu_s is not None:
        routing.CloseModelWithParameters(search)
        until_s = thread_time() + limits.cpu_s * SHARE
        routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: thread_time() > until_s))
    found = routing.SolveWithParameters(search)
    if not found:
        return None
    orders = [[numbers[node - asked.first] for node in read_order(routing, index, found, rep)] for rep in range(reps)]
    return orders if any(orders) else None


def state_clock(routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, asked: RecreateProblem) -> None:
    """Departure to arrival takes service and leg; waiting is free; each visit begins in one of its windows."""
    takes = routing.RegisterTransitMatrix((asked.travel + asked.service[:, None]).tolist())
    last_s = max(route.ends for route in asked.routes)
    routing.AddDimension(takes, last_s, last_s, False, "clock")
    clock = routing.GetDimensionOrDie("clock")
    for rep, shift in enumerate(asked.routes):
        clock.CumulVar(routing.Start(rep)).SetRange(shift.starts, shift.ends)
        clock.CumulVar(routing.End(rep)).SetRange(shift.starts, shift.ends)
    for node in range(asked.first, len(asked.travel)):
        spans = [(int(a), int(b)) for a, b in zip(asked.opens[node, 0], asked.closes[node, 0], strict=True) if a <= b]
        spans = [(max(0, a), min(b, last_s)) for a, b in spans if a <= last_s and b >= 0]
        at = index.NodeToIndex(node)
        if not spans:
            routing.NextVar(at).SetValue(at)
            continue
        clock.CumulVar(at).SetRange(spans[0][0], spans[-1][1])
        for (_, closes), (opens, _) in pairwise(spans):
            if closes + 1 < opens:
                clock.CumulVar(at).RemoveInterval(closes + 1, opens - 1)


def state_amounts(routing: pywrapcp.RoutingModel, asked: RecreateProblem) -> None:
    """Loads, numbers of stops and driving, where they are limited."""
    tasks = [0] * asked.first + [1] * (len(asked.travel) - asked.first)
    one, load = routing.RegisterUnaryTransitVector(tasks), routing.RegisterUnaryTransitVector(asked.demand.tolist())
    driven = routing.RegisterTransitMatrix(asked.travel.tolist())
    limits = (
        (one, "stops", [shift.most_stops for shift in asked.routes]),
        (load, "load", [shift.capacity for shift in asked.routes]),
        (driven, "driving", [shift.most_drive for shift in asked.routes]),
    )
    for counted, name, most in limits:
        if min(most) < ALWAYS:
            caps = [min(value, NO_LIMIT) for value in most]
            routing.AddDimensionWithVehicleCapacity(counted, 0, caps, True, name)


def insertion() -> routing_parameters_pb2.RoutingSearchParameters:
    """Cheapest insertion and nothing after it."""
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    search.solution_limit = 1
    return search


def read_order(
    routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, found: pywrapcp.Assignment, rep: int
) -> list[int]:
    order = []
    at = found.Value(routing.NextVar(routing.Start(rep)))
    while not routing.IsEnd(at):
        order.append(index.IndexToNode(at))
        at = found.Value(routing.NextVar(at))
    return order
