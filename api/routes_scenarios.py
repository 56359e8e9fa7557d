"""Scenarios: drafts of territories, each change made on the version that was read."""

from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.dependencies import AskedId, Now, Read, RowId
from api.etag import with_etag
from api.jobs_asked import accepted
from api.schemas import PlanOut
from api.schemas_jobs import JobOut
from api.schemas_scenarios import (
    CurveIn,
    CurveOut,
    PublishIn,
    RebasedOut,
    RebaseIn,
    ScenarioEdit,
    ScenarioIn,
    ScenarioOut,
    ScenariosOut,
    StepDoneOut,
    StepIn,
    StepsOut,
    TerritoryOut,
)
from api.signed_in import MANAGING, Seen
from api.writing import KeyText, Matched, Records, answered
from crm.act import Act
from crm.tables import ActKind
from planning.map_ground import DrawnTerritory, drawn_territories, whole_rings
from planning.overview import get_plan
from planning.scenario_acts import Asked
from planning.scenario_curves import curve_of, known_curve
from planning.scenario_publish import publish
from planning.scenario_rebase import rebase
from planning.scenario_views import get_scenario, list_scenarios, list_steps
from planning.scenarios import Done, do_step, edit_scenario, make_scenario, undo_step
from planning.viewer import Viewer

router = APIRouter(prefix="/api/scenarios", tags=["scenarios"], dependencies=[MANAGING])


@router.get("")
def read_scenarios(db: Read, viewer: Seen, plan: AskedId = None) -> ScenariosOut:
    """Drafts of territories: all of them for the head office, a manager's own and those about the manager's part."""
    return ScenariosOut.model_validate({"items": list_scenarios(db, viewer, plan)})


@router.post("", status_code=201, response_model=ScenarioOut)
def new_scenario(
    request: Request, db: Records, now: Now, viewer: Seen, body: ScenarioIn, key: KeyText = None
) -> Response:
    """Begin a scenario on a plan, or copy one."""

    def work(session: Session) -> ScenarioOut:
        plan_id = body.plan_id or (get_scenario(session, viewer, body.like).plan_id if body.like else None)
        plan_id = plan_id or get_plan(session, None).id
        made = make_scenario(session, viewer, body.name, plan_id=plan_id, like=body.like, now=now)
        return ScenarioOut.model_validate(made)

    return drafted(request, db, viewer, now, key, body, work, 201)


@router.get("/{scenario_id}")
@with_etag
def read_scenario(db: Read, viewer: Seen, scenario_id: RowId) -> ScenarioOut:
    """One scenario."""
    return ScenarioOut.model_validate(get_scenario(db, viewer, scenario_id))


@router.patch("/{scenario_id}", response_model=ScenarioOut)
def change_scenario(
    request: Request, db: Records, now: Now, viewer: Seen, version: Matched, scenario_id: RowId, body: ScenarioEdit
) -> Response:
    """Rename a scenario, or throw it away."""

    def work(session: Session) -> ScenarioOut:
        facts: dict[str, Any] = {"name": body.name, "discarded": body.discarded, "now": now}
        edit_scenario(session, viewer, scenario_id, version, **facts)
        return ScenarioOut.model_validate(get_scenario(session, viewer, scenario_id))

    return drafted(request, db, viewer, now, None, body, work)


@router.get("/{scenario_id}/steps")
def read_steps(db: Read, viewer: Seen, scenario_id: RowId) -> StepsOut:
    """What was done in a scenario and by whom."""
    return StepsOut.model_validate({"items": list_steps(db, viewer, scenario_id)})


@router.post("/{scenario_id}/steps", response_model=StepDoneOut)
def new_step(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    version: Matched,
    scenario_id: RowId,
    body: StepIn,
    key: KeyText = None,
) -> Response:
    """Do something in a scenario, if it is still at the version in If-Match (412 says who changed it and how)."""
    asked = Asked(**body.model_dump())

    def work(session: Session) -> StepDoneOut:
        return said(session, viewer, do_step(session, viewer, scenario_id, version, asked, now=now))

    return drafted(request, db, viewer, now, key, body, work)


@router.post("/{scenario_id}/undo", response_model=StepDoneOut)
def undo_last(
    request: Request, db: Records, now: Now, viewer: Seen, version: Matched, scenario_id: RowId, key: KeyText = None
) -> Response:
    """Take the last step back; as often as there are steps."""
    work = partial(stepped_back, viewer=viewer, scenario_id=scenario_id, version=version, now=now)
    return drafted(request, db, viewer, now, key, None, work)


@router.post("/{scenario_id}/redo", response_model=StepDoneOut)
def redo_next(
    request: Request, db: Records, now: Now, viewer: Seen, version: Matched, scenario_id: RowId, key: KeyText = None
) -> Response:
    """Do the next step again that was taken back."""
    work = partial(stepped_back, viewer=viewer, scenario_id=scenario_id, version=version, now=now, redo=True)
    return drafted(request, db, viewer, now, key, None, work)


