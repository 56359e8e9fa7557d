"""How often and how long clients are visited by segment or contract: the policies, and making the next one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Read
from api.page import render_app
from api.page_record import record_facts
from api.schemas_workload import VisitPolicyOut
from api.signed_in import OFFICE, Seen
from planning.visit_policies import all_policies

router = APIRouter(include_in_schema=False)


@router.get("/visit-policies", response_class=HTMLResponse, dependencies=[OFFICE])
def read_policies_page(request: Request, db: Read, viewer: Seen) -> HTMLResponse:
    """The policies in force, to come and gone, for those whose work is the whole company."""
    kept = [VisitPolicyOut.model_validate(one).model_dump(mode="json") for one in all_policies(db)]
    facts = record_facts(request, db, viewer, ("segment",)) | {"policies": kept}
    return render_app(request, viewer, "visit_policies.html", here="policies", facts=facts)
