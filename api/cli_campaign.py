"""`bailiwick campaign` and `bailiwick one-day`: one task at many accounts of a plan."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli_kept_plan import kept_plan
from api.cli_options import Refused
from api.cli_plan import folder_to_write, refusals
from api.cli_plan_inputs import by_server, in_region, read_team
from api.cli_report import console
from planning.campaign import Campaign, CampaignForecast, forecast
from planning.chosen_accounts import ChosenAccount, Condition, choose_accounts
from planning.folder_reps import FolderRep, read_folder_reps
from planning.kept_request import Inputs
from planning.one_day import OneDay, one_day
from planning.options import next_monday
from planning.output_campaign import (
    CAMPAIGN_FILES,
    ONE_DAY_FILES,
    campaign_sentences,
    clock,
    one_day_sentences,
    write_campaign,
    write_one_day,
)
from planning.plan import Plan
from planning.plan_folder import ACCOUNTS_FILE

SHOWN = 12


def run_campaign(
    folder: Path,
    *,
    minutes: float,
    start: date | None,
    last: date | None,
    share: float,
    drive_min: float | None,
    only: Sequence[str],
    listed: Path | None,
    reps: Path | None,
    out: Path | None,
) -> None:
    """Say when the campaign is over and who is short; write tables where `out` is given."""
    with refusals():
        _out(out, folder)
        screen = console()
        plan, _, hours, chosen = _asked(folder, reps, only, listed, screen)
        first = start or next_monday(date.today())
        asked = Campaign(minutes, first, last, share, drive_min, plan.options.access_min)
        found = forecast(asked, chosen, hours)
        screen.print(_reps(found))
        for sentence in campaign_sentences(found, hours):
            screen.print(Text(sentence))
        if out is not None:
            write_campaign(found, hours, out)
            screen.print(Text(f"Written to {out}: {', '.join(CAMPAIGN_FILES)}."))


def run_one_day(
    folder: Path,
    *,
    people: int | None,
    day: date | None,
    minutes: float,
    only: Sequence[str],
    listed: Path | None,
    reps: Path | None,
    region: Path | None,
    out: Path | None,
) -> None:
    """Say who does what on the day; write tables where `out` is given."""
    with refusals():
        _out(out, folder)
        screen = console()
        plan, inputs, hours, chosen = _asked(folder, reps, only, listed, screen)
        plan = by_server(in_region(plan, region or inputs.region), inputs.travel_server)
        found = one_day(
            plan,
            hours,
            chosen,
            day=day or next_monday(date.today()),
            minutes=minutes,
            people=people if people is not None else len(hours),
        )
        screen.print(_people(found))
        for left in found.left_out[:SHOWN]:
            screen.print(Text(f"Left out: {left.account.name or left.account.id}: {left.reason}"))
        if len(found.left_out) > SHOWN:
            screen.print(Text(f"… and {len(found.left_out) - SHOWN} more."))
        for sentence in one_day_sentences(found):
            screen.print(Text(sentence))
        if out is not None:
            write_one_day(found, out)
            screen.print(Text(f"Written to {out}: {', '.join(ONE_DAY_FILES)}."))


def _out(out: Path | None, folder: Path) -> None:
    if out is not None:
        folder_to_write(out)
        if out.resolve() == folder.resolve():
            raise Refused(f"--out {out} is the plan: give a folder of its own")


def _asked(
    folder: Path, reps: Path | None, only: Sequence[str], listed: Path | None, screen: Console
) -> tuple[Plan, Inputs, tuple[FolderRep, ...], tuple[ChosenAccount, ...]]:
    """The plan of a folder, what it was made from, its reps with their hours, and the accounts that are chosen."""
    if not (folder / ACCOUNTS_FILE).exists():
        raise Refused(f"{folder} holds no plan: {ACCOUNTS_FILE} is missing; give a folder that `plan` wrote")
    plan, kept = kept_plan(folder, {}, screen)
    inputs = kept or Inputs()
    file = reps or inputs.reps
    team = read_team(file, plan.geocoders) if file else ()
    hours = read_folder_reps(folder, team if isinstance(team, tuple) else (), plan.options)
    conditions = [Condition.read(text) for text in only]
    return plan, inputs, hours, choose_accounts(folder, plan.table, conditions, _ids(listed))


def _ids(listed: Path | None) -> Collection[str] | None:
    """The ids in a file: one a line, or the column id (or account_id) of a CSV file."""
    if listed is None:
        return None
    import csv

    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((head.index(name) for name in ("id", "account_id") if name in head), None)
    if column is None and len(head) > 1:
        raise Refused(f"{listed} needs a column id, or one id a line; it has {', '.join(rows[0])}")
    found = rows if column is None else rows[1:]
    ids = {row[column or 0].strip() for row in found if len(row) > (column or 0)} - {""}
    if not ids:
        raise Refused(f"{listed} lists no accounts")
    return ids


def _reps(found: CampaignForecast) -> Table:
    grid = Table("Rep", box=None, pad_edge=False, header_style="bold")
    for name in ("Tasks", "Hours needed", "Free", "Done on", "Too many", "Given", "Taken", "With help"):
        grid.add_column(name, justify="right")
    for rep in found.reps:
        hours = (f"{rep.needed_h:.1f}", f"{rep.free_h:.1f}")
        helped = (str(rep.short), str(rep.given), str(rep.taken), str(rep.finishes_with_help or "–"))
        grid.add_row(Text(rep.rep), str(rep.tasks), *hours, str(rep.finishes_on or "–"), *helped)
    return grid


def _people(found: OneDay) -> Table:
    grid = Table("Who", box=None, pad_edge=False, header_style="bold")
    for name in ("Outlets", "Leaves", "Home", "Driving min"):
        grid.add_column(name, justify="right")
    grid.add_column("In order")
    for person, day in zip(found.people, found.days, strict=True):
        stops = [found.outlets[stop.visit].name or found.outlets[stop.visit].id for stop in day.stops]
        more = f" … {len(stops) - SHOWN} more" if len(stops) > SHOWN else ""
        times = (clock(day.start_s), clock(day.end_s)) if stops else ("–", "–")
        order = Text(", ".join(stops[:SHOWN]) + more)
        grid.add_row(Text(person.name), str(len(stops)), *times, f"{day.drive_s / 60:.0f}", order)
    return grid
