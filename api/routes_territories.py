"""What can be asked of a territory."""

from fastapi import APIRouter, Request, Response

from api.dependencies import Now, RowId
from api.jobs_asked import accepted
from api.rates import SOLVES
from api.schemas_jobs import ChallengeIn, JobOut, RebalanceIn
from api.signed_in import OFFICE, Seen
from api.writing import KeyText, Records

router = APIRouter(prefix="/api/territories", tags=["territories"], dependencies=[OFFICE])


@router.post("/{territory_id}/rebalances", status_code=202, response_model=JobOut, dependencies=[SOLVES])
def rebalance(
    request: Request, db: Records, now: Now, viewer: Seen, territory_id: RowId, body: RebalanceIn, key: KeyText = None
) -> Response:
    """Compute transfers that bring the territories into the band: a job, whose answer names the proposal."""
    what = {"territory_id": territory_id} | body.model_dump(mode="json", exclude={"why"})
    return accepted(request, db, viewer, now, key, "rebalance", what, why=body.why)


@router.post("/{territory_id}/challenges", status_code=202, response_model=JobOut, dependencies=[SOLVES])
def challenge(
    request: Request, db: Records, now: Now, viewer: Seen, territory_id: RowId, body: ChallengeIn, key: KeyText = None
) -> Response:
    """Compute what it costs the team that a site stays in this territory, or comes to it, and the swap: a job."""
    what = {"territory_id": territory_id} | body.model_dump(mode="json", exclude={"why"})
    return accepted(request, db, viewer, now, key, "challenge", what, why=body.why)
