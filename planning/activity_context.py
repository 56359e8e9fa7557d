"""What a short note leaves unsaid: whose account, which site, whom it was with. It is taken from where the rep is in
the day, and written down as if it had been said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccountPerson, ActivityKind, Site, VisitState
from planning.record_errors import NoRouteError, RefusedError
from planning.today import StopView, rep_route
from planning.type_rules import known_type
from planning.viewer import Viewer

site, role = table_of(Site), table_of(AccountPerson)


def in_context(session: Session, viewer: Viewer, values: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The activity with what its words leave out: `values` as they were given, nothing of it changed.

    The kind is that of its type, or a note; the account is that of the visit at hand (see `visit_at_hand`), the site
    that of a visit there today, or the only one of the account; the person is the account's main contact.

    Raises:
        RefusedError: no account was named, and there is no visit at hand.
        FaultyError: there is no such type.
    """
    filled = dict(values)
    if "kind" not in filled:
        code = filled.get("type")
        filled["kind"] = ActivityKind(known_type(session, code).channel) if code else ActivityKind.NOTE
    stops = stops_of_day(session, viewer, now=now)
    if filled.get("account_id") is None:
        stop = visit_at_hand(stops, now=now)
        if stop is None:
            raise RefusedError("Say which account it is about: you have no visit today that it could belong to.")
        filled |= {"account_id": stop.account_id, "site_id": stop.site_id}
    if "site_id" not in filled:
        filled["site_id"] = site_of(session, filled["account_id"], stops)
    if "person_id" not in filled:
        filled["person_id"] = main_person(session, filled["account_id"], now=now)
    return filled


def stops_of_day(session: Session, viewer: Viewer, *, now: datetime) -> tuple[StopView, ...]:
    """The visits of the viewer's own day."""
    if viewer.rep_id is None:
        return ()
    try:
        return rep_route(session, viewer, viewer.rep_id, None, now=now).stops
    except NoRouteError:
        return ()


def visit_at_hand(stops: tuple[StopView, ...], *, now: datetime) -> StopView | None:
    """The visit a rep means who names none: that planned for this moment, else the one reported last, else the next."""
    planned = [stop for stop in stops if stop.state == VisitState.PLANNED]
    here = [stop for stop in planned if stop.starts_at <= now < stop.departs_at]
    done = sorted((stop for stop in stops if stop.done_at is not None), key=lambda stop: str(stop.done_at))
    return next(iter([*here, *done[::-1], *planned]), None)


def site_of(session: Session, account_id: int, stops: tuple[StopView, ...]) -> int | None:
    """The site of the account that is visited today, or its only one; None where it has several."""
    for stop in stops:
        if stop.account_id == account_id:
            return stop.site_id
    ids = list(session.scalars(select(site.c.id).where(site.c.account_id == account_id).limit(2)))
    return ids[0] if len(ids) == 1 else None


def main_person(session: Session, account_id: int, *, now: datetime) -> int | None:
    """The main contact of the account today; None where nobody is."""
    day = now.date()
    sql = (
        select(role.c.person_id)
        .where(role.c.account_id == account_id, role.c.is_main)
        .where(or_(role.c.valid_from.is_(None), role.c.valid_from <= day))
        .where(or_(role.c.valid_to.is_(None), role.c.valid_to > day))
        .order_by(role.c.id)
    )
    return session.scalar(sql.limit(1))
