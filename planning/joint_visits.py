"""Visits that several reps make together: one of them leads, the others come along."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AccountShare,
    Assignment,
    Rep,
    Route,
    Site,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Visit,
    VisitCompanion,
    VisitState,
)
from planning.edits import edit_row
from planning.plans_in_force import covers
from planning.record_errors import RefusedError
from planning.record_rows import insert_all
from planning.rep_days import days_off, rep_hours
from planning.today import in_force
from planning.viewer import Viewer
from planning.visits import VisitView, get_visit, visits

visit, companion, rep = table_of(Visit), table_of(VisitCompanion), table_of(Rep)
assignment, territory, holder = table_of(Assignment), table_of(Territory), table_of(TerritoryHolder)
plan, share = table_of(TerritoryPlan), table_of(AccountShare)
route, site, account = table_of(Route), table_of(Site), table_of(Account)


def set_companions(session: Session, viewer: Viewer, visit_id: int, version: int, rep_ids: Collection[int]) -> None:
    """Say who comes along on a visit: exactly these reps, each of whom shares the account on that day.

    Raises:
        MissingError: there is no such visit for the viewer.
        StaleError: the visit was changed since `version`.
        RefusedError: it was made or left out already, the rep leads it, or does not share the account, or
            is away or elsewhere then.
    """
    found = get_visit(session, viewer, visit_id)
    if found.state != VisitState.PLANNED:
        raise RefusedError(f"The visit at {found.account} is {found.state} already.")
    wanted = sorted(set(rep_ids))
    if found.rep_id in wanted:
        raise RefusedError(f"Rep {found.rep_id} leads the visit; name those who come along.")
    sharing = reps_sharing(session, found.site_id, found.account_id, found.day)
    if others := [one for one in wanted if one not in sharing]:
        names = ", ".join(f"{name} ({key})" for key, name in sorted(sharing.items()) if key != found.rep_id)
        raise RefusedError(
            f"Rep {others[0]} does not share {found.account} on {found.day}; who does: {names or 'nobody else'}."
        )
    edit_row(session, visit, visit_id, version, {})
    before = set(session.scalars(select(companion.c.rep_id).where(companion.c.visit_id == visit_id)))
    for one in wanted:
        if one not in before:
            require_free(session, visit_id, one, sharing[one], found.day)
    gone = companion.c.rep_id.in_(before - set(wanted))
    session.execute(delete(companion).where(companion.c.visit_id == visit_id, gone))
    new = [{"visit_id": visit_id, "rep_id": one, "version": 1} for one in wanted if one not in before]
    insert_all(session, VisitCompanion, new)


def require_free(session: Session, visit_id: int, rep_id: int, name: str, day: date) -> None:
    """Go on only where a rep works that day and neither makes nor joins another visit while this one lasts.

    Raises:
        RefusedError: what the rep does then; `GET /api/reps/{id}/slots` says when all can.
    """
    off = days_off(session, rep_hours(session, rep_id), day, day).get(day)
    if off is not None:
        why = f"{off.kind} {off.name}".strip() if off.kind != "weekday" else "a day off"
        raise RefusedError(f"{name} does not work on {day}: {why}.")
    this = session.execute(select(visit.c.start_s, visit.c.depart_s).where(visit.c.id == visit_id)).one()
    if this.start_s is None:
        return
    mine = or_(
        visit.c.rep_id == rep_id, visit.c.id.in_(select(companion.c.visit_id).where(companion.c.rep_id == rep_id))
    )
    sql = (
        select(account.c.name, visit.c.start_s)
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .join(route, route.c.id == visit.c.route_id)
        .join(plan, plan.c.id == route.c.plan_id)
        .where(mine, visit.c.day == day, visit.c.state == VisitState.PLANNED, visit.c.sequence.is_not(None))
        .where(in_force(), visit.c.start_s < this.depart_s, visit.c.depart_s > this.start_s)
        .order_by(visit.c.start_s)
    )
    if (busy := session.execute(sql.limit(1)).first()) is not None:
        at = f"{busy.start_s // 3600:02d}:{busy.start_s % 3600 // 60:02d}"
        raise RefusedError(f"{name} is at {busy.name} from {at}: settle a moment when both are free.")


def companions_of(session: Session, visit_id: int) -> dict[int, str]:
    """Who comes along, by id, with their names."""
    sql = select(rep.c.id, rep.c.name).join(companion, companion.c.rep_id == rep.c.id)
    own = companion.c.visit_id == visit_id
    return {row[0]: row[1] for row in session.execute(sql.where(own).order_by(rep.c.id))}


def companions_on(session: Session, rep_id: int, day: date) -> dict[int, tuple[str, ...]]:
    """The names of those who come along on the visits that a rep leads on a day, by visit."""
    sql = (
        select(visit.c.id, rep.c.name)
        .join(companion, companion.c.visit_id == visit.c.id)
        .join(rep, rep.c.id == companion.c.rep_id)
        .where(visit.c.rep_id == rep_id, visit.c.day == day)
        .order_by(visit.c.id, rep.c.name, rep.c.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for visit_id, name in session.execute(sql):
        found[visit_id] = (*found.get(visit_id, ()), name)
    return found


def joined_visits(session: Session, rep_id: int, first: date, last: date) -> tuple[VisitView, ...]:
    """The visits of others that a rep comes along on between two days, in order of their days."""
    mine = select(companion.c.visit_id).where(companion.c.rep_id == rep_id)
    days = (visit.c.day >= first, visit.c.day <= last)
    sql = visits().where(visit.c.id.in_(mine), *days).order_by(visit.c.day, visit.c.start_s, visit.c.id)
    return tuple(VisitView(*row) for row in session.execute(sql))


def reps_sharing(session: Session, site_id: int, account_id: int, day: date) -> dict[int, str]:
    """Who holds the site's territory under any sales force, in any role, or has a share of the account, on a day."""
    held = (
        select(holder.c.rep_id)
        .join(territory, territory.c.id == holder.c.territory_id)
        .join(plan, plan.c.id == territory.c.plan_id)
        .join(assignment, assignment.c.territory_id == territory.c.id)
        .where(assignment.c.site_id == site_id, covers(assignment, day), covers(plan, day), covers(holder, day))
    )
    shared = select(share.c.rep_id).where(share.c.account_id == account_id, covers(share, day))
    sql = select(rep.c.id, rep.c.name).where(or_(rep.c.id.in_(held), rep.c.id.in_(shared)))
    return {row[0]: row[1] for row in session.execute(sql)}
