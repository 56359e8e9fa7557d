"""The fewest account transfers that bring the present territories into the band."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from balancing import MoveProblem, Proposal, check_moves, suggest_moves
from geo.limits import Limits
from geo.neighbours import neighbour_graph
from planning.errors import require
from planning.hours import estimated_hours, measured_hours
from planning.measure import Measure, deviations
from planning.staff import capacity_shares
from planning.territories import Territories

ROUNDS = 4
SEARCH = Limits(iterations=3)
TIGHTEN = 0.6
"""After a round whose measured hours miss the band, the next asks for this share of the band."""


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """The proposal that was chosen and the territories that it leads to, measured; `hours_a_year` per account, (m,)."""

    proposal: Proposal
    territories: Territories
    hours_a_year: NDArray[np.float64]


def repair_territories(measure: Measure, as_is: Territories) -> Repair:
    """Suggest transfers on measured hours, plan the result, and tighten until its measured hours lie in the band.

    Every round starts from the present owners again, so that the list stays the shortest for the hours it was made
    with. The first round inside the band wins, else the one that comes nearest.
    """
    demand, options = measure.demand, measure.options
    shares = capacity_shares(measure.reps)
    hours = estimated_hours(demand, len(measure.reps), measure.travel, options.weeks)
    hours = measured_hours(demand, as_is.weeks, options.weeks, hours)
    graph = neighbour_graph(demand.xy_m)
    tolerance = options.tolerance
    best: Repair | None = None
    for number in range(1, ROUNDS + 1):
        problem = MoveProblem(
            xy_m=demand.xy_m,
            neighbours=graph,
            load=hours.metrics,
            owner=as_is.owner,
            share=shares,
            tolerance=hours.tolerance(tolerance),
            locked=demand.locked,
            value=demand.value,
        )
        proposal = suggest_moves(problem, limits=SEARCH, seed=options.seed)
        require(check_moves(problem, proposal), "the list of transfers")
        owner = as_is.owner.copy()
        for move in proposal.moves:
            owner[move.account] = move.to_rep
        weeks = measure.all(owner, f"planning the repaired territories, round {number}")
        territories = Territories(owner, weeks, deviations(weeks, shares), rounds=number)
        found = Repair(proposal, territories, hours.year_s / 3600)
        if best is None or found.territories.max_deviation < best.territories.max_deviation:
            best = found
        if found.territories.max_deviation <= options.tolerance:
            break
        hours = measured_hours(demand, weeks, options.weeks, hours)
        tolerance *= TIGHTEN
    assert best is not None
    return best
