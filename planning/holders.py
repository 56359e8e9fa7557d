"""Who holds a territory, in which role and from when: owners, cover for a while, support; and the tree above it.

The days gone by stay as they were: whoever held a territory then is who held it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import HolderRole, PlanState, Rep, Territory, TerritoryHolder, TerritoryPlan
from planning.edits import edit_row
from planning.plans_in_force import covers
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, may_see_territories

territory, holder, rep = table_of(Territory), table_of(TerritoryHolder), table_of(Rep)
plan = table_of(TerritoryPlan)


@dataclass(frozen=True, slots=True)
class HolderView:
    """A rep who holds a territory from one day until the day before another."""

    id: int
    territory_id: int
    territory: str
    sales_force: str
    rep_id: int
    rep: str
    role: str
    valid_from: date
    valid_to: date | None
    version: int


@dataclass(frozen=True, slots=True)
class TerritoryView:
    """A territory in the tree of its plan."""

    id: int
    plan_id: int
    parent_id: int | None
    name: str
    version: int


def holders_of(session: Session, viewer: Viewer, territory_id: int, on: date | None = None) -> tuple[HolderView, ...]:
    """Everybody who ever held a territory, or who does on a day; owners first, then by their first day.

    Raises:
        MissingError: there is no such territory for the viewer.
    """
    require_territory(session, viewer, territory_id)
    sql = holders().where(holder.c.territory_id == territory_id)
    if on is not None:
        sql = sql.where(covers(holder, on))
    rows = [HolderView(*row) for row in session.execute(sql.order_by(holder.c.valid_from, holder.c.id))]
    order = list(HolderRole)
    return tuple(sorted(rows, key=lambda row: order.index(HolderRole(row.role))))


def holders() -> Any:
    """Holders in the order of `HolderView`."""
    own = holder.c
    return (
        select(
            *(own.id, own.territory_id, territory.c.name, plan.c.sales_force, own.rep_id, rep.c.name, own.role),
            *(own.valid_from, own.valid_to, own.version),
        )
        .join(territory, territory.c.id == own.territory_id)
        .join(plan, plan.c.id == territory.c.plan_id)
        .join(rep, rep.c.id == own.rep_id)
    )


def get_holder(session: Session, holder_id: int) -> HolderView:
    """One of them.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(holders().where(holder.c.id == holder_id)).first()
    if row is None:
        raise MissingError(f"There is no holder {holder_id}.")
    return HolderView(*row)


def add_holder(
    session: Session,
    viewer: Viewer,
    territory_id: int,
    rep_id: int,
    role: HolderRole,
    *,
    since: date,
    until: date | None = None,
) -> int:
    """Have a rep hold a territory from `since` until the day before `until`; returns the holder's id.

    A new owner takes over: whoever owned it ends on `since`. Others may hold it beside the owner.

    Raises:
        MissingError: there is no such territory or rep.
        RefusedError: a day gone by or outside the plan, days in the wrong order, an owner who comes later, or the same
            rep in the same role on one of the days.
    """
    ground = require_territory(session, viewer, territory_id)
    if session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise MissingError(f"There is no rep {rep_id}.")
    if until is not None and until <= since:
        raise RefusedError(f"until: expected a day after {since}, got {until}.")
    check_days(session, ground.plan_id, viewer, since)
    session.execute(select(territory.c.id).where(territory.c.id == territory_id).with_for_update())
    own = holder.c.territory_id == territory_id
    meets = [own, holder.c.role == role, holder.c.valid_to.is_(None) | (holder.c.valid_to > since)]
    meets += [holder.c.valid_from < until] if until else []
    if role is HolderRole.PRIMARY:
        later = session.execute(holders().where(*meets, holder.c.valid_from > since)).first()
        if later is not None:
            raise RefusedError(
                f"{later[5]} owns {later[2]} from {later[7]} on: end that first, or name an earlier end."
            )
        ends = {"valid_to": since, "version": holder.c.version + 1}
        session.execute(update(holder).where(*meets).values(**ends))
    elif (twice := session.execute(holders().where(*meets, holder.c.rep_id == rep_id)).first()) is not None:
        raise RefusedError(f"{twice[5]} holds {twice[2]} as {role} from {twice[7]} on already.")
    row = {"territory_id": territory_id, "rep_id": rep_id, "role": role, "valid_from": since, "valid_to": until}
    (made,) = insert_all(session, TerritoryHolder, [row | {"version": 1}])
    return made


