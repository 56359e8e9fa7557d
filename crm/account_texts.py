"""What an account can be found by, in one text: brought up to date at the end of every act that touched it.

A search for a part of a word reads these texts from one end to the other, instead of accounts with their names and
sites; what it finds so is then looked at exactly. The text therefore holds whatever a database takes for equal when it
does not mind small and capital letters.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, select
from sqlmodel import Session

from crm.bulk import insert_columns
from crm.columns import table_of
from crm.often import Often
from crm.tables_accounts import Account, AccountText, Site
from crm.tables_firms import AccountName
from crm.tables_ledger import Change

change, account, site = table_of(Change), table_of(Account), table_of(Site)
name, written = table_of(AccountName), table_of(AccountText)

AT_ONCE = 5_000
GAP = 50
"""Accounts between two that were touched that are rather read along than left out by another question."""
PARTS = (site.name, name.name)
"""Tables whose rows belong to an account."""
SPAN = (bindparam("first", type_=Integer), bindparam("last", type_=Integer))
FIRMS = Often(
    select(account.c.id, account.c.external_id, account.c.name, written.c.words)
    .outerjoin(written, written.c.account_id == account.c.id)
    .where(account.c.id.between(*SPAN))
)
NAMES = Often(select(name.c.account_id, name.c.key).where(name.c.account_id.between(*SPAN)).order_by(name.c.id))
PLACES = Often(
    select(site.c.account_id, site.c.line, site.c.city).where(site.c.account_id.between(*SPAN)).order_by(site.c.id)
)

name_of_table = change.c.table_name + ""  # so that only the index on batches serves: SQLite would take that on tables
OF_BATCH = (change.c.batch_id == bindparam("batch"), name_of_table.in_(PARTS))


def owner(row: Any) -> Select[Any]:
    """The accounts that the parts a batch touched belonged to, before it or after it; none is told as nothing."""
    return select(row["account_id"].as_integer()).where(*OF_BATCH).distinct()


OWNERS = owner(change.c.before).union(owner(change.c.after))


def text_form(text: str) -> str:
    """Small letters, the same for all writings that a database may take for one: İ and ı are i."""
    folded = text.casefold()
    return folded if folded.isascii() else folded.replace("\u0307", "").replace("ı", "i")


def text_of(external_id: str, title: str, keys: Iterable[str], places: Iterable[tuple[str, str]]) -> str:
    """The text of an account: its number, name, other names as they are compared, and addresses; one a line."""
    parts = dict.fromkeys((external_id, title, *keys, *chain.from_iterable(places)))
    return text_form("\n".join(filter(None, parts)))


def follow_texts(session: Session, batch_id: int, accounts: Sequence[int], *, parts: bool) -> None:
    """Write anew the texts of these accounts, and with `parts` of those whose names or sites the batch touched."""
    ids = set(accounts)
    if parts:
        ids |= {found for found in session.scalars(OWNERS, {"batch": batch_id}) if found is not None}
    for some in neighbours(sorted(ids)):
        write_texts(session, some)


def neighbours(ids: Sequence[int]) -> Iterator[list[int]]:
    """Ids in groups of which each follows the one before within a few."""
    group: list[int] = []
    for one in ids:
        if group and (one - group[-1] > GAP or len(group) == AT_ONCE):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def write_texts(session: Session, ids: Sequence[int]) -> None:
    """Put into the table what differs there for these neighbours, as far as they are there."""
    span, wanted = {"first": ids[0], "last": ids[-1]}, set(ids)
    keys, places = defaultdict(list), defaultdict(list)
    for account_id, key in NAMES.rows(session, **span):
        keys[account_id].append(key)
    for account_id, line, city in PLACES.rows(session, **span):
        places[account_id].append((line, city))
    gone, new = [], []
    for account_id, external_id, title, kept in FIRMS.rows(session, **span):
        text = text_of(external_id, title, keys.get(account_id, ()), places.get(account_id, ()))
        if text == kept or account_id not in wanted:
            continue
        if kept is not None:
            gone.append(account_id)
        new.append((account_id, text))
    if gone:
        session.execute(delete(written).where(written.c.account_id.in_(gone)))
    if new:
        insert_columns(session, written, dict(zip(("account_id", "words"), zip(*new, strict=True), strict=True)))
