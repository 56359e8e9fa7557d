"""The command line: `bailiwick COMMAND …`, also `python -m api.cli`.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_options import LEVELS, area_source, column_pairs, span_of, team_argument

STOPPED = 130  # what a shell gives a command ended by Ctrl-C

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
jobs_app = typer.Typer(help="Long work: what is being computed, and how far it is.", no_args_is_help=True)
app.add_typer(jobs_app, name="jobs")

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Weeks = Annotated[int, typer.Option(min=1, max=53, help="How many weeks of days to plan.")]
Start = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day planned [default: next Monday].")]
Seed = Annotated[int, typer.Option(min=0, help="Same input, start and seed: same plan.")]
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


@app.command()
def plan(
    accounts: Annotated[Path, typer.Argument(help="CSV, XLSX, GeoJSON, GeoPackage or Parquet.")],
    reps: Reps = None,
    region: RegionFolder = None,
    out: Out = Path("out"),
    weeks: Weeks = 4,
    start: Start = None,
    seed: Seed = 0,
    min_level: MinLevel = None,
    column: Columns = None,
    policy: Annotated[
        Path | None, typer.Option(help="Visits, minutes and channel by segment (TOML, CSV or XLSX).")
    ] = None,
    pins: Pins = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Draw territories anew instead of repairing today's.")
    ] = False,
    travel_server: Annotated[
        str | None,
        typer.Option(
            "--travel-server",
            help="Travel times from a routing server instead: osrm+http://HOST:5000 or valhalla+http://HOST:8002.",
        ),
    ] = None,
    traffic: Annotated[
        Path | None,
        typer.Option(
            "--traffic",
            help="How much longer trips take at which hours: TOML with [hours] and entries like "
            '"Mo-Fr 07:00-09:00" = 1.4, or CSV with the columns hours and factor.',
        ),
    ] = None,
    holidays: Annotated[
        str | None,
        typer.Option("--holidays", help="Nobody works or receives visits on these public holidays: DE, or DE-BY."),
    ] = None,
    cycle_start: Annotated[
        datetime | None,
        typer.Option("--cycle-start", formats=["%Y-%m-%d"], help="A and B weeks count from this day's week [--start]."),
    ] = None,
    shares: Annotated[
        Path | None, typer.Option("--shares", help="Accounts that several reps share: account, rep, share.")
    ] = None,
    access_min: Annotated[
        float, typer.Option("--access-min", help="Minutes of parking and the way to the door, with every visit.")
    ] = 0.0,
    admin_min: Annotated[
        float, typer.Option("--admin-min", help="Minutes of administration at the end of every working day.")
    ] = 0.0,
    areas: Annotated[
        Path | None,
        typer.Option(
            "--areas", help="Territories of whole areas: polygons such as postal codes (GeoJSON, GeoPackage)."
        ),
    ] = None,
    cells: Annotated[
        str | None,
        typer.Option("--cells", help="Territories of whole H3 hexagons: auto, or a resolution from 0 to 15."),
    ] = None,
    districts: Annotated[int | None, typer.Option("--districts", help="Group the territories into so many.")] = None,
    span: Annotated[
        str | None,
        typer.Option("--span", help="Territories per manager, like 4-8; districts, then regions, until one leads all."),
    ] = None,
) -> None:
    """Plan territories, call cycles and days for a file of accounts."""
    from api.cli_plan import plan_file

    plan_file(
        accounts,
        team=team_argument(reps),
        region=region,
        out=out,
        weeks=weeks,
        start=start.date() if start else None,
        seed=seed,
        min_level=min_level,
        columns=column_pairs(column or []),
        policy=policy,
        pins=pins or (),
        rebuild=rebuild,
        traffic=traffic,
        travel_server=travel_server,
        holidays=holidays,
        cycle_start=cycle_start.date() if cycle_start else None,
        shares=shares,
        access_min=access_min,
        admin_min=admin_min,
        areas=area_source(areas, cells),
        districts=districts,
        span=span_of(span),
    )


@app.command("what-if")
def what_if(
    accounts: Annotated[Path, typer.Argument(help="A file of accounts with their reps, or the folder of a plan.")],
    leaves: Annotated[list[str] | None, typer.Option("--leaves", help="This rep leaves; may be repeated.")] = None,
    joins: Annotated[str | None, typer.Option("--joins", help="A rep of this name joins.")] = None,
    merges: Annotated[
        str | None, typer.Option("--merges", help="KEPT=GONE: one takes over the other's ground.")
    ] = None,
    splits: Annotated[str | None, typer.Option("--splits", help="NAME=NEW: one shares the territory with NEW.")] = None,
    absent: Annotated[str | None, typer.Option("--absent", help="NAME:FIRST..LAST (dates): neighbours cover.")] = None,
    keeps: Annotated[str | None, typer.Option("--keeps", help="Price of this account (its id) staying.")] = None,
    asks: Annotated[str | None, typer.Option("--asks", help="REP=ACCOUNT: price of REP being given it.")] = None,
    curve: Annotated[bool, typer.Option("--curve", help="Transfers needed for bands of ±40 % to ±5 %.")] = False,
    price: Annotated[
        list[str] | None,
        typer.Option("--price", help="TERM=WEIGHT in accounts, e.g. revenue=0.5, travel=0.1; may be repeated."),
    ] = None,
    reps: Reps = None,
    region: RegionFolder = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the plan that would be.")] = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, max=53, help="How many weeks of days to plan [default: as the plan, else 4].")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day planned [default: as the plan, else next Monday]."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="[default: as the plan, else 0]")] = None,
) -> None:
    """Say what would change if a rep left, joined or was away, or territories merged or split.

    A plan's folder is asked with everything the plan was made with: holidays, minutes of access, traffic, policy …
    """
    from api.cli_what_if import ask_what_if

    ask_what_if(
        accounts,
        team=team_argument(reps),
        region=region,
        out=out,
        weeks=weeks,
        start=start.date() if start else None,
        seed=seed,
        leaves=leaves or (),
        joins=joins,
        merges=merges,
        splits=splits,
        absent=absent,
        curve=curve,
        keeps=keeps,
        asks=asks,
        price=price or (),
    )


@app.command()
def geocode(
    accounts: Annotated[Path, typer.Argument(help="CSV, XLSX, GeoJSON, GeoPackage or Parquet.")],
    region: RegionFolder = None,
    out: Out = Path("geocoded"),
    pins: Pins = None,
    column: Columns = None,
) -> None:
    """Find where the accounts of a file are; stopped at any time, it goes on where it was."""
    from api.cli_geocode import geocode_file

    geocode_file(accounts, region=region, out=out, pins=pins or (), columns=column_pairs(column or []))


@app.command()
def locate(region: RegionFolder = None, database: Database = None) -> None:
    """Find where the record's accounts are, as far as nobody has said so; stopped at any time, it goes on."""
    from api.cli_locate import locate_record

    locate_record(region, database)


