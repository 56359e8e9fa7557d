"""From an account's wishes to a client of a call cycle."""

from datetime import date, timedelta
from itertools import combinations

from planning.account_wishes import Wishes
from planning.calendars import holidays_of
from planning.demand import CALL_S, Demand
from planning.options import PlanOptions
from routing.cycle_problem import Client, Promise
from routing.problem import Window

WITHIN, SOON = timedelta(days=6), timedelta(days=3)
"""So long after the day of a next contact the visit may be, and so soon it is made where that day has passed."""
PUNCTUAL_S = 600
"""An appointment begins at the time agreed or up to ten minutes later."""


def client_of(demand: Demand, index: int, place: int, options: PlanOptions) -> Client:
    """Account `index` of the demand as a client whose place is row `place` of the matrix."""
    wishes = demand.wishes[index] if demand.wishes else Wishes()
    share = demand.remote_share[index] if demand.remote_share else 0.0
    years = {options.starts_on.year, options.ends_on.year}
    in_person = float(demand.visits_a_year[index])
    service_s = int(demand.service_s[index])
    return Client(
        place=place,
        service_s=service_s,
        visits_per_year=contacts_a_year(demand, index),
        last_visit=demand.last_visit[index],
        windows=demand.windows[index],
        weekdays=any_of(wishes.weekdays),
        closed_on=closed_on(demand, index, wishes.holidays or options.holidays, years),
        exceptions=demand.exceptions[index] if demand.exceptions else {},
        not_before=wishes.blocked_until,
        alternate_weeks=wishes.alternate_weeks,
        visits_by_month=wishes.visits_by_month,
        min_gap_days=wishes.min_gap_days,
        remote_share=share,
        remote_s=min(service_s, CALL_S) if in_person else service_s,
        promises=promises_of(wishes, options),
        contract=wishes.contract,
        usual_s=wishes.usual_s,
        load=wishes.load,
    )


def closed_on(demand: Demand, index: int, calendar: str, years: set[int]) -> frozenset[date]:
    """Public holidays on which nobody opens; where the opening hours speak of holidays, only those of the part of the
    country, which the hours know nothing of."""
    closed = holidays_of(calendar, years)
    if demand.knows_holidays and demand.knows_holidays[index]:
        closed -= holidays_of(calendar.partition("-")[0], years)
    return closed


def contacts_a_year(demand: Demand, index: int) -> float:
    """Visits and calls of an account a year."""
    share = demand.remote_share[index] if demand.remote_share else 0.0
    if share < 1:
        return float(demand.visits_a_year[index]) / (1 - share)
    service_h = int(demand.service_s[index]) / 3600
    return float(demand.remote_h_a_year[index]) / service_h if service_h else 0.0


def any_of(weekdays: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    """Every set of weekdays that keeps to the given ones; () where all will do."""
    if not weekdays or len(weekdays) == 7:
        return ()
    return tuple(days for size in range(1, len(weekdays) + 1) for days in combinations(sorted(weekdays), size))


def has_day(wishes: Wishes) -> bool:
    """Whether a visit has its day, however seldom the account is visited otherwise."""
    return bool(wishes.appointment or wishes.promised_by or wishes.contact_on or wishes.agreed)


def promises_of(wishes: Wishes, options: PlanOptions) -> tuple[Promise, ...]:
    """The appointment, and the date a visit was promised by."""
    found = []
    if wishes.appointment is not None:
        at = wishes.appointment_s
        window = None if at is None else Window(at, at + PUNCTUAL_S)
        found.append(Promise(wishes.appointment, wishes.appointment, window))
    if wishes.promised_by is not None and wishes.promised_by >= options.starts_on:
        first = max(options.starts_on, wishes.blocked_until or options.starts_on)
        found.append(Promise(min(first, wishes.promised_by), wishes.promised_by))
    if wishes.contact_on is not None and wishes.contact_on < options.ends_on:
        first = max(options.starts_on, wishes.contact_on, wishes.blocked_until or options.starts_on)
        found.append(Promise(first, first + (WITHIN if wishes.contact_on >= options.starts_on else SOON)))
    found += [Promise(day, day, Window(from_s, until_s)) for day, from_s, until_s in wishes.agreed]
    return tuple(found)
