"""A rep's day: the route of a date, or of today where the rep is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, Rep, Route, Site, TerritoryPlan, Visit, VisitCompanion, VisitState
from geo.place import Place
from planning.record_errors import MissingError, NoRouteError
from planning.viewer import Viewer, require_rep

rep, route, visit = table_of(Rep), table_of(Route), table_of(Visit)
site, account, plan = table_of(Site), table_of(Account), table_of(TerritoryPlan)
companion = table_of(VisitCompanion)


@dataclass(frozen=True, slots=True)
class StopView:
    """One visit of the day, with its times where the rep is; `drive_s` leads here.

    `done_at` is the moment it was reported done; `why` says why it was skipped, or which service it is for;
    `type` is its type of visit; `by_phone`: no way leads to it.
    """

    visit_id: int
    sequence: int
    state: str
    account_id: int
    external_id: str
    account: str
    site_id: int
    line: str
    city: str
    postcode: str
    lat: float
    lon: float
    arrives_at: datetime
    starts_at: datetime
    departs_at: datetime
    drive_s: int
    service_s: int
    outcome: str
    why: str
    done_at: datetime | None
    type: str | None
    by_phone: bool
    version: int


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """A visit that stood on this route and was left out when its day was planned again, with the reason."""

    visit_id: int
    account_id: int
    account: str
    site_id: int
    why: str
    version: int


@dataclass(frozen=True, slots=True)
class JointView:
    """A visit that another rep leads and this one comes along on, with its times where this rep is."""

    visit_id: int
    rep_id: int
    rep: str
    account_id: int
    account: str
    site_id: int
    line: str
    city: str
    lat: float | None
    lon: float | None
    state: str
    outcome: str
    done_at: datetime | None
    starts_at: datetime
    departs_at: datetime

    @property
    def service_s(self) -> int:
        """Length of the visit."""
        return round((self.departs_at - self.starts_at).total_seconds())


@dataclass(frozen=True, slots=True)
class RouteView:
    """A day from door to door; `line` is the text of a GeoJSON LineString, None when there is nothing to draw.

    `wait_s` is what neither driving nor visits nor lunch fill. Skipped visits count in no sum; visits on which the rep
    comes along (`joined`) count as the rep's own do.
    """

    id: int
    plan_id: int
    rep_id: int
    rep: str
    day: date
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    lunch: tuple[datetime, datetime] | None
    drive_s: int
    service_s: int
    wait_s: int
    travel_estimated: bool
    travel_source: str
    stops: tuple[StopView, ...]
    left_out: tuple[LeftOutView, ...]
    line: str | None
    version: int
    joined: tuple[JointView, ...] = ()

    @property
    def in_order(self) -> tuple[StopView | JointView, ...]:
        """The visits of the day with those of others between them, by when they begin."""
        return between(self.stops, self.joined)


def between(stops: Sequence[StopView], joined: Sequence[JointView]) -> tuple[StopView | JointView, ...]:
    """Stops in their order, each visit of somebody else before the first of them that begins later."""
    rows: list[StopView | JointView] = []
    waiting = list(joined)
    for stop in stops:
        while waiting and waiting[0].starts_at < stop.starts_at:
            rows.append(waiting.pop(0))
        rows.append(stop)
    return (*rows, *waiting)


def in_force() -> ColumnElement[bool]:
    """A route counts while its plan is in force."""
    until = or_(plan.c.valid_to.is_(None), route.c.day < plan.c.valid_to)
    return and_(plan.c.valid_from <= route.c.day, until)


OF_REP = (
    select(route, plan.c.travel_estimated, plan.c.travel_source)
    .join(plan, plan.c.id == route.c.plan_id)
    .where(route.c.rep_id == bindparam("rep"), in_force())
)
ROUTE = OF_REP.where(route.c.day == bindparam("on", type_=route.c.day.type))
"""The route of a rep on a day."""
AROUND = tuple(bindparam(name, type_=route.c.day.type) for name in ("before", "on", "after"))
DAYS = OF_REP.where(route.c.day.in_(AROUND)).subquery()
ROUTES = Often(
    select(rep.c.name.label("rep_name"), rep.c.time_zone, DAYS)
    .outerjoin(DAYS, DAYS.c.rep_id == rep.c.id)
    .where(rep.c.id == bindparam("rep"))
)
"""The rep, with the routes of a few days where there are any."""
NEXT_DAY = (
    select(func.min(route.c.day))
    .join(plan, plan.c.id == route.c.plan_id)
    .where(route.c.rep_id == bindparam("rep"), route.c.day > bindparam("on", type_=route.c.day.type), in_force())
)
STOPS = Often(
    select(
        *(visit.c.id, visit.c.sequence, visit.c.state),
        *(account.c.id, account.c.external_id, account.c.name),
        *(site.c.id, site.c.line, site.c.city, site.c.postcode, site.c.lat, site.c.lon),
        *(visit.c.arrive_s, visit.c.start_s, visit.c.depart_s, visit.c.drive_s),
        *(visit.c.outcome, visit.c.why, visit.c.done_at, visit.c.type, visit.c.by_phone, visit.c.version),
    )
    .join(site, site.c.id == visit.c.site_id)
    .join(account, account.c.id == site.c.account_id)
    .where(visit.c.route_id == bindparam("route"))
    .order_by(visit.c.sequence)
)
JOINED = Often(
    select(
        *(visit.c.id, visit.c.rep_id, rep.c.name, account.c.id, account.c.name, site.c.id, site.c.line, site.c.city),
        *(site.c.lat, site.c.lon, visit.c.state, visit.c.outcome, visit.c.done_at),
        *(visit.c.start_s, visit.c.depart_s, rep.c.time_zone, visit.c.day),
    )
    .join(companion, companion.c.visit_id == visit.c.id)
    .join(rep, rep.c.id == visit.c.rep_id)
    .join(site, site.c.id == visit.c.site_id)
    .join(account, account.c.id == site.c.account_id)
    .join(route, route.c.id == visit.c.route_id)
    .join(plan, plan.c.id == route.c.plan_id)
    .where(companion.c.rep_id == bindparam("rep"))
    .where(visit.c.day >= bindparam("first", type_=visit.c.day.type))
    .where(visit.c.day <= bindparam("last", type_=visit.c.day.type))
    .where(or_(visit.c.state == VisitState.PLANNED, visit.c.state == VisitState.DONE))
    .where(visit.c.sequence.is_not(None), in_force())
    .order_by(visit.c.day, visit.c.start_s, visit.c.id)
)


def rep_route(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> RouteView:
    """The route of a rep on `day`; None asks for today as the rep's clock has it.

    Raises:
        MissingError: there is no such rep, or none that the viewer may see.
        NoRouteError: no route on that day under the plan in force; it names the next day which has one.
    """
    require_rep(session, viewer, rep_id)
    on = day or now.date()
    near = timedelta(0 if day else 1)  # today is a day sooner or later, according to where the rep is
    routes = ROUTES.rows(session, rep=rep_id, before=on - near, on=on, after=on + near)
    if not routes:
        raise MissingError(f"There is no rep {rep_id}.")
    name, zone = routes[0].rep_name, ZoneInfo(routes[0].time_zone)
    wanted = day or now.astimezone(zone).date()
    asked = {"rep": rep_id, "on": wanted}
    found = next((row for row in routes if row.day == wanted), None)
    if found is None:
        raise NoRouteError(name, wanted, session.scalar(NEXT_DAY, asked))
    joined = joint_views(session, rep_id, wanted, wanted, zone)
    return route_view(found, name, zone, STOPS.rows(session, route=found.id), joined)


def joint_views(session: Session, rep_id: int, first: date, last: date, zone: ZoneInfo) -> tuple[JointView, ...]:
    """The visits of others on which a rep comes along from one day to another, in order."""
    return tuple(joint_view(row, zone) for row in JOINED.rows(session, rep=rep_id, first=first, last=last))


def joint_view(row: Sequence[Any], zone: ZoneInfo) -> JointView:
    """A visit of somebody else's day, on the clock of the rep who comes along."""
    midnight = midnight_of(row[16], ZoneInfo(row[15]))
    return JointView(*row[:13], *(clock(midnight, at).astimezone(zone) for at in row[13:15]))


