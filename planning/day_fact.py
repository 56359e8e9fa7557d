"""A rep's day as planned against as done.

No positions of reps are kept, so what was done is what was reported: visits done or skipped, and visits noted as an
activity. A visit is reported when it ends: its moment is compared with the planned end.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Activity, ActivityKind, Site, Visit, VisitState
from geo.place import Place
from planning.record_errors import NoRouteError
from planning.rep_days import RepHours, rep_hours
from planning.today import JointView, RouteView, StopView, joint_views, midnight_of, rep_route
from planning.viewer import Viewer, require_rep

visit, site, account, activity = table_of(Visit), table_of(Site), table_of(Account), table_of(Activity)

Planned = StopView | JointView
"""A visit of the day: the rep's own, or one that the rep comes along on."""
ON_TIME_S = 15 * 60
"""A visit that ends so much off its planned end at most is on time."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Nothing is reported outside of these."""


@dataclass(frozen=True, slots=True)
class StopFact:
    """A planned visit and what became of it.

    `place` is the number in the order in which visits were made (extra ones counted), None where it was not made;
    `late_s` is how much later than planned it ended, below 0 for sooner; `why` says why it was skipped. `led_by` names
    the rep who leads it where this one comes along: such a visit has no `sequence`, and is made when its leader says.
    """

    visit_id: int
    account_id: int
    account: str
    sequence: int | None
    led_by: str
    starts_at: datetime
    departs_at: datetime
    state: str
    done_at: datetime | None
    place: int | None
    late_s: int | None
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class ExtraVisit:
    """A visit made that was not on the day's route; `lat` and `lon` where the place is known."""

    account_id: int
    account: str
    done_at: datetime
    place: int
    outcome: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """A way from home through visits in order and home again, in straight lines, and the time that takes by car.

    The time is the estimate of `geo.great_circle`: the same measure for the planned and the made order.
    """

    straight_m: int
    estimated_drive_s: int


@dataclass(frozen=True, slots=True)
class DayFact:
    """A rep's day, plan and fact; visits of others on which the rep comes along count as the rep's own.

    `planned_drive_s` is what the plan reckons with; None without a route.
    `on_time` are visits done within 15 minutes of their planned end, `out_of_order` the fewest visits that would have
    to be taken out for the rest to be in the planned order; `mean_off_s` is the mean of |late_s|; `made_places` are the
    corners of the way made, from home to home where that is known.
    """

    rep_id: int
    rep: str
    day: date
    time_zone: str
    planned: int
    done: int
    skipped: int
    on_time: int
    out_of_order: int
    mean_off_s: int | None
    planned_drive_s: int | None
    planned_way: Way
    made_way: Way
    stops: tuple[StopFact, ...]
    extra: tuple[ExtraVisit, ...]
    made_places: tuple[Place, ...]

    @property
    def reported(self) -> int:
        """How many visits were reported, done or skipped."""
        return self.done + self.skipped + len(self.extra)


