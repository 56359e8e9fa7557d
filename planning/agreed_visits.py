"""What the record knows of visits whose day is settled: next contacts that were noted, times that were promised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from crm.columns import table_of
from crm.often import Often
from crm.tables import Activity, ActivityKind, Route, TerritoryPlan, Visit, VisitCompanion, VisitState
from planning.account_wishes import Wishes
from planning.cycle_clients import PUNCTUAL_S
from planning.kept_wishes import wishes_from
from planning.record_rows import BATCH
from planning.today import in_force

activity, visit, companion = table_of(Activity), table_of(Visit), table_of(VisitCompanion)
route, plan = table_of(Route), table_of(TerritoryPlan)

CONTACTS = (ActivityKind.VISIT, ActivityKind.PHONE_CALL, ActivityKind.MEETING)
NOTED = (
    select(activity.c.account_id, activity.c.next_contact_on, activity.c.at)
    .where(activity.c.next_contact_on.is_not(None))
    .order_by(activity.c.at, activity.c.id)
)
MET = (
    select(activity.c.account_id, func.max(activity.c.at).label("at"))
    .where(or_(*(activity.c.kind == one for one in CONTACTS)))
    .group_by(activity.c.account_id)
)


@cache
def noted_and_met(dialect: str, places: int | None) -> tuple[Often, Often]:
    """`NOTED` and `MET` of the accounts `accounts`; without places, of all."""
    some = [] if places is None else [among(activity.c.account_id, "accounts", dialect, places)]
    return Often(NOTED.where(*some)), Often(MET.where(*some))


Agreed = tuple[date, int, int]
"""A day, and the time of day from and until which the visit begins."""


def next_contacts(session: Session, until: date, accounts: Iterable[int] | None = None) -> dict[int, date]:
    """By account: the day of the next contact noted last, up to `until`, where nobody has been in touch since.

    `accounts`: only these; None: all.
    """
    found: dict[int, date] = {}
    dialect = dialect_of(session)
    parts: Iterable[tuple[int, ...] | None] = [None] if accounts is None else batched(accounts, BATCH)
    for part in parts:
        asked = {} if part is None else told("accounts", part, dialect)
        noted, met = noted_and_met(dialect, None if part is None else places_for(part, dialect))
        promised = {row.account_id: row for row in noted.rows(session, **asked)}
        last = {row[0]: row[1] for row in met.rows(session, **asked)} if promised else {}
        for key, row in promised.items():
            since = last.get(key)
            if row.next_contact_on <= until and (
                since is None or since <= row.at or since.date() < row.next_contact_on
            ):
                found[key] = row.next_contact_on
    return found


def is_settled() -> ColumnElement[bool]:
    """True for a visit whose moment was promised, or that several make together."""
    together = select(companion.c.id).where(companion.c.visit_id == visit.c.id).exists()
    return or_(visit.c.promised_from_s.is_not(None), together)


def begins_at(row: Any) -> tuple[int, int]:
    """From and until when a settled visit begins: as promised, else as planned."""
    if row.promised_from_s is not None:
        return row.promised_from_s, row.promised_until_s
    return row.start_s, row.start_s + PUNCTUAL_S


def settled_visits(session: Session, first: date) -> dict[int, tuple[Agreed, ...]]:
    """By site: the settled visits that plans in force hold from a day on."""
    sql = (
        select(visit.c.site_id, visit.c.day, visit.c.start_s, visit.c.promised_from_s, visit.c.promised_until_s)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(visit.c.day >= first, visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), in_force())
        .where(is_settled(), visit.c.by_phone.is_(False))
        .order_by(visit.c.site_id, visit.c.day, visit.c.start_s)
    )
    found: dict[int, dict[date, Agreed]] = defaultdict(dict)
    for row in session.execute(sql):
        found[row.site_id].setdefault(row.day, (row.day, *begins_at(row)))
    return {site_id: tuple(days.values()) for site_id, days in found.items()}


def wishes_known(
    kept: Mapping[str, Any] | None, contact_on: date | None, settled: tuple[Agreed, ...], seen: date | None
) -> Wishes:
    """What a site wishes of its visits, with what activities and visits say; `seen` is its last visit.

    A settled visit stands for the appointment of its day, and for a next contact that was noted before it.
    """
    wishes = wishes_from(kept)
    days = {day for day, _, _ in settled}
    if contact_on is not None and any(day >= contact_on for day in (*days, *([seen] if seen else ()))):
        contact_on = None
    if wishes.appointment in days:
        wishes = replace(wishes, appointment=None, appointment_s=None)
    if contact_on is None and not settled:
        return wishes
    return replace(wishes, contact_on=contact_on, agreed=settled)
