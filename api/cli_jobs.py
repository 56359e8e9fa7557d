"""`bailiwick jobs …` and `bailiwick worker`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from api.cli_options import Refused
from api.cli_report import console
from api.cli_serve import settings_for
from api.cli_user import opened
from crm.act import Act
from crm.errors import RecordError
from crm.tables import JobState
from planning.jobs import JobView, ask_job, cancel_job, find_jobs, get_job, retry_job
from planning.viewer import everything

BY = "bailiwick jobs"


def run_worker(database_url: str | None, with_parent: bool) -> None:
    """Work on jobs until stopped."""
    from api.worker import work

    try:
        work(settings_for(None, None, database_url), with_parent=with_parent)
    except RecordError as error:
        raise Refused(str(error)) from error


def show_jobs(database_url: str | None, state: str | None, limit: int) -> None:
    """Print the newest jobs."""
    if state is not None and state not in list(JobState):
        raise Refused(f"--state must be one of {', '.join(JobState)}; got {state!r}")
    with opened(database_url) as database, database.read() as session:
        only = JobState(state) if state else None
        page = find_jobs(session, everything(datetime.now(UTC).date()), state=only, limit=limit)
    table = Table("job", "what", "asked by", "state", "units", "failed", "ended", box=None)
    for job in page.jobs:
        ended = f"{job.ended_at:%Y-%m-%d %H:%M}" if job.ended_at else ""
        units = f"{job.units_done}/{job.units}" if job.units else ""
        cells = (str(job.id), job.title, job.asked_by, job.state, units, str(job.units_failed or ""), ended)
        table.add_row(*map(Text, cells))
    console().print(table if page.jobs else Text("There is no job."))


def show_job(database_url: str | None, job_id: int) -> None:
    """Print one job with the units that failed."""
    with opened(database_url) as database, database.read() as session:
        say(get_job(session, everything(datetime.now(UTC).date()), job_id))


def say(job: JobView) -> None:
    """A job in a few lines."""
    units = f", {job.units_done} of {job.units} units done" if job.units else ""
    typer.echo(f"Job {job.id}: {job.title}: {job.state}{units}")
    typer.echo(f"  asked by {job.asked_by} at {job.asked_at:%Y-%m-%d %H:%M:%S %Z}")
    for name, moment in (("began", job.started_at), ("ended", job.ended_at)):
        if moment:
            typer.echo(f"  {name} at {moment:%Y-%m-%d %H:%M:%S %Z}")
    if job.error:
        typer.echo(f"  {job.error}")
    for unit in job.failed:
        typer.echo(f"  {unit.name} failed after {unit.attempts} attempts: {unit.error}")
    if job.units_failed > len(job.failed):
        typer.echo(f"  … and {job.units_failed - len(job.failed)} more")
    if job.answer:
        typer.echo(f"  answer: {json.dumps(dict(job.answer), ensure_ascii=False)}")


def cancel(database_url: str | None, job_id: int) -> None:
    """Ask a job to stop."""
    now = datetime.now(UTC)
    with opened(database_url) as database, database.write() as session:
        say(cancel_job(session, everything(now.date()), job_id, now=now))


def retry(database_url: str | None, job_id: int) -> None:
    """Take up a job that is over."""
    with opened(database_url) as database, database.write() as session:
        say(retry_job(session, everything(datetime.now(UTC).date()), job_id))


def start(database_url: str | None, kind: str, what: list[str], wait: bool) -> None:
    """Ask for a job; with `wait`, work on it here until it is over."""
    from api.worker import utc_now, worker_options
    from planning.worker import work_off

    now = utc_now()
    asked = dict(pair(text) for text in what)
    with opened(database_url) as database:
        with database.write(Act(BY, f"A job of kind {kind}", now)) as session:
            made = ask_job(session, kind, asked, by="bailiwick", now=now)
        if wait:
            work_off(database, made, worker_options(settings_for(None, None, database_url)), utc_now)
        with database.read() as session:
            view = get_job(session, everything(now.date()), made)
    say(view)
    if wait and (view.state != JobState.DONE or view.units_failed):
        raise typer.Exit(1)


def fetch(database_url: str | None, job_id: int, path: Path) -> None:
    """Write the file that a job has made."""
    from planning.exports import fetch_export
    from planning.record_errors import MissingError

    with opened(database_url) as database:
        try:
            contents = fetch_export(database, job_id, path)
        except MissingError as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error}") from error
    rows = sum(member.rows for member in contents.tables.values())
    what = "Everything but passwords and tokens" if contents.complete else f"What {contents.seen_by} sees"
    typer.echo(f"{what}: {rows:,} rows of {len(contents.tables)} tables in {path}")


def pair(text: str) -> tuple[str, object]:
    """NAME=VALUE; the value is JSON, or else text."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise Refused(f"expected NAME=VALUE, got {text!r}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value
