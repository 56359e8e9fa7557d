"""What a plan needs before it can be made: figures nobody gave, time at the door, the number of reps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.travel import TravelTimes
from planning.account_table import (
    DEFAULT_SERVICE_MIN,
    DEFAULT_VISITS_PER_YEAR,
    AccountRow,
    AccountTable,
    default_minutes_sentence,
    default_visits_sentence,
)
from planning.demand import Demand
from planning.hours import estimated_drive_s
from planning.options import PlanOptions
from planning.staff import numbered_reps
from planning.team_workload import access_s
from routing.cycle_problem import WEEKS_A_YEAR

RESERVE = 0.1
"""Share of the net hours left free when the number of reps is not given: estimates of driving are rough."""


def with_defaults(
    accounts: Sequence[AccountRow], table: AccountTable
) -> tuple[tuple[AccountRow, ...], list[str], dict[str, str]]:
    """The accounts with what nobody gave filled in, what to say about the table and that, and the figures used."""
    notes, defaults = list(table.notes), {}
    without_visits = sum(account.visits_per_year is None for account in accounts)
    without_minutes = sum(account.service_min is None for account in accounts)
    if without_visits:
        notes.append(default_visits_sentence(without_visits))
        defaults["visits a year"] = f"{DEFAULT_VISITS_PER_YEAR:g}"
    if without_minutes:
        notes.append(default_minutes_sentence(without_minutes))
        defaults["minutes a visit"] = f"{DEFAULT_SERVICE_MIN:g}"
    return tuple(_filled(account) for account in accounts), notes, defaults


def _filled(account: AccountRow) -> AccountRow:
    return replace(
        account,
        visits_per_year=DEFAULT_VISITS_PER_YEAR if account.visits_per_year is None else account.visits_per_year,
        service_min=DEFAULT_SERVICE_MIN if account.service_min is None else account.service_min,
    )


def with_access(demand: Demand, options: PlanOptions) -> Demand:
    """The demand with the minutes of parking and the way to the door in the time of every visit."""
    visited = demand.visits_a_year > 0
    return replace(demand, service_s=demand.service_s + np.where(visited, access_s(options), 0))


def with_money(demand: Demand, accounts: Sequence[AccountRow], options: PlanOptions) -> Demand:
    """The demand with what counts beside the hours: sales and potential, as parts of all there is of each.

    Where nobody knows either of them, its share is left to the hours.
    """
    amounts = {"value": options.value_share, "potential": options.potential_share}
    parts = np.zeros(len(demand))
    share = 0.0
    for name, part in amounts.items():
        known = np.array([max(getattr(accounts[row], name) or 0.0, 0.0) for row in demand.account.tolist()])
        if part > 0 and known.sum() > 0:
            parts += part * known / known.sum()
            share += part
    return replace(demand, money=parts / share, money_share=share) if share else demand


def needed_reps(demand: Demand, travel: TravelTimes, admin_s: int = 0) -> int:
    """How many full-time reps the hours of a year need, by the first estimate of the driving and with a reserve.

    `admin_s` of every working day are not spent in the field.
    """
    rep = replace(numbered_reps(1)[0], admin_s=admin_s)
    count = 1
    for _round in range(8):  # the fewer the reps, the longer their ways: a few steps settle it
        drive_s = estimated_drive_s(demand, count, travel)
        hours = float((demand.expected_visits(WEEKS_A_YEAR) * (demand.weighed_s + drive_s)).sum()) / 3600
        needed = int(np.ceil((hours + demand.remote_h_a_year.sum()) / (rep.year_h * (1 - RESERVE))))
        count, before = max(1, min(needed, len(demand))), count
        if count == before:
            break
    return count
