"""Stops that a day takes in: accounts that are added, service that is due, skills that they need."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Site
from geo.place import Place
from planning.closed_accounts import require_open
from planning.day_solver import AskedDay, AskedStop
from planning.day_state import CALL_S, SERVICE_S, DayState
from planning.kept_wishes import wishes_from
from planning.record_errors import MissingError, RefusedError
from planning.rep_skills import asked_skill, needs_of
from planning.service_tasks import DayTask
from planning.viewer import Viewer, may_see_accounts
from planning.visit_policies import policy_on

site, account = table_of(Site), table_of(Account)


def with_tasks(asked: AskedDay, state: DayState, tasks: Mapping[int, DayTask]) -> tuple[AskedDay, dict[int, str]]:
    """The day with its service tasks, at stops that it has or in stops of their own; and the notes by key of stop."""
    there = {row.site_id: row.id for row in state.open_visits if not row.by_phone}
    by_key = {there.get(site_id, -site_id): task for site_id, task in tasks.items()}
    known = {stop.key for stop in (*asked.stops, *asked.added)}
    extra = tuple(added_stop(task.row) for key, task in by_key.items() if key not in known)

    def weighed(stops: Sequence[AskedStop]) -> tuple[AskedStop, ...]:
        return tuple(
            stop if stop.by_phone or stop.key not in by_key else replace(stop, weight=by_key[stop.key].weight)
            for stop in stops
        )

    asked = replace(asked, stops=weighed(asked.stops), added=weighed((*asked.added, *extra)))
    called = {stop.key for stop in asked.added if stop.by_phone}
    return asked, {key: task.note for key, task in by_key.items() if key not in called}


def added_sites(
    session: Session, viewer: Viewer, state: DayState, visits: Sequence[int], calls: Sequence[int]
) -> list[Any]:
    """The sites to add, in the order asked for; one that is called need not have a place."""
    ids = (*visits, *calls)
    columns = (site.c.id, site.c.account_id, site.c.lat, site.c.lon, site.c.opening_hours)
    given = policy_on(session, state.day)
    lasts, a_year = given.visit_s().label("service_s"), given.visits_a_year().label("visits_per_year")
    seen = may_see_accounts(session, viewer, site.c.account_id)
    sql = select(*columns, lasts, a_year, site.c.wishes, account.c.name.label("account")).join(
        account, account.c.id == site.c.account_id
    )
    found: dict[int, Any] = {row.id: row for row in session.execute(sql.where(site.c.id.in_(ids), seen))}
    here = {row.site_id for row in state.open_visits}
    for site_id in ids:
        if site_id not in found:
            raise MissingError(f"There is no site {site_id}.")
        if site_id in here:
            raise RefusedError(f"{found[site_id].account} is in the day already.")
        if site_id in visits and site_id in calls:
            raise RefusedError(f"{found[site_id].account} is either visited or called, not both.")
        if site_id in visits:
            require_open(session, found[site_id].account_id, "a visit")
        if found[site_id].lat is None and site_id in visits:
            raise RefusedError(f"Nobody knows where {found[site_id].account} is: set its place first.")
    return [found[site_id] for site_id in dict.fromkeys(ids)]


def added_stop(row: Any, *, by_phone: bool = False, skills: frozenset[str] = frozenset()) -> AskedStop:
    """A site to add; its key is its id, negative, so that it is no visit's. A call is no longer than `CALL_S`.

    `skills` are what its account needs of a rep.
    """
    place, service_s = None if row.lat is None else Place(row.lat, row.lon), row.service_s or SERVICE_S
    service_s = min(service_s, CALL_S) if by_phone else service_s
    load = 0 if by_phone else wishes_from(row.wishes).load
    return AskedStop(-row.id, place, service_s, row.opening_hours, by_phone, row.account, skills=skills, load=load)


def able_for(session: Session, account_id: int, state: DayState) -> frozenset[str]:
    """What an account needs, as skills that the rep either has (at that level) or lacks."""
    levels = {name.casefold(): level for name, level in state.skills.items()}
    needed = needs_of(session, account_id).items()
    return frozenset(
        name.casefold() if levels.get(name.casefold(), -1.0) >= level else asked_skill(name, level)
        for name, level in needed
    )
