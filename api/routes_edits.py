"""Changing accounts, sites and the stage of opportunities: always with the version that was read."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import LARGEST_ID, RowId
from api.schemas import AccountOut, OpportunityOut
from api.writing import NO_NUL, Edit, Line, Number, given
from crm.tables import AccountState
from planning.account_search import OwnedOn
from planning.account_wishes import MOST_A_MONTH, MOST_GAP_DAYS, MOST_LOAD
from planning.deal_moves import move_opportunity
from planning.edits import add_site, edit_account, edit_site
from planning.find_accounts import get_account
from planning.opportunities import opportunity_by_id

router = APIRouter(prefix="/api", tags=["changes"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_NUL, strip_whitespace=True)]
TimeOfDay = Annotated[int, Field(ge=0, lt=86_400)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class AccountEdit(Edit):
    """What of an account may be changed; fields that are left out stay as they are."""

    name: Name = Field(default="", examples=["Café Nord"])
    state: AccountState = Field(default=AccountState.ACTIVE, examples=["dormant"])
    segment: Line = Field(default="", description="A code of the list segment", examples=["B"])
    industry: Line = Field(default="", description="A code of the list industry", examples=["bakery"])
    value: Number | None = Field(default=None, description="Money a year", examples=[12500.0])
    potential: Number | None = Field(default=None, description="What it could become", examples=[20000.0])


class WishesIn(BaseModel):
    """What was agreed of the visits; what is left out was not. Times of day are seconds after midnight there."""

    model_config = ConfigDict(extra="forbid")

    blocked_until: date | None = Field(default=None, description="No visit before", examples=["2026-12-07"])
    appointment: date | None = Field(default=None, description="A visit on this day", examples=["2026-11-30"])
    appointment_s: TimeOfDay | None = Field(default=None, description="And at this time", examples=[36000])
    promised_by: date | None = Field(default=None, description="A visit by this day", examples=["2026-12-11"])
    contract: bool = Field(default=False, description="The frequency is promised", examples=[True])
    min_gap_days: int = Field(default=0, ge=0, le=MOST_GAP_DAYS, description="Days between visits", examples=[10])
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = Field(
        default=frozenset(), description="Days of visits, 0 = Monday; empty: any", examples=[[0, 2]]
    )
    alternate_weeks: int | None = Field(default=None, ge=0, le=1, description="0: A weeks, 1: B weeks", examples=[0])
    visits_by_month: tuple[Annotated[float, Field(ge=0, le=MOST_A_MONTH, allow_inf_nan=False)], ...] = Field(
        default=(),
        description="Twelve numbers, January first, or none",
        examples=[[1, 1, 1, 2, 2, 4, 4, 4, 2, 1, 1, 1]],
    )
    phone_visits_per_year: float = Field(default=0.0, ge=0, le=366, allow_inf_nan=False, examples=[4])
    usual_s: TimeOfDay | None = Field(default=None, description="The time of day it is used to", examples=[32400])
    holidays: str = Field(default="", max_length=20, description="Calendar of holidays", examples=["DE-BY"])
    load: int = Field(default=0, ge=0, le=MOST_LOAD, description="What a visit takes off the vehicle", examples=[5])

    @field_validator("visits_by_month")
    @classmethod
    def is_a_year(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) not in (0, 12):
            raise ValueError(f"twelve numbers are expected, January first, or none; got {len(value)}")
        return value


class SiteEdit(Edit):
    """What of a site may be changed; fields that are left out stay as they are. A place set here counts as `manual`."""

    line: Line = Field(default="", examples=["Bernauer Str. 12"])
    city: Line = Field(default="", examples=["Berlin"])
    postcode: Line = Field(default="", examples=["13355"])
    region: Line = Field(default="", examples=["Berlin"])
    country: Line = Field(default="", examples=["DE"])
    lat: Degrees = Field(default=0.0, ge=-90, le=90, description="Together with lon", examples=[52.54])
    lon: Degrees = Field(default=0.0, ge=-180, le=180, description="Together with lat", examples=[13.39])
    visits_per_year: float = Field(
        default=0.0,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="0: it gets none, by no policy either",
        examples=[12],
    )
    service_s: int = Field(default=0, ge=0, le=24 * 3600, description="Length of a visit, seconds", examples=[1800])
    visit_type: Line | None = Field(
        default=None, description="Type of its planned visits, see /api/activity-types", examples=["shelf_audit"]
    )
    opening_hours: Line = Field(default="", description="As OpenStreetMap writes them", examples=["Mo-Fr 09:00-18:00"])
    wishes: WishesIn | None = Field(default=None, description="All that was agreed of visits; null: nothing")


class StageMoveIn(Edit):
    """Where an opportunity goes; a loss needs its reason in `why`."""

    stage_id: int = Field(ge=1, le=LARGEST_ID, examples=[3])


@router.patch("/accounts/{account_id}", response_model=AccountOut)
def change_account(change: ChangingMatched, account_id: RowId, body: AccountEdit) -> Response:
    """Change an account, if it is still at the version in If-Match (412 otherwise)."""

    def work(session: Session) -> AccountOut:
        edit_account(session, change.viewer, account_id, change.version, given(body))
        return AccountOut.model_validate(get_account(session, change.viewer, account_id, on=OwnedOn(change.now.date())))

    return change.answered(body, work)


@router.patch("/sites/{site_id}", response_model=AccountOut)
def change_site(change: ChangingMatched, site_id: RowId, body: SiteEdit) -> Response:
    """Change a site, if it is still at the version in If-Match; answers with its account."""

    def work(session: Session) -> AccountOut:
        account_id = edit_site(session, change.viewer, site_id, change.version, given(body))
        return AccountOut.model_validate(get_account(session, change.viewer, account_id, on=OwnedOn(change.now.date())))

    return change.answered(body, work)


@router.post("/accounts/{account_id}/sites", response_model=AccountOut, status_code=201)
def make_site(change: Changing, account_id: RowId, body: SiteEdit) -> Response:
    """Give an account one more site, by its address or its place; it is nobody's until the next plan."""

    def work(session: Session) -> AccountOut:
        add_site(session, change.viewer, account_id, given(body))
        return AccountOut.model_validate(get_account(session, change.viewer, account_id, on=OwnedOn(change.now.date())))

    return change.answered(body, work, 201)


@router.post("/opportunities/{opportunity_id}/moves", response_model=OpportunityOut)
def move_to_stage(change: ChangingMatched, opportunity_id: RowId, body: StageMoveIn) -> Response:
    """Move an opportunity to another stage of its pipeline; the move is kept for good.

    What the new stage declares is set off in the same act: hand-over, tasks, fields, further sales, events, timers.
    """
    move = partial(move_opportunity, stage_id=body.stage_id, at=change.now, reason=body.why)

    def work(session: Session) -> OpportunityOut:
        move(session, change.viewer, opportunity_id, change.version)
        return OpportunityOut.model_validate(opportunity_by_id(session, opportunity_id))

    return change.answered(body, work)
