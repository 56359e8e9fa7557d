"""Open tasks in the field and crews' free days, read from the record; crews' days, written to it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AccountState,
    Asset,
    Opportunity,
    Priority,
    RepSkill,
    Route,
    ServiceTask,
    Site,
    Task,
    TaskState,
    TerritoryPlan,
    Visit,
    VisitState,
)
from geo.place import Place
from planning.crew_tasks import Crew, FieldTask
from planning.day_state import SERVICE_S
from planning.plans_in_force import plan_on
from planning.record_errors import RefusedError
from planning.record_rows import insert_all
from planning.rep_days import days_off, rep_hours
from planning.rep_skills import skills_of
from planning.today import in_force
from planning.translate import line_wkb
from planning.type_rules import length_s

task, service, asset = table_of(Task), table_of(ServiceTask), table_of(Asset)
site, account, opportunity = table_of(Site), table_of(Account), table_of(Opportunity)
visit, route, plan, skill = table_of(Visit), table_of(Route), table_of(TerritoryPlan), table_of(RepSkill)

WORTH_S: Mapping[str, int] = {Priority.LOW: 1200, Priority.NORMAL: 2400, Priority.HIGH: 10_800}
DUE_DAYS: Mapping[str, int] = {Priority.LOW: 10, Priority.NORMAL: 5, Priority.HIGH: 1}
"""Days from the report, or from the first day that makes sense, until service is due."""
NOTED = re.compile(r"\b(service task|task) (\d+)\b")


def open_tasks(session: Session, first: date, last: date) -> tuple[FieldTask, ...]:
    """What is open at placed sites until `last` and stands in no planned visit yet, in order of their ids."""
    skills = {name.casefold() for name in session.scalars(select(skill.c.skill))}
    planned = planned_tasks(session)
    found = [*services(session, skills, last), *field_steps(session, skills, first)]
    return tuple(one for one in found if one.key not in planned)


def services(session: Session, skills: set[str], last: date) -> list[FieldTask]:
    """Open service of equipment."""
    sql = (
        select(*facts(), service.c.id.label("task_id"), service.c.text, service.c.priority, service.c.not_before)
        .add_columns(asset.c.kind)
        .join(asset, asset.c.id == service.c.asset_id)
        .join(site, site.c.id == asset.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(service.c.done_at.is_(None), service.c.not_before <= last, site.c.lat.is_not(None))
        .order_by(service.c.id)
    )
    return [
        made(
            row,
            f"service task {row.task_id}",
            f"{row.kind}, {row.text}",
            row.kind.casefold() if row.kind.casefold() in skills else "",
            row.not_before,
            row.not_before + timedelta(days=DUE_DAYS[row.priority]),
            WORTH_S[row.priority],
        )
        for row in session.execute(sql)
    ]


def field_steps(session: Session, skills: set[str], first: date) -> list[FieldTask]:
    """Open tasks of sales and accounts whose kind is a skill, at the first placed site of the account."""
    owner = func.coalesce(task.c.account_id, opportunity.c.account_id)
    own = site.alias()
    of_site = select(func.min(own.c.id)).where(own.c.account_id == owner, own.c.lat.is_not(None)).scalar_subquery()
    sql = (
        select(*facts(), task.c.id.label("task_id"), task.c.title, task.c.kind, task.c.due_on)
        .select_from(task)
        .outerjoin(opportunity, opportunity.c.id == task.c.opportunity_id)
        .join(account, account.c.id == owner)
        .join(site, site.c.id == of_site)
        .where(task.c.state == TaskState.OPEN, account.c.state != AccountState.CLOSED)
        .order_by(task.c.id)
    )
    worth_s = WORTH_S[Priority.NORMAL]
    return [
        made(row, f"task {row.task_id}", row.title, row.kind.casefold(), first, row.due_on, worth_s)
        for row in session.execute(sql)
        if row.kind.casefold() in skills
    ]


def facts() -> tuple[Any, ...]:
    """What a task takes of its site."""
    lasts = length_s(site.c.service_s, site.c.visit_type).label("service_s")
    return site.c.id, site.c.lat, site.c.lon, lasts, site.c.opening_hours, account.c.name


def made(row: Any, key: str, text: str, needed: str, not_before: date, due: date | None, worth_s: int) -> FieldTask:
    """A task with the facts of its site."""
    return FieldTask(
        key=key,
        note=f"{key}: {text}",
        site_id=row.id,
        place=Place(row.lat, row.lon),
        service_s=row.service_s or SERVICE_S,
        opening_hours=row.opening_hours,
        skill=needed,
        not_before=not_before,
        due=due,
        worth_s=worth_s,
    )


def planned_tasks(session: Session) -> set[str]:
    """The keys of tasks that a planned visit in force names."""
    sql = (
        select(visit.c.why)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), in_force())
        .where(or_(visit.c.why.startswith("task "), visit.c.why.startswith("service task ")))
    )
    return {f"{kind} {number}" for why in session.scalars(sql) for kind, number in NOTED.findall(why)}


def crews_of(session: Session, rep_ids: Sequence[int], first: date, last: date) -> tuple[Crew, ...]:
    """The crews with their free days.

    Raises:
        MissingError: there is no such rep.
        RefusedError: nobody knows where one of them begins.
    """
    crews = []
    for rep_id in rep_ids:
        hours = rep_hours(session, rep_id)
        if hours.home is None:
            raise RefusedError(f"It is not known where {hours.name} begins: the rep has no home.")
        taken = select(route.c.day).join(plan, plan.c.id == route.c.plan_id)
        busy = set(session.scalars(taken.where(route.c.rep_id == rep_id, route.c.day >= first, in_force())))
        off = days_off(session, hours, first, last)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        free = tuple(day for day in days if day not in off and day not in busy)
        able = frozenset(name.casefold() for name in skills_of(session, rep_id))
        crews.append(Crew(rep_id, hours.name, hours.home, hours.shift_start_s, hours.shift_end_s, able, free))
    return tuple(crews)


def save_crews(session: Session, found: Mapping[str, Any]) -> dict[str, Any]:
    """Write the crews' days into the plans in force on them, and say what came of it."""
    for one in found["days"]:
        day = date.fromisoformat(one["day"])
        force = plan_on(session, day, exactly=True)
        if force is None:
            raise RefusedError(f"No plan is in force on {day}: publish one first.")
        lunch = one["lunch"] or (None, None)
        values = {name: one[name] for name in ("rep_id", "start_s", "end_s", "drive_s", "proven")}
        line = line_wkb(tuple(Place(lat, lon) for lat, lon in one["line"]))
        values |= {"lunch_start_s": lunch[0], "lunch_end_s": lunch[1], "line_wkb": line, "version": 1}
        (made_id,) = insert_all(session, Route, [values | {"plan_id": force.plan_id, "day": day}])
        own = {"route_id": made_id, "rep_id": one["rep_id"], "day": day, "state": VisitState.PLANNED}
        rows = [
            own | {"sequence": number, "why": stop["note"]} | {k: v for k, v in stop.items() if k != "note"}
            for number, stop in enumerate(one["stops"], start=1)
        ]
        session.execute(insert(Visit), rows)
    return {
        "days": len(found["days"]),
        "tasks": sum(one["tasks"] for one in found["days"]),
        "left": found["left"],
        "travel_source": found["travel_source"],
    }
