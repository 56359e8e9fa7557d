"""How many reps the accounts of a plan need: cost, and what the visits bring, against the size of the team."""

from collections.abc import Sequence

import numpy as np

from clustering import Market, Sizing, Staffing, size_zones
from planning.account_table import AccountRow
from planning.demand import Demand
from planning.options import PlanOptions
from planning.staff import Rep

TYPICAL = Rep("")


def staffing_of(options: PlanOptions) -> Staffing:
    """A full-time rep with default hours, less the minutes of administration the options ask for."""
    hours = TYPICAL.day_s / 3600
    return Staffing(
        net_days=TYPICAL.days_a_year, hours_per_day=hours, admin_share=min(options.admin_min / 60 / hours, 0.9)
    )


def size_team(
    demand: Demand,
    accounts: Sequence[AccountRow],
    options: PlanOptions,
    *,
    staffing: Staffing | None = None,
    margin: float | None = None,
    reps: Sequence[int] | None = None,
) -> Sizing:
    """The curve and a recommendation for the placed accounts of a plan; see `clustering.size_zones`.

    margin: the share of an account's potential (or, where none is known, of its sales) that is left after costs of
    goods when all its visits are made; None: nothing is said of what visits bring.
    """
    contribution = None
    if margin is not None:
        rows = [accounts[int(index)] for index in demand.account]
        worth = [row.value if row.potential is None else row.potential for row in rows]
        contribution = margin * np.maximum(np.array([value or 0.0 for value in worth]), 0.0)
    market = Market(
        xy_m=demand.xy_m,
        visits=demand.visits_a_year,
        visit_h=demand.service_s / 3600,
        access_h=options.access_min / 60,
        contribution=contribution,
    )
    return size_zones(market, staffing or staffing_of(options), reps=reps, seed=options.seed)
