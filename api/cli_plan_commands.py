"""Commands that plan from files: plan, what-if, geocode, assign, demo.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_app import Columns, MinLevel, Out, Pins, RegionFolder, Reps, Seed, Start, Weeks, Workers, app
from api.cli_options import area_source, column_pairs, span_of, team_argument


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
    barriers: Annotated[
        Path | None,
        typer.Option(
            "--barriers",
            help="Lines or polygons that no territory may straddle, such as rivers (GeoJSON, GeoPackage …); "
            "a point is a bridge.",
        ),
    ] = None,
    outlines: Annotated[
        str | None,
        typer.Option(
            "--outlines",
            help="What borders are drawn along where they can: streets (of the --region), or a file of lines or areas.",
        ),
    ] = None,
    robustness: Annotated[
        bool,
        typer.Option(
            "--robustness", help="Also say what loads that turn out differently would do, and what locks cost."
        ),
    ] = False,
    districts: Annotated[int | None, typer.Option("--districts", help="Group the territories into so many.")] = None,
    span: Annotated[
        str | None,
        typer.Option("--span", help="Territories per manager, like 4-8; districts, then regions, until one leads all."),
    ] = None,
    workers: Workers = None,
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
        barriers=barriers,
        outlines=outlines,
        robustness=robustness,
        districts=districts,
        span=span_of(span),
        workers=workers,
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
    workers: Workers = None,
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
        workers=workers,
    )


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="Folder that `plan` wrote.")],
    after: Annotated[Path, typer.Argument(help="Another one.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the tables and a map of both.")] = None,
) -> None:
    """Say what lies between two plans: who moved, every rep before and after, and what it gains."""
    from api.cli_compare import compare_plans_of

    compare_plans_of(before, after, out)


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
