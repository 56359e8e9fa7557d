"""The command line as it is put together: its groups of commands, and the options that several of them take."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_options import LEVELS

app = typer.Typer(
    name="bailiwick",
    help="Territories, routes and workload for field sales.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
region_app = typer.Typer(help="Roads and addresses of a region, for offline use.", no_args_is_help=True)
app.add_typer(region_app, name="region")
user_app = typer.Typer(help="Who may sign in to the record.", no_args_is_help=True)
app.add_typer(user_app, name="user")
reader_app = typer.Typer(help="Roles of PostgreSQL that only read, and see what one user sees.", no_args_is_help=True)
app.add_typer(reader_app, name="reader")
jobs_app = typer.Typer(help="Long work: what is being computed, and how far it is.", no_args_is_help=True)
app.add_typer(jobs_app, name="jobs")

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Weeks = Annotated[int, typer.Option(min=1, max=53, help="How many weeks of days to plan.")]
Start = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day planned [default: next Monday].")]
Seed = Annotated[int, typer.Option(min=0, help="Same input, start and seed: same plan.")]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=1024,
        help="Reps planned at once; the plan is the same [default: BAILIWICK_WORKERS, else the free cores].",
    ),
]
Reps = Annotated[str | None, typer.Option("--reps", help="How many reps, or a file with one rep a line.")]
RegionFolder = Annotated[
    Path | None, typer.Option("--region", help="Folder made by `region build`: real roads and addresses.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database", help="sqlite:///FILE or postgresql://… [default: BAILIWICK_DATABASE_URL, else your own file]."
    ),
]
MinLevel = Annotated[
    str | None,
    typer.Option("--min-level", help=f"Least exact place to plan on: {', '.join(LEVELS)} [default: street]."),
]

Pins = Annotated[
    list[Path] | None,
    typer.Option("--pins", help="File with places set by hand (id or address, lat, lon); may be given repeatedly."),
]
Columns = Annotated[list[str] | None, typer.Option("--column", help="field=NAME: take the column NAME for this field.")]
