"""Rows as they were at the end of a day that has passed, from the ledger: the first change after that day tells.

What was not in the record yet on the day is taken as it came in. Who owned what and what stood where is not asked of
the ledger: those rows have dates of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Subquery, Table, case, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.ledger import from_json
from crm.tables import Account, Change, ChangeBatch, Site
from planning.record_rows import BATCH

change, batch = table_of(Change), table_of(ChangeBatch)
account, site = table_of(Account), table_of(Site)
PRESENT = frozenset({"id", "account_id", "version"})
"""Columns that are always those of today: a change needs the present version."""


def end_of(day: date) -> datetime:
    """The moment at which a day is over, in UTC."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def first_since(table: Table, day: date, *among: ColumnElement[bool]) -> Subquery:
    """`row_id` and `before` of the first change of every row of a table after a day; `among` are further conditions."""
    since = (change.c.table_name == table.name, batch.c.at >= end_of(day), *among)
    first = select(func.min(change.c.id)).join(batch, batch.c.id == change.c.batch_id).where(*since)
    rows = select(change.c.row_id, change.c.before)
    return rows.where(change.c.id.in_(first.group_by(change.c.row_id))).subquery(f"{table.name}_was")


def then(table: Table, was: Subquery, name: str) -> ColumnElement[Any]:
    """A column of a table as it was; `was` is `first_since`, joined by an outer join."""
    said, kind = was.c.before[name], table.c[name].type
    value = said.as_float() if isinstance(kind, Float) else said.as_integer() if isinstance(kind, Integer) else None
    return case((was.c.before.is_(None), table.c[name]), else_=said.as_string() if value is None else value)


def facts_then(table: Table, day: date, names: Iterable[str]) -> Subquery:
    """Some columns of every row of a table, and its id, as they were at the end of a day."""
    was = first_since(table, day)
    own = (then(table, was, name).label(name) for name in names)
    return select(table.c.id, *own).outerjoin(was, was.c.row_id == table.c.id).subquery(f"{table.name}_then")


def rows_then(session: Session, table: Table, ids: Iterable[int], day: date) -> dict[int, Mapping[str, Any]]:
    """Those of these rows that were changed since the end of the day, as they were then."""
    found: dict[int, Mapping[str, Any]] = {}
    for some in batched(sorted(ids), BATCH):
        was = first_since(table, day, change.c.row_id.in_(some))
        for row_id, before in session.execute(select(was.c.row_id, was.c.before)):
            if before is not None:
                found[row_id] = {name: as_kept(table, name, said) for name, said in before.items() if name in table.c}
    return found


def as_kept(table: Table, name: str, value: Any) -> Any:
    """A value of the ledger as the column holds it; JSON does not tell 100.0 from 100."""
    kind = table.c[name].type
    return float(value) if value is not None and isinstance(kind, Float) else from_json(kind, value)


def accounts_then[View](session: Session, views: Sequence[View], day: date) -> tuple[View, ...]:
    """Accounts with their sites (`planning.find_accounts.AccountView`) as they were at the end of a day."""
    firms = rows_then(session, account, [view.id for view in views], day)  # type: ignore[attr-defined]
    places = rows_then(session, site, [one.id for view in views for one in view.sites], day)  # type: ignore[attr-defined]
    if not firms and not places:
        return tuple(views)
    made = []
    for view in views:
        sites = tuple(restored(one, places.get(one.id)) for one in view.sites)  # type: ignore[attr-defined]
        made.append(replace(restored(view, firms.get(view.id)), sites=sites))  # type: ignore[attr-defined,type-var]
    return tuple(made)


def restored[View](view: View, was: Mapping[str, Any] | None) -> View:
    """A view with the values that its row had."""
    if was is None:
        return view
    names = {one.name for one in fields(view)} - PRESENT  # type: ignore[arg-type]
    return replace(view, **{name: was[name] for name in names & was.keys()})  # type: ignore[type-var]
