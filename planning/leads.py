"""Leads: what came in, whom it is matched with, and what becomes of it; conversion is one act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Lead,
    LeadState,
    Rep,
)
from planning.closed_accounts import require_open
from planning.code_rules import require_code
from planning.deal_moves import require_rules, with_account
from planning.edits import edit_row
from planning.events import emit
from planning.external_ids import require_free_id
from planning.new_clients import NewClient, new_client
from planning.pipeline_rules import require_begin, require_entry
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.stage_effects import begin_deal
from planning.viewer import Viewer, may_see_accounts, require_account, sight_of

lead, account, rep = table_of(Lead), table_of(Account), table_of(Rep)

OPEN = (LeadState.NEW, LeadState.MATCHED, LeadState.QUALIFIED)


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead; `payload` is what came in, unchanged."""

    id: int
    external_id: str | None
    source: str
    trigger: str
    payload: Mapping[str, Any]
    received_at: datetime
    state: str
    account_id: int | None
    account: str | None
    rep_id: int | None
    rep: str | None
    opportunity_id: int | None
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Leads in order of their ids; `after` is the id to go on from, None on the last page."""

    leads: tuple[LeadView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Sale:
    """The opportunity that a lead becomes."""

    title: str
    stage_id: int
    value: float | None = None
    currency: str = ""
    expected_on: date | None = None


def may_see_leads(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `lead`: of an account that the viewer sees, or given to one of the viewer's reps."""
    if viewer.sees_all:
        return true()
    return or_(lead.c.rep_id.in_(sight_of(session, viewer).reps), may_see_accounts(session, viewer, lead.c.account_id))


def find_leads(
    session: Session,
    viewer: Viewer,
    *,
    state: LeadState | None = None,
    source: str | None = None,
    rep_id: int | None = None,
    account_id: int | None = None,
    after: int = 0,
    limit: int,
) -> LeadPage:
    """Leads: all, or those in one state, from one source, of one rep, about one account."""
    fits = {lead.c.state: state, lead.c.source: source, lead.c.rep_id: rep_id, lead.c.account_id: account_id}
    asked = [column == wanted for column, wanted in fits.items() if wanted is not None]
    sql = leads().where(lead.c.id > after, may_see_leads(session, viewer), *asked)
    rows = session.execute(sql.order_by(lead.c.id).limit(limit + 1)).all()
    found = tuple(LeadView(*row) for row in rows[:limit])
    return LeadPage(found, found[-1].id if len(rows) > limit else None)


