"""`bailiwick plan`."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from api.cli_geocoders import Asked, report_services
from api.cli_options import LEVELS, Refused, installed_version
from api.cli_plan_inputs import on_the_ground, plan_of, read_table, read_team
from api.cli_report import Bar, console, report_policy, report_result, report_table
from geo.errors import GeoError
from geo.located import Level
from planning.account_fields import FieldFault
from planning.calendars import read_calendar
from planning.errors import PlanningError
from planning.kept_request import Inputs, Request, request_as_json
from planning.options import PlanOptions
from planning.outputs import FILES, write_plan
from planning.pins import gather_pins
from planning.plan import AreaSource, Plan
from planning.result import PlanResult
from planning.unfinished import Unfinished


def plan_file(
    accounts: Path,
    inputs: Inputs,
    options: PlanOptions,
    *,
    team: int | Path | None,
    out: Path,
    pins: Sequence[Path] = (),
    areas: AreaSource | None = None,
) -> None:
    """Read, plan, write and say what was done."""
    with refusals():
        screen = console()
        folder_to_write(out)
        table = read_table(accounts, inputs)
        report_table(screen, table)
        plan = plan_of(table, options, inputs, pins=gather_pins(out, pins), title=accounts.stem, areas=areas)
        plan = on_the_ground(plan, inputs)
        plan = plan.with_team(read_team(team, (plan.pins.geocoder(), *plan.geocoders), screen))
        if plan.policy:
            report_policy(screen, plan.policy_costs())
        solve_and_write(plan, out, screen, inputs)
        report_services(screen, Asked(plan.geocoders))


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the rooms below refuse into one line for the person who typed."""
    try:
        yield
    except (PlanningError, GeoError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise Refused(f"{error.strerror or error}{where}") from error


def solve_and_write(plan: Plan, out: Path, screen: Console, inputs: Inputs | None = None) -> PlanResult:
    """Solve with progress, write every file, print the result; `inputs` are kept for later questions."""
    wall, cpu = time.monotonic(), time.process_time()
    fresh = not out.exists()
    folder_to_write(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"--out {out} cannot be made: {error.strerror}") from error
    if not os.access(out, os.W_OK):
        raise Refused(f"--out {out} cannot be written to")
    unfinished = Unfinished(out / ".unfinished")
    plan = replace(plan, options=replace(plan.options, unfinished=unfinished.folder))
    try:
        with Bar(screen) as bar:
            result = plan.solve(bar)
    except KeyboardInterrupt:
        screen.print(Text(f"Stopped. The weeks planned so far are kept in {out}: the same command goes on from there."))
        raise
    except BaseException:
        if fresh and not any(out.iterdir()):
            out.rmdir()
        raise
    cpu_s, wall_s = time.process_time() - cpu, time.monotonic() - wall
    run = {
        "cpu_s": round(cpu_s, 2),
        "wall_s": round(wall_s, 2),
        "machine": platform.platform(),
        "python": platform.python_version(),
        **(request_as_json(Request(plan.options, inputs)) if inputs else {}),
    }
    write_plan(result, plan.table, out, version=installed_version(), run=run, pins=plan.pins)
    unfinished.clear()
    report_result(screen, result)
    screen.print(Text(f"Solved in {cpu_s:.1f} s CPU. Written to {out}: {', '.join(FILES)}."))
    return result


def folder_to_write(out: Path) -> None:
    """Look at `--out` before anything is read.

    Raises:
        Refused: a file is in the way, or the folder cannot be written to.
    """
    for above in (out, *out.parents):
        if above.exists() and not above.is_dir():
            raise Refused(f"--out must be a folder, and {above} is a file")
    if out.exists() and not os.access(out, os.W_OK):
        raise Refused(f"--out {out} cannot be written to")


def level_named(text: str | None) -> Level | None:
    """The level that was typed.

    Raises:
        Refused: no such level.
    """
    if text is None:
        return None
    if text.lower() not in LEVELS:
        raise Refused(f"--min-level must be one of {', '.join(LEVELS)}, got “{text}”")
    return Level(text.lower())


def calendar_named(text: str | None) -> str:
    """The calendar of holidays that was typed, "" for none.

    Raises:
        Refused: no such calendar.
    """
    try:
        return read_calendar(text or "")
    except FieldFault as fault:
        raise Refused(f"--holidays must be {fault.expected}; got “{text}”") from fault
