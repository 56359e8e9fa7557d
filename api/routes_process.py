"""Control of a pipeline: the step of a sale, stuck sales, flow, completeness, changes of editions, chances."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from api.change import ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Now, On, Read, RowId
from api.etag import with_etag
from api.jobs_asked import accepted
from api.rates import SOLVES
from api.routes_workloads import FIRST_DAY, LAST_DAY
from api.schemas_estimates import CalibrationOut, EstimatesOut, WinModelsOut
from api.schemas_jobs import JobOut
from api.schemas_process import (
    CompletenessOut,
    DealFormOut,
    Id,
    PipelineChangeOut,
    SalesRowsOut,
    StageFlowsOut,
    StuckDealsOut,
)
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, KeyText, Records
from crm.tables import StageKind
from planning.completeness import completeness
from planning.deal_form import deal_form
from planning.estimates import calibration, estimates_of, list_models
from planning.funnel import Among
from planning.pipeline_change import AskedChange, change_pipeline
from planning.pipelines import get_pipeline
from planning.sales_rows import AskedRows, sales_rows
from planning.time_in_stage import AskedStuck, stage_flow, stuck_deals

router = APIRouter(prefix="/api", tags=["pipeline"])

Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)]
DaysBefore = Annotated[float, Query(ge=0, le=3650, allow_inf_nan=False, description="Made so long before the end")]


class ChangeIn(Edit):
    """To which pipeline the running sales go, and from which stage to which."""

    to_pipeline_id: Id = Field(examples=[2])
    stages: dict[Id, Id] = Field(
        min_length=1, max_length=50, description="Old open stage → new open stage", examples=[{"1": 7, "2": 8}]
    )
    dry_run: bool = Field(default=False, description="Only count", examples=[False])


@router.get("/opportunities/{opportunity_id}/form")
@with_etag
def read_form(db: Read, viewer: Seen, opportunity_id: RowId) -> DealFormOut:
    """The step that an opportunity is in: the fields to show and to change, what is missing, where it may go on to."""
    return DealFormOut.model_validate(deal_form(db, viewer, opportunity_id))


@router.get("/opportunities/{opportunity_id}/estimates")
def read_estimates(db: Read, viewer: Seen, opportunity_id: RowId) -> EstimatesOut:
    """The chances of an opportunity: of its stage, a person's, a model's, and all that were given before."""
    return EstimatesOut.model_validate(estimates_of(db, viewer, opportunity_id))


@router.get("/rollups/sales/rows")
def read_sales_rows(
    db: Read,
    viewer: Seen,
    on: On,
    after: Cursor,
    by: Literal["stage", "rep", "territory", "product"] = "stage",
    id: Annotated[AskedId, Query(description="Of the stage, rep or territory; left out: nobody's")] = None,
    product: Annotated[str, Query(max_length=300, pattern=NO_NUL)] = "",
    kind: StageKind | None = None,
    currency: Annotated[str | None, Query(max_length=10, pattern=NO_NUL)] = None,
    limit: Limit = 50,
) -> SalesRowsOut:
    """The sales behind one group of `/api/rollups/sales`, as they stood at the end of the day `on`."""
    rows, following = sales_rows(db, viewer, AskedRows(by, id, product, kind, currency), on, limit=limit, after=after)
    return SalesRowsOut.model_validate({"on": on.day, "items": rows, "next": write_cursor(following)})


@router.get("/stuck-opportunities")
def read_stuck(
    db: Read,
    viewer: Seen,
    now: Now,
    pipeline: AskedId = None,
    stage: AskedId = None,
    rep: AskedId = None,
    territory: Annotated[AskedId, Query(description="With all below it")] = None,
    limit: Limit = 50,
) -> StuckDealsOut:
    """Open sales that are in their stage for longer than its `expected_days`, the longest overdue first."""
    found = stuck_deals(db, viewer, AskedStuck(pipeline, stage, rep, territory), at=now, limit=limit)
    return StuckDealsOut.model_validate(found)


@router.get("/completeness")
def read_completeness(
    db: Read,
    viewer: Seen,
    by: Literal["rep", "stage", "segment"] = "rep",
    pipeline: AskedId = None,
    rep: AskedId = None,
) -> CompletenessOut:
    """How much of what stages ask for the open sales have, the poorest group first, with the sales that lack most."""
    found = completeness(db, viewer, by, pipeline_id=pipeline, rep_id=rep)
    return CompletenessOut.model_validate({"by": by, "items": found})


@router.get("/pipelines/{pipeline_id}/flow")
def read_flow(
    db: Read,
    viewer: Seen,
    now: Now,
    pipeline_id: RowId,
    period: Literal["day", "week", "month", "year"] = "month",
    first: Day = None,
    last: Day = None,
    rep: AskedId = None,
    territory: AskedId = None,
) -> StageFlowsOut:
    """How sales came to and left each stage, period by period; the last twelve months without days."""
    end = last or now.date()
    begin = first or max(FIRST_DAY, end - timedelta(days=365))
    among = Among(rep, territory)
    found = stage_flow(db, viewer, pipeline_id, first=begin, last=end, period=period, among=among)
    return StageFlowsOut.model_validate({"items": found})


@router.post("/pipelines/{pipeline_id}/changes", response_model=PipelineChangeOut, dependencies=[OFFICE])
def take_over(change: ChangingMatched, pipeline_id: RowId, body: ChangeIn) -> Response:
    """Take the running sales of a pipeline over into another edition by a map of stages, in one act.

    Without this they stay in their edition. The time in stage goes on; the act can be undone.
    """
    asked_for = AskedChange(body.to_pipeline_id, body.stages, body.why, body.dry_run)

    def work(session: Session) -> PipelineChangeOut:
        done = change_pipeline(session, pipeline_id, change.version, asked_for, by=change.viewer.name, at=change.now)
        return PipelineChangeOut.model_validate(done)

    return change.answered(
        body,
        work,
        otherwise=f"Sales of pipeline {pipeline_id} taken over into {body.to_pipeline_id}",
        in_ledger=not body.dry_run,
    )


@router.get("/pipelines/{pipeline_id}/calibration")
def read_calibration(
    db: Read,
    viewer: Seen,
    pipeline_id: RowId,
    source: Literal["manual", "model", "stage"] = "manual",
    days_before: DaysBefore = 0.0,
) -> CalibrationOut:
    """What was estimated of closed sales against how they ended, in tenths, over all editions of the pipeline."""
    return CalibrationOut.model_validate(calibration(db, viewer, pipeline_id, source, days_before=days_before))


@router.get("/pipelines/{pipeline_id}/win-models", dependencies=[OFFICE])
def read_models(db: Read, pipeline_id: RowId, limit: Limit = 20) -> WinModelsOut:
    """Models of the chances of sales in a pipeline, what they learnt from, and how good they are."""
    name = get_pipeline(db, pipeline_id).name
    return WinModelsOut.model_validate({"items": list_models(db, name=name, limit=limit)})


@router.post(
    "/pipelines/{pipeline_id}/win-models", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES]
)
def learn_chances(
    request: Request,
    db: Records,
    reading: Read,
    now: Now,
    viewer: Seen,
    pipeline_id: RowId,
    body: Edit,
    key: KeyText = None,
) -> Response:
    """Learn from closed sales how likely the open ones are won, and write that down for each: a job."""
    name = get_pipeline(reading, pipeline_id).name
    return accepted(request, db, viewer, now, key, "win_model", {"pipeline": name}, why=body.why)
