"""Administrative regions of the record: which editions of them there are, and which sites lie where on a day.

Which region each site lies in is found at the end of every act (`crm.site_regions`); `planning.region_editions` keeps
new editions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from crm.columns import table_of
from crm.often import Often
from crm.tables import AdminRegion, RegionEdition, Site, SiteRegion
from planning.record_errors import FaultyError, MissingError
from planning.viewer import Viewer, may_see_accounts

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

edition, region, lies = table_of(RegionEdition), table_of(AdminRegion), table_of(SiteRegion)
site = table_of(Site)


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition, in force on the day asked for or not; `sites` lie in it, `outside` those outside of all regions."""

    id: int
    level: str
    title: str
    source: str
    valid_from: date
    regions: int
    in_force: bool
    sites: int
    outside: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class RegionView:
    """A region; `sites` lie in it."""

    id: int
    edition_id: int
    level: str
    code: str
    name: str
    parent_code: str
    sites: int


@dataclass(frozen=True, slots=True)
class SiteRegionView:
    """Where a site lies among the regions of a level: `found` is inside, border (then the first code) or outside.

    `since` is the day from which the edition of the regions counts.
    """

    site_id: int
    level: str
    code: str | None
    name: str | None
    found: str
    edition_id: int
    since: date


def editions_on(session: Session, day: date) -> dict[str, int]:
    """The edition in force on a day, by level."""
    return {row.level: row.id for row in session.execute(IN_FORCE, {"day": day})}


IN_FORCE: Select[Any] = (
    select(edition.c.level, edition.c.id)
    .where(edition.c.valid_from <= bindparam("day", type_=edition.c.valid_from.type))
    .order_by(edition.c.valid_from, edition.c.id)
)
"""The last row of each level is the one in force."""


def counted_for(session: Session, viewer: Viewer, *columns: ColumnElement[Any]) -> Select[Any]:
    """Counts over the sites that the viewer sees, grouped by the first column."""
    sql = select(*columns).group_by(columns[0])
    if viewer.sees_all:
        return sql
    return sql.join(site, site.c.id == lies.c.site_id).where(may_see_accounts(session, viewer, site.c.account_id))


def list_editions(session: Session, viewer: Viewer, day: date) -> tuple[EditionView, ...]:
    """All editions, by level, the newest first; counted are the sites that the viewer sees."""
    current = set(editions_on(session, day).values())
    sql = counted_for(session, viewer, lies.c.edition_id, func.count(lies.c.site_id), func.count(lies.c.region_id))
    counts = {row[0]: (row[1], row[2]) for row in session.execute(sql)}
    names = ("id", "level", "title", "source", "valid_from", "regions", "made_at", "made_by")
    order = (edition.c.level, edition.c.valid_from.desc(), edition.c.id.desc())
    found = []
    for row in session.execute(select(*(edition.c[name] for name in names)).order_by(*order)):
        every, inside = counts.get(row.id, (0, 0))
        sums = {"sites": inside, "outside": every - inside, "in_force": row.id in current}
        found.append(EditionView(**row._mapping, **sums))
    return tuple(found)


def regions_of(session: Session, viewer: Viewer, edition_id: int) -> tuple[RegionView, ...]:
    """The regions of an edition, by code; counted are the sites that the viewer sees.

    Raises:
        MissingError: there is no such edition.
    """
    level = session.scalar(select(edition.c.level).where(edition.c.id == edition_id))
    if level is None:
        raise MissingError(f"There are no regions {edition_id}.")
    held = counted_for(session, viewer, lies.c.region_id, func.count(lies.c.site_id).label("sites"))
    counts = held.where(lies.c.edition_id == edition_id).subquery()
    sql = (
        select(region.c.id, region.c.code, region.c.name, region.c.parent_code, counts.c.sites)
        .outerjoin(counts, counts.c.region_id == region.c.id)
        .where(region.c.edition_id == edition_id)
        .order_by(region.c.code)
    )
    return tuple(
        RegionView(row.id, edition_id, level, row.code, row.name, row.parent_code, row.sites or 0)
        for row in session.execute(sql)
    )


