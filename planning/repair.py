"""The fewest account transfers that bring the present territories into the band."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from balancing import MoveProblem, Proposal, check_moves, suggest_moves
from geo.limits import Limits
from geo.neighbours import neighbour_graph
from planning.bindings import NOBODY, Bindings
from planning.demand import Demand
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
    """The proposal that was chosen and the territories that it leads to, measured; `hours_a_year` per account, (m,).

    `due` are the accounts that change hands before any balancing, with the reason: key accounts that are another's,
    and accounts whose rep lacks a skill they need.
    """

    proposal: Proposal
    territories: Territories
    hours_a_year: NDArray[np.float64]
    due: Mapping[int, str] = field(default_factory=dict)


def repair_territories(measure: Measure, as_is: Territories, bindings: Bindings) -> Repair:
    """Suggest transfers on measured hours, plan the result, and tighten until its measured hours lie in the band.

    Every round starts from the present owners again, so that the list stays the shortest for the hours it was made
    with. The first round inside the band wins, else the one that comes nearest. Key accounts and accounts that need a
    skill go to their reps first, and then stay.
    """
    demand, options = measure.demand, measure.options
    shares = capacity_shares(measure.reps)
    hours = estimated_hours(demand, len(measure.reps), measure.travel, options.weeks)
    hours = measured_hours(demand, as_is.weeks, options.weeks, hours)
    start, due = _set_right(measure, as_is.owner, bindings)
    stays = demand.locked | (bindings.named != NOBODY)
    stays[bindings.forbidden[:, 0]] = True
    graph = _graph(demand, bindings)
    tolerance = options.tolerance
    best: Repair | None = None
    for number in range(1, ROUNDS + 1):
        problem = MoveProblem(
            xy_m=demand.xy_m,
            neighbours=graph,
            load=hours.metrics,
            owner=start,
            share=shares,
            tolerance=hours.tolerance(tolerance),
            locked=stays,
            value=demand.value,
        )
        proposal = suggest_moves(problem, limits=SEARCH, seed=options.seed)
        require(check_moves(problem, proposal), "the list of transfers")
        owner = start.copy()
        for move in proposal.moves:
            owner[move.account] = move.to_rep
        weeks = measure.all(owner, f"planning the repaired territories, round {number}")
        territories = Territories(owner, weeks, deviations(weeks, shares), rounds=number)
        found = Repair(proposal, territories, hours.year_s / 3600, due)
        if best is None or found.territories.max_deviation < best.territories.max_deviation:
            best = found
        if found.territories.max_deviation <= options.tolerance:
            break
        hours = measured_hours(demand, weeks, options.weeks, hours)
        tolerance *= TIGHTEN
    assert best is not None
    return best


def _set_right(
    measure: Measure, owner: NDArray[np.int32], bindings: Bindings
) -> tuple[NDArray[np.int32], dict[int, str]]:
    """Owners with key accounts at their person and skills where they are needed, and why each of them changes."""
    demand, reps = measure.demand, measure.reps
    allowed = bindings.allowed(len(reps))
    right, why = owner.copy(), {}
    for row in np.flatnonzero(~allowed[np.arange(len(owner)), owner]).tolist():
        able = np.flatnonzero(allowed[row][owner] & (np.arange(len(owner)) != row))
        if len(able):
            nearest = able[np.argmin(((demand.xy_m[able] - demand.xy_m[row]) ** 2).sum(axis=1))]
            right[row] = owner[nearest]
        else:
            right[row] = np.argmax(allowed[row])
        if bindings.named[row] != NOBODY:
            right[row] = bindings.named[row]
            why[row] = f"is a key account of {reps[right[row]].name}"
        else:
            lacks = reps[owner[row]].name
            why[row] = f"needs {bindings.needs[row]}, which {lacks} lacks and {reps[right[row]].name} has"
    return right, why


def _graph(demand: Demand, bindings: Bindings) -> csr_array:
    """Who borders on whom; key accounts border on nobody, for nothing hangs together through them."""
    ordinary = np.flatnonzero(bindings.named == NOBODY)
    graph = coo_array(neighbour_graph(demand.xy_m[ordinary]))
    rows, columns = ordinary[graph.row], ordinary[graph.col]
    return csr_array(coo_array((graph.data, (rows, columns)), shape=(len(demand), len(demand))))
