"""A team's day solved by others: each gives the reps' visits in order, or None where it found no complete answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.day_peers import CpuTime
from routing.day_model import REQUIRED_S
from routing.problem import Shift, Visit
from routing.team_problem import TeamProblem

Orders = list[list[int]]
NO_LIMIT, MOST_LOAD = 1_000_000_000, 1_000_000
MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)


Peer = Callable[[TeamProblem, float], Orders | None]
NEEDS = {"PyVRP": "pyvrp", "OR-Tools": "ortools", "VROOM": "vroom", "vrp-cli": "vrp_cli"}
SCORES_MOST = 100  # VROOM's highest priority


def by_pyvrp(problem: TeamProblem, limit_s: float) -> Orders | None:
    """PyVRP; it has no breaks."""
    import pyvrp

    if any(shift.lunch for shift in problem.shifts):
        return None
    model, duration_s = pyvrp.Model(), problem.matrix.duration_s
    places = [model.add_location(0, 0) for _ in range(len(duration_s))]
    most = problem.most_visits or len(problem.visits)
    depots = {place: model.add_depot(places[place]) for place in sorted({s.start_place for s in problem.shifts})}
    alike: dict[Shift, list[int]] = {}
    for rep, shift in enumerate(problem.shifts):
        alike.setdefault(shift, []).append(rep)
    for shift, reps in alike.items():
        depot, carries = depots[shift.start_place], NO_LIMIT if shift.capacity is None else shift.capacity
        model.add_vehicle_type(len(reps), [most, carries], depot, depot, tw_early=shift.start_s, tw_late=shift.end_s)
    for number, visit in enumerate(problem.visits):
        early_s, late_s = span_of(visit, problem.shifts[0])
        model.add_client(
            places[place_of(visit)],
            [1, visit.load],
            service_duration=visit.service_s,
            tw_early=early_s,
            tw_late=late_s,
            prize=visit.prize_s or 0,
            required=visit.prize_s is None,
            name=str(number),
        )
    for a, from_place in enumerate(places):
        for b, to_place in enumerate(places):
            model.add_edge(from_place, to_place, int(duration_s[a, b]), int(duration_s[a, b]))
    data = model.data()
    best = pyvrp.solve(data, stop=CpuTime(limit_s), seed=1, display=False).best
    if not best.is_feasible():
        return None
    orders: Orders = [[] for _ in problem.shifts]
    clients, free = data.clients(), [list(reps) for reps in alike.values()]
    for route in best.routes():
        orders[free[route.vehicle_type()].pop(0)] = [int(clients[s.idx].name) for s in route if s.is_client()]
    return orders


def by_vroom(problem: TeamProblem, limit_s: float) -> Orders | None:
    """VROOM at its highest exploration level, stopped by the clock at three times the limit."""
    import vroom

    question = vroom.Input()
    question.set_durations_matrix("car", problem.matrix.duration_s.astype(np.uint32))
    for rep, shift in enumerate(problem.shifts):
        breaks = []
        if shift.lunch:
            hours = [vroom.TimeWindow(shift.lunch.earliest_s, shift.lunch.latest_s)]
            breaks = [vroom.Break(1, time_windows=hours, service=shift.lunch.duration_s)]
        span = vroom.TimeWindow(shift.start_s, shift.end_s)
        most = problem.most_visits or len(problem.visits)
        carries = [NO_LIMIT if shift.capacity is None else shift.capacity]
        question.add_vehicle(
            vroom.Vehicle(
                rep,
                shift.start_place,
                shift.end_place,
                capacity=carries,
                time_window=span,
                breaks=breaks,
                max_tasks=most,
            )
        )
    dearest = max((visit.prize_s or 0 for visit in problem.visits), default=0) or 1
    for number, visit in enumerate(problem.visits):
        windows = [vroom.TimeWindow(w.start_s, w.end_s) for w in visit.windows]
        priority = 0 if visit.prize_s is None else round(SCORES_MOST * visit.prize_s / dearest)
        question.add_job(
            vroom.Job(
                number,
                place_of(visit),
                default_service=visit.service_s,
                delivery=[visit.load],
                priority=priority,
                time_windows=windows,
            )
        )
    routes = question.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=3 * limit_s)).routes
    jobs = routes[routes["type"] == "job"]
    return [[int(job) for job in jobs[jobs["vehicle_id"] == rep]["id"]] for rep in range(len(problem.shifts))]


def by_ortools(problem: TeamProblem, limit_s: float) -> Orders | None:
    """OR-Tools' guided local search with a price on leaving visits out."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    reps, visits = len(problem.shifts), problem.visits
    places = [shift.start_place for shift in problem.shifts] + [place_of(visit) for visit in visits]
    index = pywrapcp.RoutingIndexManager(len(places), reps, list(range(reps)), list(range(reps)))
    routing = pywrapcp.RoutingModel(index)
    legs_s = problem.matrix.duration_s[np.ix_(places, places)]
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(legs_s.tolist()))
    stay_s = np.array([0] * reps + [visit.service_s for visit in visits])
    last_s = max(shift.end_s for shift in problem.shifts)
    takes = routing.RegisterTransitMatrix((legs_s + stay_s[:, None]).tolist())
    routing.AddDimension(takes, last_s, last_s, False, "clock")
    clock = routing.GetDimensionOrDie("clock")
    one = routing.RegisterUnaryTransitVector([0] * reps + [1] * len(visits))
    routing.AddDimension(one, 0, problem.most_visits or len(visits), True, "visits")
    if any(visit.load for visit in visits):
        load = routing.RegisterUnaryTransitVector([0] * reps + [visit.load for visit in visits])
        carries = [NO_LIMIT if shift.capacity is None else shift.capacity for shift in problem.shifts]
        routing.AddDimensionWithVehicleCapacity(load, 0, carries, True, "load")
    for number, visit in enumerate(visits, reps):
        clock.CumulVar(index.NodeToIndex(number)).SetRange(*span_of(visit, problem.shifts[0]))
        price = REQUIRED_S if visit.prize_s is None else visit.prize_s
        routing.AddDisjunction([index.NodeToIndex(number)], price)
    for rep, shift in enumerate(problem.shifts):
        for end in (routing.Start(rep), routing.End(rep)):
            clock.CumulVar(end).SetRange(shift.start_s, shift.end_s)
        if shift.lunch:
            begin_s = (shift.lunch.earliest_s, shift.lunch.latest_s)
            lunch = routing.solver().FixedDurationIntervalVar(*begin_s, shift.lunch.duration_s, False, "lunch")
            nodes = [index.IndexToNode(k) for k in range(routing.Size())]
            clock.SetBreakIntervalsOfVehicle([lunch], rep, [int(stay_s[node]) for node in nodes])
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromSeconds(round(limit_s) * 100)  # the CPU limit below comes first
    routing.CloseModelWithParameters(search)
    over = CpuTime(limit_s)
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: over(0)))
    found = routing.SolveWithParameters(search)
    return None if found is None else [rep_order(routing, index, found, rep, reps) for rep in range(reps)]


