"""Opportunities: found, opened, changed, and the way they have come."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import LARGEST_ID, AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.routes_workloads import Day
from api.schemas import OpportunitiesOut, OpportunityOut
from api.schemas_pipelines import MovesOut
from api.signed_in import Seen
from api.writing import NO_NUL, Edit, Line, Number, given
from crm.tables import StageKind
from planning.deals import add_opportunity, edit_opportunity, moves_of
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
    pipeline: AskedId = None,
    territory: AskedId = None,
    product: Annotated[str | None, Query(max_length=300, pattern=NO_NUL, description="A code")] = None,
    expected_from: Day = None,
    expected_until: Day = None,
    least_value: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
    limit: Limit = 50,
) -> OpportunitiesOut:
    """Opportunities, page by page: all, or those of a kind of stage (open, won, lost), a stage, rep, account, pipeline,
    territory (with all below it) or product, of a span of days in which they are expected, or of some value at least.
    """
    span = (expected_from, expected_until, least_value)
    asked = Asked(kind, stage, rep, account, pipeline, territory, product, *span)
    page = find_opportunities(db, viewer, asked, after=after, limit=limit)
    return OpportunitiesOut.model_validate({"items": page.opportunities, "next": write_cursor(page.after)})


@router.get("/{opportunity_id}")
@with_etag
def read_opportunity(db: Read, viewer: Seen, opportunity_id: RowId) -> OpportunityOut:
    """One opportunity. To move it, send its `version` as If-Match."""
    return OpportunityOut.model_validate(get_opportunity(db, viewer, opportunity_id))


@router.get("/{opportunity_id}/moves")
def read_moves(db: Read, viewer: Seen, opportunity_id: RowId) -> MovesOut:
    """How an opportunity came to its stage, and how long it stayed in each."""
    return MovesOut.model_validate({"items": moves_of(db, viewer, opportunity_id)})


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class OpportunityEdit(Edit):
    """What of an opportunity may be changed; fields that are left out stay as they are."""

    title: Line = Field(default="", min_length=1, examples=["Autumn range"])
    account_id: Id | None = Field(default=None, examples=[42])
    rep_id: Id | None = Field(default=None, examples=[7])
    product: Line = Field(default="", description="A code of the list product", examples=["GTX Pro"])
    value: Number | None = Field(default=None, examples=[4514.0])
    currency: Line = Field(default="", max_length=10, examples=["EUR"])
    probability: Share | None = Field(default=None, description="In place of the stage's", examples=[0.4])
    expected_on: date | None = Field(default=None, examples=["2027-01-31"])
    source: Line = Field(default="", examples=["trade fair"])


class OpportunityIn(OpportunityEdit):
    """A new opportunity."""

    title: Line = Field(min_length=1, examples=["Autumn range"])
    stage_id: Id = Field(examples=[1])
    external_id: Line | None = Field(default=None, min_length=1, examples=["1C1I7A6R"])


@router.post("", status_code=201, response_model=OpportunityOut)
def open_opportunity(change: Changing, body: OpportunityIn) -> Response:
    """Open a deal in a stage of a pipeline in force."""

    def work(session: Session) -> OpportunityOut:
        made = add_opportunity(session, change.viewer, given(body), at=change.now)
        return OpportunityOut.model_validate(get_opportunity(session, change.viewer, made))

    return change.answered(body, work, 201, said=body.model_dump_json(exclude_unset=True))


@router.patch("/{opportunity_id}", response_model=OpportunityOut)
def change_opportunity(change: ChangingMatched, opportunity_id: RowId, body: OpportunityEdit) -> Response:
    """Change an opportunity, if it is still at the version in If-Match; to move it, POST to its moves."""

    def work(session: Session) -> OpportunityOut:
        edit_opportunity(session, change.viewer, opportunity_id, change.version, given(body), at=change.now)
        return OpportunityOut.model_validate(get_opportunity(session, change.viewer, opportunity_id))

    return change.answered(body, work)
