"""What a staged import will write, worked out before it is written, so that others wait only for the writing itself.

A commit is one act, and on SQLite nobody else writes meanwhile. Reading the staged rows back, giving values their types
and filling in what the file does not say takes longer than writing them, and needs nobody to wait: it is done on a
snapshot, and holds as long as the import has the same version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, String, Table, select
from sqlmodel import Session

from crm.bulk import Pack, packed_inserts, packed_updates, packs_well
from crm.columns import Record, table_of
from crm.ledger import from_json
from crm.site_streets import street_form
from crm.tables import ImportRow, ImportRun, RowState
from planning.import_defaults import NEW_ACCOUNT, NEW_SITE
from planning.import_kinds import KINDS, Kind
from planning.import_references import NEW_ACCOUNT as NEW
from planning.record_errors import MissingError

run, staged = table_of(ImportRun), table_of(ImportRow)

DEFAULTS: Mapping[str, Mapping[str, Any]] = {"account": NEW_ACCOUNT, "site": NEW_SITE}
"""What a new row is where the file does not say."""
DOING = (RowState.CREATE, RowState.UPDATE, RowState.CLOSE)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """Rows to be inserted into a table; `packs` hold the same where they are many and SQLite takes them.

    `of` says for each row at which place the new record stands that it hangs on, in the order of `Ready.creating`.
    Column `owner` then holds its id; without one the rows are records themselves, or know whom they hang on.
    """

    model: type[Record]
    rows: Sequence[Row]
    packs: Sequence[Pack] = ()
    owner: str = ""
    of: Sequence[int] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Values by id of the row of a table; `packs` as in `NewRows`."""

    table: Table
    rows: Sequence[tuple[int, Row]]
    packs: Sequence[Pack] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """What an import does, as it was at `version`: `creating` and `changing` are its staged rows, without their values.

    `records` become new records in that order, `hanging` goes with them or with known ones, `changes` is what differs.
    `naming` are those values that speak of an account still to be made (`new_account`), `streets` the forms of lines
    and cities of addresses, as `crm.site_streets` keeps them.
    """

    run_id: int
    kind: Kind
    version: int
    creating: Sequence[Row]
    changing: Sequence[Row]
    records: NewRows
    hanging: Sequence[NewRows]
    changes: Sequence[Changes]
    naming: Sequence[Row]
    streets: Mapping[str, bytes]


def made_ready(session: Session, run_id: int, now: datetime) -> Ready:
    """What the import would do; `now` is when what it makes is made.

    Raises:
        MissingError: there is no such import.
    """
    found = session.execute(select(run.c.kind, run.c.version).where(run.c.id == run_id)).first()
    if found is None:
        raise MissingError(f"There is no import {run_id}.")
    kind = KINDS[found.kind]
    names = ("id", "state", "external_id", "record_id", "writes", "targets")
    own = (staged.c.run_id == run_id, staged.c.state.in_(DOING))
    sql = select(*(staged.c[name] for name in names)).where(*own).order_by(staged.c.id)
    rows: list[Row] = [dict(zip(names, row, strict=True)) for row in session.execute(sql)]
    creating = [row for row in rows if row["state"] == RowState.CREATE]
    changing = [row for row in rows if row["state"] != RowState.CREATE]
    records = new_records(kind, creating, now)
    hanging = [*hanging_new(kind, creating), *hanging_known(kind, changing)]
    changes = [changed(table_of(model), changing) for model in (kind.table, *kind.hanging)]
    written = [row for block in (records, *hanging) for row in block.rows]
    written += [row for block in changes for _, row in block.rows]
    naming = list(filter(new_account, written))
    addresses = {row[name] for row in written for name in ("line", "city") if isinstance(row.get(name), str)}
    streets = {text: street_form(text) for text in addresses}
    for row in rows:
        del row["writes"]
    ready = Ready(run_id, kind, found.version, creating, changing, records, hanging, changes, naming, streets)
    return packed(ready, session.get_bind().dialect)


def new_records(kind: Kind, creating: Sequence[Row], now: datetime) -> NewRows:
    """The new records themselves."""
    table = table_of(kind.table)
    always = dict(DEFAULTS.get(table.name, {})) | ({"created_at": now} if "created_at" in table.c else {})
    rows = [typed(table, always | row["writes"][table.name]) for row in creating]
    if table.name == "account":
        rows = [values | {"external_id": row["external_id"]} for values, row in zip(rows, creating, strict=True)]
    return NewRows(kind.table, rows)


def hanging_new(kind: Kind, creating: Sequence[Row]) -> list[NewRows]:
    """What hangs on new records."""
    blocks = []
    for model, owner in kind.hanging.items():
        given = [(at, values) for at, row in enumerate(creating) for values in hung(table_of(model), row)]
        blocks.append(NewRows(model, [values for _, values in given], (), owner, [at for at, _ in given]))
    return blocks


def hanging_known(kind: Kind, changing: Sequence[Row]) -> list[NewRows]:
    """What is new and hangs on records that are there."""
    return [
        NewRows(
            model,
            [
                values | {owner: row["record_id"]}
                for row in changing
                if model.__tablename__ not in row["targets"]
                for values in hung(table_of(model), row)
            ],
        )
        for model, owner in kind.hanging.items()
    ]


def hung(table: Table, row: Row) -> list[Row]:
    """The rows of a table that a staged row says: one, or a list of them."""
    given = row["writes"].get(table.name, [])
    usual = DEFAULTS.get(table.name, {})
    return [typed(table, {**usual, **values}) for values in ([given] if isinstance(given, dict) else given)]


def changed(table: Table, changing: Sequence[Row]) -> Changes:
    """What differs in rows of a table that are there."""
    known = [row for row in changing if table.name in row["targets"]]
    return Changes(
        table,
        [
            (row["targets"][table.name][0], typed(table, row["writes"][table.name]))
            for row in known
            if isinstance(row["writes"].get(table.name), dict)
        ],
    )


def packed(ready: Ready, dialect: Dialect) -> Ready:
    """The same, with many rows as SQLite takes them; those that name accounts still to be made stay as they are."""

    def many(rows: Sequence[Row]) -> bool:
        return packs_well(dialect, rows) and not any(map(new_account, rows))

    def new(block: NewRows, *later: str) -> NewRows:
        packs = packed_inserts(dialect, table_of(block.model), block.rows, later) if many(block.rows) else ()
        return replace(block, rows=(), packs=packs) if packs else block

    def known(block: Changes) -> Changes:
        packs = packed_updates(dialect, block.table, block.rows) if many([row for _, row in block.rows]) else ()
        return replace(block, rows=(), packs=packs) if packs else block

    return replace(
        ready,
        records=new(ready.records, "id"),
        hanging=[new(block, *filter(None, (block.owner,))) for block in ready.hanging],
        changes=[known(block) for block in ready.changes],
    )


def new_account(values: Mapping[str, Any]) -> str:
    """What an account is called that is still to be made; "" for one that is there."""
    known = values.get("account_id")
    return known.removeprefix(NEW) if isinstance(known, str) else ""


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