def rep_order(routing: Any, index: Any, found: Any, rep: int, reps: int) -> list[int]:
    order, at = [], found.Value(routing.NextVar(routing.Start(rep)))
    while not routing.IsEnd(at):
        order.append(index.IndexToNode(at) - reps)
        at = found.Value(routing.NextVar(at))
    return order


def place_of(visit: Visit) -> int:
    """Its row of the matrix; the problems here have no visits without one."""
    assert visit.place is not None, "peers are asked about visits with a place only"
    return visit.place


def span_of(visit: Visit, shift: Shift) -> tuple[int, int]:
    """The one window of a generated visit."""
    return (visit.windows[0].start_s, visit.windows[0].end_s) if visit.windows else (shift.start_s, shift.end_s)


def by_vrp_cli(problem: TeamProblem, limit_s: float) -> Orders | None:
    """reinterpretcat's vrp-cli, one thread, by the clock."""
    import vrp_cli

    legs = problem.matrix.duration_s.ravel().tolist()
    table = {"profile": "car", "travelTimes": legs, "distances": legs}
    search = {
        "termination": {"maxTime": round(limit_s)},
        "environment": {"parallelism": {"numThreadPools": 1, "threadsPerPool": 1}, "logging": {"enabled": False}},
    }
    words = [json.dumps(part) for part in (as_pragmatic(problem), table, search)]
    answer = json.loads(vrp_cli.solve_pragmatic(words[0], [words[1]], words[2]))
    orders: Orders = [[] for _ in problem.shifts]
    for tour in answer["tours"]:
        jobs = (activity["jobId"] for stop in tour["stops"] for activity in stop["activities"])
        orders[int(tour["typeId"])] = [int(job) for job in jobs if job.isdigit()]
    return orders


def moment(time_s: int) -> str:
    return (MIDNIGHT + timedelta(seconds=time_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_pragmatic(problem: TeamProblem) -> dict[str, Any]:
    """The problem in vrp-cli's own format."""
    jobs = []
    for number, visit in enumerate(problem.visits):
        place: dict[str, Any] = {"location": {"index": visit.place}, "duration": visit.service_s}
        if visit.windows:
            place["times"] = [[moment(w.start_s), moment(w.end_s)] for w in visit.windows]
        jobs.append({"id": str(number), "deliveries": [{"places": [place], "demand": [1, visit.load]}]})
    vehicles = []
    for rep, shift in enumerate(problem.shifts):
        start = {"earliest": moment(shift.start_s), "location": {"index": shift.start_place}}
        work: dict[str, Any] = {
            "start": start,
            "end": {"latest": moment(shift.end_s), "location": {"index": shift.end_place}},
        }
        if shift.lunch:
            hours = [moment(shift.lunch.earliest_s), moment(shift.lunch.latest_s)]
            work["breaks"] = [{"time": hours, "places": [{"duration": shift.lunch.duration_s}]}]
        vehicles.append(
            {
                "typeId": str(rep),
                "vehicleIds": [f"{rep}_1"],
                "profile": {"matrix": "car"},
                "costs": {"fixed": 0, "distance": 1, "time": 0},
                "shifts": [work],
                "capacity": [
                    problem.most_visits or len(problem.visits),
                    MOST_LOAD if shift.capacity is None else shift.capacity,
                ],
            }
        )
    fleet = {"vehicles": vehicles, "profiles": [{"name": "car"}]}
    return {
        "plan": {"jobs": jobs},
        "fleet": fleet,
        "objectives": [[{"type": "minimize-unassigned"}], [{"type": "minimize-cost"}]],
    }
