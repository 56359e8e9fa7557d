"""Merging two accounts that are one firm: one stays, the other's rows become its own, and nothing is lost.

The account that goes is removed in the same act that moves all that belonged to it, so undoing the act brings both
back exactly. Its id in files is kept as a further one of the account that stays (`AccountKey`), its names as names of
that account (its shown name as a former one), and its history is part of the other's history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.ledger import rows_by_id
from crm.tables import Account, AccountKey, AccountName, NameKind, Site
from geo.address_fold import fold
from planning.edits import edit_row
from planning.import_references import squeezed
from planning.merge_rows import RULES, move_rows, rows_of
from planning.merge_sites import SamePlace, fold_site, same_places
from planning.name_spans import spans_joined
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.viewer import Viewer, require_account

account, site, name_table = table_of(Account), table_of(Site), table_of(AccountName)
key = table_of(AccountKey)

BLANKS = ("segment", "industry", "value", "potential")
"""Fields that the other account fills where the one that stays says nothing."""
TAKEN = ("name", "state", *BLANKS)
"""Fields that may be taken from the other account instead."""
SITE_FACTS = (
    *("line", "city", "postcode", "region", "country", "lat", "lon", "level"),
    *("visits_per_year", "service_s", "opening_hours"),
)
"""What of its first site is remembered of an account that was merged; see `AccountKey.said`."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Which account goes, at which version it was read, and what of it counts.

    `take` are fields whose value is taken from it; `same` pairs of sites that are one place, None: those that plainly
    are (`planning.merge_sites.same_places`).
    """

    other_id: int
    other_version: int
    take: tuple[str, ...] = ()
    same: tuple[SamePlace, ...] | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: rows that changed hands by table, sites that became one, and what was decided on the way."""

    account_id: int
    other_id: int
    moved: Mapping[str, int]
    same: tuple[SamePlace, ...]
    notes: tuple[str, ...]


def merge_accounts(
    session: Session, viewer: Viewer, account_id: int, version: int, merge: Merge, *, today: date
) -> Merged:
    """Make the other account part of this one, within the act of `session`.

    Raises:
        MissingError: one of them, or a site, is not there for the viewer.
        StaleError: one of them was changed since it was read.
        RefusedError: an account and itself, no such field, sites of somebody else, or owners that would go round in a
            circle.
    """
    other_id = merge.other_id
    if account_id == other_id:
        raise RefusedError("An account cannot be merged into itself.")
    if unknown := set(merge.take) - set(TAKEN):
        raise RefusedError(f"take: expected fields of {', '.join(TAKEN)}; got {sorted(unknown)[0]!r}.")
    for one in (account_id, other_id):
        require_account(session, viewer, one)
    stays = held(session, account, account_id, version)
    goes = held(session, account, other_id, merge.other_version)
    sites = {one: sites_of(session, one) for one in (account_id, other_id)}
    same = same_places(sites[account_id], sites[other_id]) if merge.same is None else merge.same
    check_same(same, sites[account_id], sites[other_id])
    keep_key(session, stays, goes, sites[other_id], same)
    edit_row(session, account, account_id, version, filled(stays, goes, merge.take))
    keep_name(session, stays, goes, taken="name" in merge.take, today=today)
    by_id = {row["id"]: row for rows in sites.values() for row in rows}
    for pair in same:
        fold_site(session, by_id[pair.from_id], by_id[pair.into_id])
    moved, notes = move_rows(session, account_id, other_id, RULES)
    session.execute(delete(account).where(account.c.id == other_id))
    return Merged(account_id, other_id, moved, tuple(same), tuple(notes))


def held(session: Session, table: Table, row_id: int, version: int) -> Mapping[str, Any]:
    """The row of an account or a person, locked, if it is still at this version.

    Raises:
        MissingError: it is gone by now.
        StaleError: somebody changed it.
    """
    row = rows_by_id(session, table, [row_id]).get(row_id)
    if row is None:
        raise MissingError(f"There is no {table.name} {row_id}.")
    if row["version"] != version:
        raise StaleError(f"{table.name.capitalize()} {row_id}", row["version"])
    return row


def sites_of(session: Session, account_id: int) -> list[Mapping[str, Any]]:
    """The sites of an account, the first one first."""
    rows = session.execute(select(site).where(site.c.account_id == account_id).order_by(site.c.id)).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


def check_same(
    same: Sequence[SamePlace], stays: Sequence[Mapping[str, Any]], goes: Sequence[Mapping[str, Any]]
) -> None:
    """Go on only with pairs of a site that goes and one that stays, each going one once.

    Raises:
        RefusedError: which pair is not so.
    """
    into, leaving = {row["id"] for row in stays}, {row["id"] for row in goes}
    for pair in same:
        if pair.from_id not in leaving or pair.into_id not in into:
            raise RefusedError(
                f"same: expected a site of the account that goes and one of the account that stays; "
                f"got {pair.from_id} and {pair.into_id}."
            )
        leaving.discard(pair.from_id)


def filled(stays: Mapping[str, Any], goes: Mapping[str, Any], take: Sequence[str]) -> dict[str, Any]:
    """What changes in the account that stays: fields taken from the other, and blanks that it can fill."""
    wanted = [name for name in BLANKS if stays[name] in ("", None) and goes[name] not in ("", None)]
    return {name: goes[name] for name in dict.fromkeys((*wanted, *take)) if goes[name] != stays[name]}


def keep_key(
    session: Session,
    stays: Mapping[str, Any],
    goes: Mapping[str, Any],
    sites: Sequence[Mapping[str, Any]],
    same: Sequence[SamePlace],
) -> None:
    """Keep the id in files of the account that goes, and what it said; ids that it kept itself go along."""
    became = {pair.from_id: pair.into_id for pair in same}
    for pair in same:
        moved = update(key).where(key.c.site_id == pair.from_id)
        session.execute(moved.values(site_id=pair.into_id, version=key.c.version + 1))
    first = sites[0] if sites else None
    said: dict[str, Any] = {"account": {name: goes[name] for name in TAKEN}}
    if first is not None and first["id"] in became:  # a site that stays itself tells what it was
        said["site"] = {name: first[name] for name in SITE_FACTS}
        last = first["last_visit_on"]
        said["site"]["last_visit_on"] = last.isoformat() if last else None
    row = {
        "account_id": stays["id"],
        "external_id": goes["external_id"],
        "was_id": goes["id"],
        "site_id": became.get(first["id"], first["id"]) if first is not None else None,
        "said": said,
        "version": 1,
    }
    session.execute(insert(AccountKey), [row])


def keep_name(session: Session, stays: Mapping[str, Any], goes: Mapping[str, Any], *, taken: bool, today: date) -> None:
    """Keep the shown name that is shown no more as a former one, where it is another one."""
    former = stays["name"] if taken else goes["name"]
    if squeezed(stays["name"]) == squeezed(goes["name"]):
        return
    row = {
        "account_id": stays["id"],
        "kind": NameKind.FORMER,
        "name": former,
        "key": fold(former),
        "valid_from": None,
        "valid_to": today,
        "version": 1,
    }
    own = rows_of(session, name_table, name_table.c.account_id == stays["id"])
    if not spans_joined(session, name_table, row, own):
        session.execute(insert(AccountName), [row])
