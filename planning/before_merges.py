"""Whose sites and sales were before accounts became one: sums of days that have passed stay what they were.

A merge moves everything that belonged to an account to another and removes its row. The ledger knows both still.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Table, case, select
from sqlalchemy.types import Float

from crm.columns import table_of
from crm.tables import Account, AccountKey, Change, ChangeBatch
from planning.as_it_was import end_of, first_since, then

change, batch = table_of(Change), table_of(ChangeBatch)
account, key = table_of(Account), table_of(AccountKey)
FACTS = ("segment", "state", "value", "potential")


def merges_since(day: date) -> Select[Any]:
    """The acts since the end of a day in which accounts were merged."""
    made = change.alias("merge_change")
    sql = select(made.c.batch_id).join(batch, batch.c.id == made.c.batch_id)
    return sql.where(made.c.table_name == key.name, made.c.before.is_(None), batch.c.at >= end_of(day))


def account_then(table: Table, day: date) -> tuple[Subquery, ColumnElement[int]]:
    """The account that rows of a table belonged to at the end of a day: a subquery to join (outer) by its `row_id`,
    and the column that says it."""
    was = first_since(table, day, change.c.batch_id.in_(merges_since(day)))
    return was, then(table, was, "account_id")


def firms_then(day: date) -> Subquery:
    """The accounts as they were at the end of a day, with those that became part of another since.

    Of each its id, what it was (`FACTS`), and in `seen_as` the id of the account that it is today.
    """
    was = first_since(account, day)
    own = (then(account, was, name).label(name) for name in FACTS)
    there = select(account.c.id, account.c.id.label("seen_as"), *own).outerjoin(was, was.c.row_id == account.c.id)
    last = change.alias("gone_change")
    live = select(account.c.id).where(account.c.id == last.c.row_id).exists()
    early = first_since(account, day, change.c.row_id.in_(select(key.c.was_id)))
    said = {
        name: case((early.c.before.is_(None), text(last.c.before, name)), else_=text(early.c.before, name))
        for name in FACTS
    }
    gone = (
        select(last.c.row_id, key.c.account_id, *said.values())
        .join(key, key.c.was_id == last.c.row_id)
        .join(early, early.c.row_id == last.c.row_id)
        .where(
            last.c.table_name == account.name, last.c.after.is_(None), last.c.row_id.in_(select(key.c.was_id)), ~live
        )
        .where(last.c.batch_id.in_(merges_since(day)))
    )
    return there.union_all(gone).subquery("firms")


def text(row: Any, name: str) -> ColumnElement[Any]:
    """A value of a row in the ledger."""
    said = row[name]
    found: ColumnElement[Any] = said.as_float() if isinstance(account.c[name].type, Float) else said.as_string()
    return found
