"""The most visits that any plan of a cycle could make, and which clients stand in each other's way.

Logic-based Benders decomposition (Hooker and Ottosson, Mathematical Programming 96, 2003): an integer programme
spreads the visits over the days as if their order did not matter; days that cannot be made come back as the fewest
clients of theirs that no day can hold together (`routing/cycle_clash_days.py`), and it spreads again. It knows no more
than that, the days' hours and the allowed patterns, so what it cannot do no plan can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import thread_time
from typing import TYPE_CHECKING

from routing.cycle_agenda import Agenda, make_agenda
from routing.cycle_clash_days import ClashingDays, Together, at_best
from routing.cycle_problem import CycleProblem, MostVisits

if TYPE_CHECKING:  # loaded when it is needed
    from ortools.sat.python import cp_model

EFFORT, EFFORT_S = 1_000, 0.5
"""Questions to single days, and OR-Tools' own seconds (of work, not of time): the same on every machine."""
MOST_CELLS = 12_000  # clients by days: beyond that the programme takes too long
FEW_MISSING, SMALL_SHARE = 10, 0.1
"""A plan that lacks more visits than this, and than this share, is far too full: its hours say so."""
MOST_NAMED = 6
"""Clients that are named as standing in each other's way; more are no explanation."""


def most_visits(problem: CycleProblem, made: Sequence[int], *, cpu_s: float | None = None) -> MostVisits | None:
    """What no plan can exceed, where fewer than all visits can be made; None where that is not known.

    Ends as soon as the bound meets what was made, or when the effort (or `cpu_s` of this thread) is spent. Not asked
    where nights away from home are allowed (days then begin anywhere), nor where the plan lacks very many visits.

    Args:
        made: visits per client of the plan at hand.
    """
    cells = len(problem.days) * len(problem.clients)
    agenda = make_agenda(problem)
    if problem.rules.night_price_s is not None or cells > MOST_CELLS or not agenda.tasks:
        return None
    until_s = float("inf") if cpu_s is None else thread_time() + cpu_s
    due = [agenda.due(client) for client in range(len(problem.clients))]
    if sum(due) - sum(made) > max(FEW_MISSING, SMALL_SHARE * sum(due)):
        return None
    days = ClashingDays(at_best(problem), EFFORT)
    spread = Spreading(days, agenda, due)
    for day, clients in days.pairs([client for client, count in enumerate(made) if count < due[client]]):
        spread.forbid(day, clients)
    bound = sum(due)
    while bound > sum(made) and spread.work_s < EFFORT_S and days.effort > 0 and thread_time() < until_s:
        answer = spread.best()
        if answer is None:
            break
        bound = min(bound, answer.bound)
        if not _clashes_found(days, spread, answer.days):
            break
    if bound >= sum(due):
        return None
    return MostVisits(bound, sum(due), spread.clash())


def _clashes_found(days: ClashingDays, spread: "Spreading", wanted: Sequence[Together]) -> bool:
    """Forbid what the days cannot hold of it; whether there was anything."""
    found = False
    for day, clients in enumerate(wanted):
        asked = days.strictest(day, clients)
        if asked and days.effort > 0 and not days.holds(day, asked):
            spread.forbid(day, days.least_clash(day, asked))
            found = True
    return found


type Cells = dict[tuple[int, int], cp_model.IntVar]
"""For a client and a working day whether it is visited then."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The clients of every day, and the most visits there can be."""

    days: tuple[Together, ...]
    bound: int


@dataclass(slots=True)
class Spreading:
    """The integer programme: a client follows one of its patterns, or makes fewer visits on any of its days."""

    days: ClashingDays
    agenda: Agenda
    due: Sequence[int]
    work_s: float = 0.0
    forbidden: list[tuple[int, Together]] = field(default_factory=list)

    def forbid(self, day: int, clients: Together) -> None:
        """No day of the same kind holds these clients together."""
        self.forbidden.append((day, clients))

    def best(self) -> Answer | None:
        """The spread with the most visits; None where none was found in time."""
        from ortools.sat.python import cp_model

        model, made, _ = self._model()
        model.maximize(sum(made.values()))
        solver = self._solver()
        status = solver.solve(model)
        self.work_s += solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        chosen: list[list[int]] = [[] for _ in self.days.kind]
        for (client, day), visit in sorted(made.items()):
            if solver.boolean_value(visit):
                chosen[day].append(client)
        return Answer(tuple(map(tuple, chosen)), int(solver.best_objective_bound + 1e-6))

    def clash(self) -> Together:
        """Few clients that cannot all make their visits, were they the only ones; empty where it takes more."""
        from ortools.sat.python import cp_model

        def impossible(clients: Sequence[int]) -> list[int] | None:
            model, _, fewer = self._model()
            model.add_assumptions([~fewer[client] for client in clients])
            solver = self._solver()
            if solver.solve(model) != cp_model.INFEASIBLE:
                return None
            by_index = {(~fewer[client]).index: client for client in clients}
            return [by_index[index] for index in solver.sufficient_assumptions_for_infeasibility()]

        core = impossible([task.client for task in self.agenda.tasks])
        if core is None or len(core) > 4 * MOST_NAMED:
            return ()
        for client in list(core):
            smaller = impossible([other for other in core if other != client])
            if smaller is not None:
                core = [other for other in core if other != client]
        return tuple(sorted(core)) if len(core) <= MOST_NAMED else ()

    def _solver(self) -> "cp_model.CpSolver":
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = EFFORT_S / 2
        return solver

    def _model(self) -> "tuple[cp_model.CpModel, Cells, dict[int, cp_model.IntVar]]":
        """The programme, its visits by client and day, and for every client whether it makes fewer than are due."""
        from ortools.sat.python import cp_model

        model, made, fewer = cp_model.CpModel(), dict[tuple[int, int], cp_model.IntVar](), dict[int, cp_model.IntVar]()
        for task in self.agenda.tasks:
            client = task.client
            for day in self.agenda.calendars[client].days:
                made[client, day] = model.new_bool_var("")
            ways = [(model.new_bool_var(""), pattern.days) for pattern in task.patterns]
            fewer[client] = model.new_bool_var("")
            model.add_exactly_one(fewer[client], *(way for way, _ in ways))
            for day in self.agenda.calendars[client].days:
                of_day = sum(way for way, days in ways if day in days)
                model.add(made[client, day] >= of_day)
                model.add(made[client, day] <= of_day + fewer[client])
            visits = sum(made[client, day] for day in self.agenda.calendars[client].days)
            most = max(self.due[client], task.visits)  # a promised date may have been added
            model.add(visits <= most - (most + 1 - self.due[client]) * fewer[client])
        self._hold_hours(model, made)
        for first, clients in self.forbidden:
            for day, kind in enumerate(self.days.kind):
                if kind == self.days.kind[first] and all((client, day) in made for client in clients):
                    model.add_bool_or(~made[client, day] for client in clients)
        return model, made, fewer

    def _hold_hours(self, model: "cp_model.CpModel", made: "Cells") -> None:
        """Visits and the shortest leg to each of them fit into every shift."""
        problem = self.days.problem
        for day, work in enumerate(problem.days):
            legs_s = self.days.least_way_s(day)
            spent_s = [
                (int(legs_s[client]) + problem.clients[client].service_s) * visit
                for (client, on), visit in made.items()
                if on == day
            ]
            model.add(sum(spent_s) <= work.shift.end_s + work.shift.overtime_s - work.shift.start_s)
