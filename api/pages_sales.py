"""The page of sales: a board by stage, what is stuck, the funnel and its flow."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Read
from api.page import render_app
from api.page_record import record_facts
from api.signed_in import Seen
from planning.overview import list_reps
from planning.pipelines import PipelineView, list_pipelines
from planning.territory_names import territory_names

router = APIRouter(include_in_schema=False)

LISTS = ("product", "loss_reason", "task_kind")


@router.get("/sales", response_class=HTMLResponse)
def read_sales(request: Request, db: Read, viewer: Seen) -> HTMLResponse:
    """The sales that you may see, stage by stage; what is chosen stands in the address and is read by the page."""
    pipelines = in_use(list_pipelines(db, all_editions=True))
    facts = record_facts(request, db, viewer, LISTS) | {
        "pipelines": [pipeline_facts(one) for one in pipelines],
        "territories": territory_names(db, viewer),
        "reps": [[rep.id, rep.name] for rep in list_reps(db, viewer)],
    }
    return render_app(request, viewer, "sales.html", here="sales", facts=facts, pipelines=pipelines)


def in_use(every: tuple[PipelineView, ...]) -> list[PipelineView]:
    """The newest edition of every pipeline, and older ones in which there are open sales still."""
    shown, newest = [], set[str]()
    for one in every:
        still = any(stage.deals for stage in one.stages if stage.kind == "open")
        if still or (one.name not in newest and not one.retired):
            shown.append(one)
        newest.add(one.name)
    return shown


def pipeline_facts(one: PipelineView) -> dict[str, Any]:
    """What the script needs of a pipeline."""
    stages = [
        {"id": stage.id, "name": stage.name, "kind": stage.kind, "expected_days": stage.expected_days}
        for stage in one.stages
    ]
    return {"id": one.id, "name": one.name, "edition": one.edition, "retired": one.retired, "stages": stages}