def end_holder(session: Session, viewer: Viewer, holder_id: int, version: int, until: date) -> None:
    """Have a rep hold a territory no longer than the day before `until`; without a successor it is nobody's then.

    Raises:
        MissingError: there is no such holder.
        StaleError: it was changed since `version`.
        RefusedError: a day gone by, or one on which it had ended already.
    """
    found = get_holder(session, holder_id)
    first = max(viewer.day, found.valid_from)
    if until < first or (found.valid_to is not None and found.valid_to <= viewer.day):
        raise RefusedError(f"until: expected {first} or later, for a holder who has not ended; got {until}.")
    edit_row(session, holder, holder_id, version, {"valid_to": until})


def check_days(session: Session, plan_id: int, viewer: Viewer, since: date) -> None:
    """Go on only with a day that has not gone by and on which the plan counts.

    Raises:
        RefusedError: which of it is not so.
    """
    row = session.execute(select(plan).where(plan.c.id == plan_id)).one()
    if row.state == PlanState.SUPERSEDED or (row.valid_to is not None and since >= row.valid_to):
        raise RefusedError(f"“{row.title}” counts no longer on {since}: look at the plan that follows it.")
    if since < viewer.day:
        raise RefusedError(f"Ownership of days gone by is not changed: choose {viewer.day} or later.")
    if row.valid_from is not None and since < row.valid_from:
        raise RefusedError(f"“{row.title}” begins on {row.valid_from}: choose that day or a later one.")


def require_territory(session: Session, viewer: Viewer, territory_id: int) -> TerritoryView:
    """The territory.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    own = territory.c
    sql = select(own.id, own.plan_id, own.parent_id, own.name, own.version)
    row = session.execute(sql.where(own.id == territory_id, may_see_territories(session, viewer))).first()
    if row is None:
        raise MissingError(f"There is no territory {territory_id}.")
    return TerritoryView(*row)


def add_territory(session: Session, viewer: Viewer, plan_id: int, name: str, parent_id: int | None) -> int:
    """Put a name above territories: a region, a branch. It has no ground of its own; returns its id.

    Raises:
        MissingError: there is no such plan, or no such territory above it.
        RefusedError: the one above belongs to another plan.
    """
    if session.execute(select(plan.c.id).where(plan.c.id == plan_id).with_for_update()).first() is None:
        raise MissingError(f"There is no plan {plan_id}.")
    if parent_id is not None:
        check_above(session, viewer, plan_id, parent_id)
    last = session.scalar(select(func.max(territory.c.zone)).where(territory.c.plan_id == plan_id))
    row = {"plan_id": plan_id, "parent_id": parent_id, "zone": (-1 if last is None else last) + 1, "name": name}
    (made,) = insert_all(session, Territory, [row | {"version": 1}])
    return made


def edit_territory(
    session: Session, viewer: Viewer, territory_id: int, version: int, values: Mapping[str, Any]
) -> None:
    """Rename a territory, or put it under another of its plan (None: under none).

    Raises:
        MissingError: there is no such territory, or none above it.
        StaleError: it was changed since `version`.
        RefusedError: the one above belongs to another plan, or lies below this one.
    """
    found = require_territory(session, viewer, territory_id)
    if values.get("parent_id") is not None:
        check_above(session, viewer, found.plan_id, values["parent_id"], below=territory_id)
    edit_row(session, territory, territory_id, version, values)


def check_above(session: Session, viewer: Viewer, plan_id: int, parent_id: int, below: int | None = None) -> None:
    """Go on only with a territory of the same plan that does not lie below `below`."""
    found = require_territory(session, viewer, parent_id)
    if found.plan_id != plan_id:
        raise RefusedError(f"parent_id: expected a territory of plan {plan_id}, got one of plan {found.plan_id}.")
    hold_tree(session, plan_id)
    if below in lines_up(parents(session, plan_id), parent_id):
        raise RefusedError(f"parent_id: territory {parent_id} lies below territory {below} itself.")


def hold_tree(session: Session, plan_id: int) -> None:
    """Let nobody else change which territory lies below which until this transaction ends."""
    session.execute(select(plan.c.id).where(plan.c.id == plan_id).with_for_update())


def require_tree(session: Session, plan_id: int) -> None:
    """Go on only when no territory of the plan lies below itself.

    Raises:
        RefusedError: one does.
    """
    parent = parents(session, plan_id)
    for one in parent:
        if parent[one] is not None and one in lines_up(parent, parent[one]):
            raise RefusedError(f"Territory {one} would lie below itself.")


def parents(session: Session, plan_id: int) -> dict[int, int | None]:
    """What every territory of a plan lies below."""
    rows = session.execute(select(territory.c.id, territory.c.parent_id).where(territory.c.plan_id == plan_id))
    return {row[0]: row[1] for row in rows}


def lines_up(parent: Mapping[int, int | None], first: int | None) -> list[int]:
    """A territory and all above it, each once."""
    found: list[int] = []
    while first is not None and first not in found:
        found.append(first)
        first = parent.get(first)
    return found
