"""Reading the ledger, and taking changes back: undo is a new act that restores what was, and keeps the history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Boolean, Date, LargeBinary, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlmodel import Session

from crm.columns import Instant, Record, table_of
from crm.errors import RecordError
from crm.tables import Change, ChangeBatch

change = table_of(Change)
VERSION = "version"
BATCH = 500
"""Rows read at once while looking for conflicts."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that is in the way of an undo: what of it was changed again (nothing: it is there, or gone), and by whom.

    `batch_id` is the last act that changed the row, 0 where the ledger does not know of one.
    """

    table: str
    row_id: int
    fields: tuple[str, ...] = ()
    batch_id: int = 0
    by: str = ""

    def __str__(self) -> str:
        what = f" ({', '.join(self.fields)})" if self.fields else ""
        who = f", by {self.by} in batch {self.batch_id}" if self.batch_id else ""
        return f"{self.table} {self.row_id}{what}{who}"


class UndoConflictError(RecordError, RuntimeError):
    """What should be undone was changed again since; `rows` are the rows in the way, the message names the first."""

    def __init__(self, rows: Sequence[Conflict], more: str = "") -> None:
        self.rows = tuple(rows)
        named = "; ".join(map(str, self.rows[:3]))
        rest = f"; and {len(self.rows) - 3} more" if len(self.rows) > 3 else ""
        super().__init__(f"Changed again since, so it cannot be undone: {named}{rest}." if rows else more)


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
    """Take back what `made` changed, newest change first; call it inside an act that undoes.

    Of a row that was changed, the columns that were changed go back to what they were, to the bit; what somebody
    changed since in other columns stays. The version of a row goes on counting.

    Raises:
        UndoConflictError: what `made` changed was changed again, or a row made since refers to one that would go.
    """
    if rows := conflicts(session, made):
        raise UndoConflictError(rows)
    steps = groupby(reversed(made), key=kind_of_step)
    try:
        for (name, *_), group in steps:
            for rows_of_step in distinct(group):
                reverse(session, Record.metadata.tables[name], rows_of_step)
    except (IntegrityError, ProgrammingError) as error:
        if (why := refusal(error)) is None:
            raise
        raise UndoConflictError((), why) from error


def refusal(error: DBAPIError) -> str | None:
    """Why the database takes no such rows, for people; None where a statement is wrong rather than its rows."""
    origin = error.orig
    by_trigger = getattr(origin, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER"
    if by_trigger or getattr(origin, "sqlstate", "") == "P0001":
        return f"There would be {str(origin).partition('\n')[0]}: what was made since is in the way."
    if isinstance(error, IntegrityError):
        return "Something made since refers to it or takes its place, so it cannot be undone."
    return None


def kind_of_step(made: Entry) -> tuple[str, bool, bool, tuple[str, ...]]:
    """What changes must share to be taken back by one statement: table, kind, and the columns to write."""
    return made.table, made.before is None, made.after is None, columns_back(made)


def columns_back(made: Entry) -> tuple[str, ...]:
    """The columns that taking a change back writes: all of a row that was removed, else those that were changed."""
    if made.before is None or made.after is None:
        return tuple(made.before or ())
    return changed_columns(made.before, made.after)


def changed_columns(before: Row, after: Row) -> tuple[str, ...]:
    """What differs between two states of a row, its version apart."""
    return tuple(name for name, value in before.items() if name != VERSION and after.get(name) != value)


def conflicts(session: Session, made: Sequence[Entry]) -> list[Conflict]:
    """The rows of which something that was changed is not as the last of the changes left it."""
    of_row: dict[tuple[str, int], list[Entry]] = {}
    for item in made:
        of_row.setdefault((item.table, item.row_id), []).append(item)
    found = []
    for name in dict.fromkeys(table for table, _ in of_row):
        table = Record.metadata.tables[name]
        wanted = {row_id: steps for (of, row_id), steps in of_row.items() if of == name}
        now = rows_by_id(session, table, wanted)
        for row_id, steps in wanted.items():
            if (fields := in_the_way(steps, now.get(row_id))) is not None:
                found.append(named(session, Conflict(name, row_id, fields), steps[-1].id))
    return found


def in_the_way(steps: Sequence[Entry], now: Row | None) -> tuple[str, ...] | None:
    """Which columns of a row are not as they were left; empty when it is there or gone against that, None when fine.

    A row that would be removed again must be as it was left in every column: nothing of it would stay.
    """
    left = steps[-1].after
    if left is None or now is None:
        return None if left is now else ()
    if steps[0].before is None:
        watched: Iterable[str] = left
    else:
        watched = {name for item in steps for name in changed_columns(item.before or {}, item.after or {})}
    fields = tuple(sorted(name for name in watched if name != VERSION and now[name] != left.get(name)))
    return fields or None


def named(session: Session, conflict: Conflict, since: int) -> Conflict:
    """The same with who changed the row last after the change `since`, the act that is open left out."""
    sql = (
        select(ChangeBatch.id, ChangeBatch.made_by)  # type: ignore[call-overload]
        .join(change, change.c.batch_id == ChangeBatch.id)
        .where(change.c.table_name == conflict.table, change.c.row_id == conflict.row_id, change.c.id > since)
        .where(change.c.batch_id != session.info.get("batch_id", 0))
        .order_by(change.c.id.desc())
    )
    row = session.execute(sql.limit(1)).first()
    return conflict if row is None else replace(conflict, batch_id=row[0], by=row[1])


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
    names = columns_back(made[0])
    values = {name: bindparam(f"old_{name}", type_=table.c[name].type) for name in names}
    counting = {VERSION: table.c.version + 1} if counted else {}
    if values or counting:
        connection.execute(
            update(table).where(key == bindparam("row")).values(values | counting),
            [{"row": item.row_id} | {f"old_{name}": (item.before or {})[name] for name in names} for item in made],
        )
