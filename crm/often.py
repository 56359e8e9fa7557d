"""Questions that nearly every request asks: put together once, and asked of the driver itself.

For a few rows SQLAlchemy takes longer to prepare the execution of a statement and its result than the database takes
to answer it: a tenth to a fifth of a millisecond for each question.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Dialect, Select
from sqlmodel import Session

Process = Callable[[Any], Any]

START = "bailiwick_start"
"""What a connection's `info` holds where statements have a time limit: to be called as one begins."""


class Often:
    """A SELECT whose parameters all have names and hold one value each: no `in_` of a list.

    Its rows are tuples whose columns have their names too, as far as no column before them is called the same.
    """

    def __init__(self, select: Select[Any] | CompoundSelect[Any]) -> None:
        self.select = select
        self.asked: dict[str, Asked] = {}

    def rows(self, session: Session, **values: Any) -> list[Any]:
        """Every row, on the session's snapshot; a session that writes first writes what it was given.

        Raises:
            sqlalchemy.exc.DBAPIError: as for every other question.
        """
        if session.autoflush:
            session.flush()
        connection = session.connection()
        kind = connection.dialect.name
        if kind not in self.asked:
            self.asked[kind] = Asked(self.select, connection.dialect)
        return self.asked[kind].rows(connection, values)


class Asked:
    """The same for one kind of database: its text, what becomes of parameters and values on their way, its rows."""

    def __init__(self, select: Select[Any] | CompoundSelect[Any], dialect: Dialect) -> None:
        compiled: Any = select.compile(dialect=dialect)
        self.dialect, self.text = dialect, str(compiled)
        self.types = [column.type.dialect_impl(dialect) for column in select.selected_columns]
        row: Any = namedtuple("Row", [column.key for column in select.selected_columns], rename=True)  # type: ignore[misc]
        self.row: Callable[[Iterable[Any]], Any] = partial(tuple.__new__, row)  # `_make` without its own frame
        self.constants: dict[str, Any] = {}
        self.given: dict[str, Process | None] = {}
        for name, parameter in compiled.binds.items():
            if parameter.expanding:
                raise ValueError(f"{name} is a list of values")
            self.given[name] = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if not parameter.required:
                self.constants[name] = parameter.value
        self.order: tuple[str, ...] | None = tuple(compiled.positiontup) if compiled.positional else None
        self.found: list[tuple[int, Process]] | None = None

    def rows(self, connection: Connection, values: dict[str, Any]) -> list[Any]:
        """Every row; see `Often`."""
        told = self.parameters(values)
        if start := connection.info.get(START):
            start()
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            cursor.execute(self.text, told)
            rows = cursor.fetchall()
        except Exception as error:
            connection._handle_dbapi_exception(error, self.text, told, cursor, None)  # raises it as SQLAlchemy does
        if self.found is None:
            self.found = list(self.processes(cursor.description))
        cursor.close()
        if self.found:
            rows = [row_with(row, self.found) for row in rows]
        return [self.row(row) for row in rows]

    def parameters(self, values: dict[str, Any]) -> Any:
        """As the driver takes them, by name or in their order."""
        all_of_them = self.constants | values
        told = {
            name: process(all_of_them[name]) if process else all_of_them[name] for name, process in self.given.items()
        }
        return told if self.order is None else [told[name] for name in self.order]

    def processes(self, description: Sequence[Sequence[Any]]) -> Iterable[tuple[int, Process]]:
        """For the columns whose values the driver does not give as the record's columns hold them."""
        for at, (kind, told) in enumerate(zip(self.types, description, strict=True)):
            process = kind.result_processor(self.dialect, told[1])
            if process is not None:
                yield at, process


def row_with(row: Sequence[Any], found: list[tuple[int, Process]]) -> list[Any]:
    """A row whose values went through their processes."""
    values = list(row)
    for at, process in found:
        values[at] = process(values[at])
    return values
