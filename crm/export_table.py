"""A table as a CSV file that spreadsheets open safely, deflated part by part, and its cells back again."""

import csv
import hashlib
import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    select,
    tuple_,
)

from crm.backup import AT_ONCE, Member, _sorted
from crm.cells import neutral, original
from crm.columns import Instant
from crm.zip_stream import Checks, deflated, inflated

PART = 20_000
"""Rows that are deflated together; the file's bytes depend on it."""


class TableFile:
    """The file of a table in parts of `PART` rows; the first has the header, the last is the one that has fewer rows.

    `following` is the number of the part that comes next, None when there is none.
    """

    def __init__(self, connection: Connection, table: Table, condition: Any = None) -> None:
        self.connection, self.table, self.condition = connection, table, condition
        self.digest, self.checks, self.rows = hashlib.sha256(), Checks(), 0
        self.following: int | None = 0
        self.lines = csv_lines(connection, table, condition)

    @property
    def member(self) -> Member:
        """What a manifest says of it, once all parts were made."""
        return Member(self.rows, self.digest.hexdigest())

    def skip(self, parts: Iterable[Iterable[bytes]]) -> None:
        """Go on after parts that were made before, and kept; none of them is the last."""
        for part in parts:
            for text in inflated(self._packed(part)):
                self._take(text)
            self.following, self.rows = self.rows // PART + 1, self.rows + PART
        if self.following:
            self.lines = csv_lines(self.connection, self.table, self.condition, skip=self.rows)
            next(self.lines)  # the header, which was in the first

    def part(self) -> Iterator[bytes]:
        """Deflated pieces of the part that comes next."""
        assert self.following is not None
        before = self.rows
        yield from self._packed(deflated(self._lines(header=self.following == 0)))
        self.following = self.following + 1 if self.rows - before == PART else None

    def _lines(self, *, header: bool) -> Iterator[bytes]:
        if header:
            line = next(self.lines)
            self._take(line)
            yield line
        for line in islice(self.lines, PART):
            self.rows += 1
            self._take(line)
            yield line

    def _packed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.checks.packed += len(piece)
            yield piece

    def _take(self, text: bytes) -> None:
        self.digest.update(text)
        self.checks.take(text)


def csv_lines(connection: Connection, table: Table, condition: Any = None, *, skip: int = 0) -> Iterator[bytes]:
    """Header and rows of a table in order of their keys, the columns in order of their names, the key first.

    Rows are read page by page within the snapshot: no statement takes long, however slowly the lines are taken. The
    first `skip` rows are left out.
    """
    columns, keys = ordered(table), list(table.primary_key)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")

    def taken() -> bytes:
        text = out.getvalue()
        out.seek(0)
        out.truncate()
        return text.encode()

    writer.writerow([column.name for column in columns])
    yield taken()
    writers = [cell_writer(column) for column in columns]
    sql = select(*columns).order_by(*keys).limit(AT_ONCE)
    if condition is not None:
        sql = sql.where(condition)
    page = connection.execute(sql.offset(skip) if skip else sql).all()
    while page:
        for row in page:
            writer.writerow([write(value) for write, value in zip(writers, row, strict=True)])
            yield taken()
        if len(page) < AT_ONCE:
            return
        last = [page[-1]._mapping[key] for key in keys]
        beyond = keys[0] > last[0] if len(keys) == 1 else tuple_(*keys) > tuple(last)
        page = connection.execute(sql.where(beyond)).all()


def ordered(table: Table) -> list[Column[Any]]:
    """The columns of a table: its key, then the others by name."""
    return sorted(table.columns, key=lambda column: (not column.primary_key, column.name))


def cell_writer(column: Column[Any]) -> Callable[[Any], str]:
    """Writes a value of a column as a cell; nothing is an empty cell.

    An empty text is an empty cell too where the column cannot be without a value; elsewhere it is an apostrophe.
    """
    kind, optional = column.type, bool(column.nullable)

    def write(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(kind, JSON):
            return neutral(json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")))
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime):
            moment = Instant().process_result_value(value, None)  # type: ignore[arg-type]
            return moment.isoformat() if moment else ""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bytes | memoryview):
            return b64encode(bytes(value)).decode()
        if isinstance(value, int | float):
            return repr(float(value)) if isinstance(kind, Float) else repr(value)
        return neutral(str(value)) if value else "'" * optional

    return write


def cell_reader(column: Column[Any]) -> Callable[[str], Any]:
    """Reads the cells that `cell_writer` writes."""
    kind, optional = column.type, bool(column.nullable)
    plain: list[tuple[type, Callable[[str], Any]]] = [
        (JSON, lambda text: json.loads(original(text))),
        (Boolean, lambda text: {"true": True, "false": False}[text]),
        (Integer, int),
        (Float, float),
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (LargeBinary, b64decode),
    ]
    for of, read in plain:
        if isinstance(kind, of):
            return lambda text, read=read: None if text == "" else read(text)  # type: ignore[misc]
    return lambda text: None if text == "" and optional else original(text)
