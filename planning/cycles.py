"""Planning the days of a rep's own accounts, and nothing else: who has which account stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.travel_road import RoadTimes
from geo.travel_rush import WeekProfile
from planning.account_table import AccountRow, AccountTable
from planning.assemble_days import planned_calls, route_days
from planning.assemble_scenarios import rep_figures
from planning.assemble_unserved import unserved_visits
from planning.bindings import find_bindings
from planning.measure import Measure
from planning.options import PlanOptions, silent
from planning.plan import Plan
from planning.result import PlannedCall, RepFigures, RouteDay, UnservedVisits
from planning.solved import Solved
from planning.staff import Rep
from planning.territories import Territories


@dataclass(frozen=True, slots=True, eq=False)
class RepCycle:
    """The weeks of one rep as they were planned; accounts are named by their position among those given."""

    days: tuple[RouteDay, ...]
    calls: tuple[PlannedCall, ...]
    unserved: tuple[UnservedVisits, ...]
    figures: RepFigures
    visits_due: int
    travel_source: str
    travel_estimated: bool


def plan_rep(
    accounts: Sequence[AccountRow],
    rep: Rep,
    roads: RoadTimes,
    options: PlanOptions,
    traffic: WeekProfile | None = None,
) -> RepCycle:
    """Plan and check the call cycle of one rep; `traffic`: how much longer trips take at which hours.

    Raises:
        PlanningError: none of the accounts has a place, or the answer broke its own rules.
    """
    rows = tuple(accounts)
    table = AccountTable("the record", len(rows), rows, (), (), (), ())
    plan = Plan(table, options, (rep,), travel=roads, traffic=traffic)
    travel = plan.times()
    given = plan._accounts()[0]
    demand = plan._placed(given)[1]
    ownership = plan._ownership(given, demand, travel)
    measure = Measure(demand, ownership.reps, travel, options)
    owner = np.zeros(len(demand), np.int32)
    weeks = measure.all(owner, "planning days")
    bindings = find_bindings(demand, ownership.reps)
    territories = Territories(owner, weeks, np.zeros(1))
    solved = Solved(demand, ownership, measure, bindings, territories)
    matrix = weeks[0].problem.matrix
    return RepCycle(
        days=route_days(solved, silent),
        calls=planned_calls(solved),
        unserved=unserved_visits(solved, given),
        figures=rep_figures(territories, demand, options)[0],
        visits_due=weeks[0].visits_due,
        travel_source=matrix.source,
        travel_estimated=matrix.estimated,
    )
