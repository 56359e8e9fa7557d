"""All that the rep's page shows of a day, in one reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, ContactKind, ContactPoint, Person, Rep, Site, UnservedVisit, VisitState
from planning.codes import CodeView, list_codes
from planning.families import valid
from planning.joint_visits import companions_on
from planning.plans_in_force import plan_on
from planning.record_errors import NoRouteError
from planning.rep_days import DayOff, days_off, rep_hours
from planning.today import JointView, RouteView, StopView, between, joint_views, rep_route
from planning.type_rules import TypeView, list_types
from planning.viewer import Viewer, may_see_reps, require_rep

role, person, point = table_of(AccountPerson), table_of(Person), table_of(ContactPoint)
unserved, site, account, rep = table_of(UnservedVisit), table_of(Site), table_of(Account), table_of(Rep)

MOST_LEFT = 50


@dataclass(frozen=True, slots=True)
class PhoneView:
    """Whom to call about an account: `number` as written, `dial` as a telephone takes it."""

    person: str
    number: str
    dial: str


@dataclass(frozen=True, slots=True)
class UnplannedView:
    """Visits that found no day in the plan in force: why, what blocks one on each day, and the cheapest way."""

    account_id: int
    account: str
    visits: int
    reason: str
    details: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """A rep's day; `today` is the date where the rep is, `off` says why that day is free, `route` is None without one.

    `joined` are visits of others that the rep comes along on, `companions` the names of those who come along on the
    rep's own, by visit. `phones` is by account, `unplanned` are visits without a day in the plan, `next_day` the next
    day with a route; `types` are those of activities, also those that have ended.
    """

    rep_id: int
    rep: str
    day: date
    today: date
    now: datetime
    off: DayOff | None
    route: RouteView | None
    joined: tuple[JointView, ...]
    companions: dict[int, tuple[str, ...]]
    next_day: date | None
    phones: dict[int, PhoneView]
    unplanned: tuple[UnplannedView, ...]
    outcomes: tuple[CodeView, ...]
    skip_reasons: tuple[CodeView, ...]
    types: tuple[TypeView, ...]

    @property
    def done(self) -> int:
        """How many visits are made."""
        return sum(stop.state == VisitState.DONE for stop in self.rows)

    @property
    def stops(self) -> tuple[StopView, ...]:
        """The rep's own visits in order; none without a route."""
        return self.route.stops if self.route else ()

    @property
    def rows(self) -> tuple[StopView | JointView, ...]:
        """All visits of the day in order, those of others on which the rep comes along between the rep's own."""
        return between(self.stops, self.joined)

    @property
    def kept(self) -> int:
        """How many visits the day has, those skipped not counted."""
        return sum(stop.state != VisitState.SKIPPED for stop in self.rows)

    @property
    def next_stop(self) -> StopView | None:
        """The first visit that is still to be made."""
        return next((stop for stop in self.stops if stop.state == VisitState.PLANNED), None)

    @property
    def behind_s(self) -> int:
        """How far the day runs behind its plan, once the next visit should be over; 0 otherwise."""
        if self.day != self.today or self.next_stop is None:
            return 0
        return max(0, int((self.now - self.next_stop.departs_at).total_seconds()))

    @property
    def break_before(self) -> StopView | JointView | None:
        """The visit that comes after the break."""
        lunch = self.route.lunch if self.route else None
        return next((stop for stop in self.rows if lunch and stop.starts_at >= lunch[1]), None)

    @property
    def before(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.day + timedelta(days=1)

    @property
    def lunch_s(self) -> int:
        """Length of the break."""
        lunch = self.route.lunch if self.route else None
        return int((lunch[1] - lunch[0]).total_seconds()) if lunch else 0


def day_page(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> DayPage:
    """A rep's day; None asks for today where the rep is.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    hours = rep_hours(session, rep_id)
    today = now.astimezone(hours.zone).date()
    wanted = day or today
    route, following = None, None
    try:
        route = rep_route(session, viewer, rep_id, wanted, now=now)
    except NoRouteError as error:
        following = error.next_day
    joined = route.joined if route else joint_views(session, rep_id, wanted, wanted, hours.zone)
    stops = between(route.stops if route else (), joined)
    return DayPage(
        rep_id=rep_id,
        rep=hours.name,
        day=wanted,
        today=today,
        now=now.astimezone(hours.zone),
        off=days_off(session, hours, wanted, wanted).get(wanted),
        route=route,
        joined=joined,
        companions=companions_on(session, rep_id, wanted),
        next_day=following,
        phones=phones_of(session, [stop.account_id for stop in stops], wanted),
        unplanned=unplanned(session, rep_id, wanted),
        outcomes=active(session, "outcome"),
        skip_reasons=active(session, "skip_reason"),
        types=list_types(session),
    )


def active(session: Session, name: str) -> tuple[CodeView, ...]:
    """The codes of a list that may be chosen."""
    return tuple(code for code in list_codes(session, name) if code.active)


def phones_of(session: Session, accounts: Sequence[int], day: date) -> dict[int, PhoneView]:
    """One number per account: of the main person, mobile before landline, preferred before the others."""
    if not accounts:
        return {}
    sql = (
        select(role.c.account_id, person.c.name, point.c.value, point.c.kind)
        .join(person, person.c.id == role.c.person_id)
        .join(point, point.c.person_id == person.c.id)
        .where(role.c.account_id.in_(accounts), point.c.kind.in_((ContactKind.PHONE, ContactKind.MOBILE)))
        .where(*valid(role, day), *valid(point, day))
        .order_by(role.c.is_main.desc(), point.c.preferred.desc(), point.c.kind, point.c.id)
    )
    found: dict[int, PhoneView] = {}
    for account_id, name, value, _ in session.execute(sql):
        dial = dialled(value)
        if dial and account_id not in found:
            found[account_id] = PhoneView(name, value, dial)
    return found


def dialled(value: str) -> str:
    """A number as `tel:` takes it: digits, and a plus in front where there was one; "" where there are too few."""
    international = value.strip().startswith("+")
    digits = re.sub(r"[^0-9]", "", value.replace("(0)", "") if international else value)
    return ("+" if international else "") + digits if len(digits) >= 3 else ""


def rep_unplanned(
    session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime
) -> tuple[UnplannedView, ...]:
    """Visits of a rep that found no day in the plan in force; None asks for today where the rep is.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    hours = rep_hours(session, rep_id)
    return unplanned(session, rep_id, day or now.astimezone(hours.zone).date())


def unplanned(session: Session, rep_id: int, day: date) -> tuple[UnplannedView, ...]:
    """Visits of the rep that found no day in the plan in force."""
    force = plan_on(session, day, exactly=True)
    if force is None:
        return ()
    sql = (
        select(account.c.id, account.c.name, unserved.c.visits, unserved.c.reason, unserved.c.details)
        .join(site, site.c.id == unserved.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(unserved.c.plan_id == force.plan_id, unserved.c.rep_id == rep_id)
        .order_by(account.c.name, unserved.c.id)
    )
    return tuple(UnplannedView(*row) for row in session.execute(sql.limit(MOST_LEFT)))


@dataclass(frozen=True, slots=True)
class RepDayView:
    """A rep whose day may be opened."""

    id: int
    name: str


def reps_to_open(session: Session, viewer: Viewer) -> tuple[RepDayView, ...]:
    """Every rep whose days the viewer may see, by name."""
    sql = select(rep.c.id, rep.c.name).where(may_see_reps(session, viewer)).order_by(func.lower(rep.c.name), rep.c.id)
    return tuple(RepDayView(*row) for row in session.execute(sql))
