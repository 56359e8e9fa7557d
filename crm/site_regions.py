"""Which administrative region each site lies in: brought up to date at the end of every act that moved sites or brought
regions in, undoing included."""

from collections.abc import Collection, Iterator, Sequence
from itertools import batched
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlmodel import Session

from crm.bulk import insert_many
from crm.columns import table_of
from crm.tables_accounts import Site
from crm.tables_ledger import Change
from crm.tables_regions import AdminRegion, RegionEdition, SiteFound, SiteRegion

if TYPE_CHECKING:
    from geo.admin_regions import RegionFinder

edition, region, lies = table_of(RegionEdition), table_of(AdminRegion), table_of(SiteRegion)
change, site = table_of(Change), table_of(Site)

AT_ONCE = 20_000
"""Sites whose regions are found and written at once."""
IDS_AT_ONCE = 5_000
KEPT = 4
"""Finders that a process keeps."""

EDITIONS = select(edition.c.id, edition.c.sha256).order_by(edition.c.id)
finders: "dict[str, RegionFinder]" = {}
ONE_AT_A_TIME = Lock()
"""GEOS makes a prepared polygon ready when it is first asked, which two threads must not do at once."""


def follow_places(session: Session, batch_id: int) -> None:
    """Find regions anew for the sites that the batch touched, and for all sites in the editions that it brought."""
    editions = {row[0]: row[1] for row in session.execute(EDITIONS)}
    if not editions:
        return
    name = change.c.table_name + ""  # so that only the index on batches serves: SQLite would take that on tables
    of_batch = (change.c.batch_id == batch_id, name.in_(("site", "region_edition")))
    touched = session.execute(select(change.c.table_name, change.c.row_id).where(*of_batch).distinct()).all()
    brought = {row[1] for row in touched if row[0] == "region_edition"} & editions.keys()
    moved = sorted({row[1] for row in touched if row[0] == "site"})
    for edition_id in sorted(brought):
        find_all(session, edition_id, editions[edition_id])
    if rest := {key: value for key, value in editions.items() if key not in brought}:
        for some in batched(moved, IDS_AT_ONCE):
            find_some(session, rest, some)


def find_all(session: Session, edition_id: int, sha256: str) -> None:
    """The regions of every site in an edition."""
    session.execute(delete(lies).where(lies.c.edition_id == edition_id))
    after = 0
    places = select(site.c.id, site.c.lat, site.c.lon).where(site.c.lat.is_not(None)).order_by(site.c.id)
    while rows := session.execute(places.where(site.c.id > after).limit(AT_ONCE)).all():
        write(session, edition_id, sha256, rows)
        after = rows[-1].id


def find_some(session: Session, editions: dict[int, str], ids: Collection[int]) -> None:
    """The regions of these sites in these editions; sites that are gone, or have no place any more, have none."""
    session.execute(delete(lies).where(lies.c.site_id.in_(ids), lies.c.edition_id.in_(editions)))
    places = select(site.c.id, site.c.lat, site.c.lon).where(site.c.lat.is_not(None), site.c.id.in_(ids))
    rows = session.execute(places.order_by(site.c.id)).all()
    for edition_id, sha256 in editions.items():
        write(session, edition_id, sha256, rows)


def write(session: Session, edition_id: int, sha256: str, rows: Sequence[Any]) -> None:
    """Rows for these sites (id, lat, lon)."""
    if rows:
        insert_many(session, lies, list(found(session, edition_id, sha256, rows)))


def found(session: Session, edition_id: int, sha256: str, rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Where these sites lie, as rows of the table."""
    import numpy as np

    finder = finder_of(session, edition_id, sha256)
    known = session.execute(select(region.c.code, region.c.id).where(region.c.edition_id == edition_id))
    by_code = {row.code: row.id for row in known}
    ids = [by_code[code] for code in finder.codes]
    lat, lon = (np.array([row[column] for row in rows], dtype=np.float64) for column in (1, 2))
    with ONE_AT_A_TIME:
        index, border = finder.of_places(lat, lon)
    for row, number, several in zip(rows, index.tolist(), border.tolist(), strict=True):
        how = SiteFound.OUTSIDE if number < 0 else SiteFound.BORDER if several else SiteFound.INSIDE
        region_id = None if number < 0 else ids[number]
        yield {"site_id": row[0], "edition_id": edition_id, "region_id": region_id, "found": how}


def finder_of(session: Session, edition_id: int, sha256: str) -> "RegionFinder":
    """The finder of an edition, which is what its regions are: the same for editions of the same content."""
    from geo import admin_regions

    if sha256 not in finders:
        columns = (region.c.code, region.c.name, region.c.parent_code, region.c.outline_wkb)
        rows = session.execute(select(*columns).where(region.c.edition_id == edition_id)).all()
        while len(finders) >= KEPT:
            finders.pop(next(iter(finders)))
        finders[sha256] = admin_regions.region_finder([admin_regions.AdminRegion(*row) for row in rows])
    return finders[sha256]
