"""Wishes of accounts that cannot mean what they say together: promises already past, or inside a block."""

from collections.abc import Iterator, Sequence
from datetime import date

from planning.account_table import AccountRow
from planning.demand import Demand
from planning.options import PlanOptions

NAMED = 5


def wish_conflicts(demand: Demand, accounts: Sequence[AccountRow], options: PlanOptions) -> tuple[str, ...]:
    """A sentence for each account whose dates contradict each other or the plan's; the first few, and how many more."""
    found = []
    for index, row in enumerate(demand.account):
        account = accounts[int(row)]
        name = f"{account.name} ({account.id})" if account.name != account.id else account.id
        found += [f"{name}: {fault}." for fault in faults(demand, index, options)]
    more = [f"{len(found) - NAMED} more accounts have dates that contradict each other."] if len(found) > NAMED else []
    return (*found[:NAMED], *more)


def faults(demand: Demand, index: int, options: PlanOptions) -> Iterator[str]:
    """What of one account's dates cannot be meant, and how it is taken."""
    last = demand.last_visit[index]
    if last is not None and last >= options.starts_on:
        yield f"its last visit is on {last}, after the plan begins; it counts as made"
    if not demand.wishes:
        return
    wishes = demand.wishes[index]
    by, blocked, on = wishes.promised_by, wishes.blocked_until, wishes.appointment
    if by is not None and by < options.starts_on and (last is None or last < by):
        yield f"a visit was promised by {by}, which is over when the plan begins ({options.starts_on})"
    if by is not None and blocked is not None and options.starts_on <= by < blocked:
        yield f"blocked until {blocked}, but a visit is promised by {by}: the promise counts"
    yield from appointment_faults(on, blocked, options)


def appointment_faults(on: date | None, blocked: date | None, options: PlanOptions) -> Iterator[str]:
    """What of an appointment cannot be meant."""
    if on is None:
        return
    if on < options.starts_on:
        yield f"its appointment on {on} is over when the plan begins ({options.starts_on})"
    elif blocked is not None and on < blocked:
        yield f"blocked until {blocked}, but there is an appointment on {on}: the appointment counts"
