"""From bindings and demand to territories: as they are, repaired, and built anew."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.travel import TravelTimes
from planning.bindings import Bindings
from planning.demand import Demand
from planning.errors import PlanningError
from planning.ground import Ground
from planning.measure import Measure, deviations
from planning.options import PlanOptions, Progress
from planning.ownership import NOBODY, Ownership, owners_for_all
from planning.repair import Repair, repair_territories
from planning.solved import Solved
from planning.staff import Rep, capacity_shares
from planning.territories import Territories, build_territories
from planning.tree import district_tree


def solve_territories(
    demand: Demand,
    ownership: Ownership,
    bindings: Bindings,
    ground: Ground | None,
    travel: TravelTimes,
    options: PlanOptions,
    progress: Progress,
) -> Solved:
    """Measure the territories as they are, repair them, and build them anew; only the last without present owners."""
    measure = Measure(demand, ownership.reps, travel, options, progress)
    if not ownership.present_reps:
        rebuilt = build_territories(measure, bindings, ground=ground)
        districts = district_tree(rebuilt, demand, bindings, options)
        return Solved(demand, ownership, measure, bindings, rebuilt=rebuilt, ground=ground, districts=districts)
    as_is_measure = (
        measure if ownership.same_team else Measure(demand, ownership.present_reps, travel, options, progress)
    )
    as_is = as_is_territories(as_is_measure, owners_for_all(demand, ownership.present))
    repaired: Repair | None = None
    if ownership.same_team and ground is None:
        repaired = repair_territories(measure, as_is, bindings)
    elif ground is None and (ownership.present_in_plan != NOBODY).any():
        repaired = repair_territories(
            measure,
            as_is,
            bindings,
            present=ownership.in_plan(as_is.owner),
            leaving=[ownership.present_reps[rep].name for rep in as_is.owner],
        )
    rebuilt = build_territories(measure, bindings, start=ownership.present_in_plan, ground=ground)
    solved = Solved(
        demand, ownership, measure, bindings, rebuilt=rebuilt, as_is=as_is, repaired=repaired, ground=ground
    )
    return replace(solved, districts=district_tree(solved.chosen, demand, bindings, options))


def check_districts(options: PlanOptions, reps: Sequence[Rep]) -> None:
    if options.districts is not None and options.districts > len(reps):
        raise PlanningError(f"{options.districts} districts cannot be made of {len(reps)} territories")


def as_is_territories(measure: Measure, owner: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Territories:
    """Today's division, measured with the same planning as any other."""
    weeks = measure.all(owner, "measuring the territories as they are")
    return Territories(owner, weeks, deviations(weeks, capacity_shares(measure.reps), measure.demand))
