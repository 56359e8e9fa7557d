"""Bringing a file of accounts into the record in two phases: stage and look, then commit in one act."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.database import Database
from crm.tables import Account, AccountState, ImportRow, ImportRun, ImportState, RowState, Site
from planning.import_match import NEW_ACCOUNT, NEW_SITE, Decision, Known, decide, gone, rejected
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import BATCH, insert_all

if TYPE_CHECKING:
    from planning.account_table import AccountTable

account, site = table_of(Account), table_of(Site)
run, staged = table_of(ImportRun), table_of(ImportRow)


@dataclass(frozen=True, slots=True)
class RunView:
    """A staged file; `counts` says how many rows would be (or were) created, updated, closed, unchanged, rejected."""

    id: int
    source: str
    whole: bool
    state: str
    staged_at: datetime
    staged_by: str
    batch_id: int | None
    rows_read: int
    counts: Mapping[str, int]
    recognised: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of it, with a reason per field."""

    id: int
    line: int | None
    state: str
    external_id: str
    account_id: int | None
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows in the order of the file; `after` is the id to go on from, None on the last page."""

    rows: tuple[RowView, ...]
    after: int | None


def stage_accounts(database: Database, table: "AccountTable", *, whole: bool, by: str, now: datetime) -> int:
    """Compare a file with the record and keep what each row would do; nothing else changes. Returns the run's id.

    With `whole`, the file is the list of all accounts: those it no longer has would be closed, unless rows of it were
    rejected (an account may be missing only because its row is wrong).
    """
    with database.write() as session:
        known = known_accounts(session, [row.id for row in table.accounts])
        decisions = [decide(row, known.get(row.id)) for row in table.accounts]
        decisions += [rejected(row) for row in table.rejected]
        notes = list(table.notes)
        if whole:
            decisions += gone_accounts(session, table, notes)
        counts = {state.value: 0 for state in RowState}
        for decision in decisions:
            counts[decision.state.value] += 1
        made = ImportRun(
            source=table.source,
            whole=whole,
            staged_at=now,
            staged_by=by,
            rows_read=table.rows_read,
            counts=counts,
            recognised={item.field: item.column for item in table.recognised},
            notes=notes,
        )
        session.add(made)
        session.flush()
        assert made.id is not None
        rows = [staged_row(made.id, decision) for decision in sorted(decisions, key=in_file_order)]
        if rows:
            session.execute(insert(ImportRow), rows)
        return made.id


def in_file_order(decision: Decision) -> tuple[bool, int, str]:
    """Rows of the file by line, then the accounts that are no longer in it."""
    return decision.line is None, decision.line or 0, decision.external_id


def gone_accounts(session: Session, table: "AccountTable", notes: list[str]) -> Iterator[Decision]:
    """The accounts to close, with a note when rejected rows forbid it."""
    if faulty := sum(row.field != "id" for row in table.rejected):
        notes.append(f"No account is closed: {faulty} rejected rows may belong to accounts that seem to be missing.")
        return
    in_file = {row.id for row in table.accounts}
    live = select(account).where(account.c.state != AccountState.CLOSED).order_by(account.c.id)
    for row in session.execute(live).mappings():
        if row["external_id"] not in in_file:
            yield gone(row["external_id"], Known({str(name): value for name, value in row.items()}, None))


def known_accounts(session: Session, external_ids: Iterable[str]) -> dict[str, Known]:
    """The accounts that have these ids, each with its first site."""
    found: dict[str, Known] = {}
    for batch in batched(external_ids, BATCH):
        accounts = mappings(session, account, account.c.external_id.in_(batch))
        sites = mappings(session, site, site.c.account_id.in_([row["id"] for row in accounts]))
        first: dict[int, Mapping[str, Any]] = {}
        for row in sites:
            first.setdefault(row["account_id"], row)
        found |= {row["external_id"]: Known(row, first.get(row["id"])) for row in accounts}
    return found


def mappings(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    """The rows that fit, in order of their ids, by column name."""
    rows = session.execute(select(table).where(condition).order_by(table.c.id)).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


def staged_row(run_id: int, decision: Decision) -> dict[str, Any]:
    """A decision as a row; dates as text, which JSON has no other form for."""
    known = decision.known
    own = known.site if known else None
    return {
        "run_id": run_id,
        "line": decision.line,
        "state": decision.state,
        "external_id": decision.external_id,
        "account_id": known.account["id"] if known else None,
        "account_version": known.account["version"] if known else None,
        "site_id": own["id"] if own else None,
        "site_version": own["version"] if own else None,
        "account": decision.account,
        "site": {
            name: value.isoformat() if isinstance(value, date) else value for name, value in decision.site.items()
        },
        "reasons": [dict(reason) for reason in decision.reasons],
    }


def get_import(session: Session, run_id: int) -> RunView:
    """One staged or committed file.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(run).where(run.c.id == run_id)).mappings().first()
    if row is None:
        raise MissingError(f"There is no import {run_id}.")
    return RunView(**{**row, "notes": tuple(row["notes"])})


