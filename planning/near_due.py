"""Accounts near the rest of a rep's day that are due, were left out, or asked for a contact: what could be taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import cos, radians
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Assignment, Site, UnservedVisit, Visit, VisitState
from geo.place import Place
from planning.agreed_visits import next_contacts
from planning.day_solver import ESTIMATED, AskedDay, AskedStop, Near, Roads
from planning.day_state import SERVICE_S, DayState, day_state
from planning.next_best import Rank, dueness, value_terms, way_term
from planning.plans_in_force import InForce, plans_on
from planning.today import clock, midnight_of
from planning.type_rules import satisfies
from planning.viewer import Viewer, held_by, valid_under
from planning.visit_policies import PolicyView, policy_on

visit, site, account = table_of(Visit), table_of(Site), table_of(Account)
assignment, unserved = table_of(Assignment), table_of(UnservedVisit)

CANDIDATES = 60
"""So many are asked for their way; those nearest to the rest of the day."""
SHOWN = 20
EARLY = timedelta(days=14)
"""A visit that falls due within this time counts as due."""
FORWARD = timedelta(days=28)
"""A visit planned within this time may be brought forward."""
LONGEST_DETOUR_S = 2700


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site that could be visited besides; `reason` is overdue, due, planned, left_out, contact or new.

    `on` is the day that goes with the reason, `text` what the plan or somebody said.
    """

    site_id: int
    account_id: int
    account: str
    line: str
    city: str
    place: Place
    service_s: int
    opening_hours: str
    reason: str
    on: date | None
    text: str
    visits_per_year: float
    value: float | None


@dataclass(frozen=True, slots=True)
class NearView:
    """A candidate with what it costs: `extra_s` more driving, the visit beginning at `starts_at` at the earliest."""

    site_id: int
    account_id: int
    account: str
    line: str
    city: str
    lat: float
    lon: float
    service_s: int
    reason: str
    on: date | None
    text: str
    extra_s: int
    starts_at: datetime
    rank: Rank

    @property
    def score(self) -> float:
        return self.rank.score


@dataclass(frozen=True, slots=True)
class NearQuestion:
    """The rest of the day, and who could be taken in."""

    state: DayState
    asked: AskedDay
    candidates: tuple[Candidate, ...]

    @property
    def stops(self) -> tuple[AskedStop, ...]:
        """The candidates as the solver is asked for them."""
        return tuple(AskedStop(one.site_id, one.place, one.service_s, one.opening_hours) for one in self.candidates)


def ask_near(
    session: Session,
    viewer: Viewer,
    rep_id: int,
    day: date | None,
    position: Place | None,
    *,
    now: datetime,
    roads: Roads = ESTIMATED,
) -> NearQuestion:
    """The rest of the day and the due accounts around it.

    Raises:
        MissingError: there is no such rep for the viewer.
        RefusedError: the day is over.
    """
    state = day_state(session, viewer, rep_id, day, now=now)
    asked = state.rest(position=position, roads=roads)
    forces = plans_on(session, state.day)
    given = policy_on(session, state.day)
    rows = session.execute(own_sites(state, forces, given)).all() if forces else []
    contacts = next_contacts(session, state.day, sorted({row.account_id for row in rows})) if rows else {}
    known = (candidate(row, state.day, contacts.get(row.account_id)) for row in rows)
    found = [one for one in known if one is not None]
    visited = [stop.place for stop in asked.stops if stop.place is not None and not stop.by_phone]
    through = [asked.start, *visited, *([asked.end] if asked.end else [])]
    found.sort(key=lambda one: (off_the_way(one.place, through), one.site_id))
    return NearQuestion(state, asked, tuple(found[:CANDIDATES]))


