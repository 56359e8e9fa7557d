"""Territories of the record's own accounts: solved as those of a file, carried as rows, kept as a draft."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Assignment,
    PlanState,
    Record,
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
from planning.account_table import AccountTable
from planning.cores import free_cores
from planning.json_rows import packed, unpacked
from planning.plan import Plan
from planning.record_accounts import visit_types
from planning.record_rows import insert_all
from planning.region_roads import opened
from planning.result import PlanResult
from planning.zones_job import Question

NEVER = datetime.min.replace(tzinfo=UTC)
"""For a moment that is known only when the rows are written."""


def build_and_pack(question: Question) -> dict[str, Any]:
    """Solve, and return the rows of the draft as JSON; a territory is named by its zone.

    Raises:
        PlanningError: nothing can be planned, and why.
    """
    return {"stamp": question.stamp} | packed_plan(question, solved(question))


def solved(question: Question) -> PlanResult:
    """The plan of the accounts for the team, on the roads of the region where there is one."""
    rows = tuple(one.account for one in question.sites)
    table = AccountTable("the record", len(rows), rows, (), (), (), ())
    options = replace(question.options, workers=free_cores(question.cores))
    plan = Plan(table, options, tuple(one.rep for one in question.team), title=question.title, traffic=question.traffic)
    if question.region is not None:
        region, travel = opened(question.region, question.build)
        plan = replace(plan, travel=travel, attribution=region.attribution, within=region.bounds)
    return plan.solve()


def packed_plan(question: Question, result: PlanResult) -> dict[str, Any]:
    """The rows of a plan as JSON."""
    from planning.days_with_calls import days_with_calls

    zones, days = {rep.zone: rep.zone for rep in result.reps}, days_with_calls(result.days, result.calls)
    sites = [one.site_id for one in question.sites]
    types = visit_types(sites, [one.account for one in question.sites])
    ids = translate.Ids(0, sites, question.names, zones, types)
    plan = translate.plan_row(result, NEVER, publish=False).model_dump(exclude={"id", "created_at", "version"})
    plan["sales_force"] = question.sales_force
    return {
        "plan": packed([plan])[0],
        "territory": packed(translate.territory_rows(result, 0)),
        "territory_holder": packed(translate.holder_rows(result, ids)),
        "assignment": packed(translate.assignment_rows(result, ids)),
        "workload": packed(translate.workload_rows(result, ids)),
        "transfer": packed(translate.transfer_rows(result, ids)),
        "unserved_visit": packed(translate.unserved_rows(result.unserved, ids)),
        "route": packed(translate.route_rows(days, ids)),
        "visit": packed(translate.visit_rows(days, ids, range(len(days)))),
        "unplaced": sum(account.zone is None for account in result.accounts),
    }


def save_draft(session: Session, found: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Write a draft plan; returns what to say of it."""
    (facts,) = unpacked(table_of(TerritoryPlan), [found["plan"]])
    (plan_id,) = insert_all(session, TerritoryPlan, [facts | {"created_at": now, "state": PlanState.DRAFT}])
    rows = unpacked(table_of(Territory), found["territory"])
    made = insert_all(session, Territory, [row | {"plan_id": plan_id} for row in rows])
    by_zone = {row["zone"]: one for row, one in zip(rows, made, strict=True)}
    days = unpacked(table_of(Route), found["route"])
    routes = dict(enumerate(insert_all(session, Route, [row | {"plan_id": plan_id} for row in days])))
    write(session, TerritoryHolder, found, territory_id=by_zone)
    write(session, Assignment, found, territory_id=by_zone, plan_id=plan_id)
    write(session, Workload, found, territory_id=by_zone)
    write(session, Transfer, found, plan_id=plan_id)
    write(session, UnservedVisit, found, plan_id=plan_id)
    write(session, Visit, found, route_id=routes)
    return {
        "plan_id": plan_id,
        "territories": len(rows),
        "accounts": len(found["assignment"]),
        "unplaced": found["unplaced"],
        "max_deviation": facts["max_deviation"],
        "visits_unserved": facts["visits_unserved"],
        "transfers": len(found["transfer"]),
    }


def write(session: Session, model: type[Record], found: Mapping[str, Any], **keys: int | Mapping[int, int]) -> None:
    """Insert the rows of one table; `keys` are the ids that are known only now: the same for all, or by the old one."""
    table = table_of(model)
    rows = unpacked(table, found[table.name])
    for row, (name, key) in product(rows, keys.items()):
        row[name] = key if isinstance(key, int) else key[row[name]]
    if rows:
        session.execute(insert(model), rows)