def import_rows(
    session: Session, run_id: int, *, state: RowState | None = None, after: int = 0, limit: int
) -> RowsPage:
    """What each row would do, or did; of one `state` only when it is named.

    Raises:
        MissingError: there is no such import.
    """
    get_import(session, run_id)
    names = ("id", "line", "state", "external_id", "account_id", "reasons")
    sql = select(*(staged.c[name] for name in names)).where(staged.c.run_id == run_id, staged.c.id > after)
    if state is not None:
        sql = sql.where(staged.c.state == state)
    found = [
        RowView(**{**row, "reasons": tuple(row["reasons"])})
        for row in session.execute(sql.order_by(staged.c.id).limit(limit + 1)).mappings()
    ]
    return RowsPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def commit_import(session: Session, run_id: int, *, now: datetime) -> RunView:
    """Do what was staged, all of it, within the act of `session`.

    Raises:
        MissingError: there is no such import.
        RefusedError: it was committed already, or an account has changed since it was staged.
    """
    found = get_import(session, run_id)
    if found.state == ImportState.COMMITTED:
        raise RefusedError(f"Import {run_id} was committed already.")
    rows = mappings(session, staged, staged.c.run_id == run_id)
    doing = [row for row in rows if row["state"] not in (RowState.UNCHANGED, RowState.REJECT)]
    check_fresh(session, doing)
    create(session, [row for row in doing if row["state"] == RowState.CREATE], now)
    change(session, [row for row in doing if row["state"] != RowState.CREATE])
    batch = session.info["batch_id"] if doing else None
    session.execute(update(run).where(run.c.id == run_id).values(state=ImportState.COMMITTED, batch_id=batch))
    return get_import(session, run_id)


def check_fresh(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse when a row would write over something that is not as it was when it was staged."""
    now = known_accounts(session, [row["external_id"] for row in rows])
    for row in rows:
        known = now.get(row["external_id"])
        own = known.site if known else None
        found = (known.account["version"] if known else None, own["version"] if own else None)
        wanted = row["account_version"], row["site_version"]
        if found != wanted and (row["state"] != RowState.CLOSE or found[0] != wanted[0]):
            raise RefusedError(f"Account {row['external_id']!r} has changed since the file was staged: stage it again.")


def create(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Insert the new accounts and their sites."""
    accounts = [{**NEW_ACCOUNT, **row["account"], "external_id": row["external_id"], "created_at": now} for row in rows]
    ids = insert_all(session, Account, accounts)
    sites = [{**NEW_SITE, **dated(row["site"]), "account_id": key} for key, row in zip(ids, rows, strict=True)]
    insert_all(session, Site, sites)


def change(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update what differs; an account without a site gets one."""
    update_rows(session, account, [(row["account_id"], row["account"]) for row in rows if row["account"]])
    update_rows(session, site, [(row["site_id"], dated(row["site"])) for row in rows if row["site"] and row["site_id"]])
    missing = [row for row in rows if row["site"] and row["site_id"] is None]
    insert_all(session, Site, [{**NEW_SITE, **dated(row["site"]), "account_id": row["account_id"]} for row in missing])


def update_rows(session: Session, table: Table, wanted: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Set different columns in different rows, those with the same columns by one statement."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values in wanted:
        row = {"row_id": key} | {f"new_{name}": value for name, value in values.items()}
        alike.setdefault(tuple(values), []).append(row)
    for names, rows in alike.items():
        values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        more = {"version": table.c.version + 1}
        session.connection().execute(update(table).where(table.c.id == bindparam("row_id")).values(values | more), rows)


def dated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a site with their dates back from text."""
    last = values.get("last_visit_on")
    return {**values, "last_visit_on": date.fromisoformat(last)} if last else dict(values)