def own_sites(state: DayState, forces: tuple[InForce, ...], given: PolicyView) -> Any:
    """The sites in the rep's territories that are not in the day, with all that tells when they are due."""
    rep_id, day = state.hours.rep_id, state.day
    here = {row.site_id for row in (*state.open_visits, *state.closed)}
    own = (visit.c.site_id == site.c.id,)
    made = (*own, visit.c.state == VisitState.DONE, satisfies(visit.c.type))
    last = select(func.max(visit.c.day)).where(*made).scalar_subquery()
    following = select(func.min(visit.c.day)).where(*own, visit.c.state == VisitState.PLANNED)
    following = following.where(visit.c.day >= state.today, visit.c.day != day)
    left = select(func.min(unserved.c.reason)).where(
        unserved.c.site_id == site.c.id, unserved.c.plan_id.in_([force.plan_id for force in forces])
    )
    return (
        select(
            *(site.c.id, account.c.id.label("account_id"), account.c.name, site.c.line, site.c.city),
            *(site.c.lat, site.c.lon, given.visit_s().label("service_s")),
            *(site.c.opening_hours, given.visits_a_year().label("visits_per_year")),
            func.coalesce(account.c.potential, account.c.value).label("value"),
            *(site.c.last_visit_on, last.label("last_done"), following.scalar_subquery().label("planned")),
            left.scalar_subquery().label("left_out"),
        )
        .join(account, account.c.id == site.c.account_id)
        .join(assignment, assignment.c.site_id == site.c.id)
        .where(
            valid_under(forces, assignment.c.plan_id, assignment),
            assignment.c.territory_id.in_(held_by((rep_id,), forces)),
            site.c.lat.is_not(None),
            account.c.state.in_((AccountState.ACTIVE, AccountState.PROSPECT)),
            site.c.id.not_in(here),
        )
        .order_by(site.c.id)
        .distinct()
    )


def candidate(row: Row[Any], day: date, contact_on: date | None) -> Candidate | None:
    """The site with the strongest reason to go there now; None when there is none."""
    reason = why_now(row, day, contact_on)
    if reason is None:
        return None
    place = Place(row.lat, row.lon)
    facts = (row.id, row.account_id, row.name, row.line, row.city, place, row.service_s or SERVICE_S, row.opening_hours)
    return Candidate(*facts, *reason, row.visits_per_year, row.value)


def why_now(row: Row[Any], day: date, contact_on: date | None) -> tuple[str, date | None, str] | None:
    """Reason, its day, and its text; the strongest of those that apply. `contact_on`: a contact was promised then."""
    last = max((when for when in (row.last_done, row.last_visit_on) if when is not None), default=None)
    if row.planned is not None and row.planned < day:
        return None
    due = last + timedelta(days=365.25 / row.visits_per_year) if last and row.visits_per_year else None
    if contact_on is not None:
        return "contact", contact_on, ""
    if due is not None and due < day:
        return "overdue", due, ""
    if row.left_out and (last is None or due is None or due <= day + EARLY):
        return "left_out", None, row.left_out
    if row.planned is not None and row.planned <= day + FORWARD:
        return "planned", row.planned, ""
    if due is not None and due <= day + EARLY:
        return "due", due, ""
    return ("new", None, "") if last is None and row.planned is None else None


def off_the_way(place: Place, through: Sequence[Place]) -> float:
    """About how many degrees of latitude a place lies from the nearest leg of the way."""
    narrow = cos(radians(place.lat))
    points = [((one.lon - place.lon) * narrow, one.lat - place.lat) for one in through]
    if len(points) == 1:
        return float((points[0][0] ** 2 + points[0][1] ** 2) ** 0.5)
    return min(from_leg(a, b) for a, b in pairwise(points))


def from_leg(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of the origin from the leg between two points."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / length))
    return float(((a[0] + along * dx) ** 2 + (a[1] + along * dy) ** 2) ** 0.5)


def near_views(question: NearQuestion, fits: Sequence[Near], *, best_first: bool = False) -> tuple[NearView, ...]:
    """What fits with a bearable detour, the shortest first; `best_first`: the next best visit first."""
    known = {one.site_id: one for one in question.candidates}
    state = question.state
    midnight = midnight_of(state.day, state.hours.zone)
    values = dict(zip(known, value_terms([one.value for one in known.values()]), strict=True))
    found: list[NearView] = []
    for fit in fits:
        one = known[fit.key]
        if fit.extra_s <= LONGEST_DETOUR_S:
            where = (one.site_id, one.account_id, one.account, one.line, one.city, one.place.lat, one.place.lon)
            why = (one.service_s, one.reason, one.on, one.text)
            due = dueness(one.reason, one.on, state.day, one.visits_per_year)
            rank = Rank(values[one.site_id], due, way_term(fit.extra_s))
            found.append(NearView(*where, *why, fit.extra_s, clock(midnight, fit.start_s), rank))
    if best_first:
        found.sort(key=lambda view: (-view.score, view.extra_s, view.site_id))
    return tuple(found[:SHOWN])
