"""Faults of equipment: each report makes a service task, which the rep's next day plan takes in before other visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Asset,
    AssetState,
    Assignment,
    Priority,
    Route,
    ServiceTask,
    Site,
    TerritoryPlan,
    Visit,
    VisitState,
)
from planning.assets import get_asset
from planning.closed_accounts import require_open
from planning.day_state import DayState
from planning.edits import edit_row
from planning.plans_in_force import InForce, plans_on
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.today import in_force
from planning.viewer import Viewer, held_by, may_see_accounts, valid_under

asset, task, site, account = table_of(Asset), table_of(ServiceTask), table_of(Site), table_of(Account)
visit, route, assignment = table_of(Visit), table_of(Route), table_of(Assignment)
plan = table_of(TerritoryPlan)

WEIGHTS: Mapping[str, int] = {Priority.LOW: 2, Priority.NORMAL: 5, Priority.HIGH: 25}
"""How many ordinary visits a day would rather leave out than the task."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A service task; `next_visit_on` is the day of the next visit planned at its outlet."""

    id: int
    asset_id: int
    kind: str
    serial_number: str
    state: str
    site_id: int
    account_id: int
    account: str
    priority: str
    text: str
    not_before: date
    next_visit_on: date | None
    reported_at: datetime
    reported_by: str
    done_at: datetime | None
    done_by: str
    outcome: str
    version: int


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks in order of their ids; `after` is the id to go on from, None on the last page."""

    tasks: tuple[TaskView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class DayTask:
    """What a day has to do at a site: `row` are the facts of the site, `weight` see `WEIGHTS`."""

    row: Any
    weight: int
    note: str


def find_tasks(
    session: Session,
    viewer: Viewer,
    *,
    site_id: int | None = None,
    account_id: int | None = None,
    is_open: bool | None = None,
    after: int = 0,
    limit: int,
) -> TaskPage:
    """Tasks at accounts that the viewer sees, with ids above `after`; None leaves a question open."""
    asked = [(asset.c.site_id, site_id), (site.c.account_id, account_id)]
    which = [column == value for column, value in asked if value is not None]
    if is_open is not None:
        which.append(task.c.done_at.is_(None) if is_open else task.c.done_at.is_not(None))
    seen = may_see_accounts(session, viewer, site.c.account_id)
    sql = tasks(viewer.day).where(*which, seen, task.c.id > after).order_by(task.c.id).limit(limit + 1)
    rows = session.execute(sql).all()
    found = tuple(TaskView(*row) for row in rows[:limit])
    return TaskPage(found, found[-1].id if len(rows) > limit else None)


def get_task(session: Session, viewer: Viewer, task_id: int) -> TaskView:
    """One task.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    seen = may_see_accounts(session, viewer, site.c.account_id)
    row = session.execute(tasks(viewer.day).where(task.c.id == task_id, seen)).first()
    if row is None:
        raise MissingError(f"There is no service task {task_id}.")
    return TaskView(*row)


def tasks(day: date) -> Select[Any]:
    """Tasks in the order of `TaskView`; visits count from `day` on."""
    own = task.c
    following = planned(func.min(visit.c.day)).where(visit.c.day >= day).scalar_subquery()
    return (
        select(
            *(own.id, own.asset_id, asset.c.kind, asset.c.serial_number, asset.c.state, asset.c.site_id),
            *(site.c.account_id, account.c.name, own.priority, own.text, own.not_before, following),
            *(own.reported_at, own.reported_by, own.done_at, own.done_by, own.outcome, own.version),
        )
        .join(asset, asset.c.id == own.asset_id)
        .join(site, site.c.id == asset.c.site_id)
        .join(account, account.c.id == site.c.account_id)
    )


def planned(wanted: ColumnElement[Any]) -> Select[Any]:
    """`wanted` of the visits, not by telephone, that plans in force hold at a site."""
    made = (visit.c.site_id == site.c.id, visit.c.state == VisitState.PLANNED, visit.c.by_phone.is_(False))
    return (
        select(wanted)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(*made, in_force())
        .correlate(site)
    )


