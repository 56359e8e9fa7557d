"""The fewest account transfers that bring the present territories into the band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from balancing import MoveProblem, Proposal, carry_over, check_moves, suggest_moves
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
REACH_ROUNDS = 3
"""How often transfers are searched anew because one of them led too far for a day."""
SEARCH = Limits(iterations=3)
TIGHTEN = 0.6
"""After a round whose measured hours miss the band, the next asks for this share of the band."""


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """The proposal that was chosen and the territories that it leads to, measured; `hours_a_year` per account, (m,).

    `problem` is the question whose answer the proposal is.

    `due` are the accounts that change hands before any balancing, with the reason: key accounts that are another's,
    accounts whose rep lacks a skill they need, and those of reps who leave.
    """

    proposal: Proposal
    territories: Territories
    hours_a_year: NDArray[np.float64]
    due: Mapping[int, str] = field(default_factory=dict)
    problem: MoveProblem | None = None


def repair_territories(
    measure: Measure,
    as_is: Territories,
    bindings: Bindings,
    *,
    present: NDArray[np.int32] | None = None,
    leaving: Sequence[str] = (),
) -> Repair:
    """Suggest transfers on measured hours, plan the result, and tighten until its measured hours lie in the band.

    Every round starts from the present owners again, so that the list stays the shortest for the hours it was made
    with. The first round inside the band wins, else the one that comes nearest. Key accounts, and accounts whose rep
    lacks a skill they need, go to their reps first and then stay; others that need a skill move among those who have
    it. `present` (m,): today's owners among the reps of the plan where the team changes, -1 for reps who leave,
    whose names (m,) are `leaving`: they are handed to the neighbours; a rep who joins gets a territory carved from the
    most loaded.
    """
    demand, options = measure.demand, measure.options
    shares = capacity_shares(measure.reps)
    hours = estimated_hours(demand, len(measure.reps), measure.travel, options.weeks)
    hours = measured_hours(demand, as_is.weeks, options.weeks, hours)
    start, stays, orphan, due = _beginning(measure, as_is.owner if present is None else present, bindings)
    gone = {row: f"was {leaving[row]}’s, who leaves" for row in np.flatnonzero(orphan).tolist()}
    graph = transfer_graph(demand, bindings)
    allowed = bindings.allowed(len(measure.reps))
    tolerance = options.tolerance
    best: Repair | None = None
    for number in range(1, ROUNDS + 1):
        problem = MoveProblem(
            xy_m=demand.xy_m,
            neighbours=graph,
            load=hours.metrics(demand),
            owner=start,
            share=shares,
            tolerance=hours.tolerance(tolerance),
            locked=stays,
            value=demand.value,
            allowed=allowed,
        )
        proposal, owner = _within_reach(measure, problem, orphan)
        weeks = measure.all(owner, f"planning the repaired territories, round {number}")
        territories = Territories(owner, weeks, deviations(weeks, shares, demand), rounds=number)
        found = Repair(proposal, territories, hours.year_s / 3600, due | gone, problem)
        if best is None or found.territories.max_deviation < best.territories.max_deviation:
            best = found
        if found.territories.max_deviation <= options.tolerance:
            break
        hours = measured_hours(demand, weeks, options.weeks, hours)
        tolerance *= TIGHTEN
    assert best is not None
    return best


def _beginning(
    measure: Measure, owner: NDArray[np.int32], bindings: Bindings
) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_], dict[int, str]]:
    """Owners to begin from, who stays with theirs, whose rep leaves (m,), and why accounts changed hands before."""
    orphan = owner == NOBODY
    start, due = _set_right(measure, np.where(orphan, 0, owner).astype(np.int32), bindings, orphan)
    orphan[list(due)] = False
    stays = (measure.demand.locked & ~orphan) | (bindings.named != NOBODY)
    stays[list(due)] = True
    return start, stays & ~orphan, orphan, due


def _within_reach(
    measure: Measure, problem: MoveProblem, orphan: NDArray[np.bool_]
) -> tuple[Proposal, NDArray[np.int32]]:
    """Transfers and the owners they lead to; none hands an account to a rep who cannot be there and back in a day."""
    for _ in range(REACH_ROUNDS):
        asked, first = carry_over(problem, orphan)
        proposal = suggest_moves(asked, limits=SEARCH, seed=measure.options.seed, start=first)
        require(check_moves(asked, proposal), "the list of transfers")
        owner = np.array(asked.owner)
        for move in proposal.moves:
            owner[move.account] = move.to_rep
        beyond = beyond_a_day(measure, owner, np.flatnonzero((owner != problem.owner) | orphan))
        allowed = np.array(problem.allowed)
        for account, rep in beyond:
            allowed[account, rep] = not allowed[account].sum() > 1
        if (allowed == problem.allowed).all():
            break
        problem = replace(problem, allowed=allowed)
    return proposal, owner


def beyond_a_day(measure: Measure, owner: NDArray[np.int32], accounts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Of the accounts given, those whose owner cannot drive there, visit and drive back in one working day.

    Reps who spend nights away reach everything that a road leads to.
    """
    demand, found = measure.demand, []
    for number in np.unique(owner[accounts]).tolist():
        rep, members = measure.reps[number], np.flatnonzero(owner == number)
        asked = [row for row in accounts[owner[accounts] == number].tolist() if demand.visits_a_year[row] > 0]
        if not asked:
            continue
        places = [measure.home(rep, members), *(demand.places[row] for row in asked)]
        travel_s = measure.travel.matrix(places).duration_s
        for place, row in enumerate(asked, start=1):
            there_s, back_s = int(travel_s[0, place]), int(travel_s[place, 0])
            too_long = there_s + back_s + int(demand.service_s[row]) > rep.day_s and rep.night_price_min is None
            if min(there_s, back_s) < 0 or too_long:
                found.append((row, number))
    return found


def _set_right(
    measure: Measure, owner: NDArray[np.int32], bindings: Bindings, orphan: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], dict[int, str]]:
    """Owners with key accounts at their person and skills where they are needed, and why each of them changes."""
    demand, reps = measure.demand, measure.reps
    allowed = bindings.allowed(len(reps))
    right, why = owner.copy(), {}
    wrong = ~allowed[np.arange(len(owner)), owner] & (~orphan | (bindings.named != NOBODY))
    for row in np.flatnonzero(wrong).tolist():
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


def transfer_graph(demand: Demand, bindings: Bindings) -> csr_array:
    """Who borders on whom; key accounts border on nobody, for nothing hangs together through them."""
    if bindings.neighbours is not None:
        return bindings.neighbours
    ordinary = np.flatnonzero(bindings.named == NOBODY)
    graph = coo_array(neighbour_graph(demand.xy_m[ordinary]))
    rows, columns = ordinary[graph.row], ordinary[graph.col]
    return csr_array(coo_array((graph.data, (rows, columns)), shape=(len(demand), len(demand))))
