"""The first answer for a day, by OR-Tools' routing solver."""

from itertools import pairwise

from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from routing.day_model import DayModel


def first_order(model: DayModel) -> list[int]:
    """An order of visits by cheapest insertion and descent to a local optimum; stops by itself, so it is reproducible.

    Empty when OR-Tools finds nothing feasible. The order is meant to be judged by `day_schedule.timetable`, which
    knows finer points: a day over before lunch is due needs none, "not before" pairs, fractions of overtime's price,
    rush hours, filling up. Visits without a place are left to `day_improve.with_calls`.
    """
    ends = ([model.start], [model.end])
    index = pywrapcp.RoutingIndexManager(len(model) + 2, 1, *ends)
    routing = pywrapcp.RoutingModel(index)
    state_driving(routing, model)
    clock = state_clock(routing, index, model)
    for visit, prize_s in enumerate(model.prize_s):
        routing.AddDisjunction([index.NodeToIndex(visit)], prize_s)
    state_places(routing, index, model)
    state_lunch(routing, index, clock, model)
    forbid_legs(routing, index, model)
    found = routing.SolveWithParameters(descent())
    return read_order(routing, index, found) if found else []


def state_driving(routing: pywrapcp.RoutingModel, model: DayModel) -> None:
    nodes = len(model) + 2
    driving = routing.RegisterTransitMatrix([[max(leg_s, 0) for leg_s in row[:nodes]] for row in model.drive_s[:nodes]])
    routing.SetArcCostEvaluatorOfAllVehicles(driving)
    if model.max_drive_s < model.last_s - model.start_s:
        routing.AddDimension(driving, 0, model.max_drive_s, True, "driving")


def state_clock(
    routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, model: DayModel
) -> pywrapcp.RoutingDimension:
    """Departure to arrival takes service and leg; waiting is free; each visit begins in one of its windows."""
    stay_s = [*model.service_s, 0, 0]
    nodes = len(model) + 2
    legs_s = [row[:nodes] for row in model.leg_s[:nodes]]
    rows = [[max(leg_s, 0) + stay for leg_s in row] for row, stay in zip(legs_s, stay_s, strict=True)]
    routing.AddDimension(routing.RegisterTransitMatrix(rows), model.last_s, model.last_s, False, "clock")
    clock = routing.GetDimensionOrDie("clock")
    clock.CumulVar(routing.Start(0)).SetRange(model.start_s, model.last_s)
    if model.last_s > model.end_s:
        clock.SetCumulVarSoftUpperBound(routing.End(0), model.end_s, -(-model.overtime_permille // 1000))
    for visit, windows in enumerate(model.windows):
        begins = clock.CumulVar(index.NodeToIndex(visit))
        open_windows = [w for w in windows if w.start_s <= model.last_s and w.end_s >= model.start_s]
        if not open_windows:
            routing.NextVar(index.NodeToIndex(visit)).SetValue(index.NodeToIndex(visit))
            continue
        begins.SetRange(max(open_windows[0].start_s, model.start_s), min(open_windows[-1].end_s, model.last_s))
        for earlier, later in pairwise(open_windows):
            if earlier.end_s + 1 < later.start_s:
                begins.RemoveInterval(earlier.end_s + 1, later.start_s - 1)
    return clock


def state_places(routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, model: DayModel) -> None:
    """Visits without a place stay out; what cannot be filled up again on the way keeps to the load."""
    for visit in model.remote:
        routing.NextVar(index.NodeToIndex(visit)).SetValue(index.NodeToIndex(visit))
    if model.capacity is not None and not model.fills_up:
        load = routing.RegisterUnaryTransitVector([*model.load, 0, 0])
        routing.AddDimension(load, 0, max(0, model.capacity - model.given_out), True, "load")


def state_lunch(
    routing: pywrapcp.RoutingModel,
    index: pywrapcp.RoutingIndexManager,
    clock: pywrapcp.RoutingDimension,
    model: DayModel,
) -> None:
    duration_s, earliest_s, latest_s = model.lunch_s
    if not duration_s or model.last_s <= latest_s:
        return
    lunch = routing.solver().FixedDurationIntervalVar(earliest_s, latest_s, duration_s, False, "lunch")
    stay_s = [*model.service_s, 0, 0]
    clock.SetBreakIntervalsOfVehicle([lunch], 0, [stay_s[index.IndexToNode(k)] for k in range(routing.Size())])


def forbid_legs(routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, model: DayModel) -> None:
    for a in range(len(model) + 1):
        for b in (*range(len(model)), model.end):
            if model.leg_s[a][b] < 0:
                to = routing.End(0) if b == model.end else index.NodeToIndex(b)
                routing.NextVar(index.NodeToIndex(a)).RemoveValue(to)


def descent() -> routing_parameters_pb2.RoutingSearchParameters:
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    return search


def read_order(
    routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, found: pywrapcp.Assignment
) -> list[int]:
    order = []
    at = found.Value(routing.NextVar(routing.Start(0)))
    while not routing.IsEnd(at):
        order.append(index.IndexToNode(at))
        at = found.Value(routing.NextVar(at))
    return order
