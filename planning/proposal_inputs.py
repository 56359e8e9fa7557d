"""What a proposal is computed on: the sites of a plan with their owners and hours, and a fingerprint of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, select
from sqlmodel import Session

from balancing import Budget, MoveProblem, price_terms
from balancing.price import resting
from crm.columns import table_of
from crm.tables import Account, Assignment, Site, Territory, TerritoryPlan, Workload
from geo.place import Place
from planning.account_shares import shares_on
from planning.proposal_facts import (
    Holder,
    holders_of,
    needs_by_account,
    open_deals,
    promised_visits,
    since_by_site,
    years_since,
)
from planning.record_errors import MissingError, RefusedError
from planning.transfer_rules import TransferRules
from planning.visit_policies import policy_on
from planning.workload_rules import all_rules

account, site, assignment = table_of(Account), table_of(Site), table_of(Assignment)
territory, workload, plan = table_of(Territory), table_of(Workload), table_of(TerritoryPlan)


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
    visits: NDArray[np.float64]
    service_s: NDArray[np.float64]
    promised: NDArray[np.float64]
    since: tuple[date | None, ...]
    needs: tuple[tuple[tuple[str, float], ...], ...]
    holders: tuple[Holder, ...]

    def problem(self, tolerance: float, rules: TransferRules, today: date) -> MoveProblem:
        """The question for the solver; what was transferred lately stays, as do locked and shared sites.

        Where every account counts the same, extra driving comes second; else it is a term of the price.
        """
        from geo.neighbours import neighbour_graph
        from geo.projection import LocalMetres
        from planning.proposal_ways import extra_drive_h

        xy_m = LocalMetres(self.places).xy_m(self.places)
        extra_h = extra_drive_h(xy_m, self.owner, len(self.territories), self.visits)
        terms = price_terms(
            rules.weights,
            accounts=len(self.sites),
            revenue=self.value,
            tenure_years=years_since(self.since, today),
            open_deals=self.deals,
            promised_visits=self.promised,
            extra_travel_h=extra_h,
        )
        reps = len(self.territories)
        return MoveProblem(
            xy_m=xy_m,
            neighbours=neighbour_graph(xy_m),
            load=self.hours
            if rules.revenue_band is None
            else np.column_stack([self.hours, np.maximum(self.value, 0.0)]),
            owner=self.owner,
            share=self.capacity / self.capacity.sum(),
            tolerance=tolerance if rules.revenue_band is None else (tolerance, rules.revenue_band),
            locked=self.locked | resting(self.moved_on, today, months=rules.rest_months),
            terms=terms,
            value=self.value,
            allowed=self.allowed(),
            most_given=None if rules.most_given is None else np.full(reps, rules.most_given),
            most_taken=None if rules.most_taken is None else np.full(reps, rules.most_taken),
            budgets=self.budgets(rules),
            extra_travel=extra_h if rules.by_count else None,
        )

    def allowed(self) -> NDArray[np.bool_]:
        """(n, k) who has the skills that a site needs and can be there and back in a day; today's owner always."""
        from planning.proposal_ways import within_a_day

        homes, day_s = [one.home for one in self.holders], [one.day_s for one in self.holders]
        able = within_a_day(self.places, self.owner, self.service_s, homes, day_s)
        for needs in set(self.needs) - {()}:
            asking = np.array([one == needs for one in self.needs])
            able[asking] &= np.array([one.can(needs) for one in self.holders])
        able[np.arange(len(self.owner)), self.owner] = True
        return able

    def budgets(self, rules: TransferRules) -> tuple[Budget, ...]:
        """The caps on the part of accounts, hours and revenue that changes hands."""
        amounts = {
            "accounts": (np.ones(len(self.sites)), rules.accounts_share),
            "hours": (self.hours, rules.hours_share),
            "revenue": (np.maximum(self.value, 0.0), rules.revenue_share),
        }
        return tuple(
            Budget(name, amount, share * float(amount.sum()))
            for name, (amount, share) in amounts.items()
            if share is not None
        )


