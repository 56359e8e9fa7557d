"""Expected sales of a part of the map: open opportunities by stage in a territory with all below it, in a polygon, or
of accounts that were chosen.

An account lies where one of its sites lies; each opportunity counts once. Rights, stages and amounts are those of
`planning.rollups.sales_sums`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Assignment, Opportunity, PipelineStage, Site, StageKind, Territory
from planning.account_search import OwnedOn, inside
from planning.areas import Box
from planning.plans_in_force import plans_on
from planning.record_errors import MissingError
from planning.rollups import SalesSum, sales_sums
from planning.viewer import Viewer, may_see_opportunities, may_see_territories, valid_under

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

opportunity, stage, site = table_of(Opportunity), table_of(PipelineStage), table_of(Site)
territory, assignment = table_of(Territory), table_of(Assignment)

IDS_AT_ONCE = 5000
"""Ids in one statement; a database takes a limited number of them."""


@dataclass(frozen=True, slots=True)
class AreaStage:
    """Open opportunities in one stage and one currency; `weighted` is amount × probability."""

    stage_id: int
    name: str
    currency: str
    opportunities: int
    amount: float
    weighted: float


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """Open opportunities in one currency."""

    currency: str
    opportunities: int
    amount: float
    weighted: float


@dataclass(frozen=True, slots=True)
class AreaPipeline:
    """What is expected of an area on a day; stages in order, currencies by name."""

    on: date
    opportunities: int
    totals: tuple[AreaTotal, ...]
    stages: tuple[AreaStage, ...]


def pipeline_in_area(
    session: Session,
    viewer: Viewer,
    on: OwnedOn,
    *,
    territory_id: int | None = None,
    area: "BaseGeometry | None" = None,
) -> AreaPipeline:
    """Open opportunities in a territory and below it, and in an area (EPSG:4326, edges included); of all without both.

    Raises:
        MissingError: there is no such territory for the viewer.
    """
    if territory_id is None and area is None:
        return as_pipeline(on.day, sales_sums(session, viewer, "stage", on, among=[open_only()]))
    accounts = select(site.c.account_id)
    if territory_id is not None:
        accounts = accounts.where(site.c.id.in_(sites_below(session, viewer, territory_id, on)))
    if area is None:
        among = [open_only(), opportunity.c.account_id.in_(accounts)]
        return as_pipeline(on.day, sales_sums(session, viewer, "stage", on, among=among))
    return pipeline_of_accounts(session, viewer, on, accounts_inside(session, viewer, accounts, area))


def pipeline_of_accounts(session: Session, viewer: Viewer, on: OwnedOn, account_ids: Collection[int]) -> AreaPipeline:
    """Open opportunities of these accounts, as far as the viewer sees them."""
    return as_pipeline(on.day, sums_of(session, viewer, on, sorted(set(account_ids))))


def sums_of(session: Session, viewer: Viewer, on: OwnedOn, ids: Collection[int]) -> Iterator[SalesSum]:
    """Sums for so many accounts at a time: a group may come more than once."""
    for some in batched(ids, IDS_AT_ONCE):
        among = [open_only(), opportunity.c.account_id.in_(some)]
        yield from sales_sums(session, viewer, "stage", on, among=among)


def open_only() -> ColumnElement[bool]:
    """A condition on `stage`: the outcome is open."""
    return stage.c.kind == StageKind.OPEN


def sites_below(session: Session, viewer: Viewer, territory_id: int, on: OwnedOn) -> Select[Any]:
    """The ids of the sites in a territory or below it on the day.

    Raises:
        MissingError: there is no such territory for the viewer.
    """
    seen = select(territory.c.id).where(territory.c.id == territory_id, may_see_territories(session, viewer))
    if session.execute(seen).first() is None:
        raise MissingError(f"There is no territory {territory_id}.")
    tree = select(territory.c.id).where(territory.c.id == territory_id).cte(recursive=True)
    below = tree.union(select(territory.c.id).join(tree, territory.c.parent_id == tree.c.id))
    forces = plans_on(session, on.day, exactly=on.exactly)
    valid = valid_under(forces, assignment.c.plan_id, assignment)
    return select(assignment.c.site_id).where(assignment.c.territory_id.in_(select(below.c.id)), valid)


def accounts_inside(session: Session, viewer: Viewer, accounts: Select[Any], area: "BaseGeometry") -> list[int]:
    """The accounts with opportunities and a site exactly in the area, of those that `accounts` selects from sites."""
    having = select(opportunity.c.account_id).where(may_see_opportunities(session, viewer))
    near = accounts.with_only_columns(site.c.account_id, site.c.id, site.c.lat, site.c.lon).where(
        Box(*area.bounds).holds(), site.c.account_id.in_(having)
    )
    rows = session.execute(near).all()
    return inside(area, rows) if rows else []


def as_pipeline(on: date, sums: "Iterator[SalesSum] | tuple[SalesSum, ...]") -> AreaPipeline:
    """Sums by stage, and added up by currency."""
    stages: dict[tuple[int, str], AreaStage] = {}
    totals: dict[str, AreaTotal] = {}
    for row in sums:
        assert row.id is not None, "a stage has an id"
        blank = AreaStage(row.id, row.name, row.currency, 0, 0.0, 0.0)
        stages[row.id, row.currency] = more(stages.get((row.id, row.currency), blank), row)
        totals[row.currency] = more(totals.get(row.currency, AreaTotal(row.currency, 0, 0.0, 0.0)), row)
    whole = sum(total.opportunities for total in totals.values())
    return AreaPipeline(on, whole, tuple(totals[name] for name in sorted(totals)), tuple(stages.values()))


def more[T: (AreaStage, AreaTotal)](sums: T, row: SalesSum) -> T:
    """These sums with others added."""
    return replace(
        sums,
        opportunities=sums.opportunities + row.sales,
        amount=sums.amount + row.value,
        weighted=sums.weighted + row.weighted,
    )
