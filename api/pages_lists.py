"""The list of accounts, and the inbox of leads."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Read
from api.page import render_app
from api.page_record import record_facts
from api.pages_sales import in_use, pipeline_facts
from api.signed_in import Seen
from planning.admin_regions import editions_on
from planning.overview import list_reps
from planning.pipelines import list_pipelines
from planning.territory_names import territory_names

router = APIRouter(include_in_schema=False)


@router.get("/accounts", response_class=HTMLResponse)
def read_accounts_page(request: Request, db: Read, viewer: Seen) -> HTMLResponse:
    """The accounts that you may see: found by words, filtered, or as a kept view has them."""
    facts = record_facts(request, db, viewer, ("segment", "industry")) | {
        "territories": territory_names(db, viewer),
        "reps": [[rep.id, rep.name] for rep in list_reps(db, viewer)],
        "levels": sorted(editions_on(db, viewer.day).items()),
    }
    return render_app(request, viewer, "accounts.html", here="accounts", facts=facts)


@router.get("/leads", response_class=HTMLResponse)
def read_leads_page(request: Request, db: Read, viewer: Seen) -> HTMLResponse:
    """The leads that you may see, to be matched, qualified, converted or rejected."""
    pipelines = [one for one in in_use(list_pipelines(db)) if not one.retired]
    facts = record_facts(request, db, viewer, ("lead_source",)) | {
        "pipelines": [pipeline_facts(one) for one in pipelines],
        "reps": [[rep.id, rep.name] for rep in list_reps(db, viewer)],
    }
    return render_app(request, viewer, "leads.html", here="leads", facts=facts)
