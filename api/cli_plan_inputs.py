"""From what was typed to a plan: its files read, its roads and borders opened, its team gathered."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from api.cli_geocoders import chosen_geocoders, kept, town_geocoders
from api.cli_options import Refused, streets
from geo.address import Address
from geo.border_lines import BorderLines
from geo.geocoder import Geocoder
from geo.geocoder_chain import GeocoderChain
from geo.line_file import read_lines
from geo.travel_rush_file import read_traffic
from planning.account_table import AccountTable
from planning.files import read_accounts, read_visit_types, untold_types
from planning.kept_request import Inputs
from planning.options import PlanOptions
from planning.pins import Pins
from planning.plan import AreaSource, Plan, Team
from planning.policy import read_policy
from planning.reps_file import RepRow, read_reps
from planning.shares_file import read_shares
from planning.staff import Rep, rep_of_row
from planning.whereabouts import set_right


def read_table(accounts: Path, inputs: Inputs) -> AccountTable:
    """A file of accounts, with what the file of visit types says of them."""
    table = set_right(read_accounts(accounts, columns=inputs.columns))
    return read_visit_types(inputs.visit_types).apply(table) if inputs.visit_types else untold_types(table)


def plan_of(
    table: AccountTable,
    options: PlanOptions,
    inputs: Inputs,
    *,
    pins: Pins,
    title: str,
    areas: AreaSource | None = None,
) -> Plan:
    """The plan of a table with the files that were named, neither on roads nor with a team yet."""
    return Plan(
        table,
        options,
        policy=read_policy(inputs.policy) if inputs.policy else None,
        traffic=read_traffic(inputs.traffic) if inputs.traffic else None,
        shares=read_shares(inputs.shares) if inputs.shares else {},
        barriers=read_lines(inputs.barriers) if inputs.barriers else None,
        geocoders=(*chosen_geocoders(), *town_geocoders()),
        pins=pins,
        title=title,
        areas=areas,
    )


def on_the_ground(plan: Plan, inputs: Inputs) -> Plan:
    """The same plan with the roads, travel times and border lines that were named.

    Raises:
        Refused: see `by_server` and `drawn_along`.
    """
    return drawn_along(by_server(in_region(plan, inputs.region), inputs.travel_server), inputs.outlines)


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
