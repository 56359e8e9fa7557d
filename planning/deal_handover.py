"""Open deals and tasks of accounts that moved: from the old owner to the new one, at once or on the day agreed."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import or_, select, update
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
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
    Task,
    TaskState,
    TerritoryHolder,
)
from planning.plans_in_force import covers
from planning.record_errors import MissingError, RefusedError

proposal, move, assignment = table_of(Proposal), table_of(ProposalMove), table_of(Assignment)
holder, opportunity = table_of(TerritoryHolder), table_of(Opportunity)
stage, site, task = table_of(PipelineStage), table_of(Site), table_of(Task)


class Moved(Protocol):
    """A site that changed its territory."""

    @property
    def site_id(self) -> int: ...
    @property
    def from_territory_id(self) -> int: ...
    @property
    def to_territory_id(self) -> int: ...


def hand_over_due(database: Database, now: datetime) -> int:
    """Hand over the deals of every accepted proposal whose day has come; returns how many changed owners.

    Each proposal is one act, made once: of two who do it at the same moment one finds nothing to do.
    """
    today = now.date()
    due = (proposal.c.state == ProposalState.ACCEPTED, proposal.c.deals_given_on.is_(None))
    with database.read() as session:
        sql = select(proposal.c.id).where(*due, proposal.c.deals_until <= today).order_by(proposal.c.id)
        waiting = list(session.scalars(sql))
    given = 0
    for number in waiting:
        with database.write(Act("planner", f"Open deals of proposal {number} handed over", now)) as session:
            still = select(proposal.c.id).where(proposal.c.id == number, *due).with_for_update()
            if session.execute(still).first() is not None:
                given += hand_over_deals(session, number, today)
    return given


def hand_over_deals(session: Session, proposal_id: int, today: date) -> int:
    """Give the open deals that stayed with their old owners to the new ones, once their day has come; how many.

    Deals that somebody else has taken over since stay with that person, and so do those of accounts that have moved on.

    Raises:
        MissingError: there is no such proposal.
        RefusedError: it was not accepted, or the deals stay with their owners for now.
    """
    row = session.execute(select(proposal).where(proposal.c.id == proposal_id)).first()
    if row is None:
        raise MissingError(f"There is no proposal {proposal_id}.")
    if row.state != ProposalState.ACCEPTED:
        raise RefusedError(f"Proposal {proposal_id} is {row.state}, not accepted: its deals stay where they are.")
    if row.deals_until is not None and today < row.deals_until:
        raise RefusedError(f"The open deals of proposal {proposal_id} stay with their owners until {row.deals_until}.")
    moved = (
        select(move)
        .join(assignment, assignment.c.site_id == move.c.site_id)
        .where(move.c.proposal_id == proposal_id, move.c.accepted.is_(True))
        .where(assignment.c.plan_id == row.plan_id, assignment.c.valid_to.is_(None))
        .where(assignment.c.territory_id == move.c.to_territory_id)
    )
    given = give_deals(session, session.execute(moved.order_by(move.c.id)).all(), today)
    mark_given(session, proposal_id, today)
    return given


def mark_given(session: Session, proposal_id: int, today: date) -> None:
    """Write down that the deals have gone over."""
    done = {"deals_given_on": today, "version": proposal.c.version + 1}
    session.execute(update(proposal).where(proposal.c.id == proposal_id).values(done))


def give_deals(session: Session, moves: Collection[Moved], today: date) -> int:
    """Open deals of the accounts that moved go from the old territory's holder to the new one's; how many deals.

    The old holder's open tasks for these accounts and deals go along.
    """
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
        sold = select(opportunity.c.id).where(*own, opportunity.c.stage_id.in_(still_open))
        session.execute(
            update(task)
            .where(task.c.rep_id == old, task.c.state == TaskState.OPEN)
            .where(or_(task.c.account_id == account_id, task.c.opportunity_id.in_(sold)))
            .values(rep_id=new, version=task.c.version + 1)
        )
        done: Any = session.execute(
            update(opportunity)
            .where(*own, opportunity.c.stage_id.in_(still_open))
            .values(rep_id=new, version=opportunity.c.version + 1)
        )
        given += done.rowcount
    return given
