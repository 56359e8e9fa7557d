"""A rep's week at a glance: what every day holds, and why a day holds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Route, Site, TerritoryPlan, Visit, VisitState
from planning.rep_days import DayOff, days_off, rep_hours
from planning.today import JointView, clock, in_force, joint_views, midnight_of
from planning.viewer import Viewer, require_rep

route, visit, plan, site = table_of(Route), table_of(Visit), table_of(TerritoryPlan), table_of(Site)


@dataclass(frozen=True, slots=True)
class WeekDayView:
    """One day: its visits, how many of them are done or skipped, and the day from door to door.

    Visits of others on which the rep comes along count as the rep's own; `joined` says how many of `visits` they are.
    `off` says why the rep does not work that day; `towns` are the first few to be visited, in order.
    """

    day: date
    off: DayOff | None
    visits: int
    done: int
    skipped: int
    drive_s: int
    service_s: int
    starts_at: datetime | None
    ends_at: datetime | None
    towns: tuple[str, ...]
    joined: int = 0


@dataclass(frozen=True, slots=True)
class WeekView:
    """Monday to Sunday; `today` where the rep is."""

    rep_id: int
    rep: str
    today: date
    days: tuple[WeekDayView, ...]


def counted(*states: VisitState) -> Any:
    """How many visits are in one of these states."""
    return func.coalesce(func.sum(case((visit.c.state.in_(states), 1), else_=0)), 0)


PLACED = visit.c.sequence.is_not(None)
KEPT = case((visit.c.state == VisitState.SKIPPED, 0), else_=visit.c.depart_s - visit.c.start_s)
SPAN = (
    route.c.rep_id == bindparam("rep"),
    route.c.day >= bindparam("first", type_=route.c.day.type),
    route.c.day <= bindparam("last", type_=route.c.day.type),
    in_force(),
)
DAYS = (
    select(
        *(route.c.id, route.c.day, route.c.start_s, route.c.end_s, route.c.drive_s),
        *(func.count(visit.c.id).label("visits"), counted(VisitState.DONE).label("done")),
        counted(VisitState.SKIPPED).label("skipped"),
        func.coalesce(func.sum(KEPT), 0).label("service_s"),
    )
    .join(plan, plan.c.id == route.c.plan_id)
    .outerjoin(visit, (visit.c.route_id == route.c.id) & PLACED)
    .where(*SPAN)
    .group_by(route.c.id, route.c.day, route.c.start_s, route.c.end_s, route.c.drive_s)
)
TOWNS = (
    select(route.c.day, site.c.city)
    .join(plan, plan.c.id == route.c.plan_id)
    .join(visit, visit.c.route_id == route.c.id)
    .join(site, site.c.id == visit.c.site_id)
    .where(*SPAN, PLACED)
    .order_by(route.c.day, visit.c.sequence)
)
MOST_TOWNS = 4


def rep_week(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> WeekView:
    """The week in which `day` lies; None asks for the present one.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    hours = rep_hours(session, rep_id)
    today = now.astimezone(hours.zone).date()
    within = day or today
    first = within - timedelta(days=within.weekday())
    last = first + timedelta(days=6)
    asked = {"rep": rep_id, "first": first, "last": last}
    found = {row.day: row for row in session.execute(DAYS, asked)}
    off = days_off(session, hours, first, last)
    towns: dict[date, dict[str, None]] = {}
    for on, city in session.execute(TOWNS, asked):
        if city:
            towns.setdefault(on, {})[city] = None
    joined: dict[date, list[JointView]] = {}
    for joint in joint_views(session, rep_id, first, last, hours.zone):
        joined.setdefault(joint.starts_at.date(), []).append(joint)
        if joint.city:
            towns.setdefault(joint.starts_at.date(), {})[joint.city] = None
    views = []
    for number in range(7):
        one = first + timedelta(days=number)
        row, with_others = found.get(one), joined.get(one, [])
        midnight = midnight_of(one, hours.zone)
        span = (clock(midnight, row.start_s), clock(midnight, row.end_s)) if row else span_of(with_others)
        views.append(
            WeekDayView(
                day=one,
                off=off.get(one),
                visits=(row.visits if row else 0) + len(with_others),
                done=(row.done if row else 0) + sum(joint.state == VisitState.DONE for joint in with_others),
                skipped=row.skipped if row else 0,
                drive_s=row.drive_s if row else 0,
                service_s=(row.service_s if row else 0) + sum(joint.service_s for joint in with_others),
                starts_at=span[0],
                ends_at=span[1],
                towns=tuple(towns.get(one, {}))[:MOST_TOWNS],
                joined=len(with_others),
            )
        )
    return WeekView(rep_id, hours.name, today, tuple(views))


def span_of(joined: Sequence[JointView]) -> tuple[datetime | None, datetime | None]:
    """From the first of these visits to the last; nothing where there is none."""
    if not joined:
        return None, None
    return min(one.starts_at for one in joined), max(one.departs_at for one in joined)
