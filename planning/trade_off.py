"""A plan's question of transfers: the present owners with estimated hours, for the curve and the priced challenge."""

from typing import TYPE_CHECKING

import numpy as np

from balancing.problem import MoveProblem
from geo.neighbours import neighbour_graph
from planning.demand import Demand
from planning.errors import PlanningError
from planning.hours import estimated_hours
from planning.options import PlanOptions
from planning.ownership import Ownership, owners_for_all
from planning.staff import capacity_shares

if TYPE_CHECKING:
    from geo.travel import TravelTimes


def transfers_of(demand: Demand, ownership: Ownership, travel: "TravelTimes", options: PlanOptions) -> MoveProblem:
    """The transfers among today's reps; loads are hours a year, driving estimated.

    Raises:
        PlanningError: the accounts name fewer than two reps.
    """
    reps = ownership.present_reps
    if len(reps) < 2:
        raise PlanningError("transfers need today's reps, two or more: the accounts name too few (column current_rep)")
    hours = estimated_hours(demand, len(reps), travel, options.weeks)
    return MoveProblem(
        xy_m=demand.xy_m,
        neighbours=neighbour_graph(demand.xy_m),
        load=np.asarray(hours.year_s / 3600),
        owner=owners_for_all(demand, ownership.present),
        share=capacity_shares(reps),
        tolerance=options.tolerance,
        locked=demand.locked,
        value=demand.value,
    )
