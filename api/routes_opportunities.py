"""Opportunities."""

from fastapi import APIRouter

from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Read, RowId
from api.schemas import OpportunitiesOut, OpportunityOut
from api.signed_in import Seen
from crm.tables import StageKind
from planning.opportunities import Asked, find_opportunities, get_opportunity

router = APIRouter(prefix="/api/opportunities", tags=["pipeline"])


@router.get("")
def list_opportunities(
    db: Read,
    viewer: Seen,
    after: Cursor,
    kind: StageKind | None = None,
    stage: AskedId = None,
    rep: AskedId = None,
    account: AskedId = None,
    limit: Limit = 50,
) -> OpportunitiesOut:
    """Opportunities, page by page: all, or those of a kind of stage (open, won, lost), a stage, rep or account."""
    page = find_opportunities(db, viewer, Asked(kind, stage, rep, account), after=after, limit=limit)
    return OpportunitiesOut.model_validate({"items": page.opportunities, "next": write_cursor(page.after)})


@router.get("/{opportunity_id}")
def read_opportunity(db: Read, viewer: Seen, opportunity_id: RowId) -> OpportunityOut:
    """One opportunity. To move it, send its `version` as If-Match."""
    return OpportunityOut.model_validate(get_opportunity(db, viewer, opportunity_id))
