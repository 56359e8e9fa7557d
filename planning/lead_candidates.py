"""Leads and candidates as the record knows them: opportunities to be given away, and the reps of the plan in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select
from sqlmodel import Session

from balancing.lead import Candidate, Lead
from crm.columns import table_of
from crm.tables import (
    Account,
    Assignment,
    HolderRole,
    LeadChoice,
    Opportunity,
    PipelineStage,
    Rep,
    RepSkill,
    Site,
    StageKind,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Workload,
)
from geo.place import Place
from planning.admin_regions import regions_of_sites
from planning.plans_in_force import InForce, covers, plan_on
from planning.record_rows import BATCH

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

opportunity, account, site, rep = table_of(Opportunity), table_of(Account), table_of(Site), table_of(Rep)
territory, assignment, holder = table_of(Territory), table_of(Assignment), table_of(TerritoryHolder)
plan, workload, stage = table_of(TerritoryPlan), table_of(Workload), table_of(PipelineStage)
choice, skill = table_of(LeadChoice), table_of(RepSkill)
any_site = site.alias("any_site")

LOOKED_BACK = timedelta(days=365)
"""Work that was given longer ago no longer counts as load."""


@dataclass(frozen=True, slots=True)
class AskedLeads:
    """Which open opportunities: of a stage, a segment, in an area; with `ownerless` those that nobody has yet."""

    stage_id: int | None = None
    segment: str | None = None
    area: "BaseGeometry | None" = None
    ownerless: bool = False
    ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class RecordLead:
    """An opportunity as a lead, and what the record holds it by."""

    opportunity_id: int
    version: int
    rep_id: int | None
    lead: Lead


def leads_of(session: Session, asked: AskedLeads, *, now: datetime, limit: int) -> tuple[RecordLead, ...]:
    """The leads that fit, oldest first, `limit` at most.

    A lead lies where the first site of its account lies; its type is the account's segment, its industry the
    account's, its size the account's potential, and it takes one visit's time.
    """
    force = plan_on(session, now.date())
    first_site = select(func.min(any_site.c.id)).where(any_site.c.account_id == account.c.id).scalar_subquery()
    here = and_(
        assignment.c.site_id == site.c.id,
        assignment.c.plan_id == (force.plan_id if force else None),
        covers(assignment, force.day if force else now.date()),
    )
    sql = (
        select(
            *(opportunity.c.id, opportunity.c.version, opportunity.c.rep_id, opportunity.c.value),
            *(account.c.segment, account.c.industry, account.c.potential),
            *(site.c.id.label("site_id"), site.c.lat, site.c.lon, site.c.service_s),
            *(territory.c.name.label("territory"), rep.c.external_id.label("rep")),
        )
        .select_from(opportunity)
        .join(account, account.c.id == opportunity.c.account_id)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .outerjoin(site, site.c.id == first_site)
        .outerjoin(assignment, here)
        .outerjoin(territory, territory.c.id == assignment.c.territory_id)
        .outerjoin(rep, rep.c.id == opportunity.c.rep_id)
        .where(stage.c.kind == StageKind.OPEN)
        .order_by(opportunity.c.id)
    )
    fits = {opportunity.c.stage_id: asked.stage_id, account.c.segment: asked.segment}
    for column, wanted in fits.items():
        if wanted is not None:
            sql = sql.where(column == wanted)
    if asked.ids is not None:
        sql = sql.where(opportunity.c.id.in_(list(asked.ids)))
    if asked.ownerless:
        sql = sql.where(opportunity.c.rep_id.is_(None))
    if asked.area is not None:
        west, south, east, north = asked.area.bounds
        sql = sql.where(site.c.lat.between(south, north), site.c.lon.between(west, east))
    found: list[Any] = []
    for row in session.execute(sql):
        if len(found) == limit:
            break
        if asked.area is None or lies_in(asked.area, row.lon, row.lat):
            found.append(row)
    sites = sorted({row.site_id for row in found} - {None})
    regions = words_of_regions(session, sites, now.date())
    return tuple(
        RecordLead(row.id, row.version, row.rep_id, lead_of_row(row, now, regions.get(row.site_id, frozenset())))
        for row in found
    )


def words_of_regions(session: Session, sites: Sequence[int], day: date) -> dict[int, frozenset[str]]:
    """By site, the codes and names of the administrative regions in which it lies."""
    found: dict[int, frozenset[str]] = {}
    for part in batched(sites, BATCH):
        for row in regions_of_sites(session, part, day):
            if row.code is not None:
                found[row.site_id] = found.get(row.site_id, frozenset()) | {row.code, row.name or row.code}
    return found


def lies_in(area: "BaseGeometry", lon: float, lat: float) -> bool:
    from shapely import intersects_xy

    return bool(intersects_xy(area, lon, lat))


def lead_of_row(row: Any, now: datetime, regions: frozenset[str] = frozenset()) -> Lead:
    """A row as a lead that is given away now."""
    return Lead(
        id=str(row.id),
        arrived_at=now,
        place=Place(lat=row.lat, lon=row.lon) if row.lat is not None else None,
        type=row.segment,
        industry=row.industry,
        size=row.potential,
        value=row.value or 0.0,
        work_min=(row.service_s or 0) / 60,
        territory=row.territory or "",
        given_to=row.rep or "",
        regions=regions,
    )


def candidates_of(session: Session, *, now: datetime) -> tuple[tuple[Candidate, ...], dict[str, int]]:
    """The reps who hold territories of the plan in force, as they stand now; and their ids in the record by name.

    Who got work is busy for its minutes, and has been free since then; who got none is free since the territory began.
    """
    force = plan_on(session, now.date())
    if force is None:
        return (), {}
    rows = holders(session, force)
    skills: dict[int, dict[str, float]] = {}
    for rep_id, name, level in session.execute(select(skill.c.rep_id, skill.c.skill, skill.c.level)):
        skills.setdefault(rep_id, {})[name] = level
    given, room = given_so_far(session, now), room_min(session, force)
    made = [candidate(row, skills.get(row["id"], {}), given.get(row["id"]), room.get(row["id"])) for row in rows]
    return tuple(made), {row["external_id"]: row["id"] for row in rows}


def holders(session: Session, force: InForce) -> list[dict[str, Any]]:
    """Reps with the names of the territories they hold as primary or cover, and since when."""
    sql = (
        select(*(rep.c[name] for name in ("id", "external_id", "home_lat", "home_lon")), territory.c.name, holder)
        .select_from(holder)
        .join(territory, territory.c.id == holder.c.territory_id)
        .join(rep, rep.c.id == holder.c.rep_id)
        .where(territory.c.plan_id == force.plan_id, covers(holder, force.day), holder.c.role != HolderRole.SUPPORT)
        .order_by(rep.c.external_id, territory.c.zone)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in session.execute(sql):
        own = {"id": row[0], "external_id": row[1], "lat": row[2], "lon": row[3], "territories": set()}
        known = found.setdefault(row[0], own | {"since": row.valid_from})
        known["territories"].add(row[4])
        known["since"] = min(known["since"], row.valid_from)
    return list(found.values())


def given_so_far(session: Session, now: datetime) -> Mapping[int, Any]:
    """By rep: minutes of the last year, the last turn and when it was."""
    sql = (
        select(
            choice.c.rep_id,
            func.sum(choice.c.work_min).label("work_min"),
            func.max(choice.c.id).label("turn"),
        )
        .where(choice.c.rep_id.is_not(None), choice.c.given_at > now - LOOKED_BACK)
        .group_by(choice.c.rep_id)
        .subquery()
    )
    last = select(sql, choice.c.given_at, choice.c.work_min.label("last_min")).join(choice, choice.c.id == sql.c.turn)
    return {row.rep_id: row for row in session.execute(last)}


def room_min(session: Session, force: InForce) -> Mapping[int, float]:
    """By rep: minutes that the weeks of the plan leave free, less what was given since they began."""
    free = (
        select(workload.c.rep_id, func.sum(workload.c.capacity_h - workload.c.workload_h), plan.c.starts_on)
        .join(territory, territory.c.id == workload.c.territory_id)
        .join(plan, plan.c.id == territory.c.plan_id)
        .where(plan.c.id == force.plan_id)
        .group_by(workload.c.rep_id, plan.c.starts_on)
    )
    left = {}
    for rep_id, hours, starts_on in session.execute(free):
        since = datetime.combine(starts_on, time(), UTC)
        given = select(func.sum(choice.c.work_min)).where(choice.c.rep_id == rep_id, choice.c.given_at >= since)
        left[rep_id] = 60 * float(hours) - float(session.scalar(given) or 0.0)
    return left


def candidate(row: Mapping[str, Any], skills: Mapping[str, float], given: Any, room: float | None) -> Candidate:
    """One rep as a candidate."""
    since = datetime.combine(row["since"], time(), UTC)
    if given is not None:
        since = max(since, given.given_at + timedelta(minutes=given.last_min))
    return Candidate(
        row["external_id"],
        places=(Place(lat=row["lat"], lon=row["lon"]),) if row["lat"] is not None else (),
        territories=frozenset(row["territories"]),
        skills=skills,
        load_min=float(given.work_min) if given is not None else 0.0,
        room_min=room,
        free_since=since,
        last_turn=given.turn if given is not None else -1,
    )
