"""What a device keeps of the record: accounts with all that hangs on them, other sales, and the days of its rep."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AccountPerson,
    AccountState,
    Activity,
    Consent,
    ContactPoint,
    Opportunity,
    Person,
    PipelineStage,
    Site,
    StageKind,
    Task,
    TaskState,
    Visit,
)
from planning.families import valid
from planning.people_views import last_words
from planning.today import JOINED, ROUTE, joint_view
from planning.viewer import Viewer, may_see_accounts, may_see_opportunities

account, site, person = table_of(Account), table_of(Site), table_of(Person)
works, contact, consent = table_of(AccountPerson), table_of(ContactPoint), table_of(Consent)
activity, opportunity, stage = table_of(Activity), table_of(Opportunity), table_of(PipelineStage)
task, visit = table_of(Task), table_of(Visit)

ACTIVITIES = 5
"""The latest of an account that a device keeps."""
BEHIND, AHEAD = timedelta(days=1), timedelta(days=13)
"""Days before and after today that a device keeps."""

type Doc = Mapping[str, Any]


def kept(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `account`: what a device keeps of what its user may see; not clients who are none any more."""
    return may_see_accounts(session, viewer) & (account.c.state != AccountState.CLOSED)


def account_docs(session: Session, viewer: Viewer, wanted: ColumnElement[bool], *, limit: int | None) -> list[Doc]:
    """The accounts among the wanted ones that the device keeps, in order of ids, with all that hangs on them."""
    columns = [account.c[name] for name in ACCOUNT]
    rows = session.execute(
        select(*columns).where(wanted, kept(session, viewer)).order_by(account.c.id).limit(limit)
    ).all()
    ids = [row.id for row in rows]
    parts = {
        "sites": grouped(session, SITES.where(site.c.account_id.in_(ids))),
        "people": people(session, ids, viewer.day),
        "activities": grouped(session, latest(ids)),
        "sales": grouped(session, SALES.where(opportunity.c.account_id.in_(ids))),
        "tasks": grouped(session, tasks(ids)),
    }
    return [dict(row._mapping) | {name: part.get(row.id, []) for name, part in parts.items()} for row in rows]


ACCOUNT = ("id", "external_id", "name", "state", "segment", "industry", "value", "potential", "version")
SITES = select(
    site.c.account_id.label("of"),
    *(site.c[name] for name in ("id", "line", "city", "postcode", "country", "lat", "lon", "level")),
    *(site.c[name] for name in ("visits_per_year", "service_s", "visit_type", "last_visit_on", "opening_hours")),
    site.c.version,
).order_by(site.c.id)
PEOPLE = (
    select(works.c.account_id.label("of"), person.c.id, person.c.name, person.c.note, person.c.version)
    .add_columns(works.c.role, works.c.is_main, works.c.valid_from, works.c.valid_to)
    .join(person, person.c.id == works.c.person_id)
    .order_by(works.c.id)
)
CONTACTS = (
    select(contact.c.person_id.label("of"), contact.c.kind, contact.c.value, contact.c.preferred)
    .add_columns(contact.c.valid_from, contact.c.valid_to)
    .order_by(contact.c.id)
)
CONSENTS = select(consent).order_by(consent.c.id)
SALES = (
    select(opportunity.c.account_id.label("of"), stage.c.name.label("stage"))
    .add_columns(*(opportunity.c[name] for name in ("id", "title", "rep_id", "value", "currency", "expected_on")))
    .add_columns(opportunity.c.version)
    .join(stage, stage.c.id == opportunity.c.stage_id)
    .where(stage.c.kind == StageKind.OPEN)
    .order_by(opportunity.c.id)
)


LOOSE = (
    select(stage.c.name.label("stage"), opportunity.c.account_id, account.c.name.label("account"))
    .add_columns(*(opportunity.c[name] for name in ("id", "title", "rep_id", "value", "currency", "expected_on")))
    .add_columns(opportunity.c.version)
    .join(stage, stage.c.id == opportunity.c.stage_id)
    .outerjoin(account, account.c.id == opportunity.c.account_id)
    .where(stage.c.kind == StageKind.OPEN)
    .order_by(opportunity.c.id)
)


def sale_docs(session: Session, viewer: Viewer, wanted: ColumnElement[bool], *, limit: int | None) -> list[Doc]:
    """The open sales among the wanted ones that the user sees and that hang on no account that the device keeps."""
    hangs = exists().where(account.c.id == opportunity.c.account_id, kept(session, viewer)).correlate(opportunity)
    sql = LOOSE.where(wanted, may_see_opportunities(session, viewer), ~hangs).limit(limit)
    return [dict(row._mapping) for row in session.execute(sql)]


