"""What `bailiwick plan` may be told beside what several commands take (`cli_app`)."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Policy = Annotated[Path | None, typer.Option(help="Visits, minutes and channel by segment (TOML, CSV or XLSX).")]
VisitTypeFile = Annotated[
    Path | None,
    typer.Option("--visit-types", help="Minutes and weight of work by type of visit (TOML, CSV or XLSX)."),
]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="Draw territories anew instead of repairing today's.")]
TravelServer = Annotated[
    str | None,
    typer.Option(
        "--travel-server",
        help="Travel times from a routing server instead: osrm+http://HOST:5000 or valhalla+http://HOST:8002.",
    ),
]
Traffic = Annotated[
    Path | None,
    typer.Option(
        "--traffic",
        help="How much longer trips take at which hours: TOML with [hours] and entries like "
        '"Mo-Fr 07:00-09:00" = 1.4, or CSV with the columns hours and factor.',
    ),
]
Holidays = Annotated[
    str | None,
    typer.Option("--holidays", help="Nobody works or receives visits on these public holidays: DE, or DE-BY."),
]
CycleStart = Annotated[
    datetime | None,
    typer.Option("--cycle-start", formats=["%Y-%m-%d"], help="A and B weeks count from this day's week [--start]."),
]
Shares = Annotated[Path | None, typer.Option("--shares", help="Accounts that several reps share: account, rep, share.")]
AccessMin = Annotated[
    float, typer.Option("--access-min", help="Minutes of parking and the way to the door, with every visit.")
]
AdminMin = Annotated[
    float, typer.Option("--admin-min", help="Minutes of administration at the end of every working day.")
]
Areas = Annotated[
    Path | None,
    typer.Option("--areas", help="Territories of whole areas: polygons such as postal codes (GeoJSON, GeoPackage)."),
]
Cells = Annotated[
    str | None,
    typer.Option("--cells", help="Territories of whole H3 hexagons: auto, or a resolution from 0 to 15."),
]
Barriers = Annotated[
    Path | None,
    typer.Option(
        "--barriers",
        help="Lines or polygons that no territory may straddle, such as rivers (GeoJSON, GeoPackage …); "
        "a point is a bridge.",
    ),
]
Outlines = Annotated[
    str | None,
    typer.Option(
        "--outlines",
        help="What borders are drawn along where they can: streets (of the --region), or a file of lines or areas.",
    ),
]
Robustness = Annotated[
    bool,
    typer.Option("--robustness", help="Also say what loads that turn out differently would do, and what locks cost."),
]
Districts = Annotated[int | None, typer.Option("--districts", help="Group the territories into so many.")]
Span = Annotated[
    str | None,
    typer.Option("--span", help="Territories per manager, like 4-8; districts, then regions, until one leads all."),
]