@app.command()
def assign(
    leads: Annotated[Path, typer.Argument(help="Leads with places: CSV, XLSX, GeoJSON, GeoPackage or Parquet.")],
    plan: Annotated[Path, typer.Option("--plan", help="Folder that `plan` wrote.")],
    rules: Annotated[Path | None, typer.Option("--rules", help="Ordered rules (TOML or JSON).")] = None,
    strategy: Annotated[str | None, typer.Option("--strategy", help="One strategy for all, in place of rules.")] = None,
    reps: Annotated[
        Path | None, typer.Option("--reps", help="File of reps with their skills, as in cooling:3.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="CSV to write.")] = Path("assigned.csv"),
) -> None:
    """Say who gets which lead, by which rule and why."""
    from api.cli_assign import assign_leads

    assign_leads(leads, plan=plan, rules=rules, strategy=strategy, reps=reps, out=out)


@app.command()
def demo(
    country: Annotated[str, typer.Option(help="Country whose towns are the accounts (ISO code or name).")] = "DE",
    region: RegionFolder = None,
    reps: Reps = None,
    out: Out = Path("demo"),
    weeks: Weeks = 4,
    start: Start = None,
    seed: Seed = 0,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the map and the API afterwards.")] = True,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
) -> None:
    """Plan a national sales team, or the shops of a region, with nothing given; then serve the result."""
    from api.cli_demo import run_demo

    run_demo(
        country=country,
        region=region,
        team=team_argument(reps),
        out=out,
        weeks=weeks,
        start=start.date() if start else None,
        seed=seed,
        serve=serve,
        port=port,
    )


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: this machine only].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [default: 8000].")] = None,
    database: Database = None,
) -> None:
    """Serve the map and the API of the record."""
    from api.cli_serve import serve_api

    serve_api(host, port, database)


