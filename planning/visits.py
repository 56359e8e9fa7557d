"""What became of a visit: done, with its outcome and the next contact, or skipped, with the reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, ActivityKind, Rep, Site, Visit, VisitState
from planning.activities import add_activity
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.rep_days import rep_hours
from planning.type_rules import TypeView, require_outcome, require_type, type_of
from planning.viewer import Viewer, everything, require_rep

visit, site, account, rep = table_of(Visit), table_of(Site), table_of(Account), table_of(Rep)

AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=14)
"""How far the clock of a telephone may be ahead, and how long it may have been without a network."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit of a day; see `crm.tables.Visit`."""

    id: int
    route_id: int | None
    sequence: int | None
    site_id: int
    account_id: int
    account: str
    rep_id: int
    day: date
    state: str
    outcome: str
    why: str
    done_at: datetime | None
    type: str | None
    by_phone: bool
    version: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a rep says of a visit; `at` is the moment it ended, `next_contact_on` when to be in touch again.

    `type`: what kind of visit it was; None: as it was planned.
    """

    outcome: str
    text: str = ""
    next_contact_on: date | None = None
    at: datetime | None = None
    type: str | None = None


def get_visit(session: Session, viewer: Viewer, visit_id: int) -> VisitView:
    """One visit.

    Raises:
        MissingError: there is none with this id, or it is of a rep whose days the viewer may not see.
    """
    row = session.execute(visits().where(visit.c.id == visit_id)).first()
    missing = MissingError(f"There is no visit {visit_id}.")
    if row is None:
        raise missing
    found = VisitView(*row)
    try:
        require_rep(session, viewer, found.rep_id)
    except MissingError:
        raise missing from None
    return found


def visits() -> Select[Any]:
    """Visits in the order of `VisitView`."""
    own = visit.c
    return (
        select(
            *(own.id, own.route_id, own.sequence, own.site_id, account.c.id, account.c.name, own.rep_id, own.day),
            *(own.state, own.outcome, own.why, own.done_at, own.type, own.by_phone, own.version),
        )
        .join(site, site.c.id == own.site_id)
        .join(account, account.c.id == site.c.account_id)
    )


def finish_visit(
    session: Session, viewer: Viewer, visit_id: int, version: int, report: Report, *, now: datetime
) -> None:
    """Report a visit done: the visit keeps the outcome, and an activity the note and the next contact.

    Raises:
        MissingError: there is no such visit for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: it is done already, lies ahead, or was left out; no outcome, or one that is not in its list.
        FaultyError: a type that may not be chosen on its day, or an outcome that the type does not permit.
    """
    found = get_visit(session, viewer, visit_id)
    at = said_at(report.at, now)
    if found.state in (VisitState.DONE, VisitState.CANCELLED):
        raise RefusedError(f"The visit at {found.account} is {found.state} already.")
    if found.day > today_of(session, found.rep_id, now):
        raise RefusedError(f"The visit at {found.account} is planned for {found.day}: take it into today first.")
    kind = ActivityKind.PHONE_CALL if found.by_phone else ActivityKind.VISIT
    made = type_made(session, found, report, kind)
    values = {"state": VisitState.DONE, "outcome": report.outcome, "done_at": at, "why": "", "type": made}
    edit_row(session, visit, visit_id, version, values)
    noted = {
        "account_id": found.account_id,
        "site_id": found.site_id,
        "visit_id": visit_id,
        "rep_id": found.rep_id,
        "kind": kind,
        "type": made,
        "at": at,
        "outcome": report.outcome,
        "text": report.text,
        "next_contact_on": report.next_contact_on,
        "made_by": viewer.name,
    }
    # The visit was theirs to make, wherever the account lies today; a type it was planned with may have ended since.
    add_activity(session, everything(viewer.day), noted, checked="type")


def type_made(session: Session, found: VisitView, report: Report, kind: ActivityKind) -> str | None:
    """What kind of visit it was: as reported, else as planned; none where it was made in another way than planned.

    Raises:
        FaultyError: a type that may not be chosen on its day, or an outcome that the type does not permit.
    """
    if report.type is not None and report.type != found.type:
        made: TypeView | None = require_type(session, report.type, kind, found.day)
    else:
        made = type_of(session, found.type) if found.type else None
    if made is None or made.channel != kind:
        return None
    require_outcome(made, report.outcome)
    return made.code


def skip_visit(session: Session, viewer: Viewer, visit_id: int, version: int, why: str) -> None:
    """Say that a visit is not made that day, and why; it is due again as if it had not been planned.

    Raises:
        MissingError: there is no such visit for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: it is no longer planned, or the reason is missing or not in the list `skip_reason`.
    """
    found = get_visit(session, viewer, visit_id)
    if found.state != VisitState.PLANNED:
        raise RefusedError(f"The visit at {found.account} is {found.state} already.")
    if not why.strip():
        raise RefusedError("Say why the visit is skipped: the reason is missing.")
    require_code(session, "skip_reason", why)
    edit_row(session, visit, visit_id, version, {"state": VisitState.SKIPPED, "why": why})


def said_at(at: datetime | None, now: datetime) -> datetime:
    """The moment something was done, as a telephone says it.

    Raises:
        RefusedError: it lies ahead, or too far back.
    """
    if at is None:
        return now
    if not now - BEHIND <= at <= now + AHEAD:
        raise RefusedError(
            f"A visit is reported within {BEHIND.days} days, not before it is made; got {at.isoformat()}."
        )
    return min(at, now)


def today_of(session: Session, rep_id: int, now: datetime) -> date:
    """The date where a rep is."""
    return now.astimezone(rep_hours(session, rep_id).zone).date()
