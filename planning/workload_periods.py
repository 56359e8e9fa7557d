"""The workload of any days, planned and done, from the routes and visits of the record.

Every day counts with the plan that was in force on it, so that the past stays as it was. A shared account's work is
split among its owners; whatever of a route's driving leads to no visit is the rep's who drives it. A joint visit counts
for everybody who makes it, the way there for its leader, and once for its territory and where reps are summed up. Time
at a site is weighed by the type of the visit (`planning.workload_rules`).
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select
from sqlmodel import Session

from balancing.errors import InvalidWork
from balancing.fairness import Evenness, evenness
from balancing.workload import NONE, PERIODS, Basis, Entry, Work, grouped, rolled_up, split
from crm.columns import table_of
from crm.tables import (
    Assignment,
    Rep,
    Route,
    Site,
    Territory,
    TerritoryPlan,
    Visit,
    VisitCompanion,
    VisitState,
)
from planning.account_shares import all_shares
from planning.plans_in_force import covers
from planning.type_rules import length_s
from planning.viewer import Viewer, may_see_reps, may_see_territories
from planning.workload_rules import all_rules

visit, route, site, rep = table_of(Visit), table_of(Route), table_of(Site), table_of(Rep)
plan, territory, assignment = table_of(TerritoryPlan), table_of(Territory), table_of(Assignment)
companion = table_of(VisitCompanion)

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
    rows, seen = rep_entries(session, viewer, first, last)
    found = period_rows(by_key(rows, period, lambda entry: entry.rep), seen)
    hours: dict[str, float] = {}
    for row in found:
        hours[f"{row.name} ({row.id})"] = hours.get(f"{row.name} ({row.id})", 0.0) + row.planned.total_s / 3600
    even = (evenness("planned hours", hours, dict.fromkeys(hours, 1.0)),) if hours else ()
    return Periods(found, even)


def rep_entries(session: Session, viewer: Viewer, first: date, last: date) -> tuple[list[Entry], dict[str, str]]:
    """The work of every rep whom the user may see, and their names."""
    seen = {
        str(row.id): row.name
        for row in session.execute(select(rep.c.id, rep.c.name).where(may_see_reps(session, viewer)))
    }
    return [entry for entry in entries(session, first, last, seen) if entry.rep in seen], seen


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


def entries(session: Session, first: date, last: date, seen: Container[str] | None = None) -> Iterator[Entry]:
    """All work of these days: each visit once as planned and once more when it was done, each route's way home.

    `seen`: the reps who are summed up, of whom one has each joint visit that is not `again`; None: everybody.
    """
    shares, joined, weights = all_shares(session), companions(session, first, last), all_rules(session)
    driven: dict[int, int] = {}
    for row in session.execute(visits(first, last)):
        drive_s = row.drive_s or 0
        if row.route_id is not None:
            driven[row.route_id] = driven.get(row.route_id, 0) + drive_s
        takes_s = max((row.depart_s or 0) - (row.start_s or 0), 0) or row.service_s
        weight = weights.weight(row.sales_force or "", row.day, row.type)
        work = Work(1, service_s=round(weight * takes_s), travel_s=drive_s)
        for basis in bases_of(row):
            if row.id in joined:
                yield from together(row, work, basis, joined[row.id], seen)
            else:
                yield from owned(row, work, basis, shares)
    on_days = (route.c.day >= first, route.c.day <= last, covers(plan, route.c.day))
    sql = select(route.c.id, route.c.rep_id, route.c.day, route.c.drive_s).join(plan, plan.c.id == route.c.plan_id)
    for row in session.execute(sql.where(*on_days).order_by(route.c.id)):
        home_s = max(row.drive_s - driven.get(row.id, 0), 0)
        yield Entry(str(row.rep_id), "", row.day, Work(travel_s=home_s), Basis.PLANNED)


def bases_of(row: Any) -> Iterator[Basis]:
    """As what a visit counts."""
    if row.route_id is not None and row.state != VisitState.CANCELLED:
        yield Basis.PLANNED
    if row.state == VisitState.DONE:
        yield Basis.MEASURED


def companions(session: Session, first: date, last: date) -> dict[int, list[int]]:
    """Who comes along on the joint visits of these days, by visit."""
    sql = select(companion.c.visit_id, companion.c.rep_id).join(visit, visit.c.id == companion.c.visit_id)
    found: dict[int, list[int]] = {}
    for visit_id, rep_id in session.execute(
        sql.where(visit.c.day >= first, visit.c.day <= last).order_by(companion.c.visit_id, companion.c.rep_id)
    ):
        found.setdefault(visit_id, []).append(rep_id)
    return found


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
            *(visit.c.start_s, visit.c.depart_s, visit.c.drive_s, visit.c.type, site.c.account_id),
            length_s(site.c.service_s, visit.c.type).label("service_s"),
            *(assignment.c.territory_id, plan.c.sales_force),
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
        yield Entry(str(row.rep_id), zone, row.day, work, basis, row.type or "")
        return
    for owner, piece in split(work, parts).items():
        yield Entry(owner, zone, row.day, piece, basis, row.type or "")


def together(row: Any, work: Work, basis: Basis, others: Sequence[int], seen: Container[str] | None) -> Iterator[Entry]:
    """A joint visit as everybody has it who makes it: for the territory it is its leader's."""
    zone, kind = "" if row.territory_id is None else str(row.territory_id), row.type or ""
    reps = [str(row.rep_id), *map(str, others)]
    first = next((one for one in reps if seen is None or one in seen), reps[0])
    for one in reps:
        leads = one == reps[0]
        part = work if leads else Work(work.visits, service_s=work.service_s)
        yield Entry(one, zone if leads else "", row.day, part, basis, kind, again=one != first)
