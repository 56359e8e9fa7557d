"""Finding the places of the record's sites: what is known exactly and what people have set stays as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import and_, or_, select, update

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Account, AccountState, ActKind, Site
from geo.address import Address
from geo.geocoder import Geocoder
from geo.geocoder_chain import GeocoderChain
from geo.located import Level, Located
from planning.import_defaults import ADDRESS
from planning.options import Progress, silent
from planning.placing import Snapper
from planning.review import ROUGH
from planning.site_places import PLACE_COLUMNS, place_values

account, site = table_of(Account), table_of(Site)
AT_ONCE = 100
"""Sites that are looked up and saved together; a run that is stopped has lost no more than these."""
SET = (Level.GIVEN.value, Level.MANUAL.value)


@dataclass(frozen=True, slots=True)
class LocateCounts:
    """How many sites were looked up, how many of them have another place now, and how many wait for a person."""

    looked_up: int
    changed: int
    to_review: int


def locate_sites(
    database: Database,
    geocoders: Sequence[Geocoder],
    *,
    by: str,
    now: Callable[[], datetime],
    roads: Snapper | None = None,
    progress: Progress = silent,
) -> LocateCounts:
    """Look up every site of a live account that has an address and is not known to the house, and save what is found.

    A pin is never touched, nor are coordinates that came with a record; nor is a site that somebody changed while its
    address was being looked up. Every hundred sites are saved as one act, so a run that is stopped can be taken up
    again.
    """
    wanted = _wanted(database)
    chain = GeocoderChain(geocoders)
    looked_up = changed = waiting = 0
    for part in batched(wanted, AT_ONCE):
        progress("finding places", looked_up, len(wanted))
        answers: list[Located] = list(chain.geocode([_address(row) for row in part]))
        if roads is not None:
            answers = _snapped(answers, roads)
        act = Act(by, f"Places looked up for {len(part)} sites", now(), ActKind.IMPORT)
        changed += _save(database, act, part, answers)
        looked_up += len(part)
        waiting += sum(answer.needs_review for answer in answers)
    return LocateCounts(looked_up, changed, waiting)


def _wanted(database: Database) -> list[dict[str, Any]]:
    names = ("id", "version", *ADDRESS, *PLACE_COLUMNS)
    rough = and_(site.c.level.not_in(SET), or_(site.c.level.in_(ROUGH), site.c.doubts != ""))
    some = or_(*(site.c[name] != "" for name in ADDRESS))
    sql = (
        select(*(site.c[name] for name in names))
        .join(account, account.c.id == site.c.account_id)
        .where(account.c.state != AccountState.CLOSED, rough, some)
    )
    with database.read() as session:
        rows = session.execute(sql.order_by(site.c.id)).mappings()
        return [{str(name): value for name, value in row.items()} for row in rows]


def _address(row: dict[str, Any]) -> Address:
    return Address(**{name: row[name] for name in ADDRESS})


def _snapped(answers: Sequence[Located], roads: Snapper) -> list[Located]:
    places = [answer.place for answer in answers if answer.place is not None]
    snaps = iter(roads.snap(places))
    return [
        answer if answer.place is None else replace(answer, snap_m=round(next(snaps).distance_m, 1))
        for answer in answers
    ]


def _save(database: Database, act: Act, rows: Sequence[dict[str, Any]], answers: Sequence[Located]) -> int:
    """Write the places that differ, where the site still is as it was read; returns how many."""
    fresh = [
        (row, answer)
        for row, answer in zip(rows, answers, strict=True)
        if answer.place is not None and any(row[name] != value for name, value in place_values(answer).items())
    ]
    if not fresh:
        return 0
    written = 0
    with database.write(act) as session:
        for row, answer in fresh:
            same = (site.c.id == row["id"], site.c.version == row["version"], site.c.level.not_in(SET))
            values = place_values(answer) | {"why": "", "version": row["version"] + 1}
            made: Any = session.execute(update(site).where(*same).values(values))
            written += made.rowcount
    return written
