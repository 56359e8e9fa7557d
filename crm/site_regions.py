"""Which administrative region each site lies in: brought up to date at the end of every act that moved sites or brought
regions in, undoing included.

Of new regions it can be foreseen before the act begins, so that others wait only while it is written. What was settled
between the two is looked at once more. On PostgreSQL an act that brings regions in and acts that move sites run side by
side and do not see each other: there they wait for each other at their ends.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched, repeat
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Session

from crm.bulk import insert_columns
from crm.columns import table_of
from crm.tables_accounts import Site
from crm.tables_ledger import Change, SettledAct
from crm.tables_regions import AdminRegion, RegionEdition, SiteFound, SiteRegion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo.admin_regions import AdminRegion as Outlined
    from geo.admin_regions import RegionFinder

type Where = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.bool_]"]
"""Sites, and of each the region and whether it is one of several, as in `Foreseen`."""

edition, region, lies = table_of(RegionEdition), table_of(AdminRegion), table_of(SiteRegion)
change, site, settled = table_of(Change), table_of(Site), table_of(SettledAct)

AT_ONCE = 20_000
"""Sites whose regions are found and written at once."""
IDS_AT_ONCE = 5_000
KEPT = 4
"""Finders that a process keeps."""
CODES_AT_ONCE = 500
HOW = (SiteFound.OUTSIDE.value, SiteFound.INSIDE.value, SiteFound.BORDER.value)
LINE = 7_202_611_220_701
"""Key of PostgreSQL's advisory lock: acts that moved sites share it, one that brings regions in has it alone."""

