"""The workload of any days, planned and done, from the routes and visits of the record.

Every day counts with the plan that was in force on it, so that the past stays as it was. A shared account's work is
split among its owners; whatever of a route's driving leads to no visit is the rep's who drives it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select
from sqlmodel import Session

from balancing.errors import InvalidWork
from balancing.fairness import Evenness, evenness
from balancing.workload import NONE, PERIODS, Basis, Entry, Work, grouped, rolled_up, split
from crm.columns import table_of
from crm.tables import Assignment, Rep, Route, Site, Territory, TerritoryPlan, Visit, VisitState
from planning.account_shares import all_shares
from planning.plans_in_force import covers
from planning.viewer import Viewer, may_see_reps, may_see_territories

visit, route, site, rep = table_of(Visit), table_of(Route), table_of(Site), table_of(Rep)
plan, territory, assignment = table_of(TerritoryPlan), table_of(Territory), table_of(Assignment)

LONGEST_DAYS = 800
type Shares = Mapping[int, list[tuple[date, date | None, int, float]]]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """The work of one rep, or of one territory with all below it, in one period."""

    id: int
    name: str
    first: date
    planned: Work
    done: Work


@dataclass(frozen=True, slots=True)
class Periods:
    """Rows in order of period, then name; how evenly the planned hours of everybody lie over the whole time."""

    rows: tuple[PeriodRow, ...]
    evenness: tuple[Evenness, ...]


def rep_periods(session: Session, viewer: Viewer, *, first: date, last: date, period: str) -> Periods:
    """The work of every rep whom the user may see from `first` to `last`, both included, by `period`.

    Raises:
        balancing.InvalidWork: no such period.
    """
    seen = {
        str(row.id): row.name
        for row in session.execute(select(rep.c.id, rep.c.name).where(may_see_reps(session, viewer)))
    }
    rows = [entry for entry in entries(session, first, last) if entry.rep in seen]
    found = period_rows(by_key(rows, period, lambda entry: entry.rep), seen)
    hours: dict[str, float] = {}
    for row in found:
        hours[f"{row.name} ({row.id})"] = hours.get(f"{row.name} ({row.id})", 0.0) + row.planned.total_s / 3600
    even = (evenness("planned hours", hours, dict.fromkeys(hours, 1.0)),) if hours else ()
    return Periods(found, even)


def territory_periods(session: Session, viewer: Viewer, *, first: date, last: date, period: str) -> Periods:
    """The work in every territory that the user may see, with all that lies below it in the tree.

    Raises:
        balancing.InvalidWork: no such period.
    """
    parent = {
        str(row.id): str(row.parent_id)
        for row in session.execute(select(territory.c.id, territory.c.parent_id))
        if row.parent_id is not None
    }
    seen = {
        str(row.id): row.name
        for row in session.execute(select(territory.c.id, territory.c.name).where(may_see_territories(session, viewer)))
    }
    own = by_key([entry for entry in entries(session, first, last) if entry.zone], period, lambda entry: entry.zone)
    sums: dict[tuple[str, date, Basis], Work] = {}
    for day, basis in dict.fromkeys((day, basis) for _, day, basis in own):
        level = {zone: work for (zone, at, how), work in own.items() if (at, how) == (day, basis)}
        sums |= {(zone, day, basis): work for zone, work in rolled_up(level, parent).items()}
    return Periods(period_rows(sums, seen), ())


def by_key(rows: list[Entry], period: str, key: Any) -> dict[tuple[str, date, Basis], Work]:
    """Work by rep or zone, period and whether it was planned or done."""
    if period not in PERIODS:
        raise InvalidWork(f"period: given {period!r}, expected {', '.join(PERIODS)}")
    first_of = PERIODS[period]
    return grouped(rows, lambda entry: (key(entry), first_of(entry.day), entry.basis))


def period_rows(sums: Mapping[tuple[str, date, Basis], Work], seen: Mapping[str, str]) -> tuple[PeriodRow, ...]:
    """One row per name and period, planned and done side by side; whoever may not be seen is left out."""
    keys = sorted({(day, seen[who], who) for who, day, _ in sums if who in seen})
    return tuple(
        PeriodRow(
            int(who),
            name,
            day,
            sums.get((who, day, Basis.PLANNED), NONE),
            sums.get((who, day, Basis.MEASURED), NONE),
        )
        for day, name, who in keys
    )


def entries(session: Session, first: date, last: date) -> Iterator[Entry]:
    """All work of these days: each visit once as planned and once more when it was done, each route's way home."""
    shares = all_shares(session)
    driven: dict[int, int] = {}
    for row in session.execute(visits(first, last)):
        drive_s = row.drive_s or 0
        if row.route_id is not None:
            driven[row.route_id] = driven.get(row.route_id, 0) + drive_s
        length_s = max((row.depart_s or 0) - (row.start_s or 0), 0) or row.service_s
        work = Work(1, service_s=length_s, travel_s=drive_s)
        if row.route_id is not None and row.state != VisitState.CANCELLED:
            yield from owned(row, work, Basis.PLANNED, shares)
        if row.state == VisitState.DONE:
            yield from owned(row, work, Basis.MEASURED, shares)
    on_days = (route.c.day >= first, route.c.day <= last, covers(plan, route.c.day))
    sql = select(route.c.id, route.c.rep_id, route.c.day, route.c.drive_s).join(plan, plan.c.id == route.c.plan_id)
    for row in session.execute(sql.where(*on_days).order_by(route.c.id)):
        home_s = max(row.drive_s - driven.get(row.id, 0), 0)
        yield Entry(str(row.rep_id), "", row.day, Work(travel_s=home_s), Basis.PLANNED)


def visits(first: date, last: date) -> Select[Any]:
    """Visits of a plan in force on their day, and those made without a route, with the territory they lie in.

    One made without a route counts under the plan of the first sales force.
    """
    others = plan.alias("other_plans")
    first_plan = select(others.c.id).where(covers(others, visit.c.day)).order_by(others.c.sales_force).limit(1)
    here = and_(
        assignment.c.site_id == visit.c.site_id,
        assignment.c.plan_id == plan.c.id,
        covers(assignment, visit.c.day),
    )
    return (
        select(
            *(visit.c.id, visit.c.route_id, visit.c.rep_id, visit.c.day, visit.c.state),
            *(visit.c.start_s, visit.c.depart_s, visit.c.drive_s, site.c.account_id, site.c.service_s),
            assignment.c.territory_id,
        )
        .select_from(visit)
        .join(site, site.c.id == visit.c.site_id)
        .outerjoin(route, route.c.id == visit.c.route_id)
        .outerjoin(plan, covers(plan, visit.c.day))
        .outerjoin(assignment, here)
        .where(visit.c.day >= first, visit.c.day <= last)
        .where(
            (visit.c.route_id.is_(None) & (plan.c.id.is_(None) | (plan.c.id == first_plan.scalar_subquery())))
            | (route.c.plan_id == plan.c.id)
        )
        .order_by(visit.c.id)
    )


def owned(row: Any, work: Work, basis: Basis, shares: Shares) -> Iterator[Entry]:
    """The work of one visit as its owners have it."""
    zone = "" if row.territory_id is None else str(row.territory_id)
    parts = {
        str(rep_id): part
        for since, until, rep_id, part in shares.get(row.account_id, ())
        if since <= row.day and (until is None or row.day < until)
    }
    if not parts:
        yield Entry(str(row.rep_id), zone, row.day, work, basis)
        return
    for owner, piece in split(work, parts).items():
        yield Entry(owner, zone, row.day, piece, basis)
