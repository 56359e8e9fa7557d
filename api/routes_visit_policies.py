"""How often and how long clients are visited where nobody says it of themselves: by segment or contract."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.change import Changing
from api.dependencies import Now, Read, RowId
from api.routes_activity_types import ValidDay
from api.routes_workloads import Day
from api.schemas_workload import PolicyEffectsOut, SitePoliciesOut, VisitPoliciesOut, VisitPolicyOut
from api.signed_in import OFFICE, Seen
from api.writing import Edit, Line
from planning.visit_policies import (
    PolicyRow,
    add_policy,
    all_policies,
    effects,
    policy_by_id,
    policy_of_account,
)

router = APIRouter(prefix="/api", tags=["workload"])


class PolicyRowIn(BaseModel):
    """What clients of a segment get, or those of them with a contract."""

    model_config = ConfigDict(extra="forbid")

    segment: Line = Field(
        default="", max_length=300, description='"": of every segment without a row of its own', examples=["A"]
    )
    contract: bool = Field(default=False, description="Only clients with a contract", examples=[False])
    visits_per_year: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False, examples=[12])
    service_min: Annotated[float, Field(gt=0, le=24 * 60, allow_inf_nan=False)] | None = Field(
        default=None, description="Minutes of a visit", examples=[30]
    )


class VisitPolicyIn(Edit):
    """All rows of a policy; without any, only what is said of clients themselves counts."""

    valid_from: ValidDay | None = Field(default=None, description="[today]", examples=["2027-01-01"])
    rows: tuple[PolicyRowIn, ...] = Field(
        max_length=1000, examples=[[{"segment": "A", "visits_per_year": 12, "service_min": 30}]]
    )

    def values(self) -> list[PolicyRow]:
        """The rows as planning takes them."""
        return [PolicyRow(**row.model_dump()) for row in self.rows]


@router.get("/visit-policies", dependencies=[OFFICE])
def read_policies(db: Read) -> VisitPoliciesOut:
    """All policies there ever were, in the order in which they begin."""
    return VisitPoliciesOut.model_validate({"items": all_policies(db)})


@router.post("/visit-policies", status_code=201, response_model=VisitPolicyOut, dependencies=[OFFICE])
def make_policy(change: Changing, body: VisitPolicyIn) -> Response:
    """Visit clients otherwise from a day on; `why` is needed. Plans that begin then or later use it."""

    def work(session: Session) -> VisitPolicyOut:
        begins = body.valid_from or change.viewer.day
        made = add_policy(session, change.viewer, begins, body.values(), why=body.why, now=change.now)
        return VisitPolicyOut.model_validate(policy_by_id(session, made))

    return change.answered(body, work, 201)


@router.post("/visit-policies/dry-runs", dependencies=[OFFICE])
def try_policy(db: Read, now: Now, body: VisitPolicyIn) -> PolicyEffectsOut:
    """What a policy would do, by segment: sites, visits and hours a year, beside those of now; nothing is changed."""
    found = effects(db, body.valid_from or now.date(), body.values())
    return PolicyEffectsOut.model_validate({"items": found})


@router.get("/accounts/{account_id}/visit-policy")
def read_policy_of_account(db: Read, viewer: Seen, account_id: RowId, on: Day = None) -> SitePoliciesOut:
    """How often each site of an account is visited and for how long on a day, and whether it or a policy says so."""
    return SitePoliciesOut.model_validate({"items": policy_of_account(db, viewer, account_id, on or viewer.day)})
