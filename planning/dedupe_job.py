"""Looking through the whole record for accounts that may be one firm, as a job; what is found waits for a person.

It is asked with nothing. A unit is some hundred accounts that lie near each other, with all whom they could be. What
people said to be two firms stays said; suggestions that nothing speaks for any more go.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from itertools import batched, combinations
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    AccountLink,
    AccountName,
    AccountPerson,
    ActKind,
    ContactKind,
    ContactPoint,
    DuplicatePair,
    PairState,
    Site,
)
from geo.address_fold import fold
from planning.duplicates import SHARED_REACH
from planning.record_errors import RefusedError
from planning.record_rows import BATCH, insert_all, update_rows
from planning.table_words import counted
from planning.use_case import Asked, Prepared, Unit

account, site, name_table = table_of(Account), table_of(Site), table_of(AccountName)
link, role, point = table_of(AccountLink), table_of(AccountPerson), table_of(ContactPoint)
pair_table = table_of(DuplicatePair)

AT_ONCE = 500
"""Accounts of a unit."""
SHARED_NAME = 20
"""A name or address that more accounts of a town share (a chain, a shopping centre) makes nobody a candidate."""
REACHED_BY = {ContactKind.PHONE: "telephone", ContactKind.MOBILE: "telephone", ContactKind.EMAIL: "e-mail address"}


class Dedupe:
    """One unit for every 500 accounts."""

    act = ActKind.EDIT
    limit_s = 1800.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        if what:
            raise RefusedError(f"This takes no options, got {', '.join(sorted(what))}.")
        return "Look for accounts that may be one firm"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        from planning.duplicate_pairs import split

        firms = read_firms(session)
        parts = split(firms, same_named(firms), reached_alike(session), linked(session), size=AT_ONCE)
        units = []
        for number, part in enumerate(parts, start=1):
            stamp = sha256(
                repr((part.home, part.firms, part.named, sorted(part.ways.items()), sorted(part.known))).encode()
            ).hexdigest()
            units.append(Unit(f"part {number}, {counted(len(part.home), 'account')}", part, stamp))
        return Prepared(units)

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        from planning.duplicate_pairs import find_pairs

        return {"home": list(payload.home), "pairs": [asdict(one) for one in find_pairs(payload)]}

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        home = {one for result in results.values() for one in result["home"]}
        found = {tuple(one["pair"]): one for result in results.values() for one in result["pairs"]}
        there = {(row.account_id, row.other_id): row for row in session.execute(select(pair_table))}
        gone = [
            row.id
            for pair, row in there.items()
            if row.state == PairState.OPEN and row.account_id in home and pair not in found
        ]
        for part in batched(gone, BATCH):
            session.execute(delete(pair_table).where(pair_table.c.id.in_(part)))
        alive = set(session.scalars(select(account.c.id))) if found else set()
        new, changed = [], []
        for pair, one in sorted(found.items(), key=lambda item: (-item[1]["score"], item[0])):
            said = {"score": one["score"], "reasons": list(one["reasons"])}
            row = there.get(pair)
            if row is None and alive.issuperset(pair):
                fresh = {"state": PairState.OPEN, "found_at": asked.at, "decided_at": None, "decided_by": ""}
                new.append({"account_id": pair[0], "other_id": pair[1], "version": 1} | said | fresh)
            elif row is not None and row.state == PairState.OPEN and (row.score, row.reasons) != tuple(said.values()):
                changed.append((row.id, said))
        insert_all(session, DuplicatePair, new)
        update_rows(session, pair_table, changed)
        return {"accounts": len(home), "pairs": len(found), "new": len(new), "gone": len(gone)}


def read_firms(session: Session) -> list[Any]:
    """Every account with its names (the shown one first) and its sites."""
    from planning.duplicate_pairs import Firm

    names = {row.id: [row.name] for row in session.execute(select(account.c.id, account.c.name))}
    for row in session.execute(select(name_table.c.account_id, name_table.c.name).order_by(name_table.c.id)):
        names[row.account_id].append(row.name)
    sites: dict[int, list[dict[str, Any]]] = defaultdict(list)
    columns = ("account_id", "id", "line", "city", "lat", "lon")
    for row in session.execute(select(*(site.c[name] for name in columns)).order_by(site.c.id)):
        sites[row.account_id].append(row._asdict())
    return [Firm(one, tuple(names[one]), tuple(sites.get(one, ()))) for one in sorted(names)]


def same_named(firms: Iterable[Any]) -> set[tuple[int, int]]:
    """Pairs with one name in the same town or at the same house, and pairs with one address."""
    groups: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for firm in firms:
        towns = {("town", fold(one["city"])) for one in firm.sites if one["city"]}
        streets = {("street", fold(one["line"])) for one in firm.sites if one["line"]}
        for name in {fold(name) for name in firm.names} - {""}:
            for where in towns | streets:
                groups[name, *where].add(firm.id)
        for one in firm.sites:
            if one["line"] and one["city"]:
                groups["address", fold(one["line"]), fold(one["city"])].add(firm.id)
    return {pair for ids in groups.values() if 1 < len(ids) <= SHARED_NAME for pair in combinations(sorted(ids), 2)}


def reached_alike(session: Session) -> dict[tuple[int, int], str]:
    """Pairs with somebody whom one number or address reaches, and which kind that is."""
    sql = (
        select(point.c.kind, point.c.key, role.c.account_id)
        .join(role, role.c.person_id == point.c.person_id)
        .where(point.c.key != "", point.c.kind.in_(REACHED_BY))
    )
    groups: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kind, key, account_id in session.execute(sql):
        groups[REACHED_BY[kind], key].add(account_id)
    found: dict[tuple[int, int], str] = {}
    for (way, _), ids in sorted(groups.items()):
        if 1 < len(ids) <= SHARED_REACH + 1:
            found |= dict.fromkeys(combinations(sorted(ids), 2), way)
    return found


def linked(session: Session) -> set[tuple[int, int]]:
    """Pairs that are linked with each other (owner, franchise …): they are known to be two."""
    rows = session.execute(select(link.c.account_id, link.c.to_account_id))
    return {(min(row), max(row)) for row in rows}
