"""Types of activities and visits: data that a planner keeps."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import Read, RowId
from api.routes_people import Name, Word
from api.routes_workloads import FIRST_DAY, LAST_DAY, Day
from api.schemas_activity_types import ActivityTypeOut, ActivityTypesOut
from api.signed_in import OFFICE
from api.writing import Edit, given
from crm.tables import ActivityKind
from planning.activity_types import add_type, edit_type, get_type
from planning.type_rules import list_types

router = APIRouter(prefix="/api", tags=["activities"])

Code = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,60}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")]
Seconds = Annotated[int, Field(ge=60, le=24 * 3600)]
ValidDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class ActivityTypeEdit(Edit):
    """What of a type may be changed. What it counts for stays: end it, and begin another."""

    label: Name = Field(default="", examples=["Audit of the shelf"])
    duration_s: Seconds | None = Field(
        default=None, description="How long it takes where a site says nothing", examples=[1200]
    )
    outcomes: list[Word] = Field(
        default=[], max_length=100, description="Codes of the list outcome; empty: all", examples=[["met", "ordered"]]
    )
    colour: Colour = Field(default="", examples=["#2c7fb8"])
    position: int = Field(default=0, ge=0, le=100_000, examples=[1])
    valid_from: ValidDay | None = Field(default=None, examples=["2026-12-01"])
    valid_to: ValidDay | None = Field(
        default=None, description="The first day on which it can no longer be chosen", examples=[None]
    )


class ActivityTypeIn(ActivityTypeEdit):
    """A type of activity. Activities name it by its code, which is never changed."""

    code: Code = Field(examples=["shelf_audit"])
    label: Name = Field(examples=["Audit of the shelf"])
    channel: ActivityKind = Field(description="How it happens", examples=["visit"])
    counts_as_visit: bool | None = Field(
        default=None,
        description="Satisfies the visits that fall due; where it is left out, visits and meetings do",
        examples=[True],
    )
    workload_weight: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = Field(
        default=1.0, description="Seconds of work that a second of it stands for; 0: none", examples=[1.0]
    )


@router.get("/activity-types")
def read_types(db: Read, channel: ActivityKind | None = None, on: Day = None) -> ActivityTypesOut:
    """The types of activities: all, or those that may be chosen on a day."""
    return ActivityTypesOut.model_validate({"items": list_types(db, on=on, channel=channel)})


@router.post("/activity-types", status_code=201, response_model=ActivityTypeOut, dependencies=[OFFICE])
def make_type(change: Changing, body: ActivityTypeIn) -> Response:
    """Add a type; it may be chosen at once."""

    def work(session: Session) -> ActivityTypeOut:
        return ActivityTypeOut.model_validate(get_type(session, add_type(session, given(body))))

    return change.answered(body, work, 201)


@router.patch("/activity-types/{type_id}", response_model=ActivityTypeOut, dependencies=[OFFICE])
def change_type(change: ChangingMatched, type_id: RowId, body: ActivityTypeEdit) -> Response:
    """Change a type, or end it with `valid_to`: what has it keeps it, and nothing of that day or later may take it."""

    def work(session: Session) -> ActivityTypeOut:
        edit_type(session, type_id, change.version, given(body))
        return ActivityTypeOut.model_validate(get_type(session, type_id))

    return change.answered(body, work)