@app.command()
def worker(
    database: Database = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True, help="End when stdin ends.")] = False,
) -> None:
    """Work on jobs until stopped; `serve` starts one of these beside itself."""
    from api.cli_jobs import run_worker

    run_worker(database, with_parent)


@jobs_app.command("list")
def jobs_list(
    state: Annotated[str | None, typer.Option(help="queued, running, done, failed or cancelled.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    database: Database = None,
) -> None:
    """Print the newest jobs."""
    from api.cli_jobs import show_jobs

    show_jobs(database, state, limit)


@jobs_app.command("show")
def jobs_show(job: int, database: Database = None) -> None:
    """Print a job, how far it is, and which of its parts failed."""
    from api.cli_jobs import show_job

    show_job(database, job)


@jobs_app.command("start")
def jobs_start(
    kind: Annotated[str, typer.Argument(help="Which kind of job: drill, rebalance …")],
    what: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE pairs, such as territory_id=3.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Work on it here until it is over.")] = False,
    database: Database = None,
) -> None:
    """Ask for a job."""
    from api.cli_jobs import start

    start(database, kind, what or [], wait)


@jobs_app.command("cancel")
def jobs_cancel(job: int, database: Database = None) -> None:
    """Ask a job to stop; what it has computed is kept for a retry."""
    from api.cli_jobs import cancel

    cancel(database, job)


@jobs_app.command("retry")
def jobs_retry(job: int, database: Database = None) -> None:
    """Take up a job that failed, was cancelled, or gave up some of its parts."""
    from api.cli_jobs import retry

    retry(database, job)


@app.command()
def doctor(
    region: RegionFolder = None,
    engine: Annotated[bool, typer.Option("--engine", help="Also have the compute engine compute something.")] = False,
    database: Database = None,
) -> None:
    """Look at the installation and say what is wrong with it and what to do."""
    from api.cli_care import examine_all

    examine_all(database, region, engine)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Zip to write; an older one there is replaced when all is well.")],
    database: Database = None,
) -> None:
    """Write the whole record into one file, while others go on working, and check it."""
    from api.cli_care import back_up_record

    back_up_record(file, database)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote, from SQLite or PostgreSQL.")],
    database: Database = None,
    check: Annotated[bool, typer.Option("--check", help="Only read it and compare it with its manifest.")] = False,
) -> None:
    """Make the record anew from a backup, in an empty database of either kind."""
    from api.cli_care import restore_record

    restore_record(file, database, check)


@app.command()
def upgrade(database: Database = None) -> None:
    """Make the tables of the record, or bring them to this version."""
    from api.cli_serve import upgrade_database

    upgrade_database(database)


@region_app.command("build")
def region_build(
    extract: Annotated[
        Path,
        typer.Argument(
            help="OpenStreetMap extract (.osm.pbf, for example from download.geofabrik.de) or a file of street "
            "centrelines with house numbers (shapefile, GeoPackage, CSV with WKT)."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder to make; the region in it, if any, is replaced in one step at the end."),
    ],
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", help="car, bicycle or foot; may be given several times [default: car]."),
    ] = None,
    street_map: Annotated[
        str | None,
        typer.Option(
            "--street-map",
            help="How to read a street file: a TOML file that names its columns, or tiger_edges or san_francisco "
            "[default: found by the file's columns, or the TOML file of the same name beside it].",
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What to call the region [default: the file's name].")] = "",
    contraction_s: Annotated[
        float | None,
        typer.Option(
            "--contraction-s",
            min=0,
            help="CPU seconds for preparing the fastest kind of routing, per profile; a large region that takes longer "
            "gets the second fastest, which is prepared sooner [default: 20].",
        ),
    ] = None,
    engine: Annotated[
        bool, typer.Option("--engine/--no-engine", help="Prepare the routing engine, or only the plain road graph.")
    ] = True,
) -> None:
    """Make roads, addresses and shops of a region usable offline.

    Reads the file once, needs no internet, and may be stopped at any time: nothing half-finished is left, and a region
    that is in the folder already stays as it was. Those who use it during a rebuild keep the old one.
    """
    from api.cli_region import build

    build(
        extract,
        out,
        profiles=profile or (),
        street_map=street_map,
        name=name,
        contraction_cpu_s=contraction_s,
        use_engine=engine,
    )


@region_app.command("show")
def region_show(folder: Annotated[Path, typer.Argument(help="Folder made by `region build`.")]) -> None:
    """Say what a region holds, where its data come from, and how it was made."""
    from api.cli_region import show

    show(folder)


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="What the user signs in with.")],
    role: Annotated[str, typer.Option(help="rep, manager, planner or admin.")],
    rep: Annotated[str | None, typer.Option(help="The rep the user is: name or id.")] = None,
    sees: Annotated[list[str] | None, typer.Option(help="A rep whose accounts the user sees too; repeatable.")] = None,
    full_name: Annotated[str, typer.Option(help="The name of the person.")] = "",
    database: Database = None,
) -> None:
    """Add a user, and print a password for the first sign-in."""
    from api.cli_user import add

    add(name, role, rep, sees or [], full_name, database)


