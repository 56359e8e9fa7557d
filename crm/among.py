"""`among`: a column holds one of many ids that come with each question."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, bindparam


def among(column: ColumnElement[int], name: str, dialect: str) -> ColumnElement[bool]:
    """True where the column holds one of the ids in the bind parameter `name`, for a database of this kind.

    PostgreSQL takes them as one array: a place for each of them would be another statement for each number of ids, to
    be put together and read anew at every request. SQLite would not use its indexes for a list in one value.
    """
    if dialect == "postgresql":
        ids: ColumnElement[Any] = any_(bindparam(name, type_=ARRAY(Integer)))
        return column == ids
    return column.in_(bindparam(name, expanding=True))
