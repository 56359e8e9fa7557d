"""Which accounts fit: by place, by what they are, and by whose they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, false, func, literal_column, or_, select
from sqlmodel import Session

from crm.among import dialect_of
from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, AccountState, Assignment, HolderRole, Rep, Site, Territory, TerritoryHolder
from planning.account_sight import SightKind, seen_by, sight_told
from planning.areas import Box, BoxKind, held
from planning.as_it_was import first_since, then
from planning.plans_in_force import InForce, covers, plan_on
from planning.viewer import Viewer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, holder, rep = table_of(Assignment), table_of(TerritoryHolder), table_of(Rep)
FACTS = ("state", "segment", "industry")
OWNERS: Mapping[str, ColumnElement[int]] = {"territory_id": territory.c.id, "rep_id": rep.c.id}
DAY: Any = bindparam("day", type_=assignment.c.valid_from.type)
FORCE = InForce(bindparam("plan"), DAY)  # type: ignore[arg-type]
"""A plan whose id and day come later."""

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
    kind, values = asked_by(session, viewer, wanted, force, dense=dense)
    scan = min(limit, SCAN) if dense else SCAN
    values["last_account"] = after
    while True:
        values["scan"] = scan
        rows = rows_of(session, kind, wanted, values)
        if wanted.area is None:
            yield from (row[0] for row in rows)
        elif rows:
            yield from inside(wanted.area, rows)
        if len(rows) < scan:
            return
        kind, scan = replace(kind, further=True), min(2 * scan, SCAN)
        values |= zip(("last_account", "last_site"), rows[-1], strict=False)


def inside(area: "BaseGeometry", rows: Any) -> list[int]:
    """The account ids of the rows (account, site, lat, lon) that the area holds, edges included."""
    import shapely

    shapely.prepare(area)
    hits = shapely.intersects_xy(area, [row[3] for row in rows], [row[2] for row in rows])
    return [row[0] for row, hit in zip(rows, hits, strict=True) if hit]


@dataclass(frozen=True, slots=True)
class Kind:
    """All that the text of the query for candidates depends on; its values come with each question.

    `facts` and `owners` are the questions that are asked of accounts and territories, `owned` says whether there is a
    plan whose owners count.
    """

    dialect: str
    sight: SightKind | None
    facts: tuple[str, ...]
    owners: tuple[str, ...]
    boxes: tuple[BoxKind, ...]
    owned: bool
    dense: bool
    further: bool = False


def asked_by(
    session: Session, viewer: Viewer, wanted: Wanted, force: InForce | None, *, dense: bool
) -> tuple[Kind, dict[str, Any]]:
    """The kind of the query for candidates, and its values except those of the page."""
    dialect, boxes = dialect_of(session), wanted.boxes()
    sight, values = sight_told(session, viewer)
    named = {name: getattr(wanted, name) for name in (*FACTS, *OWNERS)}
    values |= {name: value for name, value in named.items() if value is not None}
    if force is not None:
        values |= {"plan": force.plan_id, "day": force.day}
    for n, box in enumerate(boxes):
        values |= box.values(f"box_{n}", dialect)
    facts, owners = (tuple(name for name in names if named[name] is not None) for names in (FACTS, OWNERS))
    kinds = tuple(box.kind(dialect) for box in boxes)
    return Kind(dialect, sight, facts, owners, kinds, force is not None, dense), values


def rows_of(session: Session, kind: Kind, wanted: Wanted, values: dict[str, Any]) -> Sequence[Any]:
    """Account id, site id, lat and lon of what may fit, a page in order; of today without regions by a kept query."""
    if wanted.then is None and wanted.sites is None:
        return candidates(kind).rows(session, **values)
    return session.execute(candidate_rows(kind, wanted.then, wanted.sites), values).all()


@lru_cache(maxsize=512)
def candidates(kind: Kind) -> Often:
    """The query of this kind, put together once."""
    return Often(candidate_rows(kind, None, None))


def candidate_rows(kind: Kind, past: date | None, sites: "Select[tuple[int]] | None") -> Select[Any]:
    """A query for account id, site id, lat and lon of what may fit, in order; for the account alone where nothing is
    asked of its sites. `past` and `sites` are `then` and `sites` of `Wanted`.
    """
    own = account.c
    was = first_since(account, past) if kind.facts and past else None
    firms: Any = account if was is None else account.outerjoin(was, was.c.row_id == own.id)
    facts = [(own[name] if was is None else then(account, was, name)) == bindparam(name) for name in kind.facts]
    if not kind.boxes and not kind.owners and sites is None:
        rows: Select[Any] = select(own.id).select_from(firms).where(*facts)
        return page_of(rows, kind, own.id)
    owned = [OWNERS[name] == bindparam(name) for name in kind.owners]
    sql: Select[Any] = select(site.c.account_id, site.c.id, site.c.lat, site.c.lon)
    sql = with_owners(sql, FORCE if kind.owned else None).where(*owned) if owned else sql.select_from(site)
    if facts:
        sql = sql.join(firms, account.c.id == site.c.account_id).where(*facts)
    if sites is not None:
        sql = sql.where(site.c.id.in_(sites))
    for n, box in enumerate(kind.boxes):
        sql = sql.where(held(f"box_{n}", box, kind.dialect, anywhere=kind.dense))
    own_key = site.c.account_id if kind.dense else site.c.account_id + 0  # few sites: to be found by their place alone
    return page_of(sql, kind, own_key, site.c.id)


def page_of(sql: Select[Any], kind: Kind, *key: ColumnElement[int]) -> Select[Any]:
    """The first `scan` rows after the last ones that the viewer may see, in the order of the key."""
    first, last = key[0], [bindparam(name, type_=Integer) for name in ("last_account", "last_site")]
    beyond: ColumnElement[bool] = first > last[0]
    if kind.further and len(key) > 1:
        beyond = or_(beyond, and_(first == last[0], key[1] > last[1]))
    seen = seen_by(first, kind.sight, kind.dialect)
    return sql.where(seen, beyond).order_by(*key).limit(bindparam("scan", type_=Integer))


def is_dense(session: Session, boxes: list[Box]) -> bool:
    """True when so many sites lie in the boxes that going through all sites in order finds a page sooner."""
    dialect = dialect_of(session)
    values: dict[str, Any] = {"most": DENSE}
    for n, box in enumerate(boxes):
        values |= box.values(f"box_{n}", dialect)
    ((count,),) = crowd(tuple(box.kind(dialect) for box in boxes), dialect).rows(session, **values)
    return bool(count == DENSE)


@lru_cache(maxsize=256)
def crowd(boxes: tuple[BoxKind, ...], dialect: str) -> Often:
    """How many sites lie in all of these boxes; it counts to `most` only."""
    inside = (held(f"box_{n}", box, dialect) for n, box in enumerate(boxes))
    some: Select[Any] = (
        select(literal_column("1")).select_from(site).where(*inside).limit(bindparam("most", type_=Integer))
    )
    return Often(select(func.count()).select_from(some.subquery()))


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
