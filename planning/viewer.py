"""Who looks at the record, and which of it they may see: the one place that decides, for reads and writes alike.

A rep sees what lies in the territories held today (as primary, cover or support, under the plan of any sales force) and
below them in the tree. So does a manager, and both see besides what the reps granted to them see, and the families of
firms granted to them. A task makes its sale and account visible to whoever is to do it while it is open, and once it is
done as long as the sale is open. Planners and administrators see everything. What may not be seen is answered as if it
were not there. Readers by SQL see the same by `planning.row_policies`, which has to follow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from crm.columns import table_of
from crm.often import Often
from crm.tables import (
    Account,
    AccountKey,
    Assignment,
    FamilyGrant,
    HolderRole,
    Opportunity,
    PipelineStage,
    Rep,
    RepGrant,
    Role,
    Site,
    StageKind,
    Task,
    TaskState,
    Territory,
    TerritoryHolder,
)
from planning.families import family_ids
from planning.plans_in_force import InForce, covers, plans_on
from planning.record_errors import MissingError

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, holder, rep = table_of(Assignment), table_of(TerritoryHolder), table_of(Rep)
grant, family, opportunity = table_of(RepGrant), table_of(FamilyGrant), table_of(Opportunity)
merged, task, stage = table_of(AccountKey), table_of(Task), table_of(PipelineStage)
# Under names of their own: a subquery must not be tied to the tables of the query that it stands in.
own_site, own_assignment = site.alias("own_site"), assignment.alias("own_assignment")
own_holder = holder.alias("own_holder")


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


@dataclass(frozen=True, slots=True)
class Sight:
    """What a user sees, as ids: their own reps, the territories, and the accounts that head a granted family."""

    forces: tuple[InForce, ...]
    reps: tuple[int, ...]
    territories: tuple[int, ...]
    heads: tuple[int, ...]


# Statements that many requests need are built once and given their values later: putting one together costs ten times
# what it costs to ask it.
GRANTED: Select[Any] = select(literal_column("0"), grant.c.rep_id).where(grant.c.user_id == bindparam("user"))
FAMILIES: Select[Any] = select(literal_column("1"), family.c.account_id).where(family.c.user_id == bindparam("user"))
GRANTS = Often(GRANTED.union_all(FAMILIES))
"""The reps granted to a user, and the accounts that head the families granted to the user."""


def sight_of(session: Session, viewer: Viewer) -> Sight:
    """What the user sees; asked of the database once in a session, since a session sees one state of it."""
    key = ("sight", viewer)
    if key not in session.info:
        grants = GRANTS.rows(session, user=viewer.user_id)
        reps = tuple(row[1] for row in grants if row[0] == 0) + (() if viewer.rep_id is None else (viewer.rep_id,))
        heads = tuple(row[1] for row in grants if row[0] == 1)
        forces = plans_on(session, viewer.day)
        session.info[key] = Sight(forces, reps, territories_of(session, reps, forces), heads)
    sight: Sight = session.info[key]
    return sight


def territories_of(session: Session, reps: tuple[int, ...], forces: tuple[InForce, ...]) -> tuple[int, ...]:
    """The territories that these reps hold under the plans in force, and all below them."""
    if not forces or not reps:
        return ()
    dialect = dialect_of(session)
    asked = holdings(len(forces), dialect, places_for(reps, dialect))
    return tuple(row[0] for row in asked.rows(session, **told("reps", reps, dialect), **days_of(forces)))


def some_forces(count: int) -> Any:
    """So many plans in force whose values come later; see `days_of`."""
    days = (bindparam(f"day_{n}", type_=assignment.c.valid_from.type) for n in range(count))
    return tuple(InForce(bindparam(f"plan_{n}"), day) for n, day in enumerate(days))  # type: ignore[arg-type]


def days_of(forces: tuple[InForce, ...]) -> dict[str, Any]:
    """The values of `some_forces`."""
    plans = {f"plan_{n}": force.plan_id for n, force in enumerate(forces)}
    return plans | {f"day_{n}": force.day for n, force in enumerate(forces)}


@lru_cache(maxsize=256)
def holdings(forces: int, dialect: str, places: int) -> Often:
    """`held_by` for the reps `reps` under so many plans."""
    return Often(held_where(among(holder.c.rep_id, "reps", dialect, places), some_forces(forces)))


def held_by(reps: tuple[int, ...], forces: tuple[InForce, ...]) -> Select[Any]:
    """The ids of the territories that these reps hold under the plans in force, and of all below them."""
    return held_where(holder.c.rep_id.in_(reps), forces)


def held_where(own: ColumnElement[bool], forces: tuple[InForce, ...]) -> Select[Any]:
    """`held_by`, with a condition on the holders of territories."""
    held = (
        select(territory.c.id)
        .join(holder, holder.c.territory_id == territory.c.id)
        .where(valid_under(forces, territory.c.plan_id, holder), own)
    )
    tree = held.cte(recursive=True)
    below = select(territory.c.id).join(tree, territory.c.parent_id == tree.c.id)
    return select(tree.union(below).c.id)


def valid_under(forces: tuple[InForce, ...], plan_id: ColumnElement[int], dated: FromClause) -> ColumnElement[bool]:
    """True for rows of one of these plans that are valid on the day at which the plan is looked at."""
    return or_(false(), *(and_(plan_id == force.plan_id, covers(dated, force.day)) for force in forces))


def may_see_territories(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `territory`."""
    if viewer.sees_all:
        return true()
    return territory.c.id.in_(sight_of(session, viewer).territories)