@user_app.command("list")
def user_list(database: Database = None) -> None:
    """Print every user."""
    from api.cli_user import show

    show(database)


@user_app.command("reset")
def user_reset(name: str, database: Database = None) -> None:
    """Print a new password for one sign-in; ends every session of the user."""
    from api.cli_user import reset

    reset(name, database)


@user_app.command("off")
def user_off(name: str, database: Database = None) -> None:
    """Sign a user out everywhere and let them in no more."""
    from api.cli_user import switch

    switch(name, active=False, database_url=database)


@user_app.command("on")
def user_on(name: str, database: Database = None) -> None:
    """Let a user sign in again."""
    from api.cli_user import switch

    switch(name, active=True, database_url=database)


@app.command("import")
def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="accounts, people, leads, opportunities, activities, reps or codes; everything: what `export` wrote, "
            "into an empty database."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, GeoJSON, GeoPackage or Parquet.")],
    column: Columns = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="field=VALUE where a row does not say it; may be repeated.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone of moments that name none.")] = "UTC",
    whole: Annotated[
        bool, typer.Option("--whole", help="The file lists all accounts: close those it does not have.")
    ] = False,
    make_accounts: Annotated[
        bool, typer.Option("--make-accounts", help="Make accounts that rows name and nobody knows, as prospects.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what each row would do, and stop.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="CSV to write: every row with its reasons.")] = None,
    database: Database = None,
) -> None:
    """Bring a file into the record: create, match, leave for review or reject each row, then do it as one act."""
    from api.cli_import import import_everything, import_file

    if kind == "everything":
        import_everything(file, database)
        return
    import_file(
        kind,
        file,
        columns=column or [],
        constants=set_ or [],
        zone=zone,
        whole=whole,
        make_accounts=make_accounts,
        dry_run=dry_run,
        report=report,
        database_url=database,
    )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Zip to write.")],
    user: Annotated[str | None, typer.Option(help="Only what this user sees.")] = None,
    database: Database = None,
) -> None:
    """Write the record to a zip of CSV files, which `import everything` brings into an empty database."""
    from api.cli_import import export_file

    export_file(file, user, database)


@app.command()
def undo(
    batch: Annotated[int, typer.Argument(help="Number of the act, as the import or the ledger names it.")],
    why: Annotated[str, typer.Option(help="The reason, for the ledger.")] = "",
    database: Database = None,
) -> None:
    """Take back an act (an import, a plan, an edit) as one act; the history keeps both."""
    from api.cli_import import undo_batch

    undo_batch(batch, why, database)


@app.command()
def pipeline(
    file: Annotated[Path, typer.Argument(help="Name and stages of a pipeline: TOML or JSON.")],
    database: Database = None,
) -> None:
    """Make a pipeline, or the next edition of one."""
    from api.cli_import import set_pipeline

    set_pipeline(file, database)


@app.command()
def version() -> None:
    """Print the version."""
    from api.cli_options import installed_version

    typer.echo(f"bailiwick {installed_version()}")


def main() -> None:
    """Run the command line; a refused input ends with one line on standard error and code 2."""
    from api.cli_options import Refused, Stopped

    try:
        app()
    except Refused as refused:
        typer.echo(f"bailiwick: {refused}", err=True)
        sys.exit(2)
    except Stopped as stopped:
        typer.echo(f"bailiwick: {stopped}", err=True)
        sys.exit(STOPPED)
    except KeyboardInterrupt:
        typer.echo("bailiwick: stopped", err=True)
        sys.exit(STOPPED)
    except SystemExit as over:  # Typer turns Ctrl-C into this without a word
        if over.code == STOPPED:
            typer.echo("bailiwick: stopped", err=True)
        raise
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
