"""A rep's planned weeks as rows of the record, and putting them in the place of what was planned before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Activity,
    PlanState,
    Route,
    Territory,
    TerritoryPlan,
    UnservedVisit,
    Visit,
    VisitCompanion,
    VisitState,
    Workload,
)
from planning import translate
from planning.joint_cycles import settle_again, settled_of
from planning.json_rows import packed, unpacked
from planning.options import PlanOptions
from planning.record_rows import BATCH, insert_all

if TYPE_CHECKING:
    from planning.cycles import RepCycle

route, visit, unserved = table_of(Route), table_of(Visit), table_of(UnservedVisit)
plan, territory = table_of(TerritoryPlan), table_of(Territory)
workload, activity = table_of(Workload), table_of(Activity)
companion = table_of(VisitCompanion)

Row = Mapping[str, Any]
FIGURES = ("accounts", "visits", "service_h", "drive_h", "workload_h", "capacity_h", "value", "hours_a_year")
"""Of a territory's workload, as the days that were planned show it."""


def rows_of(
    found: "RepCycle", rep_id: int, name: str, sites: Sequence[int], types: Mapping[int, str]
) -> dict[str, Any]:
    """What a rep's weeks came to, as JSON; visits name their day by its position, `types` are those of sites."""
    from planning.days_with_calls import days_with_calls
    from planning.joint_cycles import own_stops

    ids, days = translate.Ids(0, sites, {name: rep_id}, {}, types), days_with_calls(found.days, found.calls)
    own = [own_stops(day, len(sites)) for day in days]
    unserved = [row for row in found.unserved if row.account < len(sites)]
    joint = sum(len(day.stops) for day in days) - sum(len(day.stops) for day in own)
    joint_unserved = sum(row.visits for row in found.unserved) - sum(row.visits for row in unserved)
    return {
        "rep_id": rep_id,
        "days": packed(translate.route_rows(days, ids)),
        "visits": packed(translate.visit_rows(own, ids, range(len(own)))),
        "unserved": packed(translate.unserved_rows(unserved, ids)),
        "calls": len(found.calls),
        "visits_due": found.visits_due - joint - joint_unserved,
        "joint": joint,
        "joint_unserved": joint_unserved,
        "travel_source": found.travel_source,
        "figures": {field: getattr(found.figures, field) for field in FIGURES},
    }


def save_cycles(session: Session, row: Any, options: PlanOptions, results: Sequence[Row]) -> dict[str, Any]:
    """Write the days of reps into a plan, and say what came of it."""
    settled = settled_of(session, [result["rep_id"] for result in results], options)
    kept = {result["rep_id"]: make_room(session, row.id, result["rep_id"], options) for result in results}
    for result in results:
        write_days(session, row.id, result, kept[result["rep_id"]])
    lost = settle_again(session, row.id, settled)
    for part in batched(kept, BATCH):
        session.execute(delete(unserved).where(unserved.c.plan_id == row.id, unserved.c.rep_id.in_(part)))
    left = [made | {"plan_id": row.id} for result in results for made in result["unserved"]]
    if left:
        session.execute(insert(unserved), left)
    if row.state == PlanState.DRAFT:
        measured(session, row, options, results)
    return {
        "plan_id": row.id,
        "starts_on": options.starts_on.isoformat(),
        "weeks": options.weeks,
        "reps": len(results),
        "days": sum(len(result["days"]) for result in results),
        "days_kept": sum(len(days) for days in kept.values()),
        "visits_due": sum(result["visits_due"] for result in results),
        "visits_unserved": sum(made["visits"] for made in left),
        "joint_visits": sum(result["joint"] for result in results),
        "settled_lost": lost + sum(result["joint_unserved"] for result in results),
        "drive_h": round(sum(result["figures"]["drive_h"] for result in results), 2),
        "travel_source": results[0]["travel_source"],
    }


