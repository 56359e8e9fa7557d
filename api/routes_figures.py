"""Sums as of any day, plan and fact, targets, and credit for sales."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import LARGEST_ID, AskedId, Now, On, Read, RowId
from api.problems import BadFieldError
from api.routes_accounts import PolygonText, RegionText, read_area
from api.routes_workloads import FIRST_DAY, LAST_DAY, Day, RepId
from api.schemas_figures import (
    AccountSumsOut,
    AreaPipelineOut,
    CreditOut,
    PlanFactsOut,
    SalesSumsOut,
    TargetOut,
    TargetsOut,
)
from api.signed_in import MANAGING, OFFICE, Seen
from api.writing import NO_NUL, Edit, given
from balancing.errors import InvalidWork
from planning.admin_regions import asked_region, region_area
from planning.credit_splits import credit_on, set_credit
from planning.pipeline_in_area import pipeline_in_area, pipeline_of_accounts
from planning.plan_fact import plan_and_fact
from planning.rollups import account_sums, sales_sums
from planning.sums_above import sums_above
from planning.targets import add_target, edit_target, get_target, list_targets, remove_target
from planning.workload_periods import LONGEST_DAYS

router = APIRouter(prefix="/api", tags=["figures"])

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
LevelText = Annotated[
    str | None, Query(max_length=100, pattern=NO_NUL, description="Of regions, with by=region.", examples=["state"])
]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
TargetDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class TargetEdit(Edit):
    """What of a target may be changed; fields that are left out stay as they are."""

    first_on: TargetDay = Field(default=FIRST_DAY, examples=["2026-10-01"])
    last_on: TargetDay = Field(default=LAST_DAY, description="Included", examples=["2026-12-31"])
    amount: Amount = Field(default=0.0, examples=[60000.0])
    currency: Currency = Field(default="EUR", description="ISO 4217", examples=["EUR"])


class TargetIn(Edit):
    """Revenue that a rep is to win between two days, both included."""

    rep_id: int = Field(ge=1, le=LARGEST_ID, examples=[7])
    first_on: TargetDay = Field(examples=["2026-10-01"])
    last_on: TargetDay = Field(examples=["2026-12-31"])
    amount: Amount = Field(examples=[60000.0])
    currency: Currency = Field(description="ISO 4217", examples=["EUR"])


class CreditIn(Edit):
    """The parts of a sale by rep id, adding up to 1; none: it is its rep's alone again."""

    shares: dict[RepId, Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]] = Field(
        max_length=20, examples=[{"7": 0.6, "8": 0.4}]
    )
    since: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY, description="[today]", examples=["2026-12-01"])


class ChosenIn(Edit):
    """Which accounts; those that you may not see count for nothing."""

    account_ids: tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...] = Field(max_length=500_000, examples=[[1, 2]])


@router.get("/rollups/accounts")
def sum_accounts(
    db: Read,
    viewer: Seen,
    on: On,
    by: Literal["territory", "rep", "segment", "state", "country", "region"] = "territory",
    level: LevelText = None,
) -> AccountSumsOut:
    """The accounts you may see, summed up by owner or administrative region (of the day `on`) or kind; an account
    counts once.
    """
    items = account_sums(db, viewer, by, on, level=level)
    above = sums_above(db, viewer, items) if by == "territory" else ()
    return AccountSumsOut.model_validate({"by": by, "on": on.day, "items": items, "above": above})


@router.get("/rollups/sales")
def sum_sales(
    db: Read,
    viewer: Seen,
    on: On,
    by: Literal["stage", "rep", "territory", "product", "region"] = "stage",
    level: LevelText = None,
) -> SalesSumsOut:
    """The sales you may see, summed up as they stood at the end of the day `on`."""
    items = sales_sums(db, viewer, by, on, level=level)
    above = sums_above(db, viewer, items) if by == "territory" else ()
    return SalesSumsOut.model_validate({"by": by, "on": on.day, "items": items, "above": above})


