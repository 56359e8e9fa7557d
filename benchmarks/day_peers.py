"""The same day solved by others: an exact CP-SAT model, OR-Tools' guided local search, VROOM."""

import time
from typing import Any

import numpy as np

from routing.day_model import day_model
from routing.problem import DayProblem


class CpuTime:
    """A criterion that stops a search after so much CPU time of this process."""

    def __init__(self, limit_s: float) -> None:
        self.until = time.process_time() + limit_s

    def __call__(self, best_cost: int) -> bool:
        return time.process_time() > self.until


class ExactDay:
    """A constraint model of the day that shares nothing with ours: a circuit with begins and a lunch on one arc."""

    def __init__(self, problem: DayProblem) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.model, self.solver = problem, cp_model.CpModel(), cp_model.CpSolver()
        self.optimal, self.domain = cp_model.OPTIMAL, cp_model.Domain
        shift, visits = problem.shift, problem.visits
        self.place = [shift.start_place, *(visit.place for visit in visits)]
        self.end = len(self.place)
        span_s = (shift.start_s, shift.end_s)
        self.begins = [self.model.new_int_var(*span_s, f"begin {k}") for k in range(self.end + 1)]
        self.done = [self.begins[0], *(b + v.service_s for b, v in zip(self.begins[1:], visits, strict=False))]
        self.fed = [self.model.new_bool_var(f"fed {k}") for k in range(self.end + 1)]
        self.lunch_s = shift.lunch.duration_s if shift.lunch else 0
        hours_s = (shift.lunch.earliest_s, shift.lunch.latest_s) if shift.lunch else (0, 0)
        self.eats = self.model.new_int_var(*hours_s, "lunch")
        self.arcs: list[Any] = []
        self.costs: list[Any] = []

    def optimum_s(self, limit_s: float) -> int | None:
        """Least driving and prizes left out; None when it is not proven in time."""
        self.state_ends()
        for node in range(1, self.end):
            self.state_visit(node)
        for a in range(self.end):
            for b in range(self.end):
                if a != b:
                    self.state_leg(a, b)
        self.model.add_circuit(self.arcs)
        self.model.minimize(sum(self.costs))
        self.solver.parameters.max_time_in_seconds = limit_s
        self.solver.parameters.num_workers = 1
        return round(self.solver.objective_value) if self.solver.solve(self.model) == self.optimal else None

    def state_ends(self) -> None:
        shift = self.problem.shift
        self.model.add(self.begins[0] == shift.start_s)
        self.model.add(self.fed[0] == 0)
        if shift.lunch:
            self.model.add(self.begins[self.end] <= shift.lunch.latest_s).only_enforce_if(self.fed[self.end].Not())
        else:
            self.model.add(self.fed[self.end] == 0)

    def state_visit(self, node: int) -> None:
        visit, shift = self.problem.visits[node - 1], self.problem.shift
        left_out = self.model.new_bool_var("")
        self.arcs.append((node, node, left_out))
        self.costs.append((visit.prize_s or 0) * left_out)
        hours_s = [(w.start_s, w.end_s) for w in visit.windows] or [(shift.start_s, shift.end_s)]
        self.model.add_linear_expression_in_domain(self.begins[node], self.domain.from_intervals(hours_s))

    def state_leg(self, a: int, b: int) -> None:
        """If one goes from a to b, the clock moves on; lunch is on this leg when only b comes after it."""
        then, leg_s = b or self.end, int(self.problem.matrix.duration_s[self.place[a], self.place[b]])
        goes, lunches = self.model.new_bool_var(""), self.model.new_bool_var("")
        self.arcs.append((a, b, goes))
        self.costs.append(leg_s * goes)
        before, after = self.fed[a], self.fed[then]
        self.model.add_bool_or([goes.Not(), before.Not(), after])
        self.model.add_bool_or([goes.Not(), before, after.Not(), lunches])
        arrives = self.done[a] + leg_s + self.lunch_s * (after - before)
        self.model.add(self.begins[then] >= arrives).only_enforce_if(goes)
        self.model.add(self.eats >= self.done[a]).only_enforce_if(lunches)
        self.model.add(self.begins[then] >= self.eats + self.lunch_s).only_enforce_if(lunches)


def by_ortools(problem: DayProblem, limit_s: float) -> list[int]:
    """OR-Tools' guided local search for `limit_s` CPU seconds."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    from routing import ortools_day as ours

    model = day_model(problem)
    index = pywrapcp.RoutingIndexManager(len(model) + 2, 1, [model.start], [model.end])
    routing = pywrapcp.RoutingModel(index)
    ours.state_driving(routing, model)
    clock = ours.state_clock(routing, index, model)
    for visit, prize_s in enumerate(model.prize_s):
        routing.AddDisjunction([index.NodeToIndex(visit)], prize_s)
    ours.state_lunch(routing, index, clock, model)
    search = ours.descent()
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromSeconds(round(limit_s * 100))  # the CPU limit below comes first
    routing.CloseModelWithParameters(search)
    over = CpuTime(limit_s)
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: over(0)))
    found = routing.SolveWithParameters(search)
    return ours.read_order(routing, index, found) if found else []


def by_vroom(problem: DayProblem, limit_s: float) -> list[int]:
    """VROOM at its highest exploration level; prizes become priorities, which it takes one after the other."""
    import vroom

    shift, question = problem.shift, vroom.Input()
    question.set_durations_matrix("car", problem.matrix.duration_s.astype(np.uint32))
    breaks = []
    if shift.lunch:
        hours = [vroom.TimeWindow(shift.lunch.earliest_s, shift.lunch.latest_s)]
        breaks = [vroom.Break(1, time_windows=hours, service=shift.lunch.duration_s)]
    span = vroom.TimeWindow(shift.start_s, shift.end_s)
    question.add_vehicle(
        vroom.Vehicle(1, start=shift.start_place, end=shift.end_place, time_window=span, breaks=breaks)
    )
    for k, visit in enumerate(problem.visits):
        windows = [vroom.TimeWindow(w.start_s, w.end_s) for w in visit.windows]
        priority = 100 if visit.prize_s is None else min(visit.prize_s // 1800, 100)
        question.add_job(
            vroom.Job(k + 1, visit.place, default_service=visit.service_s, priority=priority, time_windows=windows)
        )
    routes = question.solve(exploration_level=5, nb_threads=1).routes
    return [int(job) - 1 for job in routes[routes["type"] == "job"]["id"]]
