"""Bringing a file into the record in two phases: stage and look, then commit in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, insert, select, update
from sqlmodel import Session

from crm.bulk import Pack, packed_inserts, packs_well, write_packs
from crm.columns import table_of
from crm.database import Database
from crm.tables import ImportRow, ImportRun, ImportState, RowState
from planning.import_commit import write_ready
from planning.import_decision import Decision
from planning.import_fields import Setting
from planning.import_kinds import KINDS, Kind
from planning.import_ready import Ready, made_ready
from planning.record_errors import MissingError, RefusedError

run, staged = table_of(ImportRun), table_of(ImportRow)


@dataclass(frozen=True, slots=True)
class RunView:
    """A staged file; `counts` says how many rows would be (or were) created, updated, unchanged, rejected …"""

    id: int
    kind: str
    source: str
    whole: bool
    state: str
    staged_at: datetime
    staged_by: str
    batch_id: int | None
    options: Mapping[str, Any]
    rows_read: int
    counts: Mapping[str, int]
    recognised: Mapping[str, str]
    notes: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class CandidateView:
    """What a row under review would be if it were chosen: of which record, and why."""

    state: str
    label: str
    record_id: int | None
    account_id: int | None
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of it, with a reason per field; `candidates` where somebody has to choose."""

    id: int
    line: int | None
    state: str
    external_id: str
    record_id: int | None
    account_id: int | None
    candidates: tuple[CandidateView, ...]
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows in the order of the file; `after` is the id to go on from, None on the last page."""

    rows: tuple[RowView, ...]
    after: int | None


def kind_of(name: str) -> Kind:
    """A kind of record that can be imported.

    Raises:
        MissingError: there is no such kind.
    """
    if name not in KINDS:
        raise MissingError(f"{name!r} cannot be imported; there are: {', '.join(KINDS)}.")
    return KINDS[name]


def stage_file(database: Database, kind: Kind, path: Path, setting: Setting) -> int:
    """Compare a file with the record and keep what each row would do; nothing else changes. Returns the run's id.

    Raises:
        TableError: the file as a whole cannot be used.
    """
    return stage(database, kind, kind.read(path, setting), setting)


def stage(database: Database, kind: Kind, file: Any, setting: Setting) -> int:
    """The same for a file that `kind` has read. Nobody waits while it is compared: that is done on a snapshot."""
    with database.read() as session:
        made = staging(database.engine.dialect, *compared(session, kind, file, setting))
    with database.write() as session:
        return keep_run(session, made)


def compared(session: Session, kind: Kind, file: Any, setting: Setting) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns of the run, and its rows (without `run_id`) in the order of the file, as JSON takes them."""
    decisions = sorted(kind.decide(session, file, setting), key=in_file_order)
    facts = {
        "kind": kind.name,
        "source": file.source,
        "whole": setting.whole,
        "staged_by": setting.by,
        "options": {"columns": dict(setting.columns), "set": dict(setting.constants), "zone": str(setting.zone)},
        "rows_read": file.rows_read,
        "counts": counts_of([decision.state for decision in decisions]),
        "recognised": dict(file.recognised),
        "notes": list(file.notes),
        "staged_at": setting.now,
    }
    return facts, [staged_row(decision) for decision in decisions]


@dataclass(frozen=True, slots=True, eq=False)
class Staging:
    """A run and its rows, about to be written; `packs` hold the rows where they are many and SQLite takes them."""

    facts: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    packs: Sequence[Pack]


