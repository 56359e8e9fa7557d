"""Long work on the whole record: each of these is a job."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from api.dependencies import Now, RowId
from api.jobs_asked import accepted
from api.rates import SOLVES
from api.schemas import PlanOut
from api.schemas_jobs import JobOut
from api.schemas_long_work import LookUpIn, RegionIn, RegionsOut, TerritoriesIn, WeeksIn
from api.signed_in import ADMIN, OFFICE, Seen
from api.writing import Edit, KeyText, Matched, Records, answered, asked
from crm.act import Act
from crm.tables import ActKind
from planning.drafts import publish_draft
from planning.overview import get_plan
from planning.record_errors import MissingError
from planning.region_job import extract_file, offers, regions
from planning.use_case import Installation

router = APIRouter(prefix="/api", tags=["long work"])


@router.post("/plans", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES])
def build_territories(
    request: Request, db: Records, now: Now, viewer: Seen, body: TerritoriesIn, key: KeyText = None
) -> Response:
    """Build territories for all accounts and plan their days: a job, whose answer names the draft plan."""
    return accepted(request, db, viewer, now, key, "zones", said(body), why=body.why)


@router.post("/plans/{plan_id}/days", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES])
def plan_days(
    request: Request, db: Records, now: Now, viewer: Seen, plan_id: RowId, body: WeeksIn, key: KeyText = None
) -> Response:
    """Plan the weeks of all reps anew, or of some, on their territories as they are: a job with a part for each rep."""
    return accepted(request, db, viewer, now, key, "cycles", {"plan_id": plan_id} | said(body), why=body.why)


@router.post("/plans/{plan_id}/publish", response_model=PlanOut, dependencies=[OFFICE])
def publish(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    plan_id: RowId,
    version: Matched,
    body: Edit,
    key: KeyText = None,
) -> Response:
    """Have a draft be in force from its first day on; the plan before it ends there.

    It is one act: `POST /api/batches/{id}/undo` takes it back.
    """

    def work(session: Session) -> PlanOut:
        publish_draft(session, plan_id, version, viewer.day)
        return PlanOut.model_validate(get_plan(session, plan_id))

    act = Act(viewer.name, body.why or f"Plan {plan_id} published", now, ActKind.PLAN)
    return answered(request, db, act, key, asked(body, version), work)


@router.post("/lookups", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES])
def look_up(request: Request, db: Records, now: Now, viewer: Seen, body: LookUpIn, key: KeyText = None) -> Response:
    """Look up where addresses are, in the region and at the geocoding service of the settings: a job."""
    return accepted(request, db, viewer, now, key, "geocode", said(body), why=body.why)


@router.get("/regions", dependencies=[ADMIN])
def read_regions(request: Request) -> RegionsOut:
    """The extracts on the server of which regions can be built, and the regions there are."""
    here = installation(request)
    return RegionsOut.model_validate({"extracts": offers(here), "regions": regions(here)})


@router.post("/regions", status_code=202, response_model=JobOut, dependencies=[ADMIN, SOLVES])
def build_region(
    request: Request, db: Records, now: Now, viewer: Seen, body: RegionIn, key: KeyText = None
) -> Response:
    """Build a region of an extract on the server: a job. One of that name is replaced, in one step at the end."""
    extract_file(installation(request), body.extract)
    return accepted(request, db, viewer, now, key, "region", said(body), why=body.why)


def said(body: Edit) -> dict[str, object]:
    """What a job is asked, as JSON."""
    return body.model_dump(mode="json", exclude={"why"})


def installation(request: Request) -> Installation:
    """The folders of the settings.

    Raises:
        MissingError: they name none.
    """
    settings = request.app.state.settings
    if settings.extracts is None or settings.regions is None:
        raise MissingError("Regions are built here where BAILIWICK_EXTRACTS and BAILIWICK_REGIONS name folders.")
    return Installation(settings.region, settings.regions, settings.extracts)
