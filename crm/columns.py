"""What every table is made of: its base class, and column types that behave alike on both databases."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, Dialect, Enum, MetaData, Table, TypeDecorator
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints and indexes: the same on every database, so that a later migration can refer to them."""

KEEP_IDS = {"sqlite_autoincrement": True}
"""Table option: SQLite too never gives the id of a removed row to a new one; history refers to ids."""


class Record(SQLModel):
    """Base of every table. Its metadata is the whole schema, which the migrations must agree with."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def table_of(model: type[Record]) -> Table:
    """The table of a model, for queries that want columns instead of objects: `table_of(Site).c.lat`."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the way out, whichever zone it came in with.

    Raises:
        ValueError: a naive datetime is written; it could mean any of 38 moments.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone, got {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code_column(kind: type[StrEnum], name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """A column that holds one of the values of `kind` as text; a CHECK lets nothing else in."""
    values = Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )
    return Column(name, values, nullable=nullable, **options)