EDITIONS = select(edition.c.id, edition.c.sha256).order_by(edition.c.id)
PLACES = select(site.c.id, site.c.lat, site.c.lon).where(site.c.lat.is_not(None)).order_by(site.c.id)
PLACES_AFTER = PLACES.where(site.c.id > bindparam("after")).limit(AT_ONCE)
name_of_table = change.c.table_name + ""  # so that only the index on batches serves: SQLite would take that on tables
TOUCHED_SINCE = (
    select(change.c.row_id)
    .join(settled, settled.c.batch_id == change.c.batch_id)
    .where(settled.c.number > bindparam("number"), name_of_table == site.name)
    .distinct()
)
finders: "dict[str, RegionFinder]" = {}
ONE_AT_A_TIME = Lock()
"""GEOS makes a prepared polygon ready when it is first asked, which two threads must not do at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """Where sites lie among regions that are to be brought in, as the act numbered `settled` left them.

    `index` (n,): the region by its place in `codes`, negative outside of all; `border`: it is one of several.
    """

    sha256: str
    settled: int
    codes: Sequence[str]
    sites: "NDArray[np.int64]"
    index: "NDArray[np.int64]"
    border: "NDArray[np.bool_]"


def foresee(session: Session, sha256: str, regions: "Sequence[Outlined]") -> Foreseen:
    """Where every site lies among these regions."""
    from geo.admin_regions import region_finder

    return where_all_lie(session, sha256, known_finder(sha256) or keep_finder(sha256, region_finder(list(regions))))


def expect(session: Session, foreseen: Foreseen) -> None:
    """Have the act of this session write what was foreseen of the regions that it brings in."""
    session.info["foreseen_regions"] = foreseen


def follow_places(session: Session, sites: Collection[int], brought: Collection[int]) -> None:
    """Find regions anew for these sites, which the act touched, and for all sites in the editions that it brought."""
    editions = {row[0]: row[1] for row in session.execute(EDITIONS)} if brought else {}
    new = {key: editions[key] for key in sorted(editions.keys() & set(brought))}
    later = {key: fill(session, key, sha256, sites) for key, sha256 in new.items()}
    if new or sites:
        in_line(session, alone=bool(new))
    for key, since in later.items():
        find_some(session, {key: new[key]}, {*touched_since(session, since), *sites})
    if sites:
        find_some(session, {row[0]: row[1] for row in session.execute(EDITIONS) if row[0] not in new}, sites)


def in_line(session: Session, *, alone: bool) -> None:
    """Wait, on PostgreSQL, for acts that bring regions in; with `alone` also for those that touched sites."""
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        session.execute(select(lock(LINE)))


def touched_since(session: Session, number: int) -> set[int]:
    """The sites that acts settled after this one touched."""
    return set(session.scalars(TOUCHED_SINCE, {"number": number}))


def fill(session: Session, edition_id: int, sha256: str, but: Collection[int]) -> int:
    """The regions of every site but these in an edition; returns the number of the last act that is regarded.

    Sites that acts since then touched may be missing or wrong.
    """
    found: Foreseen | None = session.info.pop("foreseen_regions", None)
    if found is None or found.sha256 != sha256:
        found = where_all_lie(session, sha256, finder_of(session, edition_id, sha256))
    session.execute(delete(lies).where(lies.c.edition_id == edition_id))
    sites, index, border = found.sites, found.index, found.border
    if touched := {*touched_since(session, found.settled), *but}:
        import numpy as np

        left = ~np.isin(sites, list(touched))
        sites, index, border = sites[left], index[left], border[left]
    ids: dict[int, int] = {}
    for start in range(0, len(sites), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        write(session, edition_id, found.codes, (sites[part], index[part], border[part]), ids)
    return found.settled


def where_all_lie(session: Session, sha256: str, finder: "RegionFinder") -> Foreseen:
    """The same for every site that has a place."""
    import numpy as np

    last = session.scalar(select(func.max(settled.c.number))) or 0  # first: what is settled later is looked at again
    kinds = (np.int64, np.int64, np.bool_)
    found: list[list[Any]] = [[np.empty(0, kind)] for kind in kinds]
    after = 0
    while rows := session.execute(PLACES_AFTER, {"after": after}).all():
        for parts, new in zip(found, located(finder, rows), strict=True):
            parts.append(new)
        after = rows[-1].id
    sites, index, border = (np.concatenate(parts) for parts in found)
    return Foreseen(sha256, last, finder.codes, sites, index, border)


def find_some(session: Session, editions: dict[int, str], ids: Iterable[int]) -> None:
    """The regions of these sites in these editions; sites that are gone, or have no place any more, have none."""
    if not editions:
        return
    for some in batched(sorted(ids), IDS_AT_ONCE):
        session.execute(delete(lies).where(lies.c.site_id.in_(some), lies.c.edition_id.in_(editions)))
        rows = session.execute(PLACES.where(site.c.id.in_(some))).all()
        for edition_id, sha256 in editions.items() if rows else ():
            finder = finder_of(session, edition_id, sha256)
            write(session, edition_id, finder.codes, located(finder, rows), {})


def located(finder: "RegionFinder", rows: Sequence[Any]) -> Where:
    """The ids of these sites (id, lat, lon), which region each lies in, and whether on the border of several."""
    import numpy as np

    ids, lat, lon = zip(*rows, strict=True)
    with ONE_AT_A_TIME:
        index, border = finder.of_places(np.array(lat, np.float64), np.array(lon, np.float64))
    return np.array(ids, np.int64), index, border


def write(session: Session, edition_id: int, codes: Sequence[str], found: Where, ids: dict[int, int]) -> None:
    """Rows for these sites; `codes` are those of the edition, `ids` what is known of their regions' ids so far."""
    sites, index, border = found
    missing = sorted(set(index[index >= 0].tolist()) - ids.keys())
    for some in batched(missing, CODES_AT_ONCE):
        number = {codes[one]: one for one in some}
        own = (region.c.edition_id == edition_id, region.c.code.in_(number))
        ids |= {number[row.code]: row.id for row in session.execute(select(region.c.code, region.c.id).where(*own))}
    columns = {
        "site_id": sites.tolist(),
        "edition_id": list(repeat(edition_id, len(sites))),
        "region_id": list(map(ids.get, index.tolist())),
        "found": [HOW[one] for one in ((index >= 0) * (1 + border)).tolist()],
    }
    insert_columns(session, lies, columns)


def finder_of(session: Session, edition_id: int, sha256: str) -> "RegionFinder":
    """The finder of an edition, which is what its regions are: the same for editions of the same content."""
    from geo.admin_regions import AdminRegion as Outlined
    from geo.admin_regions import region_finder

    if (known := known_finder(sha256)) is not None:
        return known
    columns = (region.c.code, region.c.name, region.c.parent_code, region.c.outline_wkb)
    rows = session.execute(select(*columns).where(region.c.edition_id == edition_id)).all()
    return keep_finder(sha256, region_finder([Outlined(*row) for row in rows]))


def known_finder(sha256: str) -> "RegionFinder | None":
    """A finder that this process keeps."""
    return finders.get(sha256)


def keep_finder(sha256: str, finder: "RegionFinder") -> "RegionFinder":
    """Keep a finder, and only so many of them."""
    while len(finders) >= KEPT:
        finders.pop(next(iter(finders)))
    finders[sha256] = finder
    return finder
