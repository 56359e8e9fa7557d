"""A plan's question of transfers: the present owners with estimated hours, for the curve and the priced challenge."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from balancing.price import PriceWeights, price_terms
from balancing.problem import MoveProblem
from geo.line_file import DrawnLines
from planning.barriers import with_barriers
from planning.bindings import NOBODY, find_bindings
from planning.demand import Demand
from planning.errors import PlanningError
from planning.hours import estimated_hours
from planning.options import PlanOptions
from planning.ownership import Ownership, owners_for_all
from planning.proposal_ways import extra_drive_h, within_a_day
from planning.repair import transfer_graph
from planning.staff import capacity_shares

if TYPE_CHECKING:
    from geo.travel import TravelTimes

BY_COUNT = PriceWeights()
"""Every account counts the same."""


def transfers_of(
    demand: Demand,
    ownership: Ownership,
    travel: "TravelTimes",
    options: PlanOptions,
    weights: PriceWeights = BY_COUNT,
    barriers: DrawnLines | None = None,
) -> MoveProblem:
    """The transfers among today's reps; loads are hours a year, driving estimated.

    Key accounts and locked ones stay; an account that needs a skill goes only to a rep who has it, and any account only
    to one who can be there and back in a day, where the rep's home is given. Of the terms of `weights`, a file of
    accounts knows revenue, visits promised for a date, and extra travel.

    Raises:
        PlanningError: the accounts name fewer than two reps, or a weight asks for what a file does not tell.
    """
    reps = ownership.present_reps
    if len(reps) < 2:
        raise PlanningError("transfers need today's reps, two or more: the accounts name too few (column current_rep)")
    for name, weight in (("years with the rep", weights.tenure), ("open deals", weights.open_deals)):
        if weight:
            raise PlanningError(f"a file of accounts does not tell {name}: leave that weight at 0, or use the record")
    owner = owners_for_all(demand, ownership.present)
    bindings = with_barriers(find_bindings(demand, reps, owner), demand, barriers, len(reps), options.tolerance)
    allowed = bindings.allowed(len(reps)) & within_a_day(
        demand.places,
        owner,
        np.asarray(demand.service_s, dtype=np.float64),
        [None if rep.night_price_min is not None else rep.home for rep in reps],
        [rep.day_s for rep in reps],
    )
    terms = price_terms(
        weights,
        accounts=len(demand),
        revenue=np.nan_to_num(demand.value),
        promised_visits=_promised(demand, options),
        extra_travel_h=extra_drive_h(demand.xy_m, owner, len(reps), np.asarray(demand.visits_a_year)),
    )
    return MoveProblem(
        xy_m=demand.xy_m,
        neighbours=transfer_graph(demand, bindings),
        load=np.asarray(estimated_hours(demand, len(reps), travel, options.weeks).year_s / 3600),
        owner=owner,
        share=capacity_shares(reps),
        tolerance=options.tolerance,
        locked=demand.locked | (bindings.named != NOBODY),
        terms=terms,
        value=demand.value,
        allowed=allowed,
    )


def _promised(demand: Demand, options: PlanOptions) -> NDArray[np.float64]:
    """(m,) visits with a date agreed on or promised by a day, from the first day planned."""
    dates = [(one.appointment, one.promised_by) for one in demand.wishes] or [(None, None)] * len(demand)
    return np.array([sum(day is not None and day >= options.starts_on for day in own) for own in dates], dtype=float)
