"""`bailiwick doctor`, `backup` and `restore`."""

from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.text import Text

from api.cli_options import Refused, installed_version
from api.cli_report import console
from api.cli_serve import settings_for
from api.cli_user import opened
from crm.errors import RecordError

MARKS = {"well": "ok   ", "note": "note ", "wrong": "WRONG"}


def examine_all(database_url: str | None, region: Path | None, engine: bool) -> None:
    """Print what is found; ends with code 1 when something is wrong."""
    from api.doctor import examine

    screen, wrong = console(), 0
    settings = settings_for(None, None, database_url)
    for finding in examine(settings, region, engine=engine, now=datetime.now(UTC)):
        wrong += finding.state == "wrong"
        screen.print(Text(f"{MARKS[finding.state]} {finding.piece}: {finding.says}"))
    if wrong:
        screen.print(Text(f"{wrong} things are wrong." if wrong > 1 else "One thing is wrong."))
        raise typer.Exit(1)


def back_up_record(path: Path, database_url: str | None) -> None:
    """Write a backup and say what is in it."""
    from crm.backup import back_up

    with opened(database_url) as database:
        try:
            made = back_up(database, path, now=datetime.now(UTC), program=installed_version())
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror or error}") from error
    size = path.stat().st_size / 1e6
    typer.echo(f"{path}: {made.rows:,} rows of {len(made.tables)} tables up to act {made.last_batch}, {size:.1f} MB.")
    typer.echo(
        "Read again and compared. It holds personal data and password digests: keep it as you keep the database."
    )


def restore_record(path: Path, database_url: str | None, check_only: bool) -> None:
    """Restore into an empty database, or only read the backup."""
    from crm.backup import check_backup
    from crm.restore import restore

    settings = settings_for(None, None, database_url)
    try:
        made = check_backup(path) if check_only else restore(path, settings.database_url)
    except RecordError as error:
        raise Refused(str(error)) from error
    said = "is whole" if check_only else "was restored and compared row by row"
    typer.echo(f"{path} {said}: {made.rows:,} rows, made at {made.made_at} from {made.database}.")
