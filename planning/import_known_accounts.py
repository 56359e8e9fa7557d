"""The accounts of the record that the rows of a file are about, each with its site and what was merged into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Site
from planning.account_keys import OldKey, old_keys
from planning.record_rows import BATCH

account, site = table_of(Account), table_of(Site)


@dataclass(frozen=True, slots=True)
class Known:
    """An account of the record and its first site, by column.

    `said`, by table, is what an account that was merged into it held: a row with the id of that one brings only what it
    says differently by now, and of the firm nothing where the file has a row of the account that stayed (`silent`).
    """

    account: Mapping[str, Any]
    site: Mapping[str, Any] | None
    said: Mapping[str, Mapping[str, Any]] | None = None
    silent: bool = False


def known_accounts(session: Session, external_ids: Iterable[str]) -> dict[str, Known]:
    """The accounts that have these ids, each with its first site; also those that took in one that had the id."""
    wanted = list(external_ids)
    found: dict[str, Known] = {}
    for batch in batched(wanted, BATCH):
        accounts = mappings(session, account, account.c.external_id.in_(batch))
        sites = mappings(session, site, site.c.account_id.in_([row["id"] for row in accounts]))
        first: dict[int, Mapping[str, Any]] = {}
        for row in sites:
            first.setdefault(row["account_id"], row)
        found |= {row["external_id"]: Known(row, first.get(row["id"])) for row in accounts}
    return found | merged_accounts(session, old_keys(session, wanted), found)


def merged_accounts(session: Session, old: Mapping[str, OldKey], found: Mapping[str, Known]) -> dict[str, Known]:
    """By the ids of merged accounts: the account that each is part of, the site it had, and what it said."""
    accounts = {row["id"]: row for row in matching(session, account, [key.account_id for key in old.values()])}
    sites = {row["id"]: row for row in matching(session, site, [key.site_id for key in old.values() if key.site_id])}
    return {
        external_id: Known(
            accounts[key.account_id],
            sites.get(key.site_id or 0),
            key.said,
            silent=accounts[key.account_id]["external_id"] in found,
        )
        for external_id, key in old.items()
    }


def matching(session: Session, table: Table, ids: Iterable[int]) -> list[dict[str, Any]]:
    """The rows with these ids."""
    return [
        row for batch in batched(dict.fromkeys(ids), BATCH) for row in mappings(session, table, table.c.id.in_(batch))
    ]


def mappings(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    """The rows that fit, in order of their ids, by column name."""
    rows = session.execute(select(table).where(condition).order_by(table.c.id)).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]
