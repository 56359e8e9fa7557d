"""`among`: a column holds one of many ids that come with each question.

`crm.often` wants statements whose text stays the same however long the list is. PostgreSQL takes the ids as one array.
SQLite would not use its indexes for a list in one value: its statements have places for 1, 2, 4, 8 … ids, and those
left over hold the last id once more.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam
from sqlmodel import Session


def places_for(ids: Sequence[Any], dialect: str) -> int:
    """How many places a statement needs for these ids, for a database of this kind; 0 for none."""
    if not ids or dialect == "postgresql":
        return min(1, len(ids))
    return 1 << (len(ids) - 1).bit_length()


def among(column: ColumnElement[Any], name: str, dialect: str, places: int) -> ColumnElement[bool]:
    """True where the column holds one of the ids `told` under this name, of which there are so many `places_for`."""
    if dialect == "postgresql":
        ids: ColumnElement[Any] = any_(bindparam(name, type_=ARRAY(column.type)))
        return column == ids
    return column.in_([bindparam(f"{name}_{n}", type_=column.type) for n in range(places)])


def told(name: str, ids: Sequence[Any], dialect: str) -> dict[str, Any]:
    """The values of the parameters that `among` made; nothing for no ids."""
    if not ids:
        return {}
    if dialect == "postgresql":
        return {name: list(ids)}
    filled = (*ids, *repeat(ids[-1], places_for(ids, dialect) - len(ids)))
    return {f"{name}_{n}": one for n, one in enumerate(filled)}


def dialect_of(session: Session) -> str:
    """The kind of the session's database."""
    return session.get_bind().dialect.name