def staging(dialect: Dialect, facts: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Staging:
    """What was compared, made ready for `keep_run` before anybody has to wait for it."""
    packs = packed_inserts(dialect, staged, rows, ("run_id",)) if packs_well(dialect, rows) else ()
    return Staging(facts, rows, packs)


def keep_run(session: Session, new: Staging) -> int:
    """Write a run and its rows; returns its id."""
    made = ImportRun(**new.facts)
    session.add(made)
    session.flush()
    assert made.id is not None
    if new.packs:
        write_packs(session, new.packs, [made.id] * len(new.rows))
    elif new.rows:
        session.execute(insert(ImportRow), [{"run_id": made.id, **row} for row in new.rows])
    return made.id


def counts_of(states: list[RowState]) -> dict[str, int]:
    """How many rows there are of every state."""
    return {state.value: states.count(state) for state in RowState}


def in_file_order(decision: Decision) -> tuple[bool, int, str]:
    """Rows of the file by line, then the records that are no longer in it."""
    return decision.line is None, decision.line or 0, decision.external_id


def staged_row(decision: Decision) -> dict[str, Any]:
    """A decision as a row; dates as text, which JSON has no other form for."""
    return {
        "line": decision.line,
        "state": decision.state.value,
        "external_id": decision.external_id,
        "record_id": decision.record_id,
        "account_id": decision.account_id if isinstance(decision.account_id, int) else None,
        "writes": as_json(decision.writes),
        "targets": {name: list(target) for name, target in decision.targets.items()},
        "candidates": as_json(decision.candidates),
        "reasons": [dict(reason) for reason in decision.reasons],
    }


def as_json(value: Any) -> Any:
    """A value with days and moments as text, all through."""
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def get_import(session: Session, run_id: int) -> RunView:
    """One staged or committed file.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(run).where(run.c.id == run_id)).mappings().first()
    if row is None:
        raise MissingError(f"There is no import {run_id}.")
    return RunView(**{**row, "notes": tuple(row["notes"]), "options": row["options"] or {}})


def list_imports(session: Session, *, after: int = 0, limit: int) -> tuple[tuple[RunView, ...], int | None]:
    """Imports, the newest first, those with ids below `after` (0: from the newest); and where to go on."""
    sql = select(run.c.id).order_by(run.c.id.desc()).limit(limit + 1)
    ids = list(session.scalars(sql.where(run.c.id < after) if after else sql))
    return tuple(get_import(session, one) for one in ids[:limit]), ids[limit - 1] if len(ids) > limit else None


def import_rows(
    session: Session, run_id: int, *, state: RowState | None = None, after: int = 0, limit: int
) -> RowsPage:
    """What each row would do, or did; of one `state` only when it is named.

    Raises:
        MissingError: there is no such import.
    """
    get_import(session, run_id)
    sql = select(staged).where(staged.c.run_id == run_id, staged.c.id > after)
    if state is not None:
        sql = sql.where(staged.c.state == state)
    found = [row_view(row) for row in session.execute(sql.order_by(staged.c.id).limit(limit + 1)).mappings()]
    return RowsPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def row_view(row: Mapping[Any, Any]) -> RowView:
    """A row as a value."""
    names = ("state", "label", "record_id", "account_id")
    candidates = tuple(
        CandidateView(**{name: item[name] for name in names}, reasons=tuple(item["reasons"]))
        for item in row["candidates"]
    )
    plain = {name: row[name] for name in ("id", "line", "state", "external_id", "record_id", "account_id")}
    return RowView(**plain, candidates=candidates, reasons=tuple(row["reasons"]))


def choose(session: Session, run_id: int, row_id: int, choice: int | None) -> RowView:
    """Decide a row under review: the candidate of this number (from 0), or None to leave the row out.

    A decision may be changed until the import is committed.

    Raises:
        MissingError: there is no such import, or no such row in it.
        RefusedError: it was committed, the row needs no decision, or has no such candidate.
    """
    found = get_import(session, run_id)
    row = session.execute(select(staged).where(staged.c.id == row_id, staged.c.run_id == run_id)).mappings().first()
    if row is None:
        raise MissingError(f"Import {run_id} has no row {row_id}.")
    if found.state == ImportState.COMMITTED:
        raise RefusedError(f"Import {run_id} was committed already.")
    if not row["candidates"]:
        raise RefusedError(f"Row {row['line']} has nothing to choose from.")
    if choice is not None and not 0 <= choice < len(row["candidates"]):
        raise RefusedError(f"Row {row['line']} has {len(row['candidates'])} candidates, numbered from 0; got {choice}.")
    if choice is None:
        values: dict[str, Any] = {"state": RowState.REVIEW, "record_id": None, "writes": {}, "targets": {}}
    else:
        chosen = row["candidates"][choice]
        values = {name: chosen[name] for name in ("state", "record_id", "account_id", "writes", "targets")}
    session.execute(update(staged).where(staged.c.id == row_id).values(values))
    counts = dict(found.counts)
    for state, change in ((row["state"], -1), (values["state"], 1)):
        counts[state] = counts.get(state, 0) + change
    session.execute(update(run).where(run.c.id == run_id).values(counts=counts, version=run.c.version + 1))
    return row_view(session.execute(select(staged).where(staged.c.id == row_id)).mappings().one())


def commit_import(session: Session, run_id: int, *, now: datetime, ready: Ready | None = None) -> RunView:
    """Do what was staged, all of it, within the act of `session`; rows under review stay out.

    `ready` is what `made_ready` worked out beforehand, so that others wait for less; where somebody decided a row since
    then, or without it, that is done here.

    Raises:
        MissingError: there is no such import.
        RefusedError: it was committed already, or the record has changed since it was staged.
    """
    locked = select(run.c.id).where(run.c.id == run_id).with_for_update()
    session.execute(locked)  # two commits of one import follow each other
    found = get_import(session, run_id)
    if found.state == ImportState.COMMITTED:
        raise RefusedError(f"Import {run_id} was committed already.")
    if ready is None or (ready.run_id, ready.version) != (run_id, found.version):
        ready = made_ready(session, run_id, now)
    write_ready(session, ready, now)
    batch = session.info["batch_id"] if ready.creating or ready.changing else None
    session.execute(update(run).where(run.c.id == run_id).values(state=ImportState.COMMITTED, batch_id=batch))
    return get_import(session, run_id)
