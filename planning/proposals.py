"""Proposed transfers: computed on the record as it is, kept, and accepted once: whole, in part or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Assignment,
    HolderRole,
    Opportunity,
    PipelineStage,
    Proposal,
    ProposalMove,
    ProposalState,
    Site,
    StageKind,
    TerritoryHolder,
)
from planning.plans_in_force import covers
from planning.proposal_inputs import read_inputs
from planning.record_errors import MissingError, RefusedError

proposal, move, assignment = table_of(Proposal), table_of(ProposalMove), table_of(Assignment)
holder, opportunity = table_of(TerritoryHolder), table_of(Opportunity)
stage, site = table_of(PipelineStage), table_of(Site)


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
    follow at once, or stay with their owners until `deals_until` (see `hand_over_deals`). The plan's `workload` rows
    stay those the plan was made with.

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
    if view.deals_until is None or view.deals_until <= today:
        _give_deals(session, chosen, today)
    return len(chosen)


def hand_over_deals(session: Session, proposal_id: int, today: date) -> int:
    """Give the open deals that stayed with their old owners to the new ones, once their day has come; how many.

    Deals that somebody else has taken over since stay with that person, and so do those of accounts that have moved on.

    Raises:
        MissingError: there is no such proposal.
        RefusedError: it was not accepted, or the deals stay with their owners for now.
    """
    view = get_proposal(session, proposal_id)
    if view.state != ProposalState.ACCEPTED:
        raise RefusedError(f"Proposal {proposal_id} is {view.state}, not accepted: its deals stay where they are.")
    if view.deals_until is not None and today < view.deals_until:
        raise RefusedError(f"The open deals of proposal {proposal_id} stay with their owners until {view.deals_until}.")
    open_now = select(assignment.c.site_id, assignment.c.territory_id).where(
        assignment.c.plan_id == view.plan_id, assignment.c.valid_to.is_(None)
    )
    now = {(row.site_id, row.territory_id) for row in session.execute(open_now)}
    return _give_deals(
        session, [one for one in view.moves if one.accepted and (one.site_id, one.to_territory_id) in now], today
    )


def _give_deals(session: Session, moves: Sequence[MoveView], today: date) -> int:
    """Open deals of the accounts that moved go from the old territory's holder to the new one's."""
    held = select(holder.c.territory_id, holder.c.rep_id).where(
        covers(holder, today), holder.c.role == HolderRole.PRIMARY
    )
    owner = {row.territory_id: row.rep_id for row in session.execute(held)}
    given = 0
    for one in moves:
        old, new = owner.get(one.from_territory_id), owner.get(one.to_territory_id)
        if old is None or new is None or old == new:
            continue
        account_id = select(site.c.account_id).where(site.c.id == one.site_id).scalar_subquery()
        still_open = select(stage.c.id).where(stage.c.kind == StageKind.OPEN)
        own = (opportunity.c.account_id == account_id, opportunity.c.rep_id == old)
        done: Any = session.execute(
            update(opportunity)
            .where(*own, opportunity.c.stage_id.in_(still_open))
            .values(rep_id=new, version=opportunity.c.version + 1)
        )
        given += done.rowcount
    return given


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
