"""Plans, their territories and the reps."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import HolderRole, PlanPage, PlanState, Rep, Territory, TerritoryHolder, TerritoryPlan
from planning.plans_in_force import covers
from planning.record_errors import MissingError
from planning.viewer import Viewer, may_see_reps, may_see_territories, sees_whole_plan

plan, territory, holder = table_of(TerritoryPlan), table_of(Territory), table_of(TerritoryHolder)
rep, page = table_of(Rep), table_of(PlanPage)


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan's own figures; see `crm.tables.TerritoryPlan`."""

    id: int
    title: str
    sales_force: str
    source: str
    state: str
    starts_on: date
    weeks: int
    valid_from: date | None
    valid_to: date | None
    seed: int
    tolerance: float
    max_deviation: float
    visits_due: int
    visits_planned: int
    visits_unserved: int
    cost: float | None
    bound: float | None
    gap: float | None
    holds_for: str
    travel_source: str
    travel_estimated: bool
    attribution: str
    notes: tuple[str, ...]
    defaults: dict[str, Any]
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A territory as it is drawn; `outline` is the text of a GeoJSON geometry, None when none was drawn."""

    territory_id: int
    zone: int
    name: str
    rep_id: int | None
    rep: str | None
    version: int
    outline: str | None
    bounds: tuple[float, float, float, float] | None
    label: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class RepView:
    """A rep, and the territory held on the day asked for."""

    id: int
    external_id: str
    name: str
    time_zone: str
    home_lat: float | None
    home_lon: float | None
    home_assumed: bool
    version: int


@dataclass(frozen=True, slots=True)
class PageView:
    """The stored map of a plan: gzip of HTML, and the SHA-256 of the HTML in hexadecimal."""

    plan_id: int
    html_gzip: bytes
    sha256: str


def list_plans(session: Session) -> tuple[PlanView, ...]:
    """All plans, the newest first."""
    rows = session.execute(select(plan).order_by(plan.c.id.desc())).mappings()
    return tuple(plan_view(dict(row)) for row in rows)


def get_plan(session: Session, plan_id: int | None) -> PlanView:
    """One plan; None asks for the published one, of several sales forces that of the first.

    Raises:
        MissingError: there is no such plan, or none is published.
    """
    wanted = plan.c.state == PlanState.PUBLISHED if plan_id is None else plan.c.id == plan_id
    row = session.execute(select(plan).where(wanted).order_by(plan.c.sales_force)).mappings().first()
    if row is None:
        raise MissingError("No plan is published yet." if plan_id is None else f"There is no plan {plan_id}.")
    return plan_view(dict(row))


def attribution_of(session: Session, plan_id: int) -> str:
    """Whom a plan credits for its data."""
    return session.scalar(select(plan.c.attribution).where(plan.c.id == plan_id)) or ""


def plan_view(row: dict[str, Any]) -> PlanView:
    """A row as a value."""
    return PlanView(**(row | {"notes": tuple(row["notes"])}))


def plan_zones(session: Session, viewer: Viewer, plan_id: int) -> tuple[ZoneView, ...]:
    """The territories of a plan that the viewer may see, with outlines and primary holders (on the plan's first day).

    Raises:
        MissingError: there is no such plan.
    """
    found = get_plan(session, plan_id)
    day = found.valid_from or found.starts_on
    sql = (
        select(territory, rep.c.id.label("rep_id"), rep.c.name.label("rep"))
        .outerjoin(
            holder,
            (holder.c.territory_id == territory.c.id) & (holder.c.role == HolderRole.PRIMARY) & covers(holder, day),
        )
        .outerjoin(rep, rep.c.id == holder.c.rep_id)
        .where(territory.c.plan_id == plan_id, may_see_territories(session, viewer))
        .order_by(territory.c.zone)
    )
    return tuple(zone_view(dict(row)) for row in session.execute(sql).mappings())


def zone_view(row: dict[str, Any]) -> ZoneView:
    """A row as a value, its outline turned into GeoJSON."""
    from shapely import from_wkb, to_geojson

    drawn = row["outline_wkb"] is not None
    return ZoneView(
        territory_id=row["id"],
        zone=row["zone"],
        name=row["name"],
        rep_id=row["rep_id"],
        rep=row["rep"],
        version=row["version"],
        outline=to_geojson(from_wkb(row["outline_wkb"])) if drawn else None,
        bounds=(row["min_lon"], row["min_lat"], row["max_lon"], row["max_lat"]) if drawn else None,
        label=(row["label_lon"], row["label_lat"]) if drawn else None,
    )


def list_reps(session: Session, viewer: Viewer) -> tuple[RepView, ...]:
    """Every rep that the viewer may see, by name."""
    columns = [rep.c[field.name] for field in fields(RepView)]
    sql = select(*columns).where(may_see_reps(session, viewer)).order_by(rep.c.name, rep.c.id)
    return tuple(RepView(*row) for row in session.execute(sql))


def plan_page(session: Session, viewer: Viewer, plan_id: int | None) -> PageView:
    """The stored map of a plan; None asks for the published one. It shows every account of the plan.

    Raises:
        MissingError: there is no such plan, it was saved without a map, or the viewer may not see all of it.
    """
    found = get_plan(session, plan_id)
    if not sees_whole_plan(session, viewer, found.id):
        raise MissingError(f"The map of plan {found.id} shows more than your own territories.")
    row = session.execute(select(page).where(page.c.plan_id == found.id)).first()
    if row is None:
        raise MissingError(f"Plan {found.id} was saved without a map.")
    return PageView(*row)