def make_room(session: Session, plan_id: int, rep_id: int, options: PlanOptions) -> frozenset[date]:
    """Take what was planned for a rep in these weeks out of the plan; returns the days that stay.

    A day stays on which something was done or skipped already. A visit that somebody wrote about stays too, cancelled.
    """
    span = (route.c.day >= options.starts_on, route.c.day < options.ends_on)
    own = select(route.c.id, route.c.day).where(route.c.plan_id == plan_id, route.c.rep_id == rep_id, *span)
    days = {found.id: found.day for found in session.execute(own)}
    behind: set[int] = set()
    for part in batched(days, BATCH):
        over = visit.c.state.in_((VisitState.DONE, VisitState.SKIPPED))
        behind.update(session.scalars(select(visit.c.route_id).where(visit.c.route_id.in_(part), over)))
    for part in batched(sorted(days.keys() - behind), BATCH):
        told = select(activity.c.visit_id).where(activity.c.visit_id.is_not(None))
        gone = visit.c.route_id.in_(part)
        own = select(visit.c.id).where(gone)
        session.execute(delete(companion).where(companion.c.visit_id.in_(own)))
        session.execute(delete(visit).where(gone, visit.c.id.not_in(told)))
        values = {"route_id": None, "sequence": None, "state": VisitState.CANCELLED, "why": "its day was planned anew"}
        session.execute(update(visit).where(gone).values(values | {"version": visit.c.version + 1}))
        session.execute(delete(route).where(route.c.id.in_(part)))
    return frozenset(days[one] for one in behind)


def write_days(session: Session, plan_id: int, result: Row, kept: frozenset[date]) -> None:
    """The routes of a rep and their visits, but for days that stay as they are."""
    days = unpacked(route, result["days"])
    fresh = [number for number, day in enumerate(days) if day["day"] not in kept]
    ids = insert_all(session, Route, [days[number] | {"plan_id": plan_id} for number in fresh])
    made = dict(zip(fresh, ids, strict=True))
    rows = unpacked(visit, result["visits"])
    wanted = [one | {"route_id": made[one["route_id"]]} for one in rows if one["route_id"] in made]
    if wanted:
        session.execute(insert(Visit), wanted)


def measured(session: Session, row: Any, options: PlanOptions, results: Iterable[Row]) -> None:
    """Have the hours of a draft's territories be those of the days that were planned."""
    by_rep = {result["rep_id"]: result["figures"] for result in results}
    sql = (
        select(workload.c.territory_id, workload.c.rep_id)
        .join(territory, territory.c.id == workload.c.territory_id)
        .where(territory.c.plan_id == row.id)
    )
    for one in session.execute(sql).all():
        if one.rep_id in by_rep:
            session.execute(
                update(workload).where(workload.c.territory_id == one.territory_id).values(by_rep[one.rep_id])
            )
    figures = session.execute(
        select(workload.c.territory_id, workload.c.workload_h, workload.c.capacity_h)
        .join(territory, territory.c.id == workload.c.territory_id)
        .where(territory.c.plan_id == row.id)
    ).all()
    total, room = sum(one.workload_h for one in figures), sum(one.capacity_h for one in figures)
    worst = 0.0
    for one in figures if total and room else ():
        deviation = one.workload_h / (total * one.capacity_h / room) - 1 if one.capacity_h else 0.0
        worst = max(worst, abs(deviation))
        session.execute(update(workload).where(workload.c.territory_id == one.territory_id).values(deviation=deviation))
    planned = session.scalar(
        select(func.count())
        .select_from(visit)
        .join(route, route.c.id == visit.c.route_id)
        .where(route.c.plan_id == row.id, visit.c.state != VisitState.CANCELLED)
    )
    left = session.scalar(select(func.coalesce(func.sum(unserved.c.visits), 0)).where(unserved.c.plan_id == row.id))
    done, not_done = int(planned or 0), int(left or 0)
    values: dict[str, Any] = {"visits_planned": done, "visits_unserved": not_done, "visits_due": done + not_done}
    values |= {"max_deviation": worst, "weeks": options.weeks, "version": plan.c.version + 1}
    session.execute(update(plan).where(plan.c.id == row.id).values(values))