@router.get("/rollups/pipeline")
def sum_pipeline(
    db: Read,
    viewer: Seen,
    on: On,
    territory: AskedId = None,
    polygon: PolygonText = None,
    region: RegionText = None,
) -> AreaPipelineOut:
    """Open sales you may see, by stage, as they stood at the end of the day `on`: in a territory and all below it,
    and in a polygon, drawn or of an administrative region. With both, one site of the account must lie in both.
    """
    if region is not None and polygon is not None:
        raise BadFieldError("query.region", "Expected a region or a polygon, not both.")
    area = read_area(polygon) if polygon is not None else None
    if region is not None:
        area = region_area(db, asked_region(db, region, on.day))
    return AreaPipelineOut.model_validate(pipeline_in_area(db, viewer, on, territory_id=territory, area=area))


@router.post("/rollups/pipeline")
def sum_pipeline_of(db: Read, viewer: Seen, on: On, body: ChosenIn) -> AreaPipelineOut:
    """The same for accounts that were chosen, however many; changes nothing."""
    return AreaPipelineOut.model_validate(pipeline_of_accounts(db, viewer, on, body.account_ids))


@router.get("/plan-fact")
def read_plan_fact(
    db: Read,
    now: Now,
    viewer: Seen,
    by: Literal["day", "week", "month", "year"] = "month",
    first: Day = None,
    last: Day = None,
) -> PlanFactsOut:
    """Visits, hours and revenue of each rep, planned and real; without days the month of today.

    A joint visit counts for everybody who makes it, and once in `totals`.
    """
    begin = first or now.date().replace(day=1)
    end = last or (begin.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if not 0 <= (end - begin).days < LONGEST_DAYS:
        raise BadFieldError("query.last", f"Expected a day no earlier than `first` and within {LONGEST_DAYS} days.")
    items, totals = plan_and_fact(db, viewer, first=begin, last=end, period=by)
    return PlanFactsOut.model_validate({"by": by, "items": items, "totals": totals})


@router.get("/targets")
def read_targets(db: Read, viewer: Seen, rep: AskedId = None) -> TargetsOut:
    """Revenue targets of the reps you may see, or of one of them."""
    return TargetsOut.model_validate({"items": list_targets(db, viewer, rep)})


@router.post("/targets", response_model=TargetOut, status_code=201, dependencies=[MANAGING])
def make_target(change: Changing, body: TargetIn) -> Response:
    """Set a rep's target; targets of one rep never overlap (409)."""

    def work(session: Session) -> TargetOut:
        return TargetOut.model_validate(
            get_target(session, change.viewer, add_target(session, change.viewer, given(body)))
        )

    return change.answered(body, work, 201)


@router.patch("/targets/{target_id}", response_model=TargetOut, dependencies=[MANAGING])
def change_target(change: ChangingMatched, target_id: RowId, body: TargetEdit) -> Response:
    """Change a target."""

    def work(session: Session) -> TargetOut:
        edit_target(session, change.viewer, target_id, change.version, given(body))
        return TargetOut.model_validate(get_target(session, change.viewer, target_id))

    return change.answered(body, work)


@router.delete("/targets/{target_id}", response_model=TargetOut, dependencies=[MANAGING])
def end_target(change: ChangingMatched, target_id: RowId) -> Response:
    """Take a target away; answers with what it was."""

    def work(session: Session) -> TargetOut:
        return TargetOut.model_validate(remove_target(session, change.viewer, target_id, change.version))

    return change.answered(None, work)


@router.get("/opportunities/{opportunity_id}/credit")
def read_credit(db: Read, now: Now, viewer: Seen, opportunity_id: RowId, on: Day = None) -> CreditOut:
    """Which reps are credited with a sale on a day."""
    day = on or now.date()
    return CreditOut(opportunity_id=opportunity_id, on=day, shares=credit_on(db, viewer, opportunity_id, day))


@router.put("/opportunities/{opportunity_id}/credit", response_model=CreditOut, dependencies=[OFFICE])
def write_credit(change: Changing, opportunity_id: RowId, body: CreditIn) -> Response:
    """Credit a sale to several reps from a day on."""
    since = body.since or change.now.date()

    def work(session: Session) -> CreditOut:
        try:
            set_credit(session, change.viewer, opportunity_id, body.shares, since=since)
        except InvalidWork as error:
            raise BadFieldError("body.shares", str(error)) from None
        return CreditOut(opportunity_id=opportunity_id, on=since, shares=body.shares)

    return change.answered(body, work)