def report_fault(
    session: Session,
    viewer: Viewer,
    asset_id: int,
    version: int,
    text: str,
    priority: Priority,
    *,
    not_before: date | None = None,
    now: datetime,
) -> int:
    """Say that equipment does not work: it becomes faulty, and service is asked for; returns the id of the task.

    Raises:
        MissingError: there is no such equipment for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: it is faulty already, in repair or withdrawn, or stands at a closed account, where nobody goes.
    """
    found = get_asset(session, viewer, asset_id)
    if found.state != AssetState.IN_SERVICE:
        known = f"; service task {found.task_id} is open" if found.task_id is not None else ""
        raise RefusedError(f"Asset {asset_id} is {found.state.replace('_', ' ')} already{known}.")
    require_open(session, found.account_id, "a visit for service")
    edit_row(session, asset, asset_id, version, {"state": AssetState.FAULTY})
    row = {
        "asset_id": asset_id,
        "priority": priority,
        "text": text,
        "not_before": not_before or now.date(),
        "reported_at": now,
        "reported_by": viewer.name,
        "done_at": None,
        "done_by": "",
        "outcome": "",
        "version": 1,
    }
    (made,) = insert_all(session, ServiceTask, [row])
    return made


def finish_task(
    session: Session,
    viewer: Viewer,
    task_id: int,
    version: int,
    outcome: str,
    state: AssetState,
    *,
    today: date,
    now: datetime,
) -> None:
    """Finish a task: its equipment is in service again, in repair, or withdrawn `today`.

    Raises:
        MissingError: there is no such task for the viewer.
        StaleError: somebody changed it since `version`.
        RefusedError: it is done already, or would leave its equipment faulty.
    """
    found = get_task(session, viewer, task_id)
    if found.done_at is not None:
        raise RefusedError(f"Service task {task_id} is done already.")
    if state == AssetState.FAULTY:
        raise RefusedError("What is still faulty is not done: leave the task open, or say in_repair or withdrawn.")
    edit_row(session, task, task_id, version, {"done_at": now, "done_by": viewer.name, "outcome": outcome})
    known = session.execute(select(asset.c.version).where(asset.c.id == found.asset_id)).scalar_one()
    gone = today if state == AssetState.WITHDRAWN else None
    edit_row(session, asset, found.asset_id, known, {"state": state, "withdrawn_on": gone})


def tasks_of_day(session: Session, state: DayState) -> dict[int, DayTask]:
    """By site, what service a day of a rep should do, the most pressing first.

    Open tasks at placed sites of the rep's territories, from their day on. Not those at a site where an earlier day, or
    another rep that day, has a visit planned, nor where the rep has been that day since the fault was reported.
    """
    forces = plans_on(session, state.day)
    if not forces:
        return {}
    other = or_(visit.c.day < state.day, and_(visit.c.day == state.day, visit.c.rep_id != state.hours.rep_id))
    elsewhere = planned(visit.c.id).where(visit.c.day >= state.today, other).exists()
    sql = (
        select(
            *(
                site.c.id,
                site.c.lat,
                site.c.lon,
                site.c.service_s,
                site.c.opening_hours,
                site.c.wishes,
                account.c.name.label("account"),
            ),
            *(task.c.priority, task.c.text, task.c.reported_at, task.c.id.label("task_id"), asset.c.kind),
        )
        .join(asset, asset.c.id == task.c.asset_id)
        .join(site, site.c.id == asset.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(
            task.c.done_at.is_(None),
            task.c.not_before <= state.day,
            site.c.id.in_(sites_held(state.hours.rep_id, forces)),
            site.c.lat.is_not(None),
            ~elsewhere,
        )
    )
    pressing = sorted(session.execute(sql).all(), key=lambda row: (-WEIGHTS[row.priority], row.task_id))
    found: dict[int, DayTask] = {}
    for row in pressing:
        if row.id not in found and not been_there(state, row):
            found[row.id] = DayTask(row, WEIGHTS[row.priority], f"service of a {row.kind}, {row.priority}: {row.text}")
    return found


def sites_held(rep_id: int, forces: tuple[InForce, ...]) -> Select[Any]:
    """The ids of the sites in a rep's territories under the plans in force."""
    return select(assignment.c.site_id).where(
        valid_under(forces, assignment.c.plan_id, assignment),
        assignment.c.territory_id.in_(held_by((rep_id,), forces)),
    )


def been_there(state: DayState, row: Any) -> bool:
    """True where the visit of the day was skipped, or made after the fault was reported."""
    here = (one for one in state.closed if one.site_id == row.id and not one.by_phone)
    return any(one.state == VisitState.SKIPPED or (one.done_at or row.reported_at) >= row.reported_at for one in here)
