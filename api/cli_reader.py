"""`bailiwick reader …`: roles of PostgreSQL that only read, and see what one user sees."""

import typer
from rich.table import Table
from rich.text import Text

from api.cli_report import console
from api.cli_user import opened
from planning.readers import add_reader, list_readers, remove_reader


def add(user: str, role: str | None, database_url: str | None) -> None:
    """Make a role for a user and print its password."""
    with opened(database_url) as database:
        with database.write() as session:
            name, password = add_reader(session, user, role)
        where = database.engine.url.set(username=name, password=None).render_as_string()
    typer.echo(f"Role {name} reads what {user} sees: {where}")
    typer.echo(f"Password, shown only now: {password}")


def show(database_url: str | None) -> None:
    """Print every role."""
    with opened(database_url) as database, database.read() as session:
        found = list_readers(session)
    table = Table("role", "user", "sees", box=None)
    for one in found:
        table.add_row(Text(one.role), Text(one.user), "what the user sees" if one.active else "nothing")
    console().print(table if found else Text("There is no reader."))


def remove(role: str, database_url: str | None) -> None:
    """Take a role away."""
    with opened(database_url) as database, database.write() as session:
        remove_reader(session, role)
    typer.echo(f"Role {role} is gone.")
