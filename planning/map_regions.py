"""Administrative regions on the map: which one each site lies in, and their outlines, simplified for drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AdminRegion, RegionEdition, SiteRegion
from planning.admin_regions import editions_on
from planning.map_points import shown_places
from planning.record_errors import MissingError
from planning.viewer import Viewer

edition, region, lies = table_of(RegionEdition), table_of(AdminRegion), table_of(SiteRegion)

UNKNOWN, OUTSIDE, FIRST = 0, 1, 2
"""What stands for a site without a known place, one outside of all regions, and one in the first region by code."""
MARGIN = 0.25
"""Outlines are drawn that reach as far beyond the sites as this part of their extent."""
NARROWEST_DEGREES = 0.2
"""The extent of sites that all lie at about one spot."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionLevel:
    """A level of regions in force: its regions by code, and by site asked for the number of the one it lies in.

    `names` are told apart by their codes where two are the same. Numbers count from `FIRST`.
    """

    level: str
    edition_id: int
    source: str
    codes: list[str]
    names: list[str]
    number: NDArray[Any]


def region_levels(session: Session, viewer: Viewer, sites: NDArray[Any]) -> tuple[RegionLevel, ...]:
    """The levels in force on the viewer's day, in order, with where each of these sites lies."""
    current = sorted(editions_on(session, viewer.day).items())
    return tuple(_level(session, made, level, sites) for level, made in current)


def _level(session: Session, made: int, level: str, sites: NDArray[Any]) -> RegionLevel:
    source = session.scalar(select(edition.c.source).where(edition.c.id == made)) or ""
    columns = select(region.c.id, region.c.code, region.c.name)
    rows = session.execute(columns.where(region.c.edition_id == made).order_by(region.c.code)).all()
    place = {row.id: number for number, row in enumerate(rows, start=FIRST)}
    found = session.execute(select(lies.c.site_id, lies.c.region_id).where(lies.c.edition_id == made))
    known = {row[0]: place.get(row[1], OUTSIDE) for row in found}
    kind = np.uint16 if len(rows) + FIRST < 2**16 else np.uint32
    number = np.array([known.get(key, UNKNOWN) for key in sites.tolist()], dtype=kind)
    names = [row.name or row.code for row in rows]
    return RegionLevel(level, made, source, [row.code for row in rows], _told_apart(rows, names), number)


def _told_apart(rows: Sequence[Any], names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [f"{name} ({row.code})" if seen[name] > 1 else name for name, row in zip(names, rows, strict=True)]


def drawing_asked(session: Session, viewer: Viewer, plan_id: int, edition_id: int) -> "Key":
    """What is to be drawn of an edition: around what the viewer sees of a plan.

    Raises:
        MissingError: there is no such plan or edition.
    """
    from maps.background import bounds_of

    digest = session.scalar(select(edition.c.sha256).where(edition.c.id == edition_id))
    if digest is None:
        raise MissingError(f"There are no regions {edition_id}.")
    west, south, east, north = bounds_of(*shown_places(session, viewer, plan_id))
    spare = MARGIN * max(east - west, north - south, NARROWEST_DEGREES)
    return digest, (west - spare, south - spare, east + spare, north + spare)


def outlines_near(session: Session, edition_id: int, bounds: "Bounds") -> dict[str, bytes]:
    """The outlines (WKB by code, in order) of those regions of an edition that reach into bounds."""
    west, south, east, north = bounds
    across = (region.c.min_lon <= east) & (region.c.max_lon >= west)
    along = (region.c.min_lat <= north) & (region.c.max_lat >= south)
    sql = select(region.c.code, region.c.outline_wkb).where(region.c.edition_id == edition_id, across, along)
    return {row.code: row.outline_wkb for row in session.execute(sql.order_by(region.c.code))}


Bounds = tuple[float, float, float, float]
Key = tuple[str, Bounds]
KEPT = 16
"""Drawings that a process keeps, of about half a megabyte each."""
drawings: dict[Key, bytes] = {}


def kept_drawing(key: Key) -> bytes | None:
    """The drawing of an edition (by its digest) within bounds, where this process has made it before."""
    return drawings.get(key)


def draw_regions(key: Key, outlines: dict[str, bytes]) -> bytes:
    """Outlines (WKB by code) as a block: `codes`, and for each its `pieces` as numbers of lines, and a `label`."""
    from maps.packing import pack_bytes, pack_lines
    from maps.region_outlines import label_of, rings_of, simplified

    west, south, east, north = key[1]
    shapes = simplified(list(outlines.values()), max(east - west, north - south))
    lines: list[Any] = []
    pieces = []
    for shape in shapes:
        own = []
        for rings in rings_of(shape):
            own.append(list(range(len(lines), len(lines) + len(rings))))
            lines.extend(rings)
        pieces.append(own)
    meta = {"codes": list(outlines), "pieces": pieces, "labels": [label_of(shape) for shape in shapes]}
    block = pack_bytes(meta, pack_lines(lines), level=6)
    while len(drawings) >= KEPT:
        drawings.pop(next(iter(drawings)))
    drawings[key] = block
    return block
