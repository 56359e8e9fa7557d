"""Keeping an edition of administrative regions: worked out first, so that others wait only while it is written.

Which region each of a million sites lies in takes longer to find than to write down. It is found on a snapshot;
`crm.site_regions` looks once more at sites that others have touched since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.site_regions import Foreseen, expect, foresee
from crm.tables import AdminRegion, RegionEdition
from planning.record_rows import insert_all

if TYPE_CHECKING:
    from geo.admin_regions import AdminRegion as Outlined

edition = table_of(RegionEdition)


@dataclass(frozen=True, slots=True)
class NewEdition:
    """Regions to keep: of which level, from which day on, and where they come from."""

    level: str
    title: str
    source: str
    valid_from: date


@dataclass(frozen=True, slots=True, eq=False)
class ReadyEdition:
    """An edition about to be kept: its row, the rows of its regions but for `edition_id`, and where sites will lie.

    `foreseen` is None where the record has the same already.
    """

    facts: Mapping[str, Any]
    regions: Sequence[Mapping[str, Any]]
    foreseen: Foreseen | None


def ready_edition(session: Session, new: NewEdition, regions: "Sequence[Outlined]") -> ReadyEdition:
    """Work out what `keep_edition` writes."""
    from shapely import from_wkb

    digest = digest_of(new, regions)
    facts = {"level": new.level, "title": new.title, "source": new.source, "valid_from": new.valid_from}
    rows = []
    for one in regions:
        west, south, east, north = from_wkb(one.outline_wkb).bounds
        bounds = {"min_lat": south, "min_lon": west, "max_lat": north, "max_lon": east}
        own = {"code": one.code, "name": one.name, "parent_code": one.parent, "outline_wkb": one.outline_wkb}
        rows.append({"version": 1} | own | bounds)
    facts |= {"regions": len(regions), "sha256": digest, "notes": [], "version": 1}
    known = kept_already(session, facts) is not None
    return ReadyEdition(facts, rows, None if known else foresee(session, digest, regions))


def keep_edition(session: Session, ready: ReadyEdition, *, by: str, now: datetime) -> tuple[int, bool]:
    """Keep an edition; returns its id, and whether it is new: one that is there already is not kept twice."""
    if (known := kept_already(session, ready.facts)) is not None:
        return known, False
    (made,) = insert_all(session, RegionEdition, [dict(ready.facts) | {"made_at": now, "made_by": by}])
    insert_all(session, AdminRegion, [dict(row) | {"edition_id": made} for row in ready.regions])
    if ready.foreseen is not None:
        expect(session, ready.foreseen)
    return made, True


def kept_already(session: Session, facts: Mapping[str, Any]) -> int | None:
    """The id of the newest edition of this level from this day on, where it is just the same."""
    same = select(edition.c.id, edition.c.sha256).where(
        edition.c.level == facts["level"], edition.c.valid_from == facts["valid_from"]
    )
    newest = session.execute(same.order_by(edition.c.id.desc()).limit(1)).first()
    return int(newest.id) if newest is not None and newest.sha256 == facts["sha256"] else None


def digest_of(new: NewEdition, regions: "Sequence[Outlined]") -> str:
    """What the regions are, in a few letters."""
    whole = sha256(repr((new.level, new.valid_from)).encode())
    for one in regions:
        whole.update(repr((one.code, one.name, one.parent, len(one.outline_wkb))).encode() + one.outline_wkb)
    return whole.hexdigest()
