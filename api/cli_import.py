"""`bailiwick import KIND FILE` and what belongs to it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from api.cli_options import Refused, column_pairs
from api.cli_user import opened
from crm.act import Act
from crm.database import Database
from crm.tables import ActKind, Role, RowState
from planning.errors import TableError
from planning.import_fields import Setting
from planning.import_ready import made_ready
from planning.imports import RunView, commit_import, get_import, import_rows, kind_of, stage_file
from planning.table_words import counted
from planning.time_zones import zone_named

BY = "bailiwick import"
SHOWN = 10


def import_file(
    kind: str,
    path: Path,
    *,
    columns: Sequence[str],
    constants: Sequence[str],
    zone: str,
    whole: bool,
    make_accounts: bool,
    dry_run: bool,
    report: Path | None,
    database_url: str | None,
) -> None:
    """Stage a file, say what it does, and do it unless it is a dry run."""
    tz = zone_named(zone)
    if tz is None:
        raise Refused(f"--zone must be an IANA time zone like Europe/Berlin, got {zone!r}")
    now = datetime.now(UTC)
    said = Setting(BY, now, tz, column_pairs(columns), column_pairs(constants, "--set"), whole, make_accounts)
    with opened(database_url) as database:
        try:
            staged = stage_file(database, kind_of(kind), path, said)
        except TableError as error:
            raise Refused(str(error)) from error
        with database.read() as session:
            run = get_import(session, staged)
        tell(database, run)
        if report:
            typer.echo(f"{counted(write_report(database, staged, report), 'row')} with reasons in {report}")
        if dry_run:
            typer.echo(
                f"Nothing was changed: import {staged} is staged only. The same command without --dry-run does it, "
                f"as does POST /api/imports/{staged}/commit."
            )
            return
        commit(database, run, now)


def commit(database: Database, run: RunView, now: datetime) -> None:
    """Do what was staged, and say how it is taken back."""
    with database.read() as session:
        ready = made_ready(session, run.id, now)
    with database.write(Act(BY, f"Import of {run.source}", now, ActKind.IMPORT)) as session:
        done = commit_import(session, run.id, now=now, ready=ready)
    if done.batch_id is None:
        typer.echo("The record has all of it already: nothing was changed.")
    else:
        typer.echo(f"Done as batch {done.batch_id}; `bailiwick undo {done.batch_id}` takes it back.")


def tell(database: Database, run: RunView) -> None:
    """What was read and what it does, with the first rows that are left out."""
    typer.echo(f"{run.source}: {counted(run.rows_read, 'row')} of {run.kind}")
    for field, column in run.recognised.items():
        typer.echo(f"  {field:<16} {column}")
    for note in run.notes:
        typer.echo(f"  {note}")
    typer.echo(", ".join(f"{number:,} {state}" for state, number in run.counts.items() if number) or "no rows")
    with database.read() as session:
        for state in (RowState.REJECT, RowState.REVIEW):
            page = import_rows(session, run.id, state=state, limit=SHOWN)
            for row in page.rows:
                why = "; ".join(f"{one['field']}: {one['given']} ({one['note']})" for one in row.reasons)
                typer.echo(f"  row {row.line}: {state}: {why}")
            if page.after is not None:
                typer.echo(f"  … and {run.counts[state] - SHOWN:,} more ({state})")


def write_report(database: Database, run_id: int, path: Path) -> int:
    """Every row with its state and reasons, as CSV for a spreadsheet; returns how many."""
    import csv

    from crm.cells import neutral

    written, after = 0, 0
    with path.open("w", newline="", encoding="utf-8-sig") as file, database.read() as session:
        out = csv.writer(file)
        out.writerow(("row", "state", "id", "record", "account", "field", "given", "note"))
        while True:
            page = import_rows(session, run_id, after=after, limit=5000)
            for row in page.rows:
                for one in row.reasons or ({"field": "", "given": "", "note": ""},):
                    cells = (row.external_id, one["field"], one["given"], one["note"])
                    external, field, given, note = map(neutral, cells)
                    out.writerow((row.line, row.state, external, row.record_id, row.account_id, field, given, note))
                written += 1
            if page.after is None:
                return written
            after = page.after


def undo_batch(batch_id: int, why: str, database_url: str | None) -> None:
    """Take back an act as one act."""
    from crm.ledger import UndoConflictError
    from planning.history import get_batch, undo
    from planning.record_errors import MissingError, RefusedError
    from planning.viewer import everything

    now = datetime.now(UTC)
    with opened(database_url) as database:
        act = Act("bailiwick undo", why or f"Undo of batch {batch_id}", now, ActKind.UNDO, undoes=batch_id)
        try:
            with database.read() as session:  # before the act is written, which refers to the batch
                get_batch(session, everything(now.date()), batch_id)
            with database.write(act) as session:
                changes = undo(session, everything(now.date()), batch_id)
        except (MissingError, RefusedError, UndoConflictError) as error:
            raise Refused(str(error)) from error
    typer.echo(f"Batch {batch_id} is taken back: {changes:,} changes.")


def set_pipeline(path: Path, database_url: str | None) -> None:
    """Make a pipeline, or its next edition, from a TOML or JSON file."""
    from planning.pipeline_file import read_pipeline
    from planning.pipelines import add_pipeline, get_pipeline

    now = datetime.now(UTC)
    with opened(database_url) as database:
        try:
            name, steps = read_pipeline(path)
        except TableError as error:
            raise Refused(str(error)) from error
        with database.write(Act("bailiwick pipeline", f"Pipeline {name}", now)) as session:
            made = get_pipeline(session, add_pipeline(session, name, steps))
    stages = " → ".join(step.name for step in made.stages)
    typer.echo(f"{made.name}, edition {made.edition}: {stages}")


def export_file(path: Path, user: str | None, database_url: str | None) -> None:
    """Write the record, or what a user sees of it, to a zip of CSV files."""
    from dataclasses import replace

    from planning.export import export_to
    from planning.users import user_named
    from planning.viewer import Viewer, everything

    now = datetime.now(UTC)
    with opened(database_url) as database:
        viewer = replace(everything(now.date()), name=BY)
        if user is not None:
            with database.read() as session:
                found = user_named(session, user)
            viewer = Viewer(found.id, found.name, Role(found.role), found.rep_id, now.date())
        try:
            contents = export_to(database, viewer, path)
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error}") from error
    rows = sum(member.rows for member in contents.tables.values())
    what = "Everything but passwords and tokens" if contents.complete else f"What {viewer.name} sees"
    typer.echo(f"{what}: {rows:,} rows of {len(contents.tables)} tables in {path}")


def import_everything(path: Path, database_url: str | None) -> None:
    """Make the record in an empty database from a complete export."""
    from api.cli_serve import settings_for
    from crm.errors import RecordError
    from crm.export import read_export

    try:
        contents = read_export(path, settings_for(None, None, database_url).database_url)
    except RecordError as error:
        raise Refused(str(error)) from error
    rows = sum(member.rows for member in contents.tables.values())
    typer.echo(f"{rows:,} rows of {len(contents.tables)} tables are in the record, the same as in {path.name}.")
    typer.echo("Passwords are in no export: give every user one with `bailiwick user reset NAME`.")
