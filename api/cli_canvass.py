"""`bailiwick canvass`: every street of an area walked once."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from api.cli_options import Refused
from api.cli_plan import folder_to_write, refusals
from api.cli_report import console
from geo.area_file import read_areas
from geo.place import Place
from geo.region import open_region
from planning.account_degrees import split_pair
from planning.canvass import FILES, Canvass, plan_canvass, street_network, write_canvass
from planning.files import read_accounts


def canvass_area(
    area: Path, *, region: Path, base: str, doors: Path | None, door_min: float, hours: float, out: Path
) -> None:
    """Plan the walk, write it and say what it takes."""
    from shapely import union_all

    with refusals():
        screen = console()
        folder_to_write(out)
        if not 0 < door_min <= 240:
            raise Refused(f"--door-min must be above 0 and at most 240 minutes, got {door_min:g}")
        if not 0 < hours <= 24:
            raise Refused(f"--hours must be above 0 and at most 24, got {hours:g}")
        pair = split_pair(base, "base")
        if not isinstance(pair, tuple) or not (-90 <= pair[0] <= 90 and -180 <= pair[1] <= 180):
            raise Refused(f"--base must be latitude and longitude such as 52.52,13.40; got “{base}”")
        shape = union_all(read_areas(area).shapes)
        places = None
        if doors is not None:
            table = read_accounts(doors)
            places = [row.place for row in table.accounts if row.place is not None]
            if missing := table.rows_read - len(places):
                screen.print(
                    Text(f"Note: {missing:,} of {table.rows_read:,} doors have no coordinates and are left out.")
                )
        found = plan_canvass(
            street_network(open_region(region)),
            shape,
            Place(*pair),
            doors=places,
            door_s=60 * door_min,
            day_s=3600 * hours,
        )
        write_canvass(found, out)
        report(found, out)


def report(found: Canvass, out: Path) -> None:
    """The canvass at a glance."""
    screen = console()
    screen.print(Text(f"{found.segments:,} street segments with {found.doors:,} doors, each served once."))
    grid = Table("Day", box=None, pad_edge=False, header_style="bold")
    for name in ("Doors", "At doors h", "Walking h", "To and from h"):
        grid.add_column(name, justify="right")
    for number, day in enumerate(found.days, start=1):
        hours = (f"{seconds / 3600:.1f}" for seconds in (day.serve_s, day.walk_s, day.there_s + day.back_s))
        grid.add_row(str(number), f"{day.doors:,}", *hours)
    screen.print(grid)
    walk = found.walk
    more = walk.walk_s / walk.bound_s - 1 if walk.bound_s else 0.0
    screen.print(
        Text(f"The walk through all is {more:.0%} longer than every segment once, which no walk can undercut.")
    )
    if found.left_out:
        screen.print(Text(f"Note: {len(found.left_out):,} segments cannot be walked to from the base."))
    if found.far_doors:
        screen.print(Text(f"Note: {found.far_doors:,} doors lie more than 150 m from any street and are left out."))
    screen.print(Text(f"Written to {out}: {', '.join(FILES)}."))
