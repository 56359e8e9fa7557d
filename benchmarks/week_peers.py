"""A rep's week solved by OR-Tools, the only peer that can state it: a vehicle a day, patterns as allowed vehicles."""

from collections.abc import Sequence
from itertools import pairwise
from time import process_time

from routing import CycleProblem, DayProblem, Visit
from routing.day_model import day_model
from routing.day_schedule import timetable

Orders = list[list[int]]
LEFT_OUT_S = 100_000  # a visit that is not made


def by_ortools(problem: CycleProblem, patterns: Sequence[Sequence[Sequence[int]]], limit_s: float) -> Orders | None:
    """Clients of each day in order; `patterns` are the sets of days allowed to each client. `limit_s` is CPU time."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    days, clients = len(problem.days), problem.clients
    who = [number for number, ways in enumerate(patterns) for _ in ways[0]]
    places = [0, *(clients[number].place for number in who)]
    index = pywrapcp.RoutingIndexManager(len(places), days, 0)
    routing = pywrapcp.RoutingModel(index)
    leg_s, service_s = problem.matrix.duration_s.tolist(), [0, *(clients[number].service_s for number in who)]
    drive = routing.RegisterTransitCallback(
        lambda a, b: leg_s[places[index.IndexToNode(a)]][places[index.IndexToNode(b)]]
    )
    clock = routing.RegisterTransitCallback(
        lambda a, b: service_s[index.IndexToNode(a)] + leg_s[places[index.IndexToNode(a)]][places[index.IndexToNode(b)]]
    )
    routing.SetArcCostEvaluatorOfAllVehicles(drive)
    shift = problem.days[0].shift
    routing.AddDimension(clock, shift.end_s, shift.end_s, False, "clock")
    at, solver = routing.GetDimensionOrDie("clock"), routing.solver()
    for vehicle in range(days):
        at.CumulVar(routing.Start(vehicle)).SetRange(shift.start_s, shift.end_s)
    first = 1
    for client, ways in zip(clients, patterns, strict=True):
        nodes = [index.NodeToIndex(node) for node in range(first, first + len(ways[0]))]
        first += len(nodes)
        (window,) = (client.windows or {})[problem.days[0].date.weekday()]
        for node in nodes:
            at.CumulVar(node).SetRange(window.start_s, window.end_s)
            routing.AddDisjunction([node], LEFT_OUT_S)
        if len(nodes) > 1:
            vehicles = [routing.VehicleVar(node) for node in nodes]
            solver.Add(solver.AllowedAssignments(vehicles, [*map(list, ways), [-1] * len(nodes)]))
    ends_at = process_time() + limit_s
    routing.AddSearchMonitor(solver.CustomLimit(lambda: process_time() > ends_at))
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromSeconds(max(1, round(20 * limit_s)))
    found = routing.SolveWithParameters(asked)
    if found is None:
        return None
    orders: Orders = []
    for vehicle in range(days):
        order, node = [], found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(node):
            order.append(who[index.IndexToNode(node) - 1])
            node = found.Value(routing.NextVar(node))
        orders.append(order)
    return orders


def drive_s(problem: CycleProblem, orders: Orders) -> int:
    """Driving of all days."""
    duration_s = problem.matrix.duration_s
    through = ([0, *(problem.clients[client].place for client in order), 0] for order in orders if order)
    return sum(int(duration_s[a, b]) for path in through for a, b in pairwise(path))


def faults_of(problem: CycleProblem, patterns: Sequence[Sequence[Sequence[int]]], orders: Orders) -> list[str]:
    """Days that break a window or the shift, clients on days that are none of their patterns."""
    faults = []
    for work, order in zip(problem.days, orders, strict=True):
        asked = [problem.clients[client] for client in order]
        visits = tuple(Visit(c.place, c.service_s, c.windows_on(work.date) or ()) for c in asked)
        model = day_model(DayProblem(problem.matrix, visits, work.shift))
        if timetable(model, range(len(order))) is None:
            faults.append(f"{work.date} breaks a rule")
    for client, ways in enumerate(patterns):
        made = tuple(day for day, order in enumerate(orders) if client in order)
        if made and made not in {tuple(way) for way in ways}:
            faults.append(f"client {client} on days {made}")
    return faults
