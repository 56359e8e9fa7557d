"""`bailiwick duplicates`: accounts of the record that may be one firm."""

from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from api.cli_jobs import BY
from api.cli_report import console
from api.cli_serve import settings_for
from api.cli_user import opened
from crm.act import Act
from crm.tables import JobState
from planning.duplicate_list import find_pairs
from planning.jobs import ask_job, get_job
from planning.viewer import everything


def show_duplicates(database_url: str | None, search: bool, limit: int) -> None:
    """Print the likeliest pairs; with `search`, look through the whole record first."""
    from api.worker import utc_now, worker_options
    from planning.worker import work_off

    viewer = everything(datetime.now(UTC).date())
    with opened(database_url) as database:
        if search:
            now = utc_now()
            with database.write(Act(BY, "A job of kind dedupe", now)) as session:
                made = ask_job(session, "dedupe", {}, by="bailiwick", now=now)
            work_off(database, made, worker_options(settings_for(None, None, database_url)), utc_now)
            with database.read() as session:
                view = get_job(session, viewer, made)
            typer.echo(f"Job {made}: {view.state}{': ' + view.error if view.error else ''}")
            if view.state != JobState.DONE or view.units_failed:
                raise typer.Exit(1)
        with database.read() as session:
            page = find_pairs(session, viewer, limit=limit)
    table = Table("pair", "account", "name", "may be", "name", "score", "why", box=None)
    for pair in page.pairs:
        firms = (pair.one.external_id, pair.one.name, pair.other.external_id, pair.other.name)
        table.add_row(*map(Text, (str(pair.id), *firms, f"{pair.score:.2f}", ", ".join(pair.reasons))))
    console().print(table if page.pairs else Text("Nobody suggests that two accounts are one; look with --search."))
