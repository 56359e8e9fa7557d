"""Commands that plan from files: plan, what-if, geocode, assign, demo.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api import cli_plan_options as of_plan
from api.cli_app import Columns, MinLevel, Out, Pins, RegionFolder, Reps, Seed, Start, Weeks, Workers, app
from api.cli_options import area_source, column_pairs, cores, day_of, line_source, span_of, team_argument


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
    policy: of_plan.Policy = None,
    visit_types: of_plan.VisitTypeFile = None,
    pins: Pins = None,
    rebuild: of_plan.Rebuild = False,
    travel_server: of_plan.TravelServer = None,
    traffic: of_plan.Traffic = None,
    holidays: of_plan.Holidays = None,
    cycle_start: of_plan.CycleStart = None,
    shares: of_plan.Shares = None,
    access_min: of_plan.AccessMin = 0.0,
    admin_min: of_plan.AdminMin = 0.0,
    areas: of_plan.Areas = None,
    cells: of_plan.Cells = None,
    barriers: of_plan.Barriers = None,
    outlines: of_plan.Outlines = None,
    robustness: of_plan.Robustness = False,
    districts: of_plan.Districts = None,
    span: of_plan.Span = None,
    workers: Workers = None,
) -> None:
    """Plan territories, call cycles and days for a file of accounts."""
    from api.cli_plan import calendar_named, level_named, plan_file, refusals
    from planning.kept_request import Inputs
    from planning.options import MIN_LEVEL, PlanOptions, next_monday

    team, source = team_argument(reps), area_source(areas, cells)
    inputs = Inputs(
        accounts=accounts,
        columns=column_pairs(column or []),
        policy=policy,
        reps=team if isinstance(team, Path) else None,
        region=region,
        traffic=traffic,
        travel_server=travel_server,
        shares=shares,
        areas=source is not None,
        barriers=barriers,
        outlines=line_source(outlines),
        visit_types=visit_types,
    )
    with refusals():
        options = PlanOptions(
            starts_on=day_of(start) or next_monday(date.today()),
            weeks=weeks,
            seed=seed,
            min_level=level_named(min_level) or MIN_LEVEL,
            rebuild=rebuild,
            holidays=calendar_named(holidays),
            cycle_began=day_of(cycle_start),
            access_min=access_min,
            admin_min=admin_min,
            districts=districts,
            span=span_of(span),
            robustness=robustness,
            workers=cores(workers),
        )
    plan_file(accounts, inputs, options, team=team, out=out, pins=pins or (), areas=source)


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
    from api.cli_what_if import Wish, ask_what_if

    given = {"starts_on": day_of(start), "weeks": weeks, "seed": seed, "workers": cores(workers)}
    ask_what_if(
        accounts,
        Wish(leaves or (), joins, merges, splits, absent, keeps, asks, curve, price or ()),
        told={name: value for name, value in given.items() if value is not None},
        team=team_argument(reps),
        region=region,
        out=out,
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
        start=day_of(start),
        seed=seed,
        serve=serve,
        port=port,
    )
