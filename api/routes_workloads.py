"""Workload: of a plan's territories, and of any days of the past or the future."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing
from api.dependencies import LARGEST_ID, AskedId, Now, Read, RowId
from api.problems import BadFieldError
from api.schemas_workload import PeriodsOut, SharesOut, WorkloadsOut
from api.signed_in import OFFICE, Seen
from api.writing import Edit
from balancing.errors import InvalidWork
from planning.account_shares import set_shares, shares_on
from planning.overview import get_plan
from planning.plan_workload import bases, plan_evenness, plan_workloads, sums_above
from planning.plans_in_force import plan_on
from planning.record_errors import MissingError
from planning.workload_periods import LONGEST_DAYS, rep_periods, territory_periods

router = APIRouter(prefix="/api", tags=["workload"])

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)
Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-11-23"])]
RepId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
DONE = {"done.visits": "measured", "done.service_s": "planned"}


class SharesIn(Edit):
    """The parts of an account by rep id, adding up to 1; none: it is its territory's holder's again."""

    shares: dict[RepId, Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]] = Field(
        max_length=20, examples=[{"7": 0.6, "8": 0.4}]
    )
    since: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY, description="[today]", examples=["2026-12-01"])


@router.get("/workloads")
def read_workloads(db: Read, viewer: Seen, plan: AskedId = None, on: Day = None) -> WorkloadsOut:
    """What each territory asks of its rep, as far as you may see; of the published plan, a named one, or a day's."""
    if plan is not None and on is not None:
        raise BadFieldError("query.on", "Expected either a plan or a day, not both.")
    if on is not None:
        force = plan_on(db, on, exactly=True)
        if force is None:
            raise MissingError(f"No plan was in force on {on.isoformat()}.")
        plan = force.plan_id
    found = get_plan(db, plan)
    items = plan_workloads(db, viewer, found.id)
    return WorkloadsOut.model_validate(
        {
            "plan_id": found.id,
            "weeks": found.weeks,
            "basis": bases(found),
            "items": items,
            "above": sums_above(db, viewer, found.id, items),
            "evenness": plan_evenness(items),
        }
    )


@router.get("/workloads/periods")
def read_periods(
    db: Read,
    now: Now,
    viewer: Seen,
    by: Literal["day", "week", "month", "year"] = "week",
    of: Literal["rep", "territory"] = "rep",
    first: Day = None,
    last: Day = None,
) -> PeriodsOut:
    """Work planned and done, by period: every day with the plan in force on it, shared accounts split."""
    begin = first or now.date() - timedelta(days=27)
    end = last or begin + timedelta(days=27)
    if not 0 <= (end - begin).days < LONGEST_DAYS:
        raise BadFieldError("query.last", f"Expected a day no earlier than `first` and within {LONGEST_DAYS} days.")
    found = (rep_periods if of == "rep" else territory_periods)(db, viewer, first=begin, last=end, period=by)
    force = plan_on(db, end)
    travel = "estimated" if force is None or get_plan(db, force.plan_id).travel_estimated else "planned"
    basis = {"planned.visits": "planned", "planned.service_s": "planned", "planned.travel_s": travel} | DONE
    basis |= {"done.travel_s": travel}
    return PeriodsOut.model_validate(
        {"by": by, "of": of, "basis": basis, "items": found.rows, "evenness": found.evenness}
    )


@router.get("/accounts/{account_id}/shares", dependencies=[OFFICE])
def read_shares(db: Read, now: Now, account_id: RowId, on: Day = None) -> SharesOut:
    """Which reps share an account on a day."""
    day = on or now.date()
    return SharesOut(account_id=account_id, on=day, shares=shares_on(db, [account_id], day).get(account_id, {}))


@router.put("/accounts/{account_id}/shares", response_model=SharesOut, dependencies=[OFFICE])
def write_shares(change: Changing, account_id: RowId, body: SharesIn) -> Response:
    """Divide an account among reps from a day on."""
    since = body.since or change.now.date()

    def work(session: Session) -> SharesOut:
        try:
            set_shares(session, account_id, body.shares, since=since)
        except InvalidWork as error:
            raise BadFieldError("body.shares", str(error)) from None
        return SharesOut(account_id=account_id, on=since, shares=body.shares)

    return change.answered(body, work)
