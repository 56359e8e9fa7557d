"""Many rows at once; on SQLite in the form its driver takes.

SQLAlchemy looks at the values row by row, which takes longer than SQLite needs to write them, and while one writes all
others wait. So rows are packed before the write begins, as far as they are known then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, chain
from typing import Any

from sqlalchemy import Column, Dialect, LargeBinary, Table, insert
from sqlmodel import Session

type Row = Mapping[str, Any]
type Bind = Callable[[Any], Any] | None

MANY = 900
"""Rows from which on packing is worth a way of its own."""
MOST_VALUES = 900
"""Values of one statement; SQLite took no more than 999 for long."""


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """Rows of one kind of statement; `at` are their places among all that were packed together.

    What is known only when they are written comes before the values of each row. With `again` a statement may take
    several rows: that text stands for each further one, and `end` after the last.
    """

    sql: str
    at: Sequence[int]
    rows: Sequence[tuple[Any, ...]]
    again: str = ""
    end: str = ""


def packs_well(dialect: Dialect, rows: Sequence[Any]) -> bool:
    """True for many rows on SQLite."""
    return dialect.name == "sqlite" and len(rows) > MANY


def packed_inserts(dialect: Dialect, table: Table, rows: Sequence[Row], later: Sequence[str] = ()) -> list[Pack]:
    """Rows to be inserted, those with the same columns as one statement; `later` are columns to be known later."""
    packs = []
    for names, at in alike(rows).items():
        given = {*names, *later}
        preset = [column for column in table.c if column.name not in given and has_default(column)]
        same = tuple(bound(column, default_of(column), dialect) for column in preset)
        columns = [*(table.c[name] for name in (*later, *names)), *preset]
        values = [(*some, *same) for some in values_of(dialect, table, names, rows, at)]
        packs.append(Pack(insertion(dialect, table, columns), at, values, f", {row_of(columns)}"))
    return packs


def packed_updates(dialect: Dialect, table: Table, rows: Sequence[tuple[int, Row]]) -> list[Pack]:
    """Rows (id, and what changes) to be updated, those with the same columns as one statement; versions go up."""
    name = dialect.identifier_preparer.format_table(table)
    values = [row for _, row in rows]
    packs = []
    for names, at in alike(values).items():
        columns = [table.c[one] for one in names]
        given = values_of(dialect, table, names, values, at)
        ids = [rows[place][0] for place in at]
        changed = [(*some, key) for some, key in zip(given, ids, strict=True)]
        if len(set(ids)) < len(ids):  # one after the other
            packs.append(Pack(f"{setting(dialect, name, columns)} WHERE id = ?", at, changed))
            continue
        places = row_of([*columns, table.c.id])
        start = f"{setting(dialect, name, columns, 'given.column')} FROM (VALUES {places}"
        packs.append(
            Pack(start, at, changed, f", {places}", f") AS given WHERE {name}.id = given.column{len(names) + 1}")
        )
    return packs


def setting(dialect: Dialect, table: str, columns: Sequence[Column[Any]], given: str = "") -> str:
    """SQLite: the beginning of an update; values are those `given` with a number, or places for them."""
    quoted = map(dialect.identifier_preparer.format_column, columns)
    sets = [f"{column} = {f'{given}{number}' if given else '?'}" for number, column in enumerate(quoted, start=1)]
    return f"UPDATE {table} SET {', '.join([*sets, f'version = {table}.version + 1'])}"


def write_packs(session: Session, packs: Sequence[Pack], *later: Sequence[Any]) -> None:
    """Write what was packed; `later` are the values of the columns that were not known, for all rows in their order."""
    connection = session.connection()
    for pack in packs:
        rows = list(pack.rows)
        if later:
            rows = [(*(values[at] for values in later), *row) for at, row in zip(pack.at, rows, strict=True)]
        for sql, some in together(pack, rows):
            connection.exec_driver_sql(sql, some)


def together(pack: Pack, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Statements of several rows each, with their values.

    SQLite looks for the last id that a table has given once in a statement, which takes longer than writing a row and
    its line of the ledger.
    """
    if not rows:
        return
    if not pack.again:
        yield pack.sql, list(rows)
        return
    each = max(1, MOST_VALUES // len(rows[0]))
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for some in batched(rows, each):
        groups.setdefault(len(some), []).append(tuple(chain.from_iterable(some)))
    for number, values in groups.items():
        yield pack.sql + pack.again * (number - 1) + pack.end, values


def insert_many(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows whose ids nobody asks for."""
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        write_packs(session, packed_inserts(dialect, table, rows))
        return
    for at in alike(rows).values():
        session.connection().execute(insert(table), [dict(rows[place]) for place in at])


def insert_columns(session: Session, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows that are given column by column, with every column that has no default of the database."""
    dialect = session.get_bind().dialect
    if dialect.name != "sqlite":
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        session.connection().execute(insert(table), rows)
        return
    given = []
    for name, values in columns.items():
        bind = binder(table.c[name], dialect)
        given.append(values if bind is None else all_bound(bind, values))
    into = [table.c[name] for name in columns]
    values = list(zip(*given, strict=True))
    pack = Pack(insertion(dialect, table, into), range(len(values)), values, f", {row_of(into)}")
    write_packs(session, [pack])


def all_bound(bind: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Values for the driver; each that is there often is made one once."""
    known = {value: bind(value) for value in set(values)}
    return [known[value] for value in values]


def insertion(dialect: Dialect, table: Table, columns: Sequence[Column[Any]]) -> str:
    """SQLite: the statement that inserts a row with these columns."""
    quote = dialect.identifier_preparer
    names = ", ".join(map(quote.format_column, columns))
    return f"INSERT INTO {quote.format_table(table)} ({names}) VALUES {row_of(columns)}"


def row_of(columns: Sequence[Column[Any]]) -> str:
    """SQLite: the places of a row's values."""
    return f"({', '.join('?' * len(columns))})"


def alike(rows: Sequence[Row]) -> dict[tuple[str, ...], list[int]]:
    """The places of rows by the names they have values for."""
    found: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(rows):
        found.setdefault(tuple(sorted(row)), []).append(at)
    return found


def values_of(
    dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Row], at: Sequence[int]
) -> list[tuple[Any, ...]]:
    """The values of these rows in the order of `names`, as the driver takes them."""
    columns = []
    for name in names:
        given = [rows[place][name] for place in at]
        bind = binder(table.c[name], dialect)
        columns.append(given if bind is None else [bind(value) for value in given])
    return list(zip(*columns, strict=True)) if columns else [()] * len(at)


def binder(column: Column[Any], dialect: Dialect) -> Bind:
    """What makes a value of this column one for the driver; None: it is one."""
    if isinstance(column.type, LargeBinary) and dialect.name == "sqlite":
        return None  # bytes are taken as they are
    bind: Bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    return bind


def bound(column: Column[Any], value: Any, dialect: Dialect) -> Any:
    """One value for the driver."""
    bind = binder(column, dialect)
    return value if bind is None else bind(value)


def has_default(column: Column[Any]) -> bool:
    """True where the model says what a row holds that says nothing; what the database says is left to it."""
    return column.default is not None and (column.default.is_scalar or column.default.is_callable)


def default_of(column: Column[Any]) -> Any:
    """What the model says; of tables that are packed none depends on the row."""
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg
