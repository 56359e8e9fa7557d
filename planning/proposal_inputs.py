"""What a proposal is computed on: the sites of a plan with their owners and hours, and a fingerprint of them."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, select
from sqlmodel import Session

from balancing import MoveProblem, PriceWeights, price_terms
from balancing.price import resting
from crm.columns import table_of
from crm.tables import Account, Assignment, Opportunity, PipelineStage, Site, StageKind, Territory, Workload
from geo.place import Place
from planning.record_errors import MissingError, RefusedError

account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
territory, workload = table_of(Territory), table_of(Workload)
opportunity, stage = table_of(Opportunity), table_of(PipelineStage)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The sites (n,) and territories (k,) of one plan, in order of their ids; loads are hours a year.

    `data_version` changes whenever an assignment, a site or the hours of a territory do.
    """

    plan_id: int
    sites: NDArray[np.int64]
    territories: NDArray[np.int64]
    names: tuple[str, ...]
    places: tuple[Place, ...]
    owner: NDArray[np.int32]
    hours: NDArray[np.float64]
    capacity: NDArray[np.float64]
    value: NDArray[np.float64]
    deals: NDArray[np.float64]
    locked: NDArray[np.bool_]
    moved_on: tuple[date | None, ...]
    data_version: str

    def problem(self, tolerance: float, weights: PriceWeights, today: date) -> MoveProblem:
        """The question for the solver; what was transferred within a year stays, as do locked sites."""
        from geo.neighbours import neighbour_graph
        from geo.projection import LocalMetres

        xy_m = LocalMetres(self.places).xy_m(self.places)
        return MoveProblem(
            xy_m=xy_m,
            neighbours=neighbour_graph(xy_m),
            load=self.hours,
            owner=self.owner,
            share=self.capacity / self.capacity.sum(),
            tolerance=tolerance,
            locked=self.locked | resting(self.moved_on, today),
            terms=price_terms(weights, accounts=len(self.sites), revenue=self.value, open_deals=self.deals),
            value=self.value,
        )


def read_inputs(session: Session, plan_id: int) -> Inputs:
    """Read what a rebalancing of a plan needs.

    Raises:
        MissingError: there is no such plan, or it has no territories with hours.
        RefusedError: fewer than two territories, or no site with a place in them.
    """
    held = select(territory.c.id, territory.c.name, workload).join(workload, workload.c.territory_id == territory.c.id)
    rows = session.execute(held.where(territory.c.plan_id == plan_id).order_by(territory.c.id)).all()
    if not rows:
        raise MissingError(f"There is no plan {plan_id} with territories that have hours.")
    sql = (
        select(
            assignment.c.id, assignment.c.version, assignment.c.site_id, assignment.c.territory_id, assignment.c.locked
        )
        .add_columns(site.c.lat, site.c.lon, site.c.visits_per_year, site.c.service_s)
        .add_columns(site.c.account_id, site.c.version.label("site_version"), account.c.value)
        .join(site, site.c.id == assignment.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(assignment.c.plan_id == plan_id, assignment.c.valid_to.is_(None), site.c.lat.is_not(None))
        .order_by(site.c.id)
    )
    number = {row.id: place for place, row in enumerate(rows)}
    found = [row for row in session.execute(sql).all() if row.territory_id in number]
    if len(rows) < 2 or not found:
        raise RefusedError("A rebalancing needs at least two territories with sites that have a place.")
    drive_h = np.array([row.drive_h / max(row.visits, 1) for row in rows])
    owner = np.array([number[row.territory_id] for row in found], dtype=np.int32)
    visits = np.array([row.visits_per_year for row in found], dtype=np.float64)
    service_h = np.array([row.service_s for row in found]) / 3600
    deals = _open_deals(session)
    moved = _moved_on(session, plan_id)
    seen = [(row.id, row.version, row.site_version) for row in found]
    seen += [(row.territory_id, row.workload_h, row.capacity_h) for row in rows]
    return Inputs(
        plan_id=plan_id,
        sites=np.array([row.site_id for row in found]),
        territories=np.array([row.id for row in rows]),
        names=tuple(row.name for row in rows),
        places=tuple(Place(row.lat, row.lon) for row in found),
        owner=owner,
        hours=visits * (service_h + drive_h[owner]),
        capacity=np.array([max(row.capacity_h, 1e-9) for row in rows]),
        value=np.array([row.value or 0.0 for row in found]),
        deals=np.array([deals.get(row.account_id, 0) for row in found], dtype=np.float64),
        locked=np.array([row.locked for row in found], dtype=np.bool_),
        moved_on=tuple(moved.get(row.site_id) for row in found),
        data_version=sha256(repr(seen).encode()).hexdigest(),
    )


def _open_deals(session: Session) -> dict[int, int]:
    """Open opportunities by account."""
    sql = (
        select(opportunity.c.account_id, func.count())
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .where(stage.c.kind == StageKind.OPEN)
        .group_by(opportunity.c.account_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(sql)}


def _moved_on(session: Session, plan_id: int) -> dict[int, date]:
    """The day on which each site last changed its territory within the plan."""
    sql = (
        select(assignment.c.site_id, func.max(assignment.c.valid_to))
        .where(and_(assignment.c.plan_id == plan_id, assignment.c.valid_to.is_not(None)))
        .group_by(assignment.c.site_id)
    )
    return {row[0]: row[1] for row in session.execute(sql)}
