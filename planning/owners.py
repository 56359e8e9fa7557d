"""Whose a place was on a day: of an account, a street or a point, under every sales force, with cover and support."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.site_streets import begins_with, lies_in, written
from crm.tables import Assignment, HolderRole, Rep, Site, Territory, TerritoryHolder, TerritoryPlan
from planning.plans_in_force import covers
from planning.record_errors import RefusedError
from planning.viewer import Viewer, may_see_accounts, may_see_territories, require_account

site, assignment, territory = table_of(Site), table_of(Assignment), table_of(Territory)
holder, rep, plan = table_of(TerritoryHolder), table_of(Rep), table_of(TerritoryPlan)
MOST_SITES = 5_000
"""Sites of a street that are looked at."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A rep who held a territory on the day."""

    rep_id: int
    rep: str
    role: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Owned:
    """A territory in which some sites (or the point asked for) lay on the day, and who held it; owner first."""

    sales_force: str
    plan_id: int
    territory_id: int
    territory: str
    sites: int
    accounts: int
    holders: tuple[HeldBy, ...]


def owners_of_account(session: Session, viewer: Viewer, account_id: int, day: date) -> tuple[Owned, ...]:
    """Whose the sites of an account are on a day, by sales force.

    Raises:
        MissingError: there is no such account for the viewer.
    """
    require_account(session, viewer, account_id)
    return owned(session, day, site.c.account_id == account_id)


def owners_of_street(
    session: Session, viewer: Viewer, street: str, day: date, *, city: str | None = None, postcode: str | None = None
) -> tuple[Owned, ...]:
    """Whose the sites in a street were on a day, as far as the viewer sees their accounts today, by sales force.

    `street` is how the lines of the addresses begin; `city` and `postcode` narrow it. Case, marks and script do not
    matter: "УЛ. ЛЕНИНА" finds "ул. Ленина", "Strasse" finds "Straße".

    Raises:
        RefusedError: so many sites fit that it is no street.
    """
    own = [begins_with(street)]
    own += [lies_in(city)] if city else []
    own += [site.c.postcode == postcode.strip()] if postcode else []
    found = and_(*own, may_see_accounts(session, viewer, site.c.account_id))
    sites = select(site.c.id).join(written, written.c.site_id == site.c.id).where(found)
    ids = list(session.scalars(sites.limit(MOST_SITES + 1)))
    if len(ids) > MOST_SITES:
        raise RefusedError(f"More than {MOST_SITES:,} sites fit {street!r}: name the city or the postcode too.")
    return owned(session, day, site.c.id.in_(ids))


def owners_of_point(session: Session, viewer: Viewer, lat: float, lon: float, day: date) -> tuple[Owned, ...]:
    """In which territories, by sales force, a point lay on a day: by their outlines, edges included.

    Who does not see everything is told of the territories that are theirs today.
    """
    from shapely import from_wkb, intersects_xy

    around = and_(
        territory.c.min_lat <= lat, territory.c.max_lat >= lat, territory.c.min_lon <= lon, territory.c.max_lon >= lon
    )
    sql = (
        select(plan.c.sales_force, plan.c.id, territory.c.id, territory.c.name, territory.c.outline_wkb)
        .join(plan, plan.c.id == territory.c.plan_id)
        .where(covers(plan, day), around, may_see_territories(session, viewer))
        .order_by(plan.c.sales_force, territory.c.id)
    )
    rows = [row for row in session.execute(sql) if row[4] and intersects_xy(from_wkb(row[4]), lon, lat)]
    held = holders_on(session, [row[2] for row in rows], day)
    return tuple(Owned(row[0], row[1], row[2], row[3], 0, 0, held.get(row[2], ())) for row in rows)


def owned(session: Session, day: date, sites: ColumnElement[bool]) -> tuple[Owned, ...]:
    """The territories in which these sites lay on the day, the one with most of them first within a sales force."""
    counts = func.count(assignment.c.site_id.distinct()), func.count(site.c.account_id.distinct())
    sql = (
        select(plan.c.sales_force, plan.c.id, territory.c.id, territory.c.name, *counts)
        .select_from(assignment)
        .join(site, site.c.id == assignment.c.site_id)
        .join(plan, plan.c.id == assignment.c.plan_id)
        .join(territory, territory.c.id == assignment.c.territory_id)
        .where(sites, covers(plan, day), covers(assignment, day))
        .group_by(plan.c.sales_force, plan.c.id, territory.c.id, territory.c.name)
        .order_by(plan.c.sales_force, counts[0].desc(), territory.c.id)
    )
    rows = session.execute(sql).all()
    held = holders_on(session, [row[2] for row in rows], day)
    return tuple(Owned(row[0], row[1], row[2], row[3], row[4], row[5], held.get(row[2], ())) for row in rows)


def holders_on(session: Session, territory_ids: Sequence[int], day: date) -> dict[int, tuple[HeldBy, ...]]:
    """Who holds these territories on a day: owner, cover, support."""
    own = holder.c
    sql = (
        select(own.territory_id, rep.c.id, rep.c.name, own.role, own.valid_from, own.valid_to)
        .join(rep, rep.c.id == own.rep_id)
        .where(own.territory_id.in_(territory_ids), covers(holder, day))
        .order_by(own.id)
    )
    found: dict[int, list[Any]] = {}
    for territory_id, *row in session.execute(sql):
        found.setdefault(territory_id, []).append(HeldBy(*row))
    order = list(HolderRole)
    return {key: tuple(sorted(rows, key=lambda row: order.index(HolderRole(row.role)))) for key, rows in found.items()}