def stepped_back(
    session: Session, *, viewer: Viewer, scenario_id: int, version: int, now: datetime, redo: bool = False
) -> StepDoneOut:
    """Take a step back, or again, and say what came of it."""
    return said(session, viewer, undo_step(session, viewer, scenario_id, version, now=now, redo=redo))


@router.post("/{scenario_id}/rebase", response_model=RebasedOut)
def bring_up_to_date(
    request: Request, db: Records, now: Now, viewer: Seen, version: Matched, scenario_id: RowId, body: RebaseIn
) -> Response:
    """Lay the scenario's changes over the published plan as it is now; its steps become one."""

    def work(session: Session) -> RebasedOut:
        return RebasedOut.model_validate(rebase(session, viewer, scenario_id, version, body.keep, now=now))

    return drafted(request, db, viewer, now, None, body, work)


@router.post("/{scenario_id}/publish", status_code=201, response_model=PlanOut)
def publish_scenario(
    request: Request,
    db: Records,
    now: Now,
    viewer: Seen,
    version: Matched,
    scenario_id: RowId,
    body: PublishIn,
    key: KeyText = None,
) -> Response:
    """Make a scenario the plan from a day on; the plan before it ends there. One act, which can be undone."""

    def work(session: Session) -> PlanOut:
        plan_id = publish(session, viewer, scenario_id, version, starts_on=body.starts_on, now=now)
        session.flush()
        return PlanOut.model_validate(get_plan(session, plan_id))

    act = Act(viewer.name, body.why or f"Scenario {scenario_id} published", now, ActKind.PLAN)
    return answered(request, db, act, key, f"{version} {body.model_dump_json()}", work, 201)


@router.post("/{scenario_id}/curves", status_code=202, response_model=JobOut)
def ask_for_transfers(
    request: Request,
    read: Read,
    db: Records,
    now: Now,
    viewer: Seen,
    scenario_id: RowId,
    body: CurveIn,
    key: KeyText = None,
) -> Response:
    """Compute transfers against balance: a job whose answer holds, for each width of the band, a list of transfers.

    Where just this was asked before, the answer is the job of then.
    """
    what = curve_of(read, viewer, scenario_id, body.tolerances)
    if known := known_curve(read, viewer, what):
        root: str = request.scope.get("root_path", "")
        made = JobOut.model_validate(known).model_dump_json()
        return Response(made, 202, {"Location": f"{root}/api/jobs/{known.id}"}, "application/json")
    return accepted(request, db, viewer, now, key, "scenario_curve", what)


@router.get("/{scenario_id}/curves")
def read_transfers(db: Read, viewer: Seen, scenario_id: RowId) -> CurveOut:
    """The job that has computed, or is computing, the transfers of the scenario as it is now; null where none has."""
    what = curve_of(db, viewer, scenario_id, CurveIn().tolerances)
    return CurveOut.model_validate({"job": known_curve(db, viewer, what)})


def drafted(
    request: Request,
    db: Any,
    viewer: Viewer,
    now: datetime,
    key: str | None,
    body: BaseModel | None,
    work: Any,
    status: int = 200,
) -> Response:
    """Answer with what `work` does to a draft, which is no act of the ledger."""
    asked = f"{request.headers.get('if-match', '')} {body.model_dump_json() if body else ''}"
    return answered(request, db, Act(viewer.name, "", now), key, asked, work, status, in_ledger=False)


def said(session: Session, viewer: Viewer, done: Done) -> StepDoneOut:
    """What an act did, for the page: rings of the territories whose ground changed."""
    drawn = drawn_territories(session, viewer, done.state)
    visible = {one.key for one in drawn}
    moves = {site: now for site, (_, now) in done.delta.moves.items()}
    return StepDoneOut(
        scenario=ScenarioOut.model_validate(done.scenario),
        sites=list(moves),
        keys=[key if key in visible else -1 for key in moves.values()],
        locks={site: now for site, (_, now) in done.delta.locks.items()},
        territories=tuple(territory_out(one, rings=one.key in done.delta.grounds) for one in drawn),
    )


def territory_out(one: DrawnTerritory, *, rings: bool) -> TerritoryOut:
    """A territory for the page."""
    return TerritoryOut.model_validate(
        {
            **{name: getattr(one, name) for name in ("key", "name", "rep_id", "rep", "color", "label", "load", "was")},
            "rings": rings_of(one.outline) if rings else None,
        }
    )


def rings_of(outline: Any) -> list[Any]:
    """Pieces of rings of [latitude, longitude], in millionths of a degree like packed lines."""
    return [[(ring / 1e6).round(6).tolist() for ring in rings] for rings in whole_rings(outline)]
