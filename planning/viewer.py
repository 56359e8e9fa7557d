"""Who looks at the record, and which of it they may see: the one place that decides, for reads and writes alike.

A rep sees what lies in the territories held today (as primary, cover or support) and below them in the tree. So does a
manager, and both see besides what the reps granted to them see, and the families of firms granted to them. Planners and
administrators see everything. What may not be seen is answered as if it were not there.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Assignment,
    FamilyGrant,
    HolderRole,
    Opportunity,
    Rep,
    RepGrant,
    Role,
    Site,
    Territory,
    TerritoryHolder,
)
from planning.families import family_ids
from planning.plans_in_force import InForce, covers, plan_on
from planning.record_errors import MissingError

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, holder, rep = table_of(Assignment), table_of(TerritoryHolder), table_of(Rep)
grant, family, opportunity = table_of(RepGrant), table_of(FamilyGrant), table_of(Opportunity)
# Under names of their own: a subquery must not be tied to the tables of the query that it stands in.
own_site, own_assignment = site.alias("own_site"), assignment.alias("own_assignment")
own_territory, own_holder, own_rep = territory.alias("own_territory"), holder.alias("own_holder"), rep.alias("own_rep")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user on a day; `rep_id` is the rep the user is."""

    user_id: int
    name: str
    role: Role
    rep_id: int | None
    day: date

    @property
    def sees_all(self) -> bool:
        """True for those whose work is the whole company."""
        return self.role in (Role.PLANNER, Role.ADMIN)


def everything(day: date) -> Viewer:
    """The view of a program that works on the record itself, such as the command line."""
    return Viewer(0, "bailiwick", Role.ADMIN, None, day)


def own_reps(viewer: Viewer) -> Select[tuple[int]]:
    """The ids of the rep the user is, and of those whose view the user was granted."""
    granted = select(grant.c.rep_id).where(grant.c.user_id == viewer.user_id)
    return select(own_rep.c.id).where(or_(own_rep.c.id == viewer.rep_id, own_rep.c.id.in_(granted)))


def seen_territories(viewer: Viewer, force: InForce) -> Select[tuple[int]]:
    """The ids of the territories that the user's reps hold under the plan in force, and of all below them."""
    held = (
        select(own_territory.c.id)
        .join(own_holder, own_holder.c.territory_id == own_territory.c.id)
        .where(
            own_territory.c.plan_id == force.plan_id,
            covers(own_holder, force.day),
            own_holder.c.rep_id.in_(own_reps(viewer)),
        )
    )
    tree = held.cte(recursive=True)
    below = select(own_territory.c.id).join(tree, own_territory.c.parent_id == tree.c.id)
    return select(tree.union(below).c.id)


def seen_account_ids(viewer: Viewer, force: InForce) -> Select[tuple[int]]:
    """The ids of the accounts with a site in a territory that the user sees."""
    return (
        select(own_site.c.account_id)
        .join(own_assignment, own_assignment.c.site_id == own_site.c.id)
        .where(
            own_assignment.c.plan_id == force.plan_id,
            covers(own_assignment, force.day),
            own_assignment.c.territory_id.in_(seen_territories(viewer, force)),
        )
    )


def may_see_territories(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `territory`."""
    if viewer.sees_all:
        return true()
    force = plan_on(session, viewer.day)
    return territory.c.id.in_(seen_territories(viewer, force)) if force else false()


def may_see_reps(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `rep`: the user's own, and for a manager whoever holds what the manager sees."""
    if viewer.sees_all:
        return true()
    own = rep.c.id.in_(own_reps(viewer))
    force = plan_on(session, viewer.day)
    if force is None or viewer.role is Role.REP:
        return own
    holding = select(own_holder.c.rep_id).where(
        own_holder.c.role == HolderRole.PRIMARY,
        covers(own_holder, force.day),
        own_holder.c.territory_id.in_(seen_territories(viewer, force)),
    )
    return or_(own, rep.c.id.in_(holding))


def may_see_accounts(
    session: Session, viewer: Viewer, account_id: ColumnElement[int] = account.c.id
) -> ColumnElement[bool]:
    """A condition on the column that holds an account's id.

    One of its sites lies in a territory that the user sees, or the account is of a family that the user was granted.
    """
    if viewer.sees_all:
        return true()
    heads = select(family.c.account_id).where(family.c.user_id == viewer.user_id)
    related = account_id.in_(family_ids(heads, viewer.day))
    force = plan_on(session, viewer.day)
    return or_(account_id.in_(seen_account_ids(viewer, force)), related) if force else related


def may_see_opportunities(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `opportunity`: of an account that the user sees, or a sale of the user's reps."""
    if viewer.sees_all:
        return true()
    own = opportunity.c.rep_id.in_(own_reps(viewer))
    return or_(own, may_see_accounts(session, viewer, opportunity.c.account_id))


def require_account(session: Session, viewer: Viewer, account_id: int) -> None:
    """Go on only when the user may see the account.

    Raises:
        MissingError: it is not there, or not for this user.
    """
    found = select(account.c.id).where(and_(account.c.id == account_id, may_see_accounts(session, viewer)))
    if session.execute(found).first() is None:
        raise MissingError(f"There is no account {account_id}.")


def require_site(session: Session, viewer: Viewer, site_id: int) -> int:
    """The id of the site's account.

    Raises:
        MissingError: the site is not there, or not for this user.
    """
    seen = may_see_accounts(session, viewer, site.c.account_id)
    found = session.scalar(select(site.c.account_id).where(site.c.id == site_id, seen))
    if found is None:
        raise MissingError(f"There is no site {site_id}.")
    return int(found)


def require_rep(session: Session, viewer: Viewer, rep_id: int) -> None:
    """Go on only when the user may see the rep's days; asks nothing of the database for one's own.

    Raises:
        MissingError: the rep is not there, or not for this user.
    """
    if viewer.sees_all or viewer.rep_id == rep_id:
        return
    if session.execute(select(rep.c.id).where(rep.c.id == rep_id, may_see_reps(session, viewer))).first() is None:
        raise MissingError(f"There is no rep {rep_id}.")


def sees_whole_plan(session: Session, viewer: Viewer, plan_id: int) -> bool:
    """True when no territory of the plan is hidden from the user."""
    if viewer.sees_all:
        return True
    hidden = select(territory.c.id).where(territory.c.plan_id == plan_id, ~may_see_territories(session, viewer))
    return session.execute(hidden.limit(1)).first() is None
