"""Reading the ledger, and taking changes back: undo is a new act that restores what was, and keeps the history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Boolean, Date, LargeBinary, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.columns import Instant, Record, table_of
from crm.errors import RecordError
from crm.tables import Change

change = table_of(Change)
VERSION = "version"
BATCH = 500
"""Rows read at once while looking for conflicts."""

Row = Mapping[str, Any]


class UndoConflictError(RecordError, RuntimeError):
    """What should be undone was changed again since; `rows` names the first of them as (table, id)."""

    def __init__(self, rows: Sequence[tuple[str, int]], more: str = "") -> None:
        self.rows = tuple(rows)
        named = ", ".join(f"{table} {row_id}" for table, row_id in self.rows[:3])
        super().__init__(f"Changed again since, so it cannot be undone: {named}." if rows else more)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, its values in the types of the columns."""

    id: int
    table: str
    row_id: int
    before: Row | None
    after: Row | None


def entries(session: Session, batch_id: int, only: int | None = None) -> list[Entry]:
    """The changes of a batch in the order they were made; `only` picks a single one."""
    sql = select(change).where(change.c.batch_id == batch_id).order_by(change.c.id)
    if only is not None:
        sql = sql.where(change.c.id == only)
    return [entry(row._mapping) for row in session.execute(sql)]


def entry(row: Mapping[Any, Any]) -> Entry:
    """A row of the table as a value."""
    table = Record.metadata.tables[row["table_name"]]
    before, after = (decoded(table, row[name]) for name in ("before", "after"))
    return Entry(row["id"], row["table_name"], row["row_id"], before, after)


def decoded(table: Table, row: Row | None) -> Row | None:
    """The values of a row from their form in JSON, columns that the table no longer has left out."""
    if row is None:
        return None
    return {name: from_json(table.c[name].type, value) for name, value in row.items() if name in table.c}


def from_json(kind: Any, value: Any) -> Any:
    """A value as the column's Python type."""
    if value is None:
        return None
    if isinstance(kind, Instant):
        return Instant().process_result_value(datetime.fromisoformat(value), None)  # type: ignore[arg-type]
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value.removeprefix("\\x"))
    if isinstance(kind, Boolean):
        return bool(value)
    return value


def take_back(session: Session, made: Sequence[Entry]) -> None:
    """Restore the rows as they were before `made`, newest change first; call it inside an act that undoes.

    The version of a row goes on counting. Everything else is as it was before, to the bit.

    Raises:
        UndoConflictError: a row is not as `made` left it, or a row made since refers to one that would go.
    """
    if rows := conflicts(session, made):
        raise UndoConflictError(rows)
    steps = groupby(reversed(made), key=kind_of_step)
    try:
        for (name, *_), group in steps:
            for rows_of_step in distinct(group):
                reverse(session, Record.metadata.tables[name], rows_of_step)
    except IntegrityError as error:
        raise UndoConflictError((), "Something made since refers to it, so it cannot be undone.") from error


def kind_of_step(made: Entry) -> tuple[str, bool, bool, tuple[str, ...]]:
    """What changes must share to be taken back by one statement: table, kind, and the columns they know."""
    return made.table, made.before is None, made.after is None, tuple(made.before or ())


def conflicts(session: Session, made: Sequence[Entry]) -> list[tuple[str, int]]:
    """The rows that are not as the last of the changes left them; versions do not count."""
    left = {(item.table, item.row_id): item.after for item in made}
    found = []
    for name in dict.fromkeys(table for table, _ in left):
        table = Record.metadata.tables[name]
        wanted = {row_id: row for (of, row_id), row in left.items() if of == name}
        now = rows_by_id(session, table, wanted)
        found += [(name, row_id) for row_id, row in wanted.items() if not same(row, now.get(row_id))]
    return found


def same(left: Row | None, now: Row | None) -> bool:
    """True when a row still is as it was left, its version and columns that are younger than the change apart."""
    if left is None or now is None:
        return left is now
    return all(now[name] == value for name, value in left.items() if name != VERSION)


def rows_by_id(session: Session, table: Table, ids: Iterable[int]) -> dict[int, Row]:
    """The rows as they are, locked so that they stay so (on SQLite a writer is alone anyway)."""
    (key,) = table.primary_key.columns
    found: dict[int, Row] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), BATCH):
        sql = select(table).where(key.in_(wanted[start : start + BATCH])).with_for_update()
        for row in session.execute(sql).mappings():
            found[row[key.name]] = {str(name): value for name, value in row.items()}
    return found


def distinct(group: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a run of changes so that no row comes twice in a piece."""
    piece: list[Entry] = []
    seen: set[int] = set()
    for item in group:
        if item.row_id in seen:
            yield piece
            piece, seen = [], set()
        piece.append(item)
        seen.add(item.row_id)
    if piece:
        yield piece


def reverse(session: Session, table: Table, made: Sequence[Entry]) -> None:
    """Take back changes of one kind in one table."""
    (key,) = table.primary_key.columns
    connection = session.connection()
    if made[0].before is None:
        connection.execute(delete(table).where(key == bindparam("row")), [{"row": item.row_id} for item in made])
        return
    counted = VERSION in table.c
    if made[0].after is None:
        rows = [dict(item.before or {}) for item in made]
        for row in rows:
            if counted:
                row[VERSION] += 1
        connection.execute(insert(table), rows)
        return
    names = [name for name in made[0].before if name not in (key.name, VERSION)]
    values = {name: bindparam(f"old_{name}", type_=table.c[name].type) for name in names}
    counting = {VERSION: table.c.version + 1} if counted else {}
    connection.execute(
        update(table).where(key == bindparam("row")).values(values | counting),
        [{"row": item.row_id} | {f"old_{name}": (item.before or {})[name] for name in names} for item in made],
    )