def grouped(session: Session, sql: Select[Any]) -> dict[int, list[dict[str, Any]]]:
    """Rows by the column `of`, in their order."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(sql):
        values = dict(row._mapping)
        found.setdefault(values.pop("of"), []).append(values)
    return found


def people(session: Session, ids: Collection[int], day: date) -> dict[int, list[dict[str, Any]]]:
    """Who works at the accounts, with the ways to reach them that day and what they last said to each purpose."""
    found = grouped(session, PEOPLE.where(works.c.account_id.in_(ids)))
    persons = {one["id"] for group in found.values() for one in group}
    ways = grouped(session, CONTACTS.where(contact.c.person_id.in_(persons), *valid(contact, day)))
    said: dict[int, list[Any]] = {}
    for row in session.execute(CONSENTS.where(consent.c.person_id.in_(persons))):
        said.setdefault(row.person_id, []).append(row)
    for one in (one for group in found.values() for one in group):
        one["contacts"] = ways.get(one["id"], [])
        words = last_words(said.get(one["id"], ()))
        one["consents"] = {word.purpose: word.state for word in words if word.channel is None}
        one["channel_consents"] = {
            channel: {word.purpose: word.state for word in words if word.channel == channel}
            for channel in dict.fromkeys(word.channel for word in words if word.channel is not None)
        }
    return found


def latest(ids: Collection[int]) -> Select[Any]:
    """The last activities of each account, the newest first."""
    what = ("kind", "type", "at", "outcome", "text", "next_contact_on", "version")
    names = ("id", "site_id", "person_id", "rep_id", *what)
    newest = (activity.c.at.desc(), activity.c.id.desc())
    place = func.row_number().over(partition_by=activity.c.account_id, order_by=newest)
    ranked = (
        select(activity.c.account_id.label("of"), *(activity.c[name] for name in names), place.label("place"))
        .where(activity.c.account_id.in_(ids))
        .subquery()
    )
    columns = [ranked.c[name] for name in ("of", *names)]
    return select(*columns).where(ranked.c.place <= ACTIVITIES).order_by(ranked.c.of, ranked.c.place)


def tasks(ids: Collection[int]) -> Select[Any]:
    """What is to be done for the accounts and their sales."""
    names = ("id", "opportunity_id", "rep_id", "kind", "title", "text", "due_on", "version")
    of = func.coalesce(task.c.account_id, opportunity.c.account_id)
    return (
        select(of.label("of"), *(task.c[name] for name in names))
        .outerjoin(opportunity, opportunity.c.id == task.c.opportunity_id)
        .where(task.c.state == TaskState.OPEN)
        .where(or_(task.c.account_id.in_(ids), opportunity.c.account_id.in_(ids)))
        .order_by(task.c.id)
    )


def window(today: date) -> tuple[date, date]:
    """The first and the last day that a device keeps."""
    return today - BEHIND, today + AHEAD


def day_docs(session: Session, rep_id: int, days: Iterable[date]) -> list[Doc]:
    """The rep's days on which something is planned or was done, with the visits in order, and those come along on."""
    names = ("id", "site_id", "sequence", "state", "arrive_s", "start_s", "depart_s", "drive_s", "promised_from_s")
    more = ("promised_until_s", "done_at", "outcome", "type", "by_phone", "why", "version")
    wanted = sorted(days)
    rows = session.execute(
        select(visit.c.day, visit.c.route_id, *(visit.c[name] for name in (*names, *more)))
        .add_columns(site.c.account_id, account.c.name.label("account"))
        .add_columns(site.c.line, site.c.city, site.c.postcode, site.c.lat, site.c.lon)
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(visit.c.rep_id == rep_id, visit.c.day.in_(wanted))
        .order_by(visit.c.sequence.is_(None), visit.c.sequence, visit.c.id)
    ).all()
    joined = joined_docs(session, rep_id, wanted)
    found: list[Doc] = []
    for day in wanted:
        route = session.execute(ROUTE, {"rep": rep_id, "on": day}).first()
        of_day = [row for row in rows if row.day == day and row.route_id in (None, route and route.id)]
        if route is None and not of_day and day not in joined:
            continue
        times = {name: route and getattr(route, name) for name in ("start_s", "end_s", "drive_s")}
        lunch = {name: route and getattr(route, name) for name in ("lunch_start_s", "lunch_end_s", "version")}
        visits = [{name: value for name, value in row._mapping.items() if name != "day"} for row in of_day]
        found.append({"day": day, "rep_id": rep_id} | times | lunch | {"visits": visits, "joined": joined.get(day, [])})
    return found


def joined_docs(session: Session, rep_id: int, days: Collection[date]) -> dict[date, list[Doc]]:
    """By day, the visits of others that the rep comes along on."""
    if not days:
        return {}
    found: dict[date, list[Doc]] = {}
    for row in JOINED.rows(session, rep=rep_id, first=min(days), last=max(days)):
        view = joint_view(row, ZoneInfo("UTC"))
        doc = {name: getattr(view, name) for name in view.__slots__}
        found.setdefault(row.day, []).append(doc)
    return {day: found[day] for day in days if day in found}
