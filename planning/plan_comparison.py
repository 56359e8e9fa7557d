"""Two plans of the record side by side: every rep before and after, and which sites changed hands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Assignment, HolderRole, Rep, Site, Territory, TerritoryHolder, Workload
from planning.overview import PlanView, get_plan
from planning.viewer import Viewer, may_see_territories

territory, holder, rep = table_of(Territory), table_of(TerritoryHolder), table_of(Rep)
assignment, site, account, workload = table_of(Assignment), table_of(Site), table_of(Account), table_of(Workload)


@dataclass(frozen=True, slots=True)
class RepSide:
    """A rep in one plan; hours and visits are per week planned."""

    accounts: int
    visits: float
    drive_h: float
    workload_h: float
    deviation: float
    value: float


@dataclass(frozen=True, slots=True)
class RepCompared:
    """A rep in both plans, None where the rep holds nothing; sites `gained` and `lost`."""

    rep_id: int
    rep: str
    before: RepSide | None
    after: RepSide | None
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class SiteMoved:
    """A site that another rep has in the second plan."""

    site_id: int
    account_id: int
    account: str
    from_rep_id: int
    from_rep: str
    to_rep_id: int
    to_rep: str
    hours_a_year: float


@dataclass(frozen=True, slots=True)
class PlansCompared:
    """`sites` in both plans, `moved` of them with another rep; `only_before` and `only_after` are in one plan alone."""

    before: PlanView
    after: PlanView
    sites: int
    only_before: int
    only_after: int
    reps: tuple[RepCompared, ...]
    moved: tuple[SiteMoved, ...]


def compare_plans_of_record(session: Session, viewer: Viewer, before_id: int, after_id: int) -> PlansCompared:
    """What of both plans lies in territories that the viewer may see.

    Raises:
        MissingError: there is no such plan.
    """
    before, after = get_plan(session, before_id), get_plan(session, after_id)
    names: dict[int, str] = {}
    sides = [_sides(session, viewer, one, names) for one in (before, after)]
    owners = [_owners(session, viewer, one) for one in (before, after)]
    common = owners[0].keys() & owners[1].keys()
    changed = sorted(key for key in common if owners[0][key] != owners[1][key])
    gained, lost = (Counter(side[key] for key in changed) for side in (owners[1], owners[0]))
    held = {rep_id for side in owners for rep_id in side.values()} | sides[0].keys() | sides[1].keys()
    names |= _names(session, held - names.keys())
    return PlansCompared(
        before,
        after,
        sites=len(common),
        only_before=len(owners[0]) - len(common),
        only_after=len(owners[1]) - len(common),
        reps=tuple(
            RepCompared(key, names[key], sides[0].get(key), sides[1].get(key), gained[key], lost[key])
            for key in sorted(held, key=lambda key: (names[key], key))
        ),
        moved=tuple(_moved(session, changed, owners, names)),
    )


def _sides(session: Session, viewer: Viewer, plan: PlanView, names: dict[int, str]) -> dict[int, RepSide]:
    """Every rep's figures in a plan, by the rep's id."""
    sql = (
        select(workload, rep.c.name)
        .join(territory, territory.c.id == workload.c.territory_id)
        .join(rep, rep.c.id == workload.c.rep_id)
        .where(territory.c.plan_id == plan.id, may_see_territories(session, viewer))
    )
    found = {}
    for row in session.execute(sql).mappings():
        names[row["rep_id"]] = row["name"]
        found[row["rep_id"]] = RepSide(
            accounts=row["accounts"],
            visits=row["visits"] / plan.weeks,
            drive_h=row["drive_h"] / plan.weeks,
            workload_h=row["workload_h"] / plan.weeks,
            deviation=row["deviation"],
            value=row["value"],
        )
    return found


def _owners(session: Session, viewer: Viewer, plan: PlanView) -> dict[int, int]:
    """The rep of every site as a plan has it last, ids both; sites of territories without a rep are left out."""
    primary = (holder.c.territory_id == assignment.c.territory_id) & (holder.c.role == HolderRole.PRIMARY)
    sql = (
        select(assignment.c.site_id, holder.c.rep_id)
        .join(territory, territory.c.id == assignment.c.territory_id)
        .join(holder, primary)
        .where(assignment.c.plan_id == plan.id, may_see_territories(session, viewer))
        .order_by(assignment.c.valid_from, assignment.c.id, holder.c.valid_from, holder.c.id)
    )
    return {site_id: rep_id for site_id, rep_id in session.execute(sql)}


def _names(session: Session, keys: set[int]) -> dict[int, str]:
    return {key: name for key, name in session.execute(select(rep.c.id, rep.c.name)) if key in keys} if keys else {}


def _moved(
    session: Session, changed: list[int], owners: list[dict[int, int]], names: Mapping[int, str]
) -> list[SiteMoved]:
    """The sites that changed hands, by the names of their accounts."""
    sql = select(site.c.id, site.c.account_id, account.c.name, site.c.visits_per_year, site.c.service_s).join(
        account, account.c.id == site.c.account_id
    )
    wanted = set(changed)
    rows: list[Any] = [row for row in session.execute(sql) if row.id in wanted] if wanted else []
    found = [
        SiteMoved(
            site_id=row.id,
            account_id=row.account_id,
            account=row.name,
            from_rep_id=owners[0][row.id],
            from_rep=names[owners[0][row.id]],
            to_rep_id=owners[1][row.id],
            to_rep=names[owners[1][row.id]],
            hours_a_year=float(row.visits_per_year) * row.service_s / 3600,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.account, one.site_id))
