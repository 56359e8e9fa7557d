"""Pipelines as data, and their funnels."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.dependencies import AskedId, Now, Read, RowId
from api.etag import with_etag
from api.schemas_pipelines import FunnelOut, PipelineOut, PipelinesOut, StageCountsOut
from api.schemas_process import Days, RulesIn
from api.signed_in import OFFICE, Seen
from api.writing import Edit, KeyText, Line, Matched, Records, Who, answered, asked
from crm.act import Act
from crm.tables import Role, StageKind
from planning.funnel import Among, funnel, stage_counts
from planning.pipelines import Step, add_pipeline, get_pipeline, list_pipelines, retire_pipeline

router = APIRouter(prefix="/api/pipelines", tags=["pipeline"])


class StageIn(BaseModel):
    """A stage of a new pipeline."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(min_length=1, examples=["Offer"])
    kind: StageKind = StageKind.OPEN
    probability: float = Field(default=0.0, ge=0, le=1, allow_inf_nan=False, examples=[0.5])
    required: list[Line] = Field(
        default=[], max_length=20, description="Fields of an opportunity that must be filled", examples=[["value"]]
    )
    owner_role: Role | None = Field(default=None, description="Only this role moves deals here", examples=[None])
    expected_days: Days | None = Field(default=None, description="Longer than this a deal is stuck", examples=[14])
    rules: RulesIn | None = Field(default=None, description="Form, gates, performer, effects, timers")


class PipelineIn(Edit):
    """A new pipeline, or the next edition of the one of this name."""

    name: Line = Field(min_length=1, examples=["Field sales"])
    stages: list[StageIn] = Field(min_length=2, max_length=50)


class PipelineEdit(Edit):
    """Whether anything new may begin in a pipeline."""

    retired: bool = Field(description="True: nothing new may begin in it", examples=[True])


@router.get("")
def read_pipelines(
    db: Read, every: Annotated[bool, Query(description="Old editions and retired ones too.")] = False
) -> PipelinesOut:
    """The pipelines in force, with their stages."""
    return PipelinesOut.model_validate({"items": list_pipelines(db, all_editions=every)})


@router.post("", status_code=201, response_model=PipelineOut, dependencies=[OFFICE])
def make_pipeline(request: Request, db: Records, now: Now, by: Who, body: PipelineIn, key: KeyText = None) -> Response:
    """Make a pipeline, or the next edition of one; deals stay in the edition they are in until they are taken over."""
    steps = [
        Step(
            *(stage.name, stage.kind, stage.probability, tuple(stage.required), stage.owner_role or ""),
            expected_days=stage.expected_days,
            rules=None if stage.rules is None else stage.rules.model_dump(mode="json", exclude_none=True),
        )
        for stage in body.stages
    ]

    def work(session: Session) -> PipelineOut:
        return PipelineOut.model_validate(get_pipeline(session, add_pipeline(session, body.name, steps)))

    act = Act(by, body.why or f"Pipeline {body.name}", now)
    return answered(request, db, act, key, body.model_dump_json(), work, status=201)


@router.get("/{pipeline_id}")
@with_etag
def read_pipeline(db: Read, pipeline_id: RowId) -> PipelineOut:
    """One edition of a pipeline."""
    return PipelineOut.model_validate(get_pipeline(db, pipeline_id))


@router.patch("/{pipeline_id}", response_model=PipelineOut, dependencies=[OFFICE])
def change_pipeline(
    request: Request,
    db: Records,
    now: Now,
    by: Who,
    version: Matched,
    pipeline_id: RowId,
    body: PipelineEdit,
    key: KeyText = None,
) -> Response:
    """Retire a pipeline, or take it up again."""

    def work(session: Session) -> PipelineOut:
        retire_pipeline(session, pipeline_id, version, body.retired)
        return PipelineOut.model_validate(get_pipeline(session, pipeline_id))

    return answered(request, db, Act(by, body.why, now), key, asked(body, version), work)


@router.get("/{pipeline_id}/counts")
def read_counts(
    db: Read, viewer: Seen, pipeline_id: RowId, rep: AskedId = None, territory: AskedId = None
) -> StageCountsOut:
    """How many deals are in each stage now, and what they are worth: for a counter on a screen."""
    return StageCountsOut.model_validate({"items": stage_counts(db, viewer, pipeline_id, among=Among(rep, territory))})


@router.get("/{pipeline_id}/funnel")
def read_funnel(
    db: Read,
    viewer: Seen,
    now: Now,
    pipeline_id: RowId,
    at: Annotated[AwareDatetime | None, Query(description="As of this moment; now without it.")] = None,
    rep: AskedId = None,
    territory: AskedId = None,
) -> FunnelOut:
    """How many deals came to each stage, are there, and how long they stay; of a territory with all below it."""
    asked_at: datetime = at or now
    found: Any = funnel(db, viewer, pipeline_id, at=asked_at, among=Among(rep, territory))
    return FunnelOut.model_validate(found)