def may_see_reps(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `rep`: the user's own, and for a manager whoever holds what the manager sees."""
    if viewer.sees_all:
        return true()
    sight = sight_of(session, viewer)
    own = rep.c.id.in_(sight.reps)
    if not sight.territories or viewer.role is Role.REP:
        return own
    holding = select(own_holder.c.rep_id).where(
        own_holder.c.role == HolderRole.PRIMARY,
        or_(*(covers(own_holder, day) for day in {force.day for force in sight.forces})),
        own_holder.c.territory_id.in_(sight.territories),
    )
    return or_(own, rep.c.id.in_(holding))


@dataclass(frozen=True, slots=True)
class Shared:
    """What tasks of a user's reps let the user see beyond the user's own: ids of sales, and of accounts."""

    deals: tuple[int, ...]
    accounts: tuple[int, ...]


SHARED = (
    select(task.c.opportunity_id, func.coalesce(task.c.account_id, opportunity.c.account_id))
    .outerjoin(opportunity, opportunity.c.id == task.c.opportunity_id)
    .outerjoin(stage, stage.c.id == opportunity.c.stage_id)
    .where(
        or_(
            task.c.state == TaskState.OPEN,
            and_(task.c.state == TaskState.DONE, stage.c.kind == StageKind.OPEN),
        )
    )
)
"""Sale and account of the tasks that let see: open ones, and done ones of open sales."""


@lru_cache(maxsize=256)
def shared_by(dialect: str, places: int) -> Often:
    """`SHARED`, of the tasks of the reps `reps`."""
    return Often(SHARED.where(among(task.c.rep_id, "reps", dialect, places)))


def shared_with(session: Session, viewer: Viewer) -> Shared:
    """Sales and accounts in which the user's reps take part by a task; asked once in a session that only reads."""
    key = ("shared", viewer)
    if key in session.info:
        found: Shared = session.info[key]
        return found
    reps = task_reps(session, viewer)
    if isinstance(reps, tuple):
        dialect = dialect_of(session)
        asked = shared_by(dialect, places_for(reps, dialect))
        rows: Sequence[Any] = asked.rows(session, **told("reps", reps, dialect)) if reps else ()
    else:
        rows = session.execute(SHARED.where(task.c.rep_id.in_(reps))).all()
    made = Shared(
        tuple(sorted({row[0] for row in rows if row[0] is not None})),
        tuple(sorted({row[1] for row in rows if row[1] is not None})),
    )
    if session.info.get("snapshot"):
        session.info[key] = made
    return made


def task_reps(session: Session, viewer: Viewer) -> Any:
    """The reps whose tasks are the user's: for a manager, all that the manager sees."""
    if viewer.role is Role.MANAGER:
        return select(rep.c.id).where(may_see_reps(session, viewer))
    return sight_of(session, viewer).reps


def may_see_tasks(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `task`: of the user's reps, or of a sale or an account that the user sees."""
    if viewer.sees_all:
        return true()
    deals = select(opportunity.c.id).where(may_see_opportunities(session, viewer))
    return or_(
        task.c.rep_id.in_(task_reps(session, viewer)),
        task.c.opportunity_id.in_(deals),
        may_see_accounts(session, viewer, task.c.account_id),
    )


def may_see_accounts(
    session: Session, viewer: Viewer, account_id: ColumnElement[int] = account.c.id
) -> ColumnElement[bool]:
    """A condition on the column that holds an account's id.

    One of its sites lies in a territory that the user sees, the account is of a family that the user was granted, or
    one of the user's reps has a task there.
    """
    if viewer.sees_all:
        return true()
    sight, ids = sight_of(session, viewer), ids_seen(session, viewer)
    return ways(account_id, lambda name, column: column.in_(ids[name]) if ids[name] else None, sight.forces, viewer.day)


def ids_seen(session: Session, viewer: Viewer) -> dict[str, tuple[int, ...]]:
    """What makes accounts visible: territories, heads of families, and accounts themselves that tasks are at."""
    sight = sight_of(session, viewer)
    shared = shared_with(session, viewer).accounts
    return {"territories": sight.territories, "heads": sight.heads, "shared": shared}


def ways(
    account_id: ColumnElement[int],
    among_those: Callable[[str, ColumnElement[int]], ColumnElement[bool] | None],
    forces: tuple[InForce, ...],
    day: Any,
) -> ColumnElement[bool]:
    """`may_see_accounts`; `among_those` says where a column holds an id of a name in `ids_seen`, None: nowhere."""
    found: list[ColumnElement[bool]] = []
    if (held := among_those("territories", own_assignment.c.territory_id)) is not None:
        found.append(account_id.in_(accounts_in(held, forces)))
    head = account.alias("head")
    if (heads := among_those("heads", head.c.id)) is not None:
        found.append(account_id.in_(family_ids(select(head.c.id).where(heads), day)))
    if (shared := among_those("shared", account_id)) is not None:
        found.append(shared)
    return or_(false(), *found)


def accounts_in(held: ColumnElement[bool], forces: tuple[InForce, ...]) -> Select[tuple[int]]:
    """The ids of the accounts with a site in one of the territories for which `held` is true."""
    return (
        select(own_site.c.account_id)
        .join(own_assignment, own_assignment.c.site_id == own_site.c.id)
        .where(held, valid_under(forces, own_assignment.c.plan_id, own_assignment))
    )


def may_see_opportunities(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `opportunity`: of an account that the user sees, a sale of the user's reps, or one with a task
    for them."""
    if viewer.sees_all:
        return true()
    own = opportunity.c.rep_id.in_(sight_of(session, viewer).reps)
    shared = shared_with(session, viewer).deals
    ways = [opportunity.c.id.in_(shared)] if shared else []
    return or_(own, *ways, may_see_accounts(session, viewer, opportunity.c.account_id))


def require_account(session: Session, viewer: Viewer, account_id: int) -> None:
    """Go on only when the user may see the account.

    Raises:
        MissingError: it is not there, or not for this user.
    """
    key = ("account", viewer, account_id)
    if key in session.info:
        return
    if not sees_account(session, viewer, account_id):
        raise MissingError(f"There is no account {account_id}{merged_into(session, viewer, account_id)}.")
    if session.info.get("snapshot"):
        session.info[key] = True


def sees_account(session: Session, viewer: Viewer, account_id: int) -> bool:
    """True when the account is there and the user may see it: most see it in a territory, which is soon answered."""
    if not viewer.sees_all and (sight := sight_of(session, viewer)).territories:
        dialect = dialect_of(session)
        asked = sites_in(len(sight.forces), dialect, places_for(sight.territories, dialect))
        values = told("territories", sight.territories, dialect) | days_of(sight.forces)
        if asked.rows(session, account=account_id, **values):
            return True
    found = select(account.c.id).where(and_(account.c.id == account_id, may_see_accounts(session, viewer)))
    return session.execute(found).first() is not None


@lru_cache(maxsize=256)
def sites_in(forces: int, dialect: str, places: int) -> Often:
    """`accounts_in`, for one account: only its own sites are looked at."""
    held = among(own_assignment.c.territory_id, "territories", dialect, places)
    found = accounts_in(held, some_forces(forces)).where(own_site.c.account_id == bindparam("account"))
    return Often(found.limit(1))


def merged_into(session: Session, viewer: Viewer, account_id: int) -> str:
    """Says where an account went that was merged into one that the viewer sees; else nothing."""
    seen = may_see_accounts(session, viewer, merged.c.account_id)
    became = session.scalar(select(merged.c.account_id).where(merged.c.was_id == account_id, seen))
    return f" any more: it was merged into account {became}" if became else ""


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
