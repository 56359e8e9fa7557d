"""The card of one account."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Read, RowId
from api.page import render_app
from api.page_record import record_facts
from api.pages_sales import in_use, pipeline_facts
from api.schemas_activities import OverviewOut
from api.schemas_people import NameOut
from api.schemas_workload import SitePolicyOut
from api.signed_in import Seen
from crm.tables import Role
from planning.account_overview import account_overview
from planning.account_search import OwnedOn
from planning.firms import names_of
from planning.overview import list_reps
from planning.pipelines import list_pipelines
from planning.type_rules import list_types
from planning.visit_policies import policy_of_account, policy_on

router = APIRouter(include_in_schema=False)

LISTS = (
    *("segment", "industry", "outcome", "person_role", "consent_purpose", "product", "loss_reason", "task_kind"),
    "lead_source",
)


@router.get("/accounts/{account_id}", response_class=HTMLResponse)
def read_account_page(request: Request, db: Read, viewer: Seen, account_id: RowId) -> HTMLResponse:
    """All about one account; 404 for one that you may not see."""
    found = account_overview(db, viewer, account_id, on=OwnedOn(viewer.day))
    pipelines = in_use(list_pipelines(db, all_editions=True))
    facts = record_facts(request, db, viewer, LISTS) | {
        "account": OverviewOut.model_validate(found).model_dump(mode="json"),
        "names": [NameOut.model_validate(one).model_dump(mode="json") for one in names_of(db, account_id)],
        "reps": [[rep.id, rep.name] for rep in list_reps(db, viewer)],
        "pipelines": [pipeline_facts(one) for one in pipelines],
        "map": viewer.role is not Role.REP,
        "types": {one.code: one.label for one in list_types(db)},
        "visited": [
            SitePolicyOut.model_validate(one).model_dump(mode="json")
            for one in policy_of_account(db, viewer, account_id, viewer.day)
        ],
        "policy_from": policy_on(db, viewer.day).valid_from.isoformat(),
    }
    return render_app(request, viewer, "account.html", here="accounts", account=found.account, facts=facts)
