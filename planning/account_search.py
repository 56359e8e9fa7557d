"""Which accounts fit: by place, by what they are, and by whose they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Assignment, HolderRole, Rep, Site, Territory, TerritoryHolder
from planning.areas import Box
from planning.as_it_was import first_since, then
from planning.plans_in_force import InForce, covers, plan_on
from planning.viewer import Viewer, may_see_accounts

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, holder, rep = table_of(Assignment), table_of(TerritoryHolder), table_of(Rep)

SCAN = 4000
"""Rows read at once at most."""
DENSE = 1500
"""A box with at least so many sites is searched in order of ids instead of by place: a page is full soon."""


@dataclass(frozen=True, slots=True)
class OwnedOn:
    """The day whose owners are shown; with `exactly` nobody's when no plan was in force, else the coming plan's.

    `sales_force`: whose owners, None for those of the first one.
    """

    day: date
    exactly: bool = False
    sales_force: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts: every question that is not None must be answered with yes by one site or its account."""

    box: Box | None = None
    area: "BaseGeometry | None" = None
    state: AccountState | None = None
    segment: str | None = None
    industry: str | None = None
    territory_id: int | None = None
    rep_id: int | None = None
    region: str | None = None
    """A region as `planning.admin_regions.asked_region` takes it; `sites` then is the query for ids of its sites."""
    sites: "Select[tuple[int]] | None" = None
    then: date | None = None
    """The day that has passed on which state, segment and industry are meant; None: today."""

    def boxes(self) -> list[Box]:
        """The box, and the one around the area."""
        around = [Box(*self.area.bounds)] if self.area is not None else []
        return ([self.box] if self.box else []) + around


def plan_for(session: Session, on: OwnedOn) -> InForce | None:
    """The plan whose owners are shown."""
    return plan_on(session, on.day, exactly=on.exactly, sales_force=on.sales_force)


def account_ids(
    session: Session, viewer: Viewer, wanted: Wanted, force: InForce | None, after: int, limit: int
) -> list[int]:
    """The first `limit` ids above `after` of the accounts that fit and that the viewer may see."""
    found: dict[int, None] = {}
    for account_id in fitting(session, viewer, wanted, force, after, limit):
        found[account_id] = None
        if len(found) == limit:
            break
    return list(found)


def fitting(
    session: Session, viewer: Viewer, wanted: Wanted, force: InForce | None, after: int, limit: int
) -> Iterator[int]:
    """Account ids of what fits, ascending, an id once per site: by box first, then exactly.

    Rows are read in order of ids: so many as are wanted, then ever more of them; all at once where they are few.
    """
    boxes = wanted.boxes()
    dense = not boxes or is_dense(session, boxes)
    candidates, key = candidate_rows(wanted, force, dense=dense)
    candidates = candidates.where(may_see_accounts(session, viewer, key[0]))
    beyond, scan = key[0] > after, min(limit, SCAN) if dense else SCAN
    while True:
        rows = session.execute(candidates.where(beyond).order_by(*key).limit(scan)).all()
        if wanted.area is None:
            yield from (row[0] for row in rows)
        elif rows:
            yield from inside(wanted.area, rows)
        if len(rows) < scan:
            return
        last, scan = rows[-1], min(2 * scan, SCAN)
        beyond = or_(key[0] > last[0], and_(key[0] == last[0], key[1] > last[1]))


def inside(area: "BaseGeometry", rows: Any) -> list[int]:
    """The account ids of the rows (account, site, lat, lon) that the area holds, edges included."""
    import shapely

    shapely.prepare(area)
    hits = shapely.intersects_xy(area, [row[3] for row in rows], [row[2] for row in rows])
    return [row[0] for row, hit in zip(rows, hits, strict=True) if hit]


def candidate_rows(
    wanted: Wanted, force: InForce | None, *, dense: bool
) -> tuple[Select[Any], tuple[ColumnElement[Any], ColumnElement[Any]]]:
    """A query for account id, site id, lat and lon of what may fit, and the two columns it is ordered by."""
    own = account.c
    asked = {"state": wanted.state, "segment": wanted.segment, "industry": wanted.industry}
    kinds = {name: value for name, value in asked.items() if value is not None}
    was = first_since(account, wanted.then) if kinds and wanted.then else None
    firms: Any = account if was is None else account.outerjoin(was, was.c.row_id == own.id)
    conditions = [(own[name] if was is None else then(account, was, name)) == value for name, value in kinds.items()]
    owners = {territory.c.id: wanted.territory_id, rep.c.id: wanted.rep_id}
    owned = [column == value for column, value in owners.items() if value is not None]
    boxes = wanted.boxes()
    if not boxes and not owned and wanted.sites is None:
        nothing = literal(0)
        rows = select(account.c.id, nothing, nothing, nothing).select_from(firms)
        return rows.where(*conditions), (account.c.id, nothing)
    sql: Select[Any] = select(site.c.account_id, site.c.id, site.c.lat, site.c.lon)
    sql = with_owners(sql, force).where(*owned) if owned else sql.select_from(site)
    if conditions:
        sql = sql.join(firms, account.c.id == site.c.account_id).where(*conditions)
    if wanted.sites is not None:
        sql = sql.where(site.c.id.in_(wanted.sites))
    if boxes:
        sql = sql.where(*(box.holds_anywhere() if dense else box.holds() for box in boxes))
    return sql, (site.c.account_id, site.c.id)


def is_dense(session: Session, boxes: list[Box]) -> bool:
    """True when so many sites lie in the boxes that going through all sites in order finds a page sooner."""
    some = select(literal(1)).select_from(site).where(*(box.holds() for box in boxes)).limit(DENSE).subquery()
    return session.scalar(select(func.count()).select_from(some)) == DENSE


def with_owners[T: tuple[Any, ...]](sql: Select[T], force: InForce | None) -> Select[T]:
    """Join sites with their territory and its primary holder as they are under `force`; all empty where nobody's."""
    if force is None:
        owned: ColumnElement[bool] = false()
        held: ColumnElement[bool] = false()
    else:
        owned = and_(assignment.c.plan_id == force.plan_id, covers(assignment, force.day))
        held = and_(holder.c.role == HolderRole.PRIMARY, covers(holder, force.day))
    return (
        sql.select_from(site)
        .outerjoin(assignment, and_(assignment.c.site_id == site.c.id, owned))
        .outerjoin(territory, territory.c.id == assignment.c.territory_id)
        .outerjoin(holder, and_(holder.c.territory_id == territory.c.id, held))
        .outerjoin(rep, rep.c.id == holder.c.rep_id)
    )