def stop_view(row: Sequence[Any], midnight: datetime) -> StopView:
    """A visit that has its place in the day."""
    return StopView(*(*row[:12], *(clock(midnight, at) for at in row[12:15]), row[15], row[14] - row[13]), *row[16:22])


def left_out_view(row: Sequence[Any]) -> LeftOutView:
    """A visit that has none any more."""
    return LeftOutView(row[0], row[3], row[5], row[6], row[17], row[20])


def route_view(
    row: Row[Any], name: str, zone: ZoneInfo, visits: Sequence[Sequence[Any]], joined: Sequence[JointView] = ()
) -> RouteView:
    """A row, its visits and those of others as a value."""
    midnight = midnight_of(row.day, zone)
    lunch = None
    if row.lunch_start_s is not None:
        lunch = clock(midnight, row.lunch_start_s), clock(midnight, row.lunch_end_s)
    stops = tuple(stop_view(one, midnight) for one in visits if one[1] is not None)
    here = {stop.site_id for stop in stops}
    left_out = tuple(left_out_view(one) for one in visits if one[1] is None and one[6] not in here)
    service_s = sum(stop.service_s for stop in stops if stop.state != VisitState.SKIPPED)
    service_s += sum(one.service_s for one in joined)
    lunch_s = 0 if row.lunch_start_s is None else row.lunch_end_s - row.lunch_start_s
    return RouteView(
        id=row.id,
        plan_id=row.plan_id,
        rep_id=row.rep_id,
        rep=name,
        day=row.day,
        time_zone=zone.key,
        starts_at=clock(midnight, row.start_s),
        ends_at=clock(midnight, row.end_s),
        lunch=lunch,
        drive_s=row.drive_s,
        service_s=service_s,
        wait_s=max(0, row.end_s - row.start_s - row.drive_s - service_s - lunch_s),
        travel_estimated=row.travel_estimated,
        travel_source=row.travel_source,
        stops=stops,
        left_out=left_out,
        line=line_text(row.line_wkb),
        version=row.version,
        joined=tuple(joined),
    )


def line_places(route: RouteView) -> tuple[Place, ...]:
    """The corners of the way; none when there is nothing to draw."""
    line = json.loads(route.line) if route.line else {"coordinates": []}
    return tuple(Place(lat, lon) for lon, lat in line["coordinates"])


def line_text(wkb: bytes | None) -> str | None:
    """GeoJSON of a stored line."""
    if wkb is None:
        return None
    from shapely import from_wkb, to_geojson

    text: str = to_geojson(from_wkb(wkb))
    return text


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins where the rep is."""
    return datetime.combine(day, time(), zone)


def clock(midnight: datetime, second: int) -> datetime:
    """What the rep's clock shows `second` planned seconds after midnight (a plan knows no change of summer time)."""
    return midnight + timedelta(seconds=second)
