"""Next contacts that are due: accounts that a day of their rep takes in by itself."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Route, Site, TerritoryPlan, Visit, VisitState
from planning.agreed_visits import next_contacts
from planning.cycle_clients import WITHIN
from planning.day_state import DayState
from planning.plans_in_force import plans_on
from planning.service_tasks import DayTask, sites_held
from planning.today import in_force

site, account = table_of(Site), table_of(Account)
visit, route, plan = table_of(Visit), table_of(Route), table_of(TerritoryPlan)

MOST = 5
"""So many are taken in at once, those that have waited longest."""
WEIGHT = 2
"""So many ordinary visits a full day would rather leave out."""


def contacts_of_day(session: Session, state: DayState) -> dict[int, DayTask]:
    """By site, whom the rep should be in touch with again by that day, who has waited longest first.

    Only accounts of the rep's territories that have a place, and no visit planned until a week after the day noted.
    """
    forces = plans_on(session, state.day)
    if not forces:
        return {}
    columns = (site.c.id, site.c.account_id, site.c.lat, site.c.lon, site.c.service_s, site.c.opening_hours)
    own = (
        select(*columns, site.c.wishes, account.c.name.label("account"))
        .join(account, account.c.id == site.c.account_id)
        .where(
            site.c.id.in_(sites_held(state.hours.rep_id, forces)),
            site.c.lat.is_not(None),
            account.c.state.in_((AccountState.ACTIVE, AccountState.PROSPECT)),
        )
        .order_by(site.c.id.desc())
    )
    first = {row.account_id: row for row in session.execute(own)}
    due = next_contacts(session, state.day, first)
    ahead = planned_next(session, state, due)
    found: dict[int, DayTask] = {}
    for account_id, on in sorted(due.items(), key=lambda one: (one[1], one[0])):
        row: Any = first[account_id]
        here = [one for one in state.closed if one.site_id == row.id]
        following = ahead.get(account_id)
        soon = following is not None and (following - on <= WITHIN or following <= state.day)
        waits = soon and following != state.day
        if not waits and not here and len(found) < MOST:
            found[row.id] = DayTask(row, WEIGHT, f"next contact asked for {on.isoformat()}")
    return found


def planned_next(session: Session, state: DayState, accounts: Iterable[int]) -> dict[int, date]:
    """By account, the day of the next visit planned, from today where the rep is on."""
    sql = (
        select(site.c.account_id, func.min(visit.c.day))
        .join(site, site.c.id == visit.c.site_id)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), visit.c.day >= state.today)
        .where(site.c.account_id.in_(list(accounts)), in_force())
        .group_by(site.c.account_id)
    )
    return {row[0]: row[1] for row in session.execute(sql)}
