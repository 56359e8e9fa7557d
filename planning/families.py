"""Families of firms: an account and all that it owns, on a day."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from crm.columns import table_of
from crm.tables import Account, AccountLink, LinkKind

account, link = table_of(Account), table_of(AccountLink)


def valid(table: Any, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """True for rows that count on a day; no first day means always before, no last day always after."""
    begun = or_(table.c.valid_from.is_(None), table.c.valid_from <= on)
    return begun, or_(table.c.valid_to.is_(None), table.c.valid_to > on)


def family_ids(heads: Select[tuple[int]], on: date) -> Select[tuple[int]]:
    """The ids of the accounts in `heads`, and of all that they own on a day, directly or not."""
    head, owned = account.alias("head_of_family"), link.alias("owned_in_family")
    tree = select(head.c.id).where(head.c.id.in_(heads)).cte(recursive=True)
    below = select(owned.c.account_id).join(tree, owned.c.to_account_id == tree.c.id)
    return select(tree.union(below.where(owned.c.kind == LinkKind.OWNER, *valid(owned, on))).c.id)
