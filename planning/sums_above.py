"""Sums of territories that others lie below: each is what it holds itself with the sums of its children."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from numbers import Number

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Territory
from planning.rollups import AccountSum, SalesSum
from planning.viewer import Viewer, may_see_territories

territory = table_of(Territory)


def sums_above[Sum: (AccountSum, SalesSum)](session: Session, viewer: Viewer, rows: Sequence[Sum]) -> tuple[Sum, ...]:
    """The sums by territory carried up the tree: those of the territories above, as far as the viewer sees them.

    Sales of different kinds and currencies stay apart, as below.
    """
    parents: dict[int, int | None] = {}
    names: dict[int, str] = {}
    wanted: Collection[int] = {row.id for row in rows if row.id is not None}
    while wanted:
        found = session.execute(
            select(territory.c.id, territory.c.parent_id, territory.c.name).where(territory.c.id.in_(wanted))
        ).all()
        parents |= {row.id: row.parent_id for row in found}
        names |= {row.id: row.name for row in found}
        wanted = {row.parent_id for row in found if row.parent_id is not None} - parents.keys()
    above = {parent for parent in parents.values() if parent is not None}
    seen = territory.c.id.in_(above) & may_see_territories(session, viewer)
    shown = set(session.scalars(select(territory.c.id).where(seen))) if above else set()
    made = [
        replace(row, name=names[row.id]) for row in carried_up(rows, parents) if row.id is not None and row.id in shown
    ]
    return tuple(sorted(made, key=lambda row: (row.name, row.id or 0)))


def carried_up[Sum: (AccountSum, SalesSum)](rows: Sequence[Sum], parents: Mapping[int, int | None]) -> list[Sum]:
    """For every territory that others lie below the sum of its own rows and theirs, under its id."""
    above = {parent for parent in parents.values() if parent is not None}
    found: dict[tuple[object, ...], Sum] = {}
    for row in rows:
        at = row.id
        while at is not None:
            if at in above:
                here = replace(row, id=at, name="")
                key = tuple(value for name, value in values_of(here).items() if not is_amount(name, value))
                found[key] = added(found[key], here) if key in found else here
            at = parents.get(at)
    return list(found.values())


def values_of(row: AccountSum | SalesSum) -> dict[str, object]:
    """The fields of a sum by name."""
    return {one.name: getattr(row, one.name) for one in fields(row)}


def is_amount(name: str, value: object) -> bool:
    """True for what is added up: numbers (PostgreSQL sums integers up to decimals), but for the id."""
    return name != "id" and isinstance(value, Number)


def added[Sum: (AccountSum, SalesSum)](one: Sum, other: Sum) -> Sum:
    """Two sums of one territory as one."""
    amounts = {name for name, value in values_of(one).items() if is_amount(name, value)}
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in amounts})
