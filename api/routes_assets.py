"""Equipment at outlets, such as freezers: its register, its state, its faults, and the service they ask for."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.routes_people import Id, Long, Name
from api.schemas_assets import AssetOut, AssetsOut, ServiceTaskOut, ServiceTasksOut
from api.signed_in import Seen
from api.writing import NO_NUL, Edit, Line, given
from crm.tables import AssetState, Priority
from planning.assets import AskedAssets, add_asset, edit_asset, find_assets, get_asset
from planning.service_tasks import find_tasks, finish_task, get_task, report_fault

router = APIRouter(prefix="/api", tags=["assets"])


class AssetIn(Edit):
    """Equipment that stands at an outlet."""

    site_id: Id = Field(examples=[17])
    kind: Name = Field(description="A code of the list asset_kind", examples=["freezer"])
    serial_number: Name = Field(description="Unique among its kind", examples=["FZ-20441"])
    installed_on: date | None = Field(default=None, examples=["2026-03-02"])
    note: Long = Field(default="", examples=["beside the till"])


class AssetEdit(Edit):
    """What of equipment may be changed; fields that are left out stay as they are."""

    site_id: Id | None = Field(default=None, description="The outlet it was moved to", examples=[17])
    serial_number: Name | None = Field(default=None, examples=["FZ-20441"])
    state: AssetState | None = Field(default=None, description="Not faulty: report the fault", examples=["in_service"])
    installed_on: date | None = Field(default=None, examples=["2026-03-02"])
    withdrawn_on: date | None = Field(default=None, description="Today without it", examples=[None])
    note: Long = Field(default="", examples=["beside the till"])


class FaultIn(Edit):
    """What is wrong, and how much it presses."""

    text: Name = Field(examples=["Does not cool"])
    priority: Priority = Field(default=Priority.NORMAL, examples=["high"])
    not_before: date | None = Field(
        default=None,
        description="Day plans take it in from this day on; from today without it",
        examples=["2026-11-23"],
    )


class ServiceDoneIn(Edit):
    """What was done, and how the equipment is now."""

    outcome: Line = Field(default="", examples=["compressor replaced"])
    state: AssetState = Field(
        default=AssetState.IN_SERVICE, description="in_service, in_repair or withdrawn", examples=["in_service"]
    )


@router.get("/assets")
def list_assets(
    db: Read,
    viewer: Seen,
    after: Cursor,
    site: AskedId = None,
    account: AskedId = None,
    kind: Annotated[str | None, Query(max_length=300, pattern=NO_NUL)] = None,
    state: AssetState | None = None,
    limit: Limit = 50,
) -> AssetsOut:
    """Equipment at your accounts."""
    page = find_assets(db, viewer, AskedAssets(site, account, kind, state), after=after, limit=limit)
    return AssetsOut.model_validate({"items": page.assets, "next": write_cursor(page.after)})


@router.get("/assets/{asset_id}")
@with_etag
def read_asset(db: Read, viewer: Seen, asset_id: RowId) -> AssetOut:
    """One piece of equipment. To change it, send its `version` as If-Match."""
    return AssetOut.model_validate(get_asset(db, viewer, asset_id))


@router.post("/assets", status_code=201, response_model=AssetOut)
def make_asset(change: Changing, body: AssetIn) -> Response:
    """Enter equipment that stands at an outlet of yours."""

    def work(session: Session) -> AssetOut:
        made = add_asset(session, change.viewer, given(body))
        return AssetOut.model_validate(get_asset(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/assets/{asset_id}", response_model=AssetOut)
def change_asset(change: ChangingMatched, asset_id: RowId, body: AssetEdit) -> Response:
    """Change the state, the outlet or the facts of equipment, if it is still at the version in If-Match."""
    may_be_empty = ("installed_on", "withdrawn_on")
    values = {name: value for name, value in given(body).items() if value is not None or name in may_be_empty}

    def work(session: Session) -> AssetOut:
        edit_asset(session, change.viewer, asset_id, change.version, values, today=change.viewer.day)
        return AssetOut.model_validate(get_asset(session, change.viewer, asset_id))

    return change.answered(body, work)


@router.post("/assets/{asset_id}/faults", status_code=201, response_model=ServiceTaskOut)
def make_fault(change: ChangingMatched, asset_id: RowId, body: FaultIn) -> Response:
    """Report a fault of equipment that is still at the version in If-Match; answers with the service task it makes.

    The next time a day of the outlet's rep is planned, the task comes in before ordinary visits, by its priority.
    """

    def work(session: Session) -> ServiceTaskOut:
        made = report_fault(
            session,
            change.viewer,
            asset_id,
            change.version,
            body.text,
            body.priority,
            not_before=body.not_before,
            now=change.now,
        )
        return ServiceTaskOut.model_validate(get_task(session, change.viewer, made))

    return change.answered(body, work, 201, otherwise="Fault reported")


@router.get("/service-tasks")
def list_tasks(
    db: Read,
    viewer: Seen,
    after: Cursor,
    site: AskedId = None,
    account: AskedId = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Only open, or only done ones.")] = None,
    limit: Limit = 50,
) -> ServiceTasksOut:
    """Service that equipment at your accounts asked for."""
    page = find_tasks(db, viewer, site_id=site, account_id=account, is_open=is_open, after=after, limit=limit)
    return ServiceTasksOut.model_validate({"items": page.tasks, "next": write_cursor(page.after)})


@router.get("/service-tasks/{task_id}")
@with_etag
def read_task(db: Read, viewer: Seen, task_id: RowId) -> ServiceTaskOut:
    """One service task. To finish it, send its `version` as If-Match."""
    return ServiceTaskOut.model_validate(get_task(db, viewer, task_id))


@router.post("/service-tasks/{task_id}/done", response_model=ServiceTaskOut)
def end_task(change: ChangingMatched, task_id: RowId, body: ServiceDoneIn) -> Response:
    """Finish a service task that is still at the version in If-Match, and say how it leaves the equipment."""

    def work(session: Session) -> ServiceTaskOut:
        finish_task(
            session,
            change.viewer,
            task_id,
            change.version,
            body.outcome,
            body.state,
            today=change.viewer.day,
            now=change.now,
        )
        return ServiceTaskOut.model_validate(get_task(session, change.viewer, task_id))

    return change.answered(body, work, otherwise="Service done")
