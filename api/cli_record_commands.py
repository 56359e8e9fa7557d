"""Commands for the record: locate, import, export, undo, pipeline, backup, restore, upgrade, users, readers.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_app import Columns, Database, RegionFolder, app, reader_app, user_app


@app.command()
def locate(region: RegionFolder = None, database: Database = None) -> None:
    """Find where the record's accounts are, as far as nobody has said so; stopped at any time, it goes on."""
    from api.cli_locate import locate_record

    locate_record(region, database)


@app.command()
def duplicates(
    search: Annotated[bool, typer.Option("--search", help="Look through the whole record first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many pairs, the likeliest first.")] = 50,
    database: Database = None,
) -> None:
    """List accounts that may be one firm."""
    from api.cli_duplicates import show_duplicates

    show_duplicates(database, search, limit)


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


@app.command("admin-regions")
def admin_regions(
    file: Annotated[Path, typer.Argument(help="Polygons with codes: GeoJSON, GeoPackage, Shapefile or GeoParquet.")],
    level: Annotated[str, typer.Option(help="What they are, such as state or district.")],
    valid_from: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From which day on they count.")],
    code: Annotated[str | None, typer.Option(help="Column with the codes [default: one that is called so].")] = None,
    name: Annotated[str | None, typer.Option(help="Column with the names.")] = None,
    parent: Annotated[str | None, typer.Option(help="Column with the codes of the regions above.")] = None,
    title: Annotated[str, typer.Option(help="What to call the edition [default: the file's name].")] = "",
    source: Annotated[str, typer.Option(help="Where they come from, and under which licence.")] = "",
    database: Database = None,
) -> None:
    """Bring administrative regions into the record, and find the region of every site; `undo` takes it back."""
    from api.cli_admin_regions import bring_in
    from planning.region_editions import NewEdition

    edition = NewEdition(level, title or file.name, source, valid_from.date())
    bring_in(file, edition, {"code": code, "name": name, "parent": parent}, database)


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
def user_reset(
    name: str,
    database: Database = None,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Take away the second factor, too.")] = False,
) -> None:
    """Print a new password for one sign-in; ends every session of the user."""
    from api.cli_user import reset

    reset(name, database, second_factor=second_factor)


@user_app.command("token")
def user_token(
    name: str,
    title: Annotated[str, typer.Option(help="What the token is for, such as prometheus.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 90,
    database: Database = None,
) -> None:
    """Print a token for a program that works for a user."""
    from api.cli_user import token

    token(name, title, days, database)


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


@reader_app.command("add")
def reader_add(
    user: Annotated[str, typer.Argument(help="Sign-in name of the user whose view the role has.")],
    role: Annotated[str | None, typer.Option(help="Name of the role [default: bailiwick_USER].")] = None,
    database: Database = None,
) -> None:
    """Make a role for reports or SQL by hand, and print its password."""
    from api.cli_reader import add

    add(user, role, database)


@reader_app.command("list")
def reader_list(database: Database = None) -> None:
    """Print every such role."""
    from api.cli_reader import show

    show(database)


@reader_app.command("remove")
def reader_remove(role: str, database: Database = None) -> None:
    """Take a role away, and cut off whoever uses it."""
    from api.cli_reader import remove

    remove(role, database)
