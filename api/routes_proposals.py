"""Proposed transfers: looking at them, making them true as one act, or declining them."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from api.dependencies import Now, Read, RowId
from api.etag import with_etag
from api.schemas_proposals import AcceptIn, ProposalOut
from api.signed_in import OFFICE, Seen
from api.writing import Edit, KeyText, Records, answered
from crm.act import Act
from planning.proposals import accept, decline, get_proposal

router = APIRouter(prefix="/api/proposals", tags=["proposals"], dependencies=[OFFICE])


@router.get("/{proposal_id}")
@with_etag
def read_proposal(db: Read, proposal_id: RowId) -> ProposalOut:
    """A proposal, and whether it is stale: whether what it was computed on has changed since."""
    return ProposalOut.model_validate(get_proposal(db, proposal_id))


@router.post("/{proposal_id}/accept", response_model=ProposalOut)
def accept_proposal(
    request: Request, db: Records, now: Now, viewer: Seen, proposal_id: RowId, body: AcceptIn, key: KeyText = None
) -> Response:
    """Make the transfers true, all or those of the sites named; once, and 409 when the data have changed since.

    All of it is one act: `POST /api/batches/{id}/undo` takes it back.
    """

    def work(session: Session) -> None:
        accept(session, proposal_id, viewer.day, None if body.sites is None else set(body.sites))

    act = Act(viewer.name, body.why or f"Proposal {proposal_id} accepted", now)
    return _closed(request, db, act, key, body, proposal_id, work)


@router.post("/{proposal_id}/decline", response_model=ProposalOut)
def decline_proposal(
    request: Request, db: Records, now: Now, viewer: Seen, proposal_id: RowId, body: Edit, key: KeyText = None
) -> Response:
    """Close a proposal without any of its transfers."""
    act = Act(viewer.name, body.why or f"Proposal {proposal_id} declined", now)
    return _closed(request, db, act, key, body, proposal_id, lambda session: decline(session, proposal_id))


def _closed(
    request: Request,
    db: Records,
    act: Act,
    key: str | None,
    body: Edit,
    proposal_id: int,
    work: Callable[[Session], None],
) -> Response:
    def done(session: Session) -> ProposalOut:
        work(session)
        return ProposalOut.model_validate(get_proposal(session, proposal_id))

    return answered(request, db, act, key, body.model_dump_json(), done)
