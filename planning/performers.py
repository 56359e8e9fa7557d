"""Who works on a sale: the rep that a stage names, or whoever holds the account's territory in a role."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Assignment, HolderRole, Site, Territory, TerritoryHolder
from planning.plans_in_force import covers, plan_on
from planning.stage_rules import ABOVE, Performer

site, assignment = table_of(Site), table_of(Assignment)
territory, holder = table_of(Territory), table_of(TerritoryHolder)


def performer(session: Session, to: Performer, *, rep_id: int | None, account_id: int | None, day: date) -> int | None:
    """The rep who is meant on a day, for a sale of `rep_id` with an account; None where nobody holds the territory."""
    if to.rep_id is not None:
        return to.rep_id
    if not to.holder:
        return rep_id
    return None if account_id is None else held_by(session, account_id, to, day)


def held_by(session: Session, account_id: int, to: Performer, day: date) -> int | None:
    """Whoever holds the territory of the account's first site in a role, or the nearest territory above it."""
    force = plan_on(session, day, sales_force=to.sales_force or None)
    if force is None:
        return None
    lies_in = (
        select(assignment.c.territory_id, territory.c.parent_id)
        .join(site, site.c.id == assignment.c.site_id)
        .join(territory, territory.c.id == assignment.c.territory_id)
        .where(site.c.account_id == account_id, assignment.c.plan_id == force.plan_id, covers(assignment, force.day))
        .order_by(site.c.id)
    )
    row = session.execute(lies_in.limit(1)).first()
    if row is None:
        return None
    if to.holder != ABOVE:
        return holder_of(session, row.territory_id, HolderRole(to.holder), force.day)
    above, seen = row.parent_id, set[int]()
    while above is not None and above not in seen:
        seen.add(above)
        if (found := holder_of(session, above, HolderRole.PRIMARY, force.day)) is not None:
            return found
        above = session.scalar(select(territory.c.parent_id).where(territory.c.id == above))
    return None


def holder_of(session: Session, territory_id: int, role: HolderRole, day: date) -> int | None:
    """The rep who holds a territory in a role on a day; of several the one entered first."""
    own = (holder.c.territory_id == territory_id, holder.c.role == role, covers(holder, day))
    return session.scalar(select(holder.c.rep_id).where(*own).order_by(holder.c.id).limit(1))
