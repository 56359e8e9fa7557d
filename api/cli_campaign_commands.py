"""Commands for one task at many places: campaign, one-day, canvass.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_app import RegionFolder, app
from api.cli_options import day_of

Only = Annotated[
    list[str] | None,
    typer.Option("--only", help="segment=A, rep=Ann, name=Edeka*, value>=10000 …; repeated, all must hold."),
]
Listed = Annotated[Path | None, typer.Option("--accounts", help="File of account ids: one a line, or a column id.")]
RepsFile = Annotated[Path | None, typer.Option("--reps", help="File of reps with their hours [default: the plan's].")]
Folder = Annotated[Path, typer.Argument(help="Folder that `plan` wrote.")]
Tables = Annotated[Path | None, typer.Option("--out", help="Folder for tables and a summary.")]


@app.command()
def campaign(
    folder: Folder,
    minutes: Annotated[float, typer.Option(help="Minutes on site per task.")],
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day [default: next Monday].")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day [default: as long as it takes].")
    ] = None,
    share: Annotated[float, typer.Option(help="Part of every week's free hours it may take, 0 to 1.")] = 1.0,
    drive_min: Annotated[
        float | None,
        typer.Option(
            "--drive-min", help="Driving per task [default: as a visit of the plan]; 0: on visits made anyway."
        ),
    ] = None,
    only: Only = None,
    accounts: Listed = None,
    reps: RepsFile = None,
    out: Tables = None,
) -> None:
    """Say when a task at many accounts is done, who is short of hours, and who can help."""
    from api.cli_campaign import run_campaign

    run_campaign(
        folder,
        minutes=minutes,
        start=day_of(start),
        last=day_of(last),
        share=share,
        drive_min=drive_min,
        only=only or (),
        listed=accounts,
        reps=reps,
        out=out,
    )


@app.command("one-day")
def one_day(
    folder: Folder,
    minutes: Annotated[float, typer.Option(help="Minutes on site per outlet.")],
    people: Annotated[
        int | None, typer.Option("--people", min=1, help="How many people [default: all reps of the plan].")
    ] = None,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day [default: next Monday].")
    ] = None,
    only: Only = None,
    accounts: Listed = None,
    reps: RepsFile = None,
    region: RegionFolder = None,
    out: Tables = None,
) -> None:
    """Share all outlets out among so many people on one day, such as a stock-take, with the least driving."""
    from api.cli_campaign import run_one_day

    run_one_day(
        folder,
        people=people,
        day=day_of(day),
        minutes=minutes,
        only=only or (),
        listed=accounts,
        reps=reps,
        region=region,
        out=out,
    )


@app.command()
def canvass(
    area: Annotated[Path, typer.Argument(help="Polygons of the area (GeoJSON, GeoPackage).")],
    region: Annotated[Path, typer.Option("--region", help="Folder made by `region build`, best with --profile foot.")],
    base: Annotated[str, typer.Option(help="Where every day begins and ends: LAT,LON.")],
    doors: Annotated[
        Path | None, typer.Option(help="File of doors with coordinates [default: all streets, a door each 20 m].")
    ] = None,
    door_min: Annotated[float, typer.Option("--door-min", help="Minutes at a door.")] = 2.0,
    hours: Annotated[float, typer.Option(help="Of a day, the ways there and back included.")] = 6.0,
    out: Annotated[Path, typer.Option("--out", help="Folder for the days.")] = Path("canvass"),
) -> None:
    """Walk every street of an area once, door to door, in days on foot."""
    from api.cli_canvass import canvass_area

    canvass_area(area, region=region, base=base, doors=doors, door_min=door_min, hours=hours, out=out)