def day_fact(session: Session, viewer: Viewer, rep_id: int, day: date | None, *, now: datetime) -> DayFact:
    """Plan and fact of a day; None asks for today where the rep is. The plan is the day's as it was planned last.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    hours = rep_hours(session, rep_id)
    wanted = day or now.astimezone(hours.zone).date()
    try:
        route = rep_route(session, viewer, rep_id, wanted, now=now)
    except NoRouteError:
        route = None
    stops = route.in_order if route else joint_views(session, rep_id, wanted, wanted, hours.zone)
    return compared(hours, wanted, route, stops, extra_visits(session, hours, wanted, route))


def compared(
    hours: RepHours, day: date, route: RouteView | None, stops: Sequence[Planned], extra: Sequence[ExtraVisit]
) -> DayFact:
    """The figures of a day, `stops` in the planned order; `extra` in any order, their places not yet known."""
    made = [stop for stop in stops if stop.done_at is not None and stop.state == VisitState.DONE]
    in_time: list[Planned | ExtraVisit] = sorted([*made, *extra], key=moment_of)
    place = {id(one): number for number, one in enumerate(in_time, start=1)}
    rank = {id(one): number for number, one in enumerate(stops)}
    facts = tuple(stop_fact(stop, place.get(id(stop)), hours.zone) for stop in stops)
    off_s = [abs(fact.late_s) for fact in facts if fact.late_s is not None]
    made_path = path(hours.home, list(places_of(in_time)))
    return DayFact(
        rep_id=hours.rep_id,
        rep=hours.name,
        day=day,
        time_zone=hours.zone.key,
        planned=len(facts),
        done=len(made),
        skipped=sum(fact.state == VisitState.SKIPPED for fact in facts),
        on_time=sum(late_s <= ON_TIME_S for late_s in off_s),
        out_of_order=out_of_order([rank[id(one)] for one in in_time if id(one) in rank]),
        mean_off_s=round(sum(off_s) / len(off_s)) if off_s else None,
        planned_drive_s=route.drive_s if route else None,
        planned_way=way(path(hours.home, list(places_of(stops)))),
        made_way=way(made_path),
        stops=facts,
        extra=tuple(placed(one, place[id(one)], hours.zone) for one in sorted(extra, key=moment_of)),
        made_places=made_path,
    )


def moment_of(one: Planned | ExtraVisit) -> datetime:
    """When a visit that was made ended."""
    assert one.done_at is not None
    return one.done_at


def stop_fact(stop: Planned, place: int | None, zone: ZoneInfo) -> StopFact:
    """What became of a planned visit."""
    done_at = stop.done_at.astimezone(zone) if stop.done_at is not None and place is not None else None
    return StopFact(
        visit_id=stop.visit_id,
        account_id=stop.account_id,
        account=stop.account,
        sequence=stop.sequence if isinstance(stop, StopView) else None,
        led_by=stop.rep if isinstance(stop, JointView) else "",
        starts_at=stop.starts_at,
        departs_at=stop.departs_at,
        state=stop.state,
        done_at=done_at,
        place=place,
        late_s=None if done_at is None else round((done_at - stop.departs_at).total_seconds()),
        outcome=stop.outcome,
        why=stop.why if isinstance(stop, StopView) else "",
    )


def placed(one: ExtraVisit, place: int, zone: ZoneInfo) -> ExtraVisit:
    """An extra visit with its place in the order and the rep's clock."""
    own = (one.account_id, one.account, one.done_at.astimezone(zone), place)
    return ExtraVisit(*own, one.outcome, one.lat, one.lon)


def extra_visits(session: Session, hours: RepHours, day: date, route: RouteView | None) -> list[ExtraVisit]:
    """Visits done on the day off its route, and visits noted without one being planned; without their places."""
    if not FIRST_DAY <= day <= LAST_DAY:
        return []
    off_route = or_(visit.c.route_id.is_(None), visit.c.route_id != route.id) if route else visit.c.id > 0
    place = (site.c.lat, site.c.lon)
    done = (
        select(account.c.id, account.c.name, visit.c.done_at, visit.c.outcome, *place)
        .select_from(visit)
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(visit.c.rep_id == hours.rep_id, visit.c.day == day, visit.c.state == VisitState.DONE)
        .where(visit.c.done_at.is_not(None), off_route)
    )
    begin, end = midnight_of(day, hours.zone), midnight_of(day + timedelta(days=1), hours.zone)
    noted = (
        select(account.c.id, account.c.name, activity.c.at, activity.c.outcome, *place)
        .select_from(activity)
        .join(account, account.c.id == activity.c.account_id)
        .outerjoin(site, site.c.id == activity.c.site_id)
        .where(activity.c.rep_id == hours.rep_id, activity.c.kind == ActivityKind.VISIT, activity.c.visit_id.is_(None))
        .where(activity.c.at >= begin, activity.c.at < end)
    )
    rows = [row for sql in (done, noted) for row in session.execute(sql)]
    return [ExtraVisit(key, name, at, 0, outcome, lat, lon) for key, name, at, outcome, lat, lon in rows]


def places_of(visits: Sequence[Planned | ExtraVisit]) -> Iterator[Place]:
    """Where visits are, those by telephone and those of no known place left out."""
    for one in visits:
        if one.lat is not None and one.lon is not None and not getattr(one, "by_phone", False):
            yield Place(one.lat, one.lon)


def path(home: Place | None, places: Sequence[Place]) -> tuple[Place, ...]:
    """From home through these places and home again; from the first to the last where no home is known."""
    ends = [home] if home is not None and places else []
    return (*ends, *places, *ends)


def way(path: Sequence[Place]) -> Way:
    """How far it is along these places."""
    from geo.great_circle import GreatCircle, great_circle_m

    straight_m = sum(float(great_circle_m([one], [other])[0, 0]) for one, other in pairwise(path))
    return Way(round(straight_m), sum(leg.duration_s for leg in GreatCircle().legs(path)) if len(path) > 1 else 0)


def out_of_order(sequence: Sequence[int]) -> int:
    """How many to take out for the rest to rise: all but the longest rising part (patience sorting)."""
    ends: list[int] = []
    for number in sequence:
        at = bisect_left(ends, number)
        ends[at : at + 1] = [number]
    return len(sequence) - len(ends)
