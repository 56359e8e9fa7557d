"""Visits that several reps make together: one of them leads, the others come along."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    AccountShare,
    Assignment,
    Rep,
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
from planning.viewer import Viewer
from planning.visits import VisitView, get_visit, visits

visit, companion, rep = table_of(Visit), table_of(VisitCompanion), table_of(Rep)
assignment, territory, holder = table_of(Assignment), table_of(Territory), table_of(TerritoryHolder)
plan, share = table_of(TerritoryPlan), table_of(AccountShare)


def set_companions(session: Session, viewer: Viewer, visit_id: int, version: int, rep_ids: Collection[int]) -> None:
    """Say who comes along on a visit: exactly these reps, each of whom shares the account on that day.

    Raises:
        MissingError: there is no such visit for the viewer.
        StaleError: the visit was changed since `version`.
        RefusedError: it was made or left out already, the rep who leads it, or a rep who does not share the account.
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
    gone = companion.c.rep_id.in_(before - set(wanted))
    session.execute(delete(companion).where(companion.c.visit_id == visit_id, gone))
    new = [{"visit_id": visit_id, "rep_id": one, "version": 1} for one in wanted if one not in before]
    insert_all(session, VisitCompanion, new)


def companions_of(session: Session, visit_id: int) -> dict[int, str]:
    """Who comes along, by id, with their names."""
    sql = select(rep.c.id, rep.c.name).join(companion, companion.c.rep_id == rep.c.id)
    own = companion.c.visit_id == visit_id
    return {row[0]: row[1] for row in session.execute(sql.where(own).order_by(rep.c.id))}


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
