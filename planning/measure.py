"""Measuring territories by really planning their weeks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.limits import Limits
from geo.place import Place
from geo.travel import TravelMatrix, TravelTimes
from planning.calendars import holiday_names_of
from planning.cores import side_by_side
from planning.cycle_clients import client_of, has_day
from planning.demand import Demand
from planning.errors import require
from planning.options import PlanOptions, Progress, silent
from planning.staff import Rep
from planning.traffic import travel_by_hour
from planning.unfinished import Unfinished
from routing.cycle import plan_cycle
from routing.cycle_check import check_cycle
from routing.cycle_problem import WEEKS_A_YEAR, CyclePlan, CycleProblem, CycleRules

PROMISE_MARGIN_S = 2700
"""Promised visits are planned so long before they would be too late for the client's hours, where they can be."""
SEARCH = Limits(iterations=4000)
"""Per rep: a fifth of the usual search drives 0.3 % more, and every round of balancing plans every rep anew."""


@dataclass(frozen=True, slots=True, eq=False)
class RepWeeks:
    """One rep's weeks as planned; `members` (c,) are positions in the demand.

    Client i of `plan` is member `client[i]`: members that are neither visited nor called are no clients.
    `service_s` and `drive_s` are what is due in these weeks, `weighed_s` is the first of them weighed by type of visit:
    visits that found no place count with their service and the rep's mean drive per visit, or the way there and back
    where no visit is planned at all, so that overload shows instead of vanishing; what nobody of the team could work
    (`Demand.unworkable`) counts in none of them. Work by telephone counts as service.
    """

    rep: Rep
    home: Place
    members: NDArray[np.int64]
    client: NDArray[np.int64]
    capacity_h: float
    problem: CycleProblem
    plan: CyclePlan
    service_s: float
    drive_s: float
    weighed_s: float
    money: float = 0.0
    """The rep's part of what counts beside the hours, of 1 for all."""

    @property
    def workload_s(self) -> float:
        return self.weighed_s + self.drive_s

    @property
    def calendar_h(self) -> float:
        """Hours to drive and visit that the working days of these weeks hold."""
        return len(self.problem.days) * self.rep.day_s / 3600

    def place(self, row: int, demand: Demand) -> Place:
        """Where row `row` of the problem's matrix lies: the home, the clients, the depot."""
        if row > len(self.client) and self.rep.depot is not None:
            return self.rep.depot
        return self.home if row == 0 else demand.places[int(self.members[self.client[row - 1]])]

    @property
    def due(self) -> NDArray[np.int64]:
        """Visits that fall due of every member, (c,)."""
        due = np.zeros(len(self.members), dtype=np.int64)
        due[self.client] = self.plan.due
        return due

    @property
    def visits_due(self) -> int:
        return int(self.plan.due.sum())

    @property
    def visits_planned(self) -> int:
        return int(self.plan.planned.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One rep's weeks as a question; see `RepWeeks`."""

    rep: Rep
    home: Place
    members: NDArray[np.int64]
    client: NDArray[np.int64]
    problem: CycleProblem


class Measure:
    """Plans the weeks of every rep for a given division of the accounts; remembers what did not change."""

    def __init__(
        self,
        demand: Demand,
        reps: tuple[Rep, ...],
        travel: TravelTimes,
        options: PlanOptions,
        progress: Progress = silent,
    ) -> None:
        self.demand, self.reps, self.travel, self.options, self.progress = demand, reps, travel, options, progress
        self._known: dict[tuple[int, bytes], RepWeeks] = {}

    def all(self, owner: NDArray[np.int32], what: str) -> tuple[RepWeeks, ...]:
        """The weeks of every rep; `owner` (m,) is the rep of every account. `what` is shown as progress."""
        members = [np.flatnonzero(owner == number) for number in range(len(self.reps))]
        keys = [(number, one.tobytes()) for number, one in enumerate(members)]
        fresh = [number for number, key in enumerate(keys) if key not in self._known]
        done = len(keys) - len(fresh)
        self.progress(what, done, len(keys))
        asked = [self._asked(self.reps[number], members[number]) for number in fresh]
        plans = side_by_side(self._weeks, asked, self.options.workers)
        for more, (number, one, plan) in enumerate(zip(fresh, asked, plans, strict=True), start=1):
            self._known[keys[number]] = self._measured(one, plan)
            self.progress(what, done + more, len(keys))
        return tuple(self._known[key] for key in keys)

    def home(self, rep: Rep, members: NDArray[np.int64]) -> Place:
        """Where the rep starts: the home that was given, else the member nearest to the others."""
        if rep.home is not None:
            return rep.home
        if not len(members):
            return self.demand.places[0]
        return self.demand.places[int(members[middle(self.demand.xy_m[members], self.demand.visits_a_year[members])])]

    def _asked(self, rep: Rep, members: NDArray[np.int64]) -> "_Asked":
        home = self.home(rep, members)
        contacts = self.demand.visits_a_year[members] + self.demand.remote_h_a_year[members]
        settled = np.array([bool(self.demand.wishes) and has_day(self.demand.wishes[index]) for index in members])
        client = np.flatnonzero((contacts > 0) | settled.astype(np.bool_))
        return _Asked(rep, home, members, client, self._problem(rep, home, members[client]))

    def _measured(self, asked: "_Asked", plan: CyclePlan) -> RepWeeks:
        rep, members, client, problem = asked.rep, asked.members, asked.client, asked.problem
        service_s = np.array([client.service_s for client in problem.clients], dtype=np.int64)
        remote_s = 3600 * float(self.demand.remote_h_a_year[members].sum()) * self.options.weeks / WEEKS_A_YEAR
        workable = self.demand.workable[members[client]]
        due_s = plan.due * workable * service_s
        weight = 1.0 if self.demand.weight is None else self.demand.weight[members[client]]
        money = 0.0 if self.demand.money is None else float(self.demand.money[members].sum())
        return RepWeeks(
            rep,
            asked.home,
            members,
            client,
            rep.capacity_h(self.options),
            problem,
            plan,
            float(due_s.sum()) + remote_s,
            plan.drive_s + _unserved_drive_s(problem, plan, workable),
            float((due_s * weight).sum()) + remote_s,
            money,
        )

    def _weeks(self, asked: "_Asked") -> CyclePlan:
        """Planned and checked, or as kept from a run that was stopped."""
        problem = asked.problem
        kept = None if self.options.unfinished is None else Unfinished(self.options.unfinished)
        plan = kept.find(problem, SEARCH, self.options.seed) if kept else None
        if plan is None:
            plan = plan_cycle(problem, limits=SEARCH, seed=self.options.seed)
            require(check_cycle(problem, plan), f"the plan of {asked.rep.name}")
            if kept:
                kept.keep(problem, SEARCH, self.options.seed, plan)
        return plan

    def _problem(self, rep: Rep, home: Place, members: NDArray[np.int64]) -> CycleProblem:
        demand = self.demand
        places = [home, *(demand.places[index] for index in members)]
        clients = tuple(client_of(demand, int(index), row, self.options) for row, index in enumerate(members, start=1))
        places += [rep.depot] if rep.depot is not None else []
        days = rep.work_days(self.options, home=0, depot=len(places) - 1)
        return CycleProblem(
            matrix=self._matrix(places),
            clients=clients,
            days=days,
            starts_on=self.options.starts_on,
            weeks=self.options.weeks,
            rules=CycleRules(
                night_price_s=None if rep.night_price_min is None else round(60 * rep.night_price_min),
                margin_s=PROMISE_MARGIN_S,
            ),
            cycle_began=self.options.cycle_began,
            most_week_s=None if rep.week_h is None else round(3600 * rep.week_h),
            by_hour=travel_by_hour(
                self.travel, places, (day.date.weekday() for day in days), rep.shift_start_s, rep.end_s
            ),
            holidays=holiday_names_of(
                rep.holidays or self.options.holidays, {self.options.starts_on.year, self.options.ends_on.year}
            ),
        )

    def _matrix(self, places: list[Place]) -> TravelMatrix:
        return self.travel.matrix(places)


def _unserved_drive_s(problem: CycleProblem, plan: CyclePlan, workable: NDArray[np.bool_]) -> float:
    """Driving that the visits without a place would cost: the mean of those planned, else the way there and back."""
    planned = int(plan.planned.sum())
    travel_s, total_s = problem.matrix.duration_s, 0.0
    for row in plan.unserved:
        place = problem.clients[row.client].place
        there_s, back_s = int(travel_s[0, place]), int(travel_s[place, 0])
        alone_s = float(there_s + back_s) if min(there_s, back_s) >= 0 else 0.0
        total_s += row.visits * bool(workable[row.client]) * (plan.drive_s / planned if planned else alone_s)
    return total_s


def middle(xy_m: NDArray[np.float64], weight: NDArray[np.float64]) -> int:
    """Position of the point with the smallest weighted sum of distances to all others (the medoid)."""
    weight = weight if weight.sum() > 0 else np.ones(len(xy_m))
    near = np.arange(len(xy_m))
    if len(xy_m) > 2000:  # the medoid lies among the points nearest to the centre of mass
        centre = np.average(xy_m, axis=0, weights=weight)
        near = np.argsort(((xy_m - centre) ** 2).sum(axis=1), kind="stable")[:200]
    distance = np.sqrt(((xy_m[near, None, :] - xy_m[None, :, :]) ** 2).sum(axis=2))
    return int(near[np.argmin(distance @ weight)])


def deviations(weeks: tuple[RepWeeks, ...], shares: NDArray[np.float64], demand: Demand) -> NDArray[np.float64]:
    """Every rep's workload against its share of the total, less 1: (k,), with what counts beside the hours."""
    workload = np.array([rep.workload_s for rep in weeks])
    total = workload.sum()
    if total <= 0:
        return np.zeros(len(workload))
    if demand.money is not None:
        money = np.array([rep.money for rep in weeks])
        workload = (1 - demand.money_share) * workload + demand.money_share * total * money
    off: NDArray[np.float64] = workload / (shares * total) - 1
    return off
