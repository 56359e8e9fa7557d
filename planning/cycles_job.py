"""The call cycles of all reps, or of some, as a job: a unit is one rep's weeks, planned on the accounts of the record.

It is asked with `starts_on` (ISO date; without one, the Monday to come), `weeks`, `plan_id` (without one, the plan in
force then), `rep_ids` (null: everybody who holds a territory), `access_min` and `admin_min`. The territories stay as
they are. Of the days that were planned before, those on which something is done already stay; the others make room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ActKind, PlanState, TerritoryPlan
from planning.account_table import AccountRow
from planning.asked_plan import days_given, ids_given, minutes_given, weeks_given
from planning.joint_cycles import joint_visits_of
from planning.options import PlanOptions, next_monday
from planning.plans_in_force import plan_on
from planning.record_accounts import known_reps, known_sites, visit_types
from planning.record_errors import MissingError, RefusedError
from planning.region_roads import build_of, roads_of, stamp_of, traffic_of
from planning.staff import Rep
from planning.use_case import Asked, MovedError, Prepared, Unit
from planning.workload_rules import rules_on

if TYPE_CHECKING:
    from geo.travel_rush import WeekProfile

plan = table_of(TerritoryPlan)

Shared = tuple[Path | None, str, "WeekProfile | None", PlanOptions]


@dataclass(frozen=True, slots=True)
class Task:
    """One rep with the accounts; `sites` are their ids in the record. `stamp` changes whenever any of it does.

    `joined`: the visits of others that the rep comes along on, as accounts with one visit each.
    """

    rep_id: int
    name: str
    rep: Rep
    sites: tuple[int, ...]
    accounts: tuple[AccountRow, ...]
    joined: tuple[AccountRow, ...]
    stamp: str


class Cycles:
    """One unit for each rep."""

    act = ActKind.PLAN
    limit_s = 1800.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        starts_on, weeks = days_given(what, "starts_on"), weeks_given(what)
        reps = ids_given(what, "rep_ids")
        minutes_given(what)
        if what.get("plan_id") is not None:
            plan_row(session, what, starts_on or date.max)
        who = "all reps" if reps is None else f"{len(reps)} reps" if len(reps) > 1 else "a rep"
        begins = f" from {starts_on.isoformat()}" if starts_on else ""
        return f"Days of {who}{begins} for {weeks} weeks"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        row, options = _options(session, asked)
        tasks = tasks_of(session, row.id, options, ids_given(asked.what, "rep_ids"))
        if not tasks:
            raise RefusedError("Nobody holds accounts in this plan whose days could be planned.")
        build, traffic = build_of(asked.here.region), traffic_of(asked.here.traffic)
        same = f"{options} {build} {stamp_of(traffic)}"
        units = [Unit(task.name, task, sha256(f"{task.stamp} {same}".encode()).hexdigest()) for task in tasks]
        return Prepared(units, (asked.here.region, build, traffic, options))

    def run(self, shared: Shared, payload: Task) -> dict[str, Any]:
        from planning.cycles import plan_rep
        from planning.cycles_rows import rows_of

        region, build, traffic, options = shared
        accounts = (*payload.accounts, *payload.joined)
        found = plan_rep(accounts, payload.rep, roads_of(region, build), options, traffic)
        return {"stamp": payload.stamp} | rows_of(
            found, payload.rep_id, payload.rep.name, payload.sites, visit_types(payload.sites, payload.accounts)
        )

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        from planning.cycles_rows import save_cycles

        row, options = _options(session, asked)
        now = {task.name: task.stamp for task in tasks_of(session, row.id, options, ids_given(asked.what, "rep_ids"))}
        moved = [name for name, result in results.items() if now.get(name) != result["stamp"]]
        if moved:
            raise MovedError(f"The accounts of {', '.join(moved[:3])} have changed meanwhile.", moved)
        return save_cycles(session, row, options, list(results.values()))


def plan_row(session: Session, what: Mapping[str, Any], on: date) -> Any:
    """The plan that is spoken of, or the one in force on a day.

    Raises:
        MissingError: there is none.
        RefusedError: it is over.
    """
    number = what.get("plan_id")
    if number is None:
        force = plan_on(session, on)
        if force is None:
            raise MissingError("No plan is in force: build territories and publish them first.")
        number = force.plan_id
    row = session.execute(select(plan).where(plan.c.id == number)).first()
    if row is None:
        raise MissingError(f"There is no plan {number}.")
    if row.state == PlanState.SUPERSEDED:
        raise RefusedError(f"“{row.title}” is over: another plan has followed it.")
    return row


def tasks_of(session: Session, plan_id: int, options: PlanOptions, rep_ids: Sequence[int] | None) -> list[Task]:
    """What each rep who holds accounts of a plan is to be planned with.

    Raises:
        MissingError: somebody of `rep_ids` holds none.
    """
    sites: dict[int, list[Any]] = {}
    force = session.scalar(select(plan.c.sales_force).where(plan.c.id == plan_id)) or ""
    for one in known_sites(session, plan_id, options.starts_on, rules_on(session, force, options.starts_on)):
        if one.rep_id is not None:
            sites.setdefault(one.rep_id, []).append(one)
    for rep_id in rep_ids or ():
        if rep_id not in sites:
            raise MissingError(f"Rep {rep_id} holds no accounts in this plan.")
    wanted = sorted(sites if rep_ids is None else set(rep_ids))
    tasks, joint = [], joint_visits_of(session, wanted, options)
    for known in known_reps(session, wanted, options):
        own = sites[known.rep_id]
        joined = joint.get(known.rep_id, ())
        stamp = sha256(repr((known.stamp, [one.stamp for one in own], joined)).encode()).hexdigest()
        ids, accounts = tuple(one.site_id for one in own), tuple(one.account for one in own)
        tasks.append(Task(known.rep_id, known.rep.name, known.rep, ids, accounts, joined, stamp))
    return tasks


def _options(session: Session, asked: Asked) -> tuple[Any, PlanOptions]:
    """The plan, and how its days are planned.

    Raises:
        MissingError, RefusedError: see `plan_row`; days that are there already cannot be planned.
    """
    today = asked.at.date()
    starts_on = days_given(asked.what, "starts_on") or next_monday(today)
    row = plan_row(session, asked.what, starts_on)
    if starts_on <= today and row.state == PlanState.PUBLISHED:
        raise RefusedError(
            f"Days are planned anew from tomorrow on at the earliest; asked for {starts_on.isoformat()}."
        )
    if starts_on < row.starts_on:
        raise RefusedError(f"“{row.title}” begins on {row.starts_on.isoformat()}: choose that day or a later one.")
    access_min, admin_min = minutes_given(asked.what, rules_on(session, row.sales_force, starts_on))
    return row, PlanOptions(starts_on, weeks_given(asked.what), row.seed, access_min=access_min, admin_min=admin_min)
