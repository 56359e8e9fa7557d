"""PostgreSQL through psycopg 3: connections that are looked at before use and keep what they have prepared."""

import select
from collections.abc import Sequence
from time import monotonic
from typing import Any, cast, overload

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

SURE_S = 10.0
"""A connection that was used so lately is good as long as nothing has come in on it."""


class Columns(Sequence[psycopg.Column]):
    """What an answer's columns are called and hold, found out when somebody looks: of known statements nobody does."""

    def __init__(self, cursor: "RecordCursor", size: int) -> None:
        self.cursor, self.size = cursor, size

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> psycopg.Column: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[psycopg.Column]: ...
    def __getitem__(self, index: int | slice) -> psycopg.Column | Sequence[psycopg.Column]:
        return self.cursor.described()[index]


class RecordCursor(psycopg.Cursor[Any]):
    """A cursor that spares what takes psycopg longer than fetching a few rows: describing them."""

    @property
    def description(self) -> list[psycopg.Column] | None:
        """The columns of the answer; None when there are none."""
        found = self.pgresult
        if found is None or not found.nfields:
            return super().description
        return cast("list[psycopg.Column]", Columns(self, found.nfields))

    def described(self) -> list[psycopg.Column]:
        """The same at once."""
        return super().description or []


class RecordConnection(psycopg.Connection[Any]):
    """A connection whose reads end with COMMIT: they change nothing, and at a ROLLBACK psycopg forgets all
    statements that it prepared. So the server parses and plans what is asked often once, not at every request.
    """

    def rollback(self) -> None:
        """End the transaction; nothing that it changed stays."""
        if self.read_only and self.info.transaction_status == TransactionStatus.INTRANS:
            self.commit()
        else:
            super().rollback()


def connected(address: URL, **options: Any) -> Engine:
    """An engine; `options` are those of `create_engine`.

    Raises:
        ModuleNotFoundError: the driver is not installed.
    """
    engine = create_engine(address.set(drivername="postgresql+psycopg"), **options)
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", look_at)
    return engine


def connect(_: Any, __: Any, positional: list[Any], named: dict[str, Any]) -> RecordConnection:
    """Instead of the driver's own kind of connection, ours."""
    return RecordConnection.connect(*positional, cursor_factory=RecordCursor, **named)


def note_use(_: Any, entry: ConnectionPoolEntry) -> None:
    """Remember when a connection came back to the pool."""
    entry.info["used_s"] = monotonic()


def look_at(connection: RecordConnection, entry: ConnectionPoolEntry, _: Any) -> None:
    """Let a dead connection and all that are as old be replaced before anything is asked.

    A server that ended a connection has told it, or its machine has: something can be read there. Only then, and after
    a while without use, is the server asked, which takes a way there and back.
    """
    used_s: float | None = entry.info.get("used_s")
    if used_s is None or (monotonic() - used_s < SURE_S and nothing_came(connection)):
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()
    except psycopg.Error as error:
        raise InvalidatePoolError(str(error)) from error


def nothing_came(connection: RecordConnection) -> bool:
    """True while nothing can be read from the server, not even the end."""
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    return not looked.poll(0)
