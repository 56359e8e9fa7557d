"""Rules kept as data, edition after edition of a name: the highest one is in force, and none is ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlmodel import Session

from crm.columns import Record, table_of
from planning.record_errors import MissingError
from planning.record_rows import insert_all


@dataclass(frozen=True, slots=True)
class RulesView:
    """An edition of rules."""

    id: int
    name: str
    edition: int
    rules: Mapping[str, Any]
    made_at: datetime
    made_by: str


def next_edition(session: Session, table: Table, name: str) -> int:
    """The number of the edition that would follow."""
    newest = session.scalar(select(func.max(table.c.edition)).where(table.c.name == name))
    return (newest or 0) + 1


def keep_edition(
    session: Session, model: type[Record], name: str, rules: Mapping[str, Any], *, by: str, now: datetime
) -> int:
    """Add an edition of the rules of this name; returns its id."""
    edition = next_edition(session, table_of(model), name)
    row = {"name": name, "edition": edition, "rules": dict(rules), "made_at": now, "made_by": by}
    (made,) = insert_all(session, model, [row])
    return made


def list_editions(session: Session, table: Table) -> tuple[RulesView, ...]:
    """All editions of every name, the newest first."""
    rows = session.execute(select(table).order_by(table.c.id.desc())).mappings()
    return tuple(RulesView(**row) for row in rows)


def get_edition(session: Session, table: Table, rules_id: int, noun: str) -> RulesView:
    """One edition; `noun` is what the rules are called.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(table).where(table.c.id == rules_id)).mappings().first()
    if row is None:
        raise MissingError(f"There are no {noun} {rules_id}.")
    return RulesView(**row)
