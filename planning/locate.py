"""Finding the places of the record's sites: what is known exactly and what people have set stays as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

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
from planning.record_rows import BATCH, update_rows
from planning.review import ROUGH
from planning.site_places import PLACE_COLUMNS, place_values

account, site = table_of(Account), table_of(Site)
AT_ONCE = 100
"""Sites that are looked up and saved together; a run that is stopped has lost no more than these."""
SET = (Level.GIVEN.value, Level.MANUAL.value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A site to look up, as it was read."""

    id: int
    version: int
    address: Address


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """What became of a site that was looked up: the columns of its place; `review`: a person should look at it."""

    id: int
    version: int
    values: dict[str, Any]
    review: bool


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
    with database.read() as session:
        wanted = wanted_sites(session)
    chain = GeocoderChain(geocoders)
    looked_up = changed = waiting = 0
    for part in batched(wanted, AT_ONCE):
        progress("finding places", looked_up, len(wanted))
        found = look_up(chain, part, roads)
        act = Act(by, f"Places looked up for {len(part)} sites", now(), ActKind.IMPORT)
        changed += _save(database, act, found)
        looked_up += len(part)
        waiting += sum(one.review for one in found)
    return LocateCounts(looked_up, changed, waiting)


def wanted_sites(session: Session, *, every: bool = False) -> list[Wanted]:
    """The sites of live accounts that have an address and no exact place; with `every`, also those found before.

    Pins, and coordinates that came with a record, are never among them.
    """
    some = or_(*(site.c[name] != "" for name in ADDRESS))
    conditions = [account.c.state != AccountState.CLOSED, site.c.level.not_in(SET), some]
    if not every:
        conditions.append(or_(site.c.level.in_(ROUGH), site.c.doubts != ""))
    sql = (
        select(site.c.id, site.c.version, *(site.c[name] for name in ADDRESS))
        .join(account, account.c.id == site.c.account_id)
        .where(*conditions)
    )
    return [Wanted(row[0], row[1], Address(*row[2:])) for row in session.execute(sql.order_by(site.c.id))]


def look_up(chain: Geocoder, wanted: Sequence[Wanted], roads: Snapper | None = None) -> list[FoundPlace]:
    """Ask for the places of sites; with `roads`, also how far from the road they lie."""
    answers: list[Located] = list(chain.geocode([one.address for one in wanted]))
    if roads is not None:
        answers = _snapped(answers, roads)
    return [
        FoundPlace(one.id, one.version, place_values(answer), answer.needs_review)
        for one, answer in zip(wanted, answers, strict=True)
    ]


def _snapped(answers: Sequence[Located], roads: Snapper) -> list[Located]:
    places = [answer.place for answer in answers if answer.place is not None]
    snaps = iter(roads.snap(places))
    return [
        answer if answer.place is None else replace(answer, snap_m=round(next(snaps).distance_m, 1))
        for answer in answers
    ]


def _save(database: Database, act: Act, found: Sequence[FoundPlace]) -> int:
    with database.read() as session:
        if not differing(session, found):
            return 0
    with database.write(act) as session:
        return write_places(session, found)


def write_places(session: Session, found: Sequence[FoundPlace]) -> int:
    """Write the places that differ, where the site still is as it was read; returns how many."""
    fresh = differing(session, found)
    update_rows(session, site, [(one.id, one.values | {"why": ""}) for one in fresh])
    return len(fresh)


def differing(session: Session, found: Sequence[FoundPlace]) -> list[FoundPlace]:
    """Those with a place, and another one than their site has, whose site nobody has changed since."""
    there: dict[int, Any] = {}
    for part in batched([one.id for one in found], BATCH):
        sql = select(site.c.id, site.c.version, *(site.c[name] for name in PLACE_COLUMNS))
        rows = session.execute(sql.where(site.c.id.in_(part), site.c.level.not_in(SET))).mappings()
        there |= {row["id"]: row for row in rows}
    return [
        one
        for one in found
        if one.values["lat"] is not None
        and (row := there.get(one.id)) is not None
        and row["version"] == one.version
        and any(row[name] != value for name, value in one.values.items())
    ]
