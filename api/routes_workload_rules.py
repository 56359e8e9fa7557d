"""How work is weighed: minutes and weights that a planner keeps, per sales force and from a day on."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing
from api.dependencies import Read
from api.routes_activity_types import ValidDay
from api.routes_people import Word
from api.schemas_long_work import Minutes
from api.schemas_workload import WorkloadRuleOut, WorkloadRulesOut
from api.signed_in import OFFICE
from api.writing import NO_NUL, Edit, Line, given
from planning.account_fields import HEAVIEST
from planning.workload_rules import add_rules, all_rules, rules_by_id

router = APIRouter(prefix="/api", tags=["workload"])

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
AskedForce = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]


class WorkloadRulesIn(Edit):
    """How work is weighed from a day on; what is left out stays as it is then. The three shares add up to 1."""

    sales_force: Line = Field(
        default="", max_length=200, description='"": of every sales force without rules of its own', examples=[""]
    )
    valid_from: ValidDay | None = Field(default=None, description="[today]", examples=["2027-01-01"])
    access_min: Minutes = Field(default=0.0, description="Parking and the way to the door of every visit", examples=[5])
    admin_min: Minutes = Field(default=0.0, description="Administration on every working day", examples=[30])
    service_min: Annotated[float, Field(gt=0, le=24 * 60, allow_inf_nan=False)] = Field(
        default=30.0, description="A visit where nobody says how long it takes", examples=[30]
    )
    weights: dict[Word, Annotated[float, Field(ge=0, le=HEAVIEST, allow_inf_nan=False)]] = Field(
        default={}, max_length=1000, description="By type of visit; before its own", examples=[{"shelf_audit": 1.5}]
    )
    hours_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = Field(
        default=1.0, description="How much hours count where territories are balanced", examples=[0.8]
    )
    value_share: Share = Field(default=0.0, description="… and actual sales", examples=[0.1])
    potential_share: Share = Field(default=0.0, description="… and possible sales", examples=[0.1])


@router.get("/workload-rules", dependencies=[OFFICE])
def read_rules(db: Read, sales_force: AskedForce = None) -> WorkloadRulesOut:
    """How work is weighed: all rules there ever were, in the order in which they begin."""
    found = [one for one in all_rules(db).rows if sales_force in (None, one.sales_force)]
    return WorkloadRulesOut.model_validate({"items": found})


@router.post("/workload-rules", status_code=201, response_model=WorkloadRuleOut, dependencies=[OFFICE])
def make_rules(change: Changing, body: WorkloadRulesIn) -> Response:
    """Weigh work otherwise from a day on; `why` is needed. The next plan that begins then or later uses it."""
    values = given(body) | {"sales_force": body.sales_force, "valid_from": body.valid_from or change.viewer.day}

    def work(session: Session) -> WorkloadRuleOut:
        made = add_rules(session, change.viewer, values, why=body.why, now=change.now)
        return WorkloadRuleOut.model_validate(rules_by_id(session, made))

    return change.answered(body, work, 201)
