"""Proposed transfers: computed on the record as it is, kept, and accepted once: whole, in part or not at all."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Assignment, Proposal, ProposalMove, ProposalState
from planning.deal_handover import give_deals, mark_given
from planning.proposal_inputs import read_inputs
from planning.record_errors import MissingError, RefusedError
from planning.workload_moved import recount

proposal, move, assignment = table_of(Proposal), table_of(ProposalMove), table_of(Assignment)


@dataclass(frozen=True, slots=True)
class MoveView:
    """One site that would change, or has changed, its territory."""

    site_id: int
    from_territory_id: int
    to_territory_id: int
    price: float
    terms: dict[str, float]
    hours: float
    reason: str
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with its moves; `stale`: the data have changed since it was computed."""

    id: int
    plan_id: int
    title: str
    state: str
    stale: bool
    tolerance: float
    feasible: bool
    proven: bool
    bound: float
    gap: float
    figures: list[dict[str, Any]]
    notes: list[str]
    deals_until: date | None
    deals_given_on: date | None
    made_at: datetime
    made_by: str
    version: int
    moves: tuple[MoveView, ...]


def get_proposal(session: Session, proposal_id: int) -> ProposalView:
    """A proposal as it stands.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(proposal).where(proposal.c.id == proposal_id)).mappings().first()
    if row is None:
        raise MissingError(f"There is no proposal {proposal_id}.")
    names = ("site_id", "from_territory_id", "to_territory_id", "price", "terms", "hours", "reason", "accepted")
    sql = select(*(move.c[name] for name in names)).where(move.c.proposal_id == proposal_id).order_by(move.c.id)
    facts = {name: row[name] for name in ProposalView.__dataclass_fields__ if name in row}
    stale = row["state"] == ProposalState.OPEN and _stale(session, row["plan_id"], row["data_version"])
    return ProposalView(**facts, stale=stale, moves=tuple(MoveView(*one) for one in session.execute(sql)))


def accept(session: Session, proposal_id: int, today: date, sites: Collection[int] | None = None) -> int:
    """Make a proposal's transfers true from `today` on, all of them or those of `sites`; returns how many.

    Called inside one act, which can be undone as a whole; the proposal is open again then, but stale. Open deals
    follow at once, or stay with their owners until `deals_until` (see `deal_handover`). The plan's `workload` rows are
    counted anew.

    Raises:
        MissingError: there is no such proposal, or it does not move one of `sites`.
        RefusedError: it was accepted or declined already, its plan is not the published one, or the data have changed
            since it was computed.
    """
    view = get_proposal(session, proposal_id)
    if view.state != ProposalState.OPEN:
        raise RefusedError(f"Proposal {proposal_id} was {view.state} already.")
    if view.stale:
        raise RefusedError(f"The data have changed since proposal {proposal_id} was computed: ask for a new one.")
    chosen = [one for one in view.moves if sites is None or one.site_id in sites]
    if sites is not None and len(chosen) < len(set(sites)):
        unknown = sorted(set(sites) - {one.site_id for one in chosen})
        raise MissingError(f"Proposal {proposal_id} does not move site {unknown[0]}.")
    _close(session, proposal_id, view.version, ProposalState.ACCEPTED)
    taken = {one.site_id for one in chosen}
    for one in view.moves:
        own = (move.c.proposal_id == proposal_id, move.c.site_id == one.site_id)
        session.execute(update(move).where(*own).values(accepted=one.site_id in taken, version=move.c.version + 1))
    for one in chosen:
        _transfer(session, view.plan_id, one, today)
    recount(session, view.plan_id, [(one.site_id, one.from_territory_id, one.to_territory_id) for one in chosen])
    if view.deals_until is None or view.deals_until <= today:
        give_deals(session, chosen, today)
        mark_given(session, proposal_id, today)
    return len(chosen)


def decline(session: Session, proposal_id: int) -> None:
    """Close a proposal without any of its transfers.

    Raises:
        MissingError: there is no such proposal.
        RefusedError: it was accepted or declined already.
    """
    view = get_proposal(session, proposal_id)
    if view.state != ProposalState.OPEN:
        raise RefusedError(f"Proposal {proposal_id} was {view.state} already.")
    _close(session, proposal_id, view.version, ProposalState.DECLINED)


def _close(session: Session, proposal_id: int, version: int, state: ProposalState) -> None:
    """Set the state once: of two who do it at the same moment, one is refused."""
    same = (proposal.c.id == proposal_id, proposal.c.version == version, proposal.c.state == ProposalState.OPEN)
    made: Any = session.execute(update(proposal).where(*same).values(state=state, version=version + 1))
    if made.rowcount != 1:
        raise RefusedError(f"Proposal {proposal_id} was just closed by somebody else.")


def _transfer(session: Session, plan_id: int, one: MoveView, today: date) -> None:
    """End the site's assignment and begin the next one on the same day."""
    open_now = (assignment.c.plan_id == plan_id, assignment.c.site_id == one.site_id, assignment.c.valid_to.is_(None))
    row = session.execute(select(assignment).where(*open_now)).mappings().one()
    day = max(today, row["valid_from"])
    ended = {"valid_to": day, "version": row["version"] + 1}
    session.execute(update(assignment).where(assignment.c.id == row["id"]).values(ended))
    begun = {"plan_id": plan_id, "site_id": one.site_id, "territory_id": one.to_territory_id, "valid_from": day}
    session.execute(insert(assignment).values(begun | {"locked": False, "reason": one.reason, "version": 1}))


def _stale(session: Session, plan_id: int, data_version: str) -> bool:
    try:
        return read_inputs(session, plan_id).data_version != data_version
    except (MissingError, RefusedError):
        return True
