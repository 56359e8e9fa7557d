"""The second phase of an import: writing what was staged, if the record still is as it was then."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.bulk import Pack, insert_many, write_packs
from crm.columns import table_of
from crm.site_streets import expect
from crm.tables import Account, AccountState, ImportRow, RowState
from planning.account_keys import ids_by_key
from planning.import_defaults import NEW_ACCOUNT
from planning.import_ready import NewRows, Ready, Row, new_account
from planning.record_errors import RefusedError
from planning.record_rows import BATCH, insert_all, insert_numbered, update_rows

staged = table_of(ImportRow)
NOTED = "UPDATE import_row SET record_id = ? WHERE id = ?"


def write_ready(session: Session, ready: Ready, now: datetime) -> None:
    """Create and change what an import says.

    Raises:
        RefusedError: something it was compared with has changed since, or something it refers to is gone.
    """
    if not ready.creating and not ready.changing:
        return
    try:
        check_fresh(session, ready)
        expect(session, ready.streets)
        make_accounts(session, ready.naming, now)
        made = create(session, ready)
        for block in ready.changes:
            write_packs(session, block.packs)
            update_rows(session, block.table, block.rows)
        for new in ready.hanging:
            hang(session, new, made)
        if ready.kind.finish:
            ready.kind.finish(session, [*made, *(row["record_id"] for row in ready.changing)])
        session.flush()
    except IntegrityError as error:
        raise RefusedError("The record has changed since the file was staged: stage it again.") from error


def make_accounts(session: Session, naming: Sequence[Row], now: datetime) -> None:
    """Make the accounts that these values are the first to name, and put their ids into the values."""
    named = dict.fromkeys(map(new_account, naming))
    if not named:
        return
    ids = ids_by_key(session, named)
    wanted = [name for name in named if name not in ids]
    prospect = {**NEW_ACCOUNT, "state": AccountState.PROSPECT, "created_at": now}
    made = insert_all(session, Account, [{**prospect, "external_id": name, "name": name} for name in wanted])
    ids |= dict(zip(wanted, made, strict=True))
    for values in naming:
        values["account_id"] = ids[new_account(values)]


def check_fresh(session: Session, ready: Ready) -> None:
    """Refuse when a row would write over something that is not as it was when it was staged."""
    kind = ready.kind
    for table in (table_of(model) for model in (kind.table, *kind.hanging)):
        rows = (*ready.creating, *ready.changing)
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
    new_ids = [row["external_id"] for row in ready.creating if row["external_id"]]
    if taken := ids_taken(session, table_of(kind.table), new_ids):
        raise RefusedError(f"{taken!r} has changed since the file was staged (it is there now): stage it again.")


def versions(session: Session, table: Table, ids: Iterable[int]) -> dict[int, int]:
    """The versions of these rows as they are."""
    found: dict[int, int] = {}
    for batch in batched(ids, BATCH):
        sql = select(table.c.id, table.c.version).where(table.c.id.in_(batch))
        found |= {row[0]: row[1] for row in session.execute(sql)}
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


def create(session: Session, ready: Ready) -> list[int]:
    """Insert the new records, and note with each staged row which it became; returns their ids."""
    new, number = ready.records, len(ready.creating)
    if new.packs:
        ids = insert_numbered(session, table_of(new.model), new.packs, number)
        noted = [(key, row["id"]) for key, row in zip(ids, ready.creating, strict=True)]
        write_packs(session, [Pack(NOTED, range(number), noted)])
        return ids
    ids = insert_all(session, new.model, new.rows)
    if ids:
        session.connection().execute(
            update(staged).where(staged.c.id == bindparam("staged_id")).values(record_id=bindparam("made_id")),
            [{"staged_id": row["id"], "made_id": key} for row, key in zip(ready.creating, ids, strict=True)],
        )
    return ids


def hang(session: Session, new: NewRows, made: Sequence[int]) -> None:
    """Insert what hangs on records; `made` are the ids of the new ones."""
    owners = [made[at] for at in new.of]
    write_packs(session, new.packs, *([owners] if new.owner else []))
    rows = new.rows
    if new.owner and rows:
        rows = [{**row, new.owner: key} for row, key in zip(rows, owners, strict=True)]
    insert_many(session, table_of(new.model), rows)