def outlines_of(session: Session, edition_id: int) -> Mapping[str, bytes]:
    """The outlines of an edition as WKB, by code."""
    rows = session.execute(select(region.c.code, region.c.outline_wkb).where(region.c.edition_id == edition_id))
    return {row.code: row.outline_wkb for row in rows}


@dataclass(frozen=True, slots=True)
class AskedRegion:
    """What was asked for: the region of a code, or with `outside` what lies in none of a level."""

    edition_ids: tuple[int, ...]
    region_ids: tuple[int, ...]
    outside: bool

    def sites(self) -> Select[tuple[int]]:
        """The ids of the sites that lie there."""
        if self.outside:
            return select(lies.c.site_id).where(lies.c.edition_id.in_(self.edition_ids), lies.c.region_id.is_(None))
        return select(lies.c.site_id).where(lies.c.region_id.in_(self.region_ids))


def asked_region(session: Session, text: str, day: date) -> AskedRegion:
    """What `CODE`, `level:CODE` or `level:` (outside all regions of the level) means on a day.

    Raises:
        FaultyError: no such level or region on that day; it says which levels there are.
    """
    current = editions_on(session, day)
    level, separator, code = text.rpartition(":")
    if separator and level in current and not code:
        return AskedRegion((current[level],), (), outside=True)
    wanted = [(current[level], code)] if separator and level in current else []
    wanted += [(edition_id, text) for edition_id in current.values()]
    for edition_id, key in wanted:
        sql = select(region.c.id).where(region.c.edition_id == edition_id, region.c.code == key)
        if (found := session.scalar(sql)) is not None:
            return AskedRegion((edition_id,), (found,), outside=False)
    levels = ", ".join(sorted(current)) or "none"
    expected = f"the code of a region, as CODE or level:CODE; got {text!r} (levels on {day}: {levels})"
    raise FaultyError([("query.region", expected)])


def level_edition(session: Session, level: str | None, day: date) -> int:
    """The edition of a level that is in force on a day.

    Raises:
        FaultyError: there is none.
    """
    current = editions_on(session, day)
    if level not in current:
        levels = ", ".join(sorted(current)) or "none: bring regions in with POST /api/admin-regions"
        raise FaultyError([("query.level", f"one of the levels of regions on {day}: {levels}")])
    return current[level]


def region_area(session: Session, asked: AskedRegion) -> "BaseGeometry":
    """The ground of a region that was asked for, edges included.

    Raises:
        FaultyError: what lies outside of all regions is no area.
    """
    from shapely import from_wkb

    if asked.outside:
        raise FaultyError([("query.region", "a region: what lies outside of all has no ground of its own")])
    outline = session.scalars(select(region.c.outline_wkb).where(region.c.id.in_(asked.region_ids))).one()
    area: BaseGeometry = from_wkb(outline)
    return area


def lies_in(site_id: ColumnElement[int], edition_id: int) -> ColumnElement[bool]:
    """The condition under which a row of `lies` is that of a site in an edition."""
    return (lies.c.site_id == site_id) & (lies.c.edition_id == edition_id)


@cache
def regions_at(dialect: str, places: int) -> Often:
    """Where the sites `sites` lie by `day`, in the order of `SiteRegionView`, the newest edition of a level last."""
    return Often(
        select(
            *(lies.c.site_id, edition.c.level, region.c.code, region.c.name, lies.c.found),
            *(edition.c.id, edition.c.valid_from),
        )
        .join(edition, edition.c.id == lies.c.edition_id)
        .outerjoin(region, region.c.id == lies.c.region_id)
        .where(
            among(lies.c.site_id, "sites", dialect, places),
            edition.c.valid_from <= bindparam("day", type_=edition.c.valid_from.type),
        )
        .order_by(lies.c.site_id, edition.c.level, edition.c.valid_from, edition.c.id)
    )


def regions_of_sites(session: Session, sites: Sequence[int], day: date) -> tuple[SiteRegionView, ...]:
    """Where these sites lie on a day, one row for each level; none of those without a place."""
    if not sites:
        return ()
    dialect = dialect_of(session)
    rows = regions_at(dialect, places_for(sites, dialect)).rows(session, day=day, **told("sites", sites, dialect))
    newest = {(row[0], row[1]): row for row in rows}
    return tuple(SiteRegionView(*row) for row in newest.values())
