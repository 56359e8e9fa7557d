"""Visits whose moment is settled, while weeks are planned anew: they stay, in the weeks of all who make them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Route, Site, TerritoryPlan, Visit, VisitCompanion, VisitState
from geo.address import Address
from geo.place import Place
from planning.account_table import AccountRow
from planning.account_wishes import Wishes
from planning.agreed_visits import begins_at, is_settled
from planning.options import PlanOptions
from planning.record_rows import BATCH, insert_all
from planning.today import in_force

if TYPE_CHECKING:
    from planning.result import RouteDay

visit, companion, route, plan = table_of(Visit), table_of(VisitCompanion), table_of(Route), table_of(TerritoryPlan)
site, account = table_of(Site), table_of(Account)


@dataclass(frozen=True, slots=True)
class Settled:
    """A visit whose moment was promised (`begins`, None where others only come along), and who comes along."""

    rep_id: int
    site_id: int
    day: date
    begins: tuple[int, int] | None
    companions: tuple[int, ...]


def joint_visits_of(
    session: Session, rep_ids: Sequence[int], options: PlanOptions
) -> dict[int, tuple[AccountRow, ...]]:
    """By rep: visits of others in the weeks planned that the rep comes along on, each as an account of one visit."""
    found: dict[int, list[AccountRow]] = defaultdict(list)
    for part in batched(rep_ids, BATCH):
        sql = (
            select(companion.c.rep_id.label("with_rep"), visit.c.id, visit.c.day, visit.c.start_s, visit.c.depart_s)
            .add_columns(visit.c.promised_from_s, visit.c.promised_until_s, site.c.lat, site.c.lon, account.c.name)
            .join(visit, visit.c.id == companion.c.visit_id)
            .join(site, site.c.id == visit.c.site_id)
            .join(account, account.c.id == site.c.account_id)
            .join(route, route.c.id == visit.c.route_id)
            .join(plan, plan.c.id == route.c.plan_id)
            .where(companion.c.rep_id.in_(part), visit.c.day >= options.starts_on, visit.c.day < options.ends_on)
            .where(visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), in_force())
            .where(site.c.lat.is_not(None), visit.c.by_phone.is_(False))
            .order_by(visit.c.day, visit.c.start_s, visit.c.id)
        )
        for row in session.execute(sql):
            found[row.with_rep].append(
                AccountRow(
                    row=row.id,
                    id=f"joint visit {row.id}",
                    name=row.name,
                    address=Address(),
                    place=Place(row.lat, row.lon),
                    visits_per_year=0.0,
                    service_min=(row.depart_s - row.start_s) / 60,
                    wishes=Wishes(agreed=((row.day, *begins_at(row)),)),
                )
            )
    return {key: tuple(rows) for key, rows in found.items()}


def own_stops(day: "RouteDay", accounts: int) -> "RouteDay":
    """The day with only the stops at the first so many accounts, numbered anew."""
    stops = [stop for stop in day.stops if stop.account < accounts]
    return replace(day, stops=tuple(replace(stop, sequence=number) for number, stop in enumerate(stops, start=1)))


def settled_of(session: Session, rep_ids: Sequence[int], options: PlanOptions) -> list[Settled]:
    """The settled visits that these reps lead in the weeks planned, as plans in force hold them."""
    found = []
    for part in batched(rep_ids, BATCH):
        sql = (
            select(visit)
            .join(route, route.c.id == visit.c.route_id)
            .join(plan, plan.c.id == route.c.plan_id)
            .where(visit.c.rep_id.in_(part), visit.c.day >= options.starts_on, visit.c.day < options.ends_on)
            .where(visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None), is_settled(), in_force())
            .order_by(visit.c.id)
        )
        for row in session.execute(sql).all():
            mine = select(companion.c.rep_id).where(companion.c.visit_id == row.id).order_by(companion.c.rep_id)
            begins = None if row.promised_from_s is None else (row.promised_from_s, row.promised_until_s)
            found.append(Settled(row.rep_id, row.site_id, row.day, begins, tuple(session.scalars(mine))))
    return found


def settle_again(session: Session, plan_id: int, settled: Sequence[Settled]) -> int:
    """Have the visits of the new days be settled as those before were; returns how many are not there any more."""
    lost = 0
    for one in settled:
        sql = (
            select(visit.c.id)
            .join(route, route.c.id == visit.c.route_id)
            .where(route.c.plan_id == plan_id, visit.c.rep_id == one.rep_id, visit.c.site_id == one.site_id)
            .where(visit.c.day == one.day, visit.c.state == VisitState.PLANNED)
        )
        made = session.scalars(sql).first()
        if made is None:
            lost += 1
            continue
        if one.begins is not None:
            values = {"promised_from_s": one.begins[0], "promised_until_s": one.begins[1]}
            session.execute(update(visit).where(visit.c.id == made).values(values))
        known = set(session.scalars(select(companion.c.rep_id).where(companion.c.visit_id == made)))
        new = [{"visit_id": made, "rep_id": rep_id, "version": 1} for rep_id in one.companions if rep_id not in known]
        insert_all(session, VisitCompanion, new)
    return lost