def read_inputs(session: Session, plan_id: int, today: date | None = None) -> Inputs:
    """Read what a rebalancing of a plan needs; promised visits and shares are those of `today` (None: there are none).

    Of a site that several reps share, its owner's part of the hours is the owner's load; the parts of others lessen
    what they can take.

    Raises:
        MissingError: there is no such plan, or it has no territories with hours.
        RefusedError: fewer than two territories, or no site with a place in them.
    """
    held = select(territory.c.id, territory.c.name, workload).join(workload, workload.c.territory_id == territory.c.id)
    rows = session.execute(held.where(territory.c.plan_id == plan_id).order_by(territory.c.id)).all()
    if not rows:
        raise MissingError(f"There is no plan {plan_id} with territories that have hours.")
    given = policy_on(session, session.execute(select(plan.c.starts_on).where(plan.c.id == plan_id)).scalar_one())
    sql = (
        select(
            assignment.c.id, assignment.c.version, assignment.c.site_id, assignment.c.territory_id, assignment.c.locked
        )
        .add_columns(site.c.lat, site.c.lon, given.visits_a_year().label("visits_per_year"), site.c.visit_type)
        .add_columns(given.visit_s().label("service_s"))
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
    weight = weights_of(session, plan_id, [row.visit_type for row in found])
    drive_h = np.array([row.drive_h / max(row.visits, 1) for row in rows])
    owner = np.array([number[row.territory_id] for row in found], dtype=np.int32)
    visits = np.array([row.visits_per_year for row in found], dtype=np.float64)
    service_h = np.array([row.service_s for row in found]) / 3600
    hours = visits * (service_h * weight + drive_h[owner])
    holders = holders_of(session, [row.id for row in rows], [row.rep_id for row in rows])
    shared = shares_on(session, {row.account_id for row in found}, today) if today else {}
    own, others_h = _shared(found, owner, hours, holders, shared)
    needs, deals, moved = needs_by_account(session), open_deals(session), _moved_on(session, plan_id)
    promised = promised_visits(session, plan_id, today) if today else {}
    since = since_by_site(session, plan_id) if today else {}
    seen: list[object] = [(row.id, row.version, row.site_version, needs.get(row.account_id)) for row in found]
    seen += [(row.territory_id, row.workload_h, row.capacity_h) for row in rows]
    seen += list(holders)
    return Inputs(
        plan_id=plan_id,
        sites=np.array([row.site_id for row in found]),
        territories=np.array([row.id for row in rows]),
        names=tuple(row.name for row in rows),
        places=tuple(Place(row.lat, row.lon) for row in found),
        owner=owner,
        hours=hours * own,
        capacity=np.maximum([row.capacity_h for row in rows] - others_h * _week_part(rows), 1e-9),
        value=np.array([row.value or 0.0 for row in found]),
        deals=np.array([deals.get(row.account_id, 0) for row in found], dtype=np.float64),
        locked=np.array([row.locked or row.account_id in shared for row in found], dtype=np.bool_),
        moved_on=tuple(moved.get(row.site_id) for row in found),
        data_version=sha256(repr(seen).encode()).hexdigest(),
        visits=visits,
        service_s=service_h * 3600,
        promised=np.array([promised.get(row.site_id, 0) for row in found], dtype=np.float64),
        since=tuple(since.get(row.site_id) for row in found),
        needs=tuple(needs.get(row.account_id, ()) for row in found),
        holders=holders,
    )


def weights_of(session: Session, plan_id: int, types: Sequence[str | None]) -> NDArray[np.float64]:
    """(n,) how much a second of each site's visits weighs, by the rules that the plan began with."""
    begun = session.execute(select(plan.c.sales_force, plan.c.starts_on).where(plan.c.id == plan_id)).one()
    rules = all_rules(session)
    known = {code: rules.weight(begun.sales_force, begun.starts_on, code) for code in set(types)}
    return np.array([known[code] for code in types], dtype=np.float64)


def _week_part(rows: Sequence[Any]) -> float:
    """Hours of capacity, which are those of the weeks planned, for an hour of work a year."""
    a_year = sum(row.hours_a_year for row in rows)
    return float(sum(row.workload_h for row in rows) / a_year) if a_year > 0 else 0.0


def _shared(
    found: Sequence[Any],
    owner: NDArray[np.int32],
    hours: NDArray[np.float64],
    holders: Sequence[Holder],
    shared: Mapping[int, Mapping[int, float]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) the owner's part of every site, and (k,) hours a year that others have of sites they share."""
    number = {one.rep_id: place for place, one in enumerate(holders)}
    own, others_h = np.ones(len(found)), np.zeros(len(holders))
    for place, row in enumerate(found):
        parts = shared.get(row.account_id)
        if parts is None:
            continue
        own[place] = parts.get(holders[owner[place]].rep_id, 0.0)
        for rep_id, part in parts.items():
            if rep_id in number and number[rep_id] != owner[place]:
                others_h[number[rep_id]] += part * hours[place]
    return own, others_h


def _moved_on(session: Session, plan_id: int) -> dict[int, date]:
    """The day on which each site last changed its territory within the plan."""
    sql = (
        select(assignment.c.site_id, func.max(assignment.c.valid_to))
        .where(and_(assignment.c.plan_id == plan_id, assignment.c.valid_to.is_not(None)))
        .group_by(assignment.c.site_id)
    )
    return {row[0]: row[1] for row in session.execute(sql)}
