"""The report of a visit, filled in from the plan, the rep's calendar and where a device says that the rep is.

Nothing of it is kept: the rep looks through it and reports the visit done. Where a device is, is only compared with the
site, in the answer to that one question.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, Person, Route, Site, Visit, VisitState
from geo.place import Place
from planning.agreed_visits import next_contacts
from planning.joint_visits import companions_of
from planning.rep_days import days_off, rep_hours
from planning.today import clock, midnight_of
from planning.viewer import Viewer
from planning.visit_policies import policy_on
from planning.visits import VisitView, get_visit

visit, route, site = table_of(Visit), table_of(Route), table_of(Site)
role, person, account = table_of(AccountPerson), table_of(Person), table_of(Account)

NEAR_M = 250.0
"""A device this near to the site is at it: places and positions both err."""
LOOK_AHEAD = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What a report of a visit would say. `began_at`: as planned, not before the last visit ended; `ended_at`: now,
    on the visit's day, else as planned. `at_site` is None where no position was given or the site has no place.
    `companions` came along by the calendar; `person` is the main contact; `next_contact_on` follows from the visits a
    year, on a day the rep works, unless a contact was noted already or a visit is planned."""

    visit_id: int
    account_id: int
    account: str
    state: str
    version: int
    planned_from: datetime | None
    planned_until: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    distance_m: int | None
    at_site: bool | None
    why: str
    companions: tuple[str, ...]
    person: str
    next_visit_on: date | None
    next_contact_on: date | None


def report_draft(
    session: Session, viewer: Viewer, visit_id: int, position: Place | None, *, now: datetime
) -> ReportDraft:
    """The report of a visit as far as it is known.

    Raises:
        MissingError: there is no such visit for the viewer.
    """
    found = get_visit(session, viewer, visit_id)
    given = policy_on(session, found.day).visits_a_year()
    row = session.execute(
        select(visit.c.start_s, visit.c.depart_s, site.c.lat, site.c.lon, given.label("visits_per_year"))
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(visit.c.id == visit_id)
    ).one()
    hours = rep_hours(session, found.rep_id)
    midnight = midnight_of(found.day, hours.zone)
    times = None if row.start_s is None else (clock(midnight, row.start_s), clock(midnight, row.depart_s))
    here = now.astimezone(hours.zone)
    is_today = here.date() == found.day
    ended = found.done_at or (here if is_today else times[1] if times else None)
    began = times[0] if times else None
    last = last_done(session, found)
    if began is not None and last is not None:
        began = max(began, last.astimezone(hours.zone))
    if began is not None and ended is not None:
        began = min(began, ended)
    far_m = None if position is None or row.lat is None else distance_m(position, Place(row.lat, row.lon))
    following = next_planned(session, found)
    known = next_contacts(session, date.max, [found.account_id]).get(found.account_id)
    contact = known if known is not None and known > found.day else None
    if following is None and contact is None and row.visits_per_year:
        contact = found.day + timedelta(days=round(365.25 / row.visits_per_year))
        off = days_off(session, hours, contact, contact + LOOK_AHEAD)
        contact = next(
            (day for n in range(LOOK_AHEAD.days) if (day := contact + timedelta(days=n)) not in off), contact
        )
    return ReportDraft(
        visit_id=visit_id,
        account_id=found.account_id,
        account=found.account,
        state=found.state,
        version=found.version,
        planned_from=times[0] if times else None,
        planned_until=times[1] if times else None,
        began_at=began,
        ended_at=ended,
        distance_m=None if far_m is None else round(far_m),
        at_site=None if far_m is None else far_m <= NEAR_M,
        why=found.why,
        companions=tuple(companions_of(session, visit_id).values()),
        person=main_contact(session, found.account_id, found.day),
        next_visit_on=following,
        next_contact_on=contact,
    )


def last_done(session: Session, found: VisitView) -> datetime | None:
    """When the rep's visit before this one ended, that day."""
    sql = select(visit.c.done_at).where(
        visit.c.rep_id == found.rep_id,
        visit.c.day == found.day,
        visit.c.state == VisitState.DONE,
        visit.c.id != found.id,
    )
    ends = [at for at in session.scalars(sql) if at is not None and (found.done_at is None or at < found.done_at)]
    return max(ends, default=None)


def next_planned(session: Session, found: VisitView) -> date | None:
    """The day of the next visit planned at the site."""
    sql = select(visit.c.day).where(
        visit.c.site_id == found.site_id,
        visit.c.state == VisitState.PLANNED,
        visit.c.sequence.is_not(None),
        visit.c.day > found.day,
    )
    return session.scalars(sql.order_by(visit.c.day).limit(1)).first()


def main_contact(session: Session, account_id: int, day: date) -> str:
    """The name of the account's main person; "" where there is none."""
    sql = (
        select(person.c.name, role.c.valid_from, role.c.valid_to)
        .join(role, role.c.person_id == person.c.id)
        .where(role.c.account_id == account_id, role.c.is_main)
        .order_by(role.c.id)
    )
    rows = session.execute(sql).all()
    return next(
        (one.name for one in rows if (one.valid_from or day) <= day and (one.valid_to is None or one.valid_to > day)),
        "",
    )


def distance_m(one: Place, other: Place) -> float:
    """Between two places, in a straight line."""
    from geo.great_circle import great_circle_m

    return float(great_circle_m([one], [other])[0, 0])