def get_lead(session: Session, viewer: Viewer, lead_id: int) -> LeadView:
    """One lead.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    row = session.execute(leads().where(lead.c.id == lead_id, may_see_leads(session, viewer))).first()
    if row is None:
        raise MissingError(f"There is no lead {lead_id}.")
    return LeadView(*row)


def lead_by_id(session: Session, lead_id: int) -> LeadView:
    """One lead, for whoever has just changed it: it may belong to somebody else now."""
    return LeadView(*session.execute(leads().where(lead.c.id == lead_id)).one())


def leads() -> Select[Any]:
    """Leads with the names of what they refer to, in the order of `LeadView`."""
    own = lead.c
    return (
        select(
            *(own.id, own.external_id, own.source, own.trigger, own.payload, own.received_at, own.state),
            *(own.account_id, account.c.name, own.rep_id, rep.c.name, own.opportunity_id, own.reason, own.version),
        )
        .outerjoin(account, account.c.id == own.account_id)
        .outerjoin(rep, rep.c.id == own.rep_id)
    )


def add_lead(
    session: Session,
    viewer: Viewer,
    source: str,
    trigger: str,
    payload: Mapping[str, Any],
    *,
    external_id: str | None = None,
    now: datetime,
) -> int:
    """Take a lead in; returns its id. It belongs to the viewer's own rep until somebody gives it to another.

    Raises:
        RefusedError: a source that is not in its list, or an id that came before.
    """
    require_code(session, "lead_source", source)
    require_free_id(session, "leads", external_id, lead)
    row = {
        "external_id": external_id,
        "source": source,
        "trigger": trigger,
        "payload": dict(payload),
        "received_at": now,
        "state": LeadState.NEW,
        "account_id": None,
        "rep_id": viewer.rep_id,
        "opportunity_id": None,
        "reason": "",
        "version": 1,
    }
    (made,) = insert_all(session, Lead, [row])
    return made


def step(session: Session, viewer: Viewer, lead_id: int, version: int, **values: Any) -> None:
    """Set columns of an open lead.

    Raises:
        MissingError: there is no such lead for the viewer.
        RefusedError: it was converted or rejected already.
        StaleError: somebody changed it since `version`.
    """
    before = get_lead(session, viewer, lead_id)
    if before.state not in OPEN:
        raise RefusedError(f"Lead {lead_id} was {before.state} already.")
    edit_row(session, lead, lead_id, version, values)


def match_lead(session: Session, viewer: Viewer, lead_id: int, version: int, account_id: int) -> None:
    """Say which account a lead is about; one that was qualified stays so. See `step` for errors."""
    require_account(session, viewer, account_id)
    qualified = get_lead(session, viewer, lead_id).state == LeadState.QUALIFIED
    state = LeadState.QUALIFIED if qualified else LeadState.MATCHED
    step(session, viewer, lead_id, version, account_id=account_id, state=state)


def qualify_lead(session: Session, viewer: Viewer, lead_id: int, version: int, rep_id: int | None) -> None:
    """Say that a lead is worth the work, and whose it is (None: as it was). See `step` for errors."""
    owner = {} if rep_id is None else {"rep_id": rep_id}
    if rep_id is not None and session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise RefusedError(f"There is no rep {rep_id}.")
    step(session, viewer, lead_id, version, state=LeadState.QUALIFIED, **owner)


def reject_lead(session: Session, viewer: Viewer, lead_id: int, version: int, reason: str) -> None:
    """Say why nothing comes of a lead. See `step` for errors."""
    if not reason.strip():
        raise RefusedError("A rejected lead needs a reason.")
    step(session, viewer, lead_id, version, state=LeadState.REJECTED, reason=reason)


def convert_lead(
    session: Session, viewer: Viewer, lead_id: int, version: int, sale: Sale, client: NewClient | None, *, now: datetime
) -> int:
    """Make an opportunity of a lead, and an account where it is matched with none; all or nothing. Returns its id.

    A new account comes into a territory of the lead's rep, who goes on seeing it.

    Raises:
        MissingError: there is no such lead for the viewer.
        RefusedError: it is not open, has no account and none is given (or has one and another is given), the account's
            id is taken, the account is closed, or the stage is none that is open.
        StaleError: somebody changed it since `version`.
    """
    before = get_lead(session, viewer, lead_id)
    if (before.account_id is None) == (client is None):
        raise RefusedError(
            "Say which account this becomes: the lead is matched with none."
            if client is None
            else f"The lead is matched with account {before.account_id}; no other is needed."
        )
    if before.account_id is not None:
        require_open(session, before.account_id, "a new sale")
    begins_in = require_begin(session, sale.stage_id)
    why = f"Lead {lead_id}"
    made_of = partial(new_client, session, viewer, rep_id=before.rep_id, why=why, now=now)
    account_id = before.account_id if client is None else made_of(client)
    row = {
        "external_id": None,
        "account_id": account_id,
        "rep_id": before.rep_id,
        "stage_id": sale.stage_id,
        "title": sale.title,
        "value": sale.value,
        "currency": sale.currency,
        "probability": None,
        "expected_on": sale.expected_on,
        "source": before.source,
    }
    deal = with_account(session, row)
    require_entry(viewer, begins_in, deal)
    require_rules(session, begins_in, deal)
    made = begin_deal(session, row, at=now, by=viewer.name, reason=why)
    emit(session, "lead.converted", "lead", lead_id, now, {"opportunity_id": made, "account_id": account_id})
    step(session, viewer, lead_id, version, state=LeadState.CONVERTED, account_id=account_id, opportunity_id=made)
    return made
