"""What territories ask after transfers: the rows of a plan's workload, brought up to date without planning anew."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Site, Territory, TerritoryPlan, Workload
from planning.visit_policies import policy_on
from planning.workload_rules import all_rules

workload, territory, plan = table_of(Workload), table_of(Territory), table_of(TerritoryPlan)
site, account = table_of(Site), table_of(Account)

WEEKS_A_YEAR = 365.25 / 7
WEEKS = ("visits", "service_h", "access_h", "drive_h", "workload_h")
YEAR = ("hours_a_year", "visits_a_year", "work_h_a_year")
MONEY = ("value", "potential", "gap")


def recount(session: Session, plan_id: int, moves: Iterable[tuple[int, int, int]]) -> None:
    """Carry sites from one territory's row to another's: (site, from territory, to territory).

    Visits and the time at the site go over as they are; driving and access are taken to be what a visit costs on
    average, for the old rep there and for the new one here. Deviations are worked out again for every territory.
    """
    sql = select(workload).join(territory, territory.c.id == workload.c.territory_id)
    rows = {
        row["territory_id"]: dict(row) for row in session.execute(sql.where(territory.c.plan_id == plan_id)).mappings()
    }
    begun = session.execute(
        select(plan.c.weeks, plan.c.sales_force, plan.c.starts_on).where(plan.c.id == plan_id)
    ).one()
    weeks, rules, given = begun.weeks, all_rules(session), policy_on(session, begun.starts_on)
    before = {key: dict(row) for key, row in rows.items()}
    for site_id, here, there in moves:
        facts = select(
            *(given.visit_s().label("service_s"), given.visits_a_year().label("visits_per_year")),
            *(site.c.visit_type, account.c.value, account.c.potential),
        )
        one = session.execute(facts.join(account, account.c.id == site.c.account_id).where(site.c.id == site_id)).one()
        weight = rules.weight(begun.sales_force, begun.starts_on, one.visit_type)
        for key, sign in ((here, -1), (there, 1)):
            if key in rows:
                _carry(rows[key], before[key], one, sign, weeks, weight)
    total_h, capacity_h = (sum(row[name] for row in rows.values()) for name in ("workload_h", "capacity_h"))
    for key, row in rows.items():
        part_h = row["capacity_h"] / capacity_h * total_h if capacity_h > 0 else 0.0
        row["deviation"] = row["workload_h"] / part_h - 1 if part_h > 0 else row["deviation"]
        changed = {name: value for name, value in row.items() if value != before[key][name]}
        if changed:
            session.execute(update(workload).where(workload.c.territory_id == key).values(changed))


def _carry(row: dict[str, Any], before: dict[str, Any], one: Any, sign: int, weeks: int, weight: float) -> None:
    """Add a site to a territory's figures, or take it away; figures that the plan was saved without stay empty.

    `weight`: work that a second of its visits stands for.
    """
    a_year = float(one.visits_per_year)
    visits = a_year * weeks / WEEKS_A_YEAR
    each = max(float(before["visits"]), 1.0)
    drive_h, access_h = before["drive_h"] / each, (before["access_h"] or 0.0) / each
    visit_h = one.service_s / 3600 + access_h
    work_h = visit_h * weight + drive_h
    change = {
        "accounts": 1,
        "visits": visits,
        "service_h": visits * visit_h,
        "access_h": visits * access_h,
        "drive_h": visits * drive_h,
        "workload_h": visits * work_h,
        "hours_a_year": a_year * work_h,
        "visits_a_year": a_year,
        "work_h_a_year": a_year * (visit_h + drive_h),
        "value": one.value or 0.0,
        "potential": one.potential or 0.0,
        "gap": (one.potential or 0.0) - (one.value or 0.0) if one.potential is not None else 0.0,
    }
    for name, amount in change.items():
        if row[name] is not None:
            row[name] = row[name] + sign * amount
    row["visits"] = round(row["visits"])
