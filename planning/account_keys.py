"""The ids that accounts have in files: their own, and those of accounts that were merged into them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountKey

account, key = table_of(Account), table_of(AccountKey)
BATCH = 900
"""Values named in one query; older SQLite takes 999."""


@dataclass(frozen=True, slots=True)
class OldKey:
    """The id in files of an account that was merged into account `account_id`; the rest as in `AccountKey`."""

    external_id: str
    account_id: int
    site_id: int | None
    said: Mapping[str, Any]


def ids_by_key(session: Session, external_ids: Iterable[str]) -> dict[str, int]:
    """The accounts that have these ids in files, or took in one that had."""
    found: dict[str, int] = {}
    for batch in batched(dict.fromkeys(external_ids), BATCH):
        for table, column in ((key, key.c.account_id), (account, account.c.id)):
            found |= {
                row[0]: row[1]
                for row in session.execute(select(table.c.external_id, column).where(table.c.external_id.in_(batch)))
            }
    return found


def old_keys(session: Session, external_ids: Iterable[str]) -> dict[str, OldKey]:
    """Those of the ids that belong to merged accounts."""
    names = tuple(key.c[name] for name in ("external_id", "account_id", "site_id", "said"))
    return {
        row.external_id: OldKey(*row)
        for batch in batched(dict.fromkeys(external_ids), BATCH)
        for row in session.execute(select(*names).where(key.c.external_id.in_(batch)))
    }


def keys_of(session: Session, account_ids: Iterable[int]) -> dict[int, list[str]]:
    """The further ids in files of accounts that took others in."""
    found: dict[int, list[str]] = {}
    for batch in batched(dict.fromkeys(account_ids), BATCH):
        sql = select(key.c.account_id, key.c.external_id).where(key.c.account_id.in_(batch)).order_by(key.c.id)
        for account_id, external_id in session.execute(sql):
            found.setdefault(account_id, []).append(external_id)
    return found
