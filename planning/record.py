"""Saving a finished plan: one transaction, from a `PlanResult` to rows."""

from dataclasses import replace
from datetime import date, datetime
from gzip import compress
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, insert, or_, update
from sqlmodel import Session, col, select

from crm.act import Act
from crm.database import Database
from crm.tables import (
    ActKind,
    Assignment,
    PlanPage,
    PlanState,
    RepAbsence,
    Route,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Transfer,
    UnservedVisit,
    Visit,
    Workload,
)
from planning import translate
from planning.record_rows import insert_all, save_accounts, save_reps, save_sites
from planning.type_rules import types_of_sites

if TYPE_CHECKING:
    from planning.result import PlanResult


def save_plan(
    database: Database,
    result: "PlanResult",
    *,
    now: datetime,
    time_zone: str = "UTC",
    page: str | None = None,
    publish: bool = True,
    by: str = "planner",
    sales_force: str = "",
) -> int:
    """Write a plan whole or not at all, and return its id.

    Accounts and reps are recognised by their ids and brought up to date; a published plan supersedes the one before it
    of its `sales_force` from `result.starts_on` on, those of others stay in force beside it. `time_zone` (IANA name) is
    the one in which the reps' days are local; `page` is the map that `/map` serves for this plan; `by` is who the
    ledger names.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: no such time zone.
    """
    ZoneInfo(time_zone)
    act = Act(by=by, why=f"Plan saved: {result.title}", at=now, kind=ActKind.PLAN)
    with database.write(act) as session:
        if publish:
            supersede(session, result.starts_on, sales_force)
        plan = translate.plan_row(result, now, publish=publish)
        plan.sales_force = sales_force
        session.add(plan)
        session.flush()
        assert plan.id is not None
        accounts = save_accounts(session, result.accounts, now)
        sites = save_sites(session, result.accounts, accounts)
        ids = translate.Ids(
            plan=plan.id,
            site=sites,
            rep=save_reps(session, result, time_zone),
            territory=save_territories(session, result, plan.id),
            visit_type=types_of_sites(session, sites, result.starts_on),
        )
        save_ownership(session, result, ids)
        save_days(session, result, ids)
        save_absences(session, translate.absence_rows(result, ids))
        save_page(session, plan.id, page)
        return plan.id


def supersede(session: Session, from_day: date, sales_force: str = "") -> None:
    """End the plans of a sales force, their holders and assignments on the day before `from_day`.

    What would only begin on that day or later ends on the day it begins: it never counts.
    """
    own = (col(TerritoryPlan.sales_force) == sales_force, col(TerritoryPlan.valid_from).is_not(None))
    beyond = or_(col(TerritoryPlan.valid_to).is_(None), col(TerritoryPlan.valid_to) > from_day)
    for plan in session.exec(select(TerritoryPlan).where(*own, beyond).order_by(col(TerritoryPlan.id))).all():
        assert plan.valid_from is not None
        plan.state = PlanState.SUPERSEDED
        plan.valid_to = max(from_day, plan.valid_from)
        plan.version += 1
        session.flush()
        territories = select(Territory.id).where(Territory.plan_id == plan.id)
        end_beyond(session, TerritoryHolder, col(TerritoryHolder.territory_id).in_(territories), plan.valid_to)
        end_beyond(session, Assignment, col(Assignment.plan_id) == plan.id, plan.valid_to)


def end_beyond(session: Session, table: type[TerritoryHolder] | type[Assignment], own: object, valid_to: date) -> None:
    """Let no row of `own` count after `valid_to`; a row that would only begin later ends on the day it begins."""
    begins, ends = col(table.valid_from), col(table.valid_to)
    counts = or_(ends.is_(None), and_(ends > valid_to, ends > begins))
    cut: Any = update(table).where(own, counts)  # type: ignore[arg-type]
    more = {"version": col(table.version) + 1}
    session.execute(cut.where(begins > valid_to).values(valid_to=begins, **more))
    session.execute(cut.where(begins <= valid_to).values(valid_to=valid_to, **more))


def save_territories(session: Session, result: "PlanResult", plan: int) -> dict[int, int]:
    """A territory per zone; returns its id by zone."""
    rows = translate.territory_rows(result, plan)
    return {row["zone"]: key for row, key in zip(rows, insert_all(session, Territory, rows), strict=True)}


def save_ownership(session: Session, result: "PlanResult", ids: translate.Ids) -> None:
    """Who holds which territory, what lies in it, what it asks, and what should change hands."""
    for table, rows in (
        (TerritoryHolder, translate.holder_rows(result, ids)),
        (Assignment, translate.assignment_rows(result, ids)),
        (Workload, translate.workload_rows(result, ids)),
        (Transfer, translate.transfer_rows(result, ids)),
        (UnservedVisit, translate.unserved_rows(result.unserved, ids)),
    ):
        if rows:
            session.execute(insert(table), rows)


def save_days(session: Session, result: "PlanResult", ids: translate.Ids) -> None:
    """The routes and their visits, calls among them."""
    from planning.days_with_calls import days_with_calls

    result = replace(result, days=days_with_calls(result.days, result.calls))
    routes = insert_all(session, Route, translate.route_rows(result.days, ids))
    if visits := translate.visit_rows(result.days, ids, routes):
        session.execute(insert(Visit), visits)


def save_absences(session: Session, rows: list[translate.Row]) -> None:
    """Days off that the plan knows; one that overlaps an absence already written down adds nothing."""
    for row in rows:
        known = select(RepAbsence.id).where(
            RepAbsence.rep_id == row["rep_id"],
            RepAbsence.first_on <= row["last_on"],
            RepAbsence.last_on >= row["first_on"],
        )
        if session.exec(known).first() is None:
            session.execute(insert(RepAbsence), [row])


def save_page(session: Session, plan: int, page: str | None) -> None:
    """The map of the plan, packed."""
    if page is not None:
        html = page.encode()
        packed = compress(html, compresslevel=6, mtime=0)
        session.add(PlanPage(plan_id=plan, html_gzip=packed, sha256=sha256(html).hexdigest()))
