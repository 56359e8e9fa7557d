"""`bailiwick plan`."""

import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from api.cli_geocoders import Asked, chosen_geocoders, kept, report_services, town_geocoders
from api.cli_options import LEVELS, Refused, cores, installed_version
from api.cli_report import Bar, console, report_policy, report_result, report_table
from geo.address import Address
from geo.border_lines import BorderLines
from geo.errors import GeoError
from geo.geocoder import Geocoder
from geo.geocoder_chain import GeocoderChain
from geo.line_file import read_lines
from geo.located import Level
from geo.travel_rush_file import read_traffic
from planning.account_fields import FieldFault
from planning.calendars import read_calendar
from planning.errors import PlanningError
from planning.files import read_accounts
from planning.kept_request import Inputs, Request, request_as_json
from planning.options import MIN_LEVEL, PlanOptions, next_monday
from planning.outputs import FILES, write_plan
from planning.pins import gather_pins
from planning.plan import AreaSource, Plan, Team
from planning.policy import read_policy
from planning.reps_file import RepRow, read_reps
from planning.result import PlanResult
from planning.shares_file import read_shares
from planning.staff import Rep, rep_of_row
from planning.unfinished import Unfinished
from planning.whereabouts import set_right


def plan_file(
    accounts: Path,
    *,
    team: int | Path | None,
    region: Path | None,
    out: Path,
    weeks: int,
    start: date | None,
    seed: int,
    min_level: str | None,
    columns: Mapping[str, str],
    policy: Path | None,
    pins: Sequence[Path] = (),
    rebuild: bool,
    traffic: Path | None = None,
    travel_server: str | None = None,
    holidays: str | None = None,
    cycle_start: date | None = None,
    shares: Path | None = None,
    access_min: float = 0.0,
    admin_min: float = 0.0,
    areas: AreaSource | None = None,
    districts: int | None = None,
    span: tuple[int, int] | None = None,
    barriers: Path | None = None,
    outlines: str | None = None,
    robustness: bool = False,
    workers: int | None = None,
) -> None:
    """Read, plan, write and say what was done."""
    with refusals():
        screen = console()
        options = PlanOptions(
            starts_on=start or next_monday(date.today()),
            weeks=weeks,
            seed=seed,
            min_level=level_named(min_level) or MIN_LEVEL,
            rebuild=rebuild,
            holidays=calendar_named(holidays),
            cycle_began=cycle_start,
            access_min=access_min,
            admin_min=admin_min,
            districts=districts,
            span=span,
            robustness=robustness,
            workers=cores(workers),
        )
        folder_to_write(out)
        table = set_right(read_accounts(accounts, columns=columns))
        report_table(screen, table)
        plan = Plan(
            table,
            options,
            policy=read_policy(policy) if policy else None,
            traffic=read_traffic(traffic) if traffic else None,
            title=accounts.stem,
            shares=read_shares(shares) if shares else {},
            geocoders=(*chosen_geocoders(), *town_geocoders()),
            pins=gather_pins(out, pins),
            areas=areas,
            barriers=read_lines(barriers) if barriers else None,
        )
        plan = drawn_along(by_server(in_region(plan, region), travel_server), outlines)
        plan = plan.with_team(read_team(team, (plan.pins.geocoder(), *plan.geocoders), screen))
        if plan.policy:
            report_policy(screen, plan.policy_costs())
        inputs = Inputs(
            accounts,
            columns,
            policy,
            team if isinstance(team, Path) else None,
            region,
            traffic,
            travel_server,
            shares,
            areas=areas is not None,
            barriers=barriers,
            outlines=outlines if outlines is None or streets(outlines) else str(Path(outlines).absolute()),
        )
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


def read_team(team: int | Path | None, geocoders: Sequence[Geocoder] = (), screen: Console | None = None) -> Team:
    """The reps of a file, or their number; homes given as addresses are looked up and said."""
    if not isinstance(team, Path):
        return team
    return tuple(_with_home(rep_of_row(row), row, geocoders, screen) for row in read_reps(team))


def _with_home(rep: Rep, row: RepRow, geocoders: Sequence[Geocoder], screen: Console | None) -> Rep:
    if rep.home is not None or not row.home_address:
        return rep
    best = GeocoderChain(geocoders).geocode([row.home_address])[0] if geocoders else None
    if best is None or best.place is None:
        raise Refused(
            f"the home of {rep.name} (row {row.row}) was not found: {_line(row.home_address)}; give lat and lon"
        )
    if screen is not None:
        screen.print(Text(f"The home of {rep.name}: {best.why or best.level}."))
    return replace(rep, home=best.place)


def _line(address: Address) -> str:
    return ", ".join(filter(None, (address.line, address.postcode, address.city, address.country)))


def by_server(plan: Plan, address: str | None) -> Plan:
    """The same plan with the travel times of a routing server.

    Raises:
        Refused: the address names none.
    """
    if address is None:
        return plan
    from geo.travel_server import server_times

    try:
        return replace(plan, travel=server_times(address))
    except ValueError as error:
        raise Refused(f"--travel-server: {error}") from error


def in_region(plan: Plan, folder: Path | None) -> Plan:
    """The same plan on the roads and addresses of a region."""
    if folder is None:
        return plan
    from geo.region import open_region

    region = open_region(folder)
    index = region.geocoder(towns=next(iter(town_geocoders()), None))
    return replace(
        plan,
        travel=region.travel_times(),
        geocoders=(kept(index), *plan.geocoders),
        attribution=region.attribution,
        roads=tuple(region.road_lines()),
        within=region.bounds,
    )


def streets(outlines: str) -> bool:
    """Whether the borders are to follow the region's streets."""
    return outlines.casefold() == "streets"


def drawn_along(plan: Plan, outlines: str | None) -> Plan:
    """The same plan with borders along the streets of its region, or along the lines of a file.

    Raises:
        Refused: streets without a region, or together with territories of whole areas, whose borders are given.
    """
    if outlines is None:
        return plan
    if plan.areas is not None:
        raise Refused("--outlines cannot be given with --areas or --cells: their borders are those of the areas")
    if not streets(outlines):
        return replace(plan, outlines=BorderLines(main=read_lines(Path(outlines)).lines))
    if not plan.roads:
        raise Refused("--outlines streets needs --region, whose streets the borders follow; or give a file of lines")
    along = BorderLines().with_roads(plan.roads)
    said = () if len(along.minor) else ("The region is too large for its streets: borders follow its main roads.",)
    return replace(plan, outlines=along, notes=(*plan.notes, *said))
