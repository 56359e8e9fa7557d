"""The second phase of an import: writing what was staged, if the record still is as it was then."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import batched
from typing import Any

from sqlalchemy import String, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.columns import Record, table_of
from crm.ledger import from_json
from crm.tables import Account, AccountState, ImportRow, RowState
from planning.account_keys import ids_by_key
from planning.import_defaults import NEW_ACCOUNT, NEW_SITE
from planning.import_kinds import Kind
from planning.import_references import NEW_ACCOUNT as NEW
from planning.record_errors import RefusedError
from planning.record_rows import BATCH, insert_all, update_rows

staged, account = table_of(ImportRow), table_of(Account)

DEFAULTS: Mapping[str, Mapping[str, Any]] = {"account": NEW_ACCOUNT, "site": NEW_SITE}
"""What a new row is where the file does not say."""

Row = dict[str, Any]


def write_rows(session: Session, kind: Kind, rows: Sequence[Row], now: datetime) -> None:
    """Create and change what these staged rows say.

    Raises:
        RefusedError: something they were compared with has changed since, or something they refer to is gone.
    """
    if not rows:
        return
    try:
        check_fresh(session, kind, rows)
        rows = with_accounts(session, rows, now)
        made = create(session, kind, [row for row in rows if row["state"] == RowState.CREATE], now)
        changed = change(session, kind, [row for row in rows if row["state"] != RowState.CREATE])
        if kind.finish:
            kind.finish(session, [*made, *changed])
        session.flush()
    except IntegrityError as error:
        raise RefusedError("The record has changed since the file was staged: stage it again.") from error


def with_accounts(session: Session, rows: Sequence[Row], now: datetime) -> list[Row]:
    """The same rows, once the accounts that they are the first to name have been made."""
    named = dict.fromkeys(new for row in rows for values in all_values(row) if (new := new_account(values)))
    if not named:
        return list(rows)
    ids = ids_by_key(session, named)
    wanted = [name for name in named if name not in ids]
    prospect = {**NEW_ACCOUNT, "state": AccountState.PROSPECT, "created_at": now}
    made = insert_all(session, Account, [{**prospect, "external_id": name, "name": name} for name in wanted])
    ids |= dict(zip(wanted, made, strict=True))
    for values in (values for row in rows for values in all_values(row)):
        if name := new_account(values):
            values["account_id"] = ids[name]
    return list(rows)


def all_values(row: Row) -> list[Row]:
    """What a staged row writes, table by table."""
    return [values for item in row["writes"].values() for values in ([item] if isinstance(item, dict) else item)]


def new_account(values: Mapping[str, Any]) -> str:
    """What an account is called that is still to be made; "" for one that is there."""
    known = values.get("account_id")
    return known.removeprefix(NEW) if isinstance(known, str) else ""


def check_fresh(session: Session, kind: Kind, rows: Sequence[Row]) -> None:
    """Refuse when a row would write over something that is not as it was when it was staged."""
    for table in (table_of(model) for model in (kind.table, *kind.hanging)):
        wanted = {row["targets"][table.name][0]: row for row in rows if table.name in row["targets"]}
        now = versions(session, table, wanted)
        for row_id, row in wanted.items():
            if row["state"] == RowState.CLOSE and table.name != kind.table.__tablename__:
                continue
            if now.get(row_id) != row["targets"][table.name][1]:
                raise RefusedError(
                    f"{str(kind.table.__tablename__).capitalize()} {row['external_id'] or row_id!r} has changed since "
                    "the file was staged: stage it again."
                )
    new_ids = [row["external_id"] for row in rows if row["state"] == RowState.CREATE and row["external_id"]]
    if taken := ids_taken(session, table_of(kind.table), new_ids):
        raise RefusedError(f"{taken!r} has changed since the file was staged (it is there now): stage it again.")


def versions(session: Session, table: Table, ids: Iterable[int]) -> dict[int, int]:
    """The versions of these rows as they are."""
    found: dict[int, int] = {}
    for batch in batched(ids, BATCH):
        found |= {row.id: row.version for row in session.execute(select(table).where(table.c.id.in_(batch)))}
    return found


def ids_taken(session: Session, table: Table, external_ids: Sequence[str]) -> str:
    """One of these ids that a row has by now; "" when they are all free."""
    if "external_id" not in table.c:
        return ""
    for batch in batched(external_ids, BATCH):
        taken = session.scalar(select(table.c.external_id).where(table.c.external_id.in_(batch)).limit(1))
        if taken is not None:
            return str(taken)
    return ""


def create(session: Session, kind: Kind, rows: Sequence[Row], now: datetime) -> list[int]:
    """Insert the new records and what hangs on them; returns their ids."""
    table = table_of(kind.table)
    dated = {"created_at": now} if "created_at" in table.c else {}
    whole = [typed(table, dated | dict(DEFAULTS.get(table.name, {})) | row["writes"][table.name]) for row in rows]
    if table.name == "account":
        whole = [values | {"external_id": row["external_id"]} for values, row in zip(whole, rows, strict=True)]
    ids = insert_all(session, kind.table, whole)
    note_ids(session, list(zip(rows, ids, strict=True)))
    for model, column in kind.hanging.items():
        hang(session, model, [(key, column, row) for key, row in zip(ids, rows, strict=True)])
    return ids


def note_ids(session: Session, made: Sequence[tuple[Row, int]]) -> None:
    """Keep with each staged row which record it became."""
    if made:
        session.connection().execute(
            update(staged).where(staged.c.id == bindparam("staged_id")).values(record_id=bindparam("made_id")),
            [{"staged_id": row["id"], "made_id": key} for row, key in made],
        )


def change(session: Session, kind: Kind, rows: Sequence[Row]) -> list[int]:
    """Update what differs, and add what hangs on it and is new; returns the ids of the changed records."""
    for model in (kind.table, *kind.hanging):
        table = table_of(model)
        known = [
            row for row in rows if table.name in row["targets"] and isinstance(row["writes"].get(table.name), dict)
        ]
        pairs = [(row["targets"][table.name][0], typed(table, row["writes"][table.name])) for row in known]
        update_rows(session, table, pairs)
    for model, column in kind.hanging.items():
        name = model.__tablename__
        hang(session, model, [(row["record_id"], column, row) for row in rows if name not in row["targets"]])
    return [row["record_id"] for row in rows]


def hang(session: Session, model: type[Record], wanted: Sequence[tuple[int, str, Row]]) -> None:
    """Insert what hangs on records: one row for each, or a list of them."""
    table = table_of(model)
    rows = []
    for key, column, row in wanted:
        given = row["writes"].get(table.name, [])
        for values in [given] if isinstance(given, dict) else given:
            rows.append(typed(table, dict(DEFAULTS.get(table.name, {})) | values | {column: key}))
    alike: dict[tuple[str, ...], list[Row]] = {}
    for values in rows:
        alike.setdefault(tuple(sorted(values)), []).append(values)
    for group in alike.values():
        session.connection().execute(insert(table), group)


def typed(table: Table, values: Mapping[str, Any]) -> Row:
    """Values back from JSON in the types of their columns; what is typed already stays."""
    kinds = columns_not_text(table)
    return {
        name: from_json(kinds[name], value) if name in kinds and isinstance(value, str) else value
        for name, value in values.items()
    }


@lru_cache
def columns_not_text(table: Table) -> Mapping[str, Any]:
    """The types of those columns whose values may be other than they are in JSON."""
    return {column.name: column.type for column in table.c if not isinstance(column.type, String)}
