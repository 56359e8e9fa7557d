"""A rep's day as far as it has come: what is behind, what is still open, where the rest begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, bindparam, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Route, Site, TerritoryPlan, Visit, VisitCompanion, VisitState
from geo.place import Place
from planning.agreed_visits import begins_at, is_settled
from planning.day_solver import ESTIMATED, AskedDay, AskedStop, Roads
from planning.kept_wishes import wishes_from
from planning.record_errors import RefusedError
from planning.rep_days import RepHours, rep_hours
from planning.rep_skills import skills_of
from planning.today import ROUTE, in_force
from planning.viewer import Viewer, require_rep

visit, site, account = table_of(Visit), table_of(Site), table_of(Account)
companion, route, plan = table_of(VisitCompanion), table_of(Route), table_of(TerritoryPlan)

MINUTE_S = 60
SERVICE_S = 1800
"""Length of a visit where the record does not say."""
CALL_S = 900
"""A call that stands for a visit takes no longer."""

PROMISED_WEIGHT = 30
"""A full day would rather leave out so many ordinary visits than one whose moment is settled."""

VISITS = (
    select(visit, site.c.lat, site.c.lon, site.c.opening_hours, site.c.wishes, account.c.name.label("account"))
    .add_columns(is_settled().label("settled"))
    .join(site, site.c.id == visit.c.site_id)
    .join(account, account.c.id == site.c.account_id)
    .where(visit.c.route_id == bindparam("route"))
    .order_by(visit.c.sequence)
)
JOINED = (
    select(visit, site.c.lat, site.c.lon, site.c.opening_hours, site.c.wishes, account.c.name.label("account"))
    .add_columns(true().label("settled"))
    .join(companion, companion.c.visit_id == visit.c.id)
    .join(site, site.c.id == visit.c.site_id)
    .join(account, account.c.id == site.c.account_id)
    .join(route, route.c.id == visit.c.route_id)
    .join(plan, plan.c.id == route.c.plan_id)
    .where(companion.c.rep_id == bindparam("rep"), visit.c.day == bindparam("on", type_=visit.c.day.type))
    .where(visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), site.c.lat.is_not(None), in_force())
    .order_by(visit.c.start_s, visit.c.id)
)


@dataclass(frozen=True, slots=True)
class DayState:
    """What is known of a day before it is planned again.

    `route` is its row, None where nothing was planned. `open_visits` are still to be made, in order, `closed` are done
    or skipped, `left` were left out before, `joined` are those of others that the rep comes along on. `today` is the
    date where the rep is, `now_s` are seconds after local midnight, None on a day that lies ahead. `skills`: the rep's,
    with their levels.
    """

    hours: RepHours
    day: date
    today: date
    route: Row[Any] | None
    open_visits: tuple[Row[Any], ...]
    closed: tuple[Row[Any], ...]
    left: tuple[Row[Any], ...]
    now_s: int | None
    joined: tuple[Row[Any], ...] = ()
    skills: Mapping[str, float] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """Of the route; 0 where there is none."""
        return 0 if self.route is None else int(self.route.version)

    @property
    def versions(self) -> dict[int, int]:
        """Of every visit, by id."""
        return {row.id: row.version for row in (*self.open_visits, *self.closed, *self.left, *self.joined)}

    @property
    def been_at(self) -> list[Row[Any]]:
        """Visits made, where somebody knows the place; not those by telephone."""
        return [row for row in self.closed if row.state == VisitState.DONE and row.lat is not None and not row.by_phone]

    @property
    def last_done(self) -> Row[Any] | None:
        """The visit made last."""
        return max(self.been_at, key=lambda row: (row.done_at, row.sequence), default=None)

    def rest(self, *, position: Place | None = None, overtime_s: int = 0, roads: Roads = ESTIMATED) -> AskedDay:
        """The rest of the day as a question: from `position`, else from the visit made last, else from home.

        Raises:
            RefusedError: the working day is over, or it is not known where the rep starts.
        """
        start_s = self.hours.shift_start_s if self.route is None else min(self.hours.shift_start_s, self.route.start_s)
        until_s = self.hours.shift_end_s if self.route is None else max(self.hours.shift_end_s, self.route.end_s)
        from_s = start_s if self.now_s is None else max(start_s, -(-self.now_s // MINUTE_S) * MINUTE_S)
        lunch = None if self.route is None or self.route.lunch_start_s is None else self.route.lunch_start_s
        fed = lunch is not None and self.now_s is not None and lunch < from_s
        if fed and self.route is not None:
            from_s = max(from_s, self.route.lunch_end_s)
        if from_s >= until_s + overtime_s:
            ends = f"{until_s // 3600 % 24:02d}:{until_s % 3600 // 60:02d}"
            raise RefusedError(f"The working day ends at {ends}: give more time, or leave the rest as it is.")
        ahead = tuple(row for row in self.joined if row.depart_s > from_s)
        return AskedDay(
            day=self.day,
            start=self.start(position),
            end=self.hours.home,
            shift_start_s=start_s,
            from_s=from_s,
            until_s=until_s,
            overtime_s=overtime_s,
            fed=fed,
            stops=tuple(asked_stop(row, from_s) for row in self.open_visits),
            added=tuple(asked_stop(row, from_s) for row in ahead),
            behind=self.behind,
            roads=roads,
            zone=self.hours.zone.key,
            here=position is not None,
            driving=self.hours.driving,
            skills=frozenset(name.casefold() for name in self.skills),
            driven_s=sum(row.drive_s or 0 for row in self.been_at),
            given_out=self.given_out,
        )

    @property
    def given_out(self) -> int:
        """Loads given out since the vehicle was filled: at the depot whenever the next one did not fit any more."""
        vehicle, out = self.hours.driving.vehicle, 0
        for row in self.been_at if vehicle is not None else ():
            load = wishes_from(row.wishes).load
            out = load if vehicle and vehicle.depot is not None and out + load > vehicle.capacity else out + load
        return out

    @property
    def behind(self) -> tuple[Place, ...]:
        """From home through the visits made; empty before the first."""
        made = [Place(row.lat, row.lon) for row in self.been_at]
        home = [self.hours.home] if self.hours.home is not None else []
        return (*home, *made) if made else ()

    def start(self, position: Place | None) -> Place:
        """Where the rest of the day begins."""
        if position is not None:
            return position
        if (last := self.last_done) is not None and self.now_s is not None:
            return Place(last.lat, last.lon)
        if self.hours.home is not None:
            return self.hours.home
        placed = next((row for row in self.open_visits if row.lat is not None and not row.by_phone), None)
        if placed is None:
            raise RefusedError("It is not known where the day begins: the rep has no home. Give a position.")
        return Place(placed.lat, placed.lon)


def asked_stop(row: Row[Any], from_s: int) -> AskedStop:
    """A visit of the day as the solver is asked for it; a promised moment that is over by `from_s` binds no more.

    Raises:
        RefusedError: nobody knows where its site is any more.
    """
    if row.lat is None and not row.by_phone:
        raise RefusedError(f"Nobody knows where {row.account} is: set its place first, or skip the visit.")
    place = None if row.lat is None else Place(row.lat, row.lon)
    begins = begins_at(row) if row.settled or row.promised_from_s is not None else None
    return AskedStop(
        key=row.id,
        place=place,
        service_s=row.depart_s - row.start_s,
        opening_hours=row.opening_hours,
        by_phone=row.by_phone,
        name=row.account,
        weight=1 if begins is None else PROMISED_WEIGHT,
        begins=begins if begins and begins[1] >= from_s else None,
        load=wishes_from(row.wishes).load,
    )


def day_state(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> DayState:
    """How far a rep's day has come; None asks for today as the rep's clock has it.

    Raises:
        MissingError: there is no such rep for the viewer.
        RefusedError: the day lies behind.
    """
    require_rep(session, viewer, rep_id)
    hours = rep_hours(session, rep_id)
    here = now.astimezone(hours.zone)
    wanted = day or here.date()
    if wanted < here.date():
        raise RefusedError(f"{wanted} lies behind; only today and days ahead can be planned.")
    route = session.execute(ROUTE, {"rep": rep_id, "on": wanted}).first()
    rows = [] if route is None else session.execute(VISITS, {"route": route.id}).all()
    in_order = [row for row in rows if row.sequence is not None]
    seconds = (here.replace(tzinfo=None) - datetime.combine(wanted, time())).total_seconds()
    return DayState(
        hours=hours,
        day=wanted,
        today=here.date(),
        route=route,
        open_visits=tuple(row for row in in_order if row.state == VisitState.PLANNED),
        closed=tuple(row for row in in_order if row.state != VisitState.PLANNED),
        left=tuple(row for row in rows if row.sequence is None),
        now_s=int(seconds) if wanted == here.date() else None,
        joined=tuple(session.execute(JOINED, {"rep": rep_id, "on": wanted})),
        skills=skills_of(session, rep_id),
    )
