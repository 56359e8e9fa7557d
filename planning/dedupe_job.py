"""Looking through the whole record for accounts that may be one firm, as a job; what is found waits for a person.

It is asked with nothing. A unit is some hundred accounts that lie near each other, with all whom they could be. What
people said to be two firms stays said; suggestions that nothing speaks for any more go.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import batched, combinations
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
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
from planning.use_case import Asked, MovedError, Prepared, Unit

account, site, name_table = table_of(Account), table_of(Site), table_of(AccountName)
link, role, point = table_of(AccountLink), table_of(AccountPerson), table_of(ContactPoint)
pair_table = table_of(DuplicatePair)

AT_ONCE = 500
"""Accounts of a unit."""
SHARED_NAME = 20
"""A name or address that more accounts of a town share (a chain, a shopping centre) makes nobody a candidate."""
REACHED_BY = {ContactKind.PHONE: "telephone", ContactKind.MOBILE: "telephone", ContactKind.EMAIL: "e-mail address"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search makes of the pairs that are there: `gone` and `changed` by id of the row, `new` as rows.

    `versions` are those of the rows to be removed or changed.
    """

    accounts: int
    pairs: int
    gone: Sequence[int]
    changed: Sequence[tuple[int, dict[str, Any]]]
    new: Sequence[dict[str, Any]]
    versions: Mapping[int, int]


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

    def ready(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> Found:
        home = {one for result in results.values() for one in result["home"]}
        found = {tuple(one["pair"]): one for result in results.values() for one in result["pairs"]}
        there = {(row.account_id, row.other_id): row for row in session.execute(select(pair_table))}
        own = [(pair, row) for pair, row in there.items() if row.state == PairState.OPEN and row.account_id in home]
        gone = [row.id for pair, row in own if pair not in found]
        new, changed = [], []
        for pair, one in sorted(found.items(), key=lambda item: (-item[1]["score"], item[0])):
            said = {"score": one["score"], "reasons": list(one["reasons"])}
            row = there.get(pair)
            if row is None:
                fresh = {"state": PairState.OPEN, "found_at": asked.at, "decided_at": None, "decided_by": ""}
                new.append({"account_id": pair[0], "other_id": pair[1], "version": 1} | said | fresh)
            elif row.state == PairState.OPEN and (row.score, row.reasons) != tuple(said.values()):
                changed.append((row.id, said))
        versions = {row.id: row.version for row in there.values()}
        touched = {key: versions[key] for key in (*gone, *(key for key, _ in changed))}
        return Found(len(home), len(found), gone, changed, new, touched)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        ready: Found = asked.ready or self.ready(session, asked, results)
        kept = as_read(session, ready.versions)
        gone = [key for key in ready.gone if key in kept]
        for part in batched(gone, BATCH):
            session.execute(delete(pair_table).where(pair_table.c.id.in_(part)))
        update_rows(session, pair_table, [one for one in ready.changed if one[0] in kept])
        new = still_new(session, ready.new)
        try:
            insert_all(session, DuplicatePair, new)
        except IntegrityError as error:
            raise MovedError("Somebody wrote the same pairs meanwhile.", units=()) from error
        return {"accounts": ready.accounts, "pairs": ready.pairs, "new": len(new), "gone": len(gone)}


def as_read(session: Session, versions: Mapping[int, int]) -> set[int]:
    """Those of these pairs that nobody has decided, moved or removed since they had these versions; they stay so."""
    kept: set[int] = set()
    for part in batched(sorted(versions), BATCH):
        own = select(pair_table.c.id, pair_table.c.version).where(pair_table.c.id.in_(part))
        rows = session.execute(own.order_by(pair_table.c.id).with_for_update())
        kept |= {row.id for row in rows if row.version == versions[row.id]}
    return kept


def still_new(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of new pairs of which both accounts are there yet, and that nobody else has written since."""
    made = []
    for part in batched(rows, BATCH // 2):
        ids = {row[name] for row in part for name in ("account_id", "other_id")}
        living = select(account.c.id).where(account.c.id.in_(ids)).order_by(account.c.id)
        alive = set(session.scalars(living.with_for_update(read=True, key_share=True)))
        same = select(pair_table.c.account_id, pair_table.c.other_id).where(pair_table.c.account_id.in_(ids))
        there = {tuple(row) for row in session.execute(same)}
        for row in part:
            pair = row["account_id"], row["other_id"]
            if alive.issuperset(pair) and pair not in there:
                made.append(row)
    return made


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
