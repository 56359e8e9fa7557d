"""`bailiwick user …`: who may sign in to the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import typer
from sqlmodel import Session

from api.cli_options import Refused
from api.cli_serve import settings_for
from crm.act import Act
from crm.database import Database, open_database
from crm.errors import RecordError
from crm.tables import Role
from planning.left_behind import left_behind
from planning.overview import list_reps
from planning.record_errors import AskError
from planning.users import NewUser, UserView, add_user, any_user, edit_user, list_users, reset_password, user_named
from planning.viewer import Viewer, everything

BY = "bailiwick user"
LONGEST_TITLE = 100


@contextmanager
def opened(database_url: str | None) -> Iterator[Database]:
    """The record; what it refuses becomes one line."""
    try:
        database = open_database(settings_for(None, None, database_url).database_url)
        try:
            yield database
        finally:
            database.close()
    except (RecordError, AskError) as error:
        raise Refused(str(error)) from error


def add(name: str, role: str, rep: str | None, sees: list[str], full_name: str, database_url: str | None) -> None:
    """Add a user and print the password for the first sign-in."""
    if role not in list(Role):
        raise Refused(f"--role must be one of {', '.join(Role)}; got {role!r}")
    now = datetime.now(UTC)
    with opened(database_url) as database, database.write(Act(BY, f"Add {name}", now)) as session:
        reps = tuple(rep_id(session, text, now) for text in sees)
        own = rep_id(session, rep, now) if rep else None
        _, password = add_user(session, NewUser(name, Role(role), full_name, own, reps), now=now)
    typer.echo(f"{name.casefold()} may sign in as {role} with the password {password}")
    typer.echo("It is shown only now, and has to be changed at the first sign-in.")


def rep_id(session: Session, text: str, now: datetime) -> int:
    """The id of a rep by name or by id in the files."""
    reps = list_reps(session, everything(now.date()))
    found = [rep.id for rep in reps if text in (rep.external_id, rep.name)]
    if len(found) != 1:
        known = ", ".join(rep.name for rep in reps[:10])
        raise Refused(f"expected the name of one rep, got {text!r}; there are: {known or 'none yet'}")
    return found[0]


def show(database_url: str | None) -> None:
    """Print every user."""
    with opened(database_url) as database, database.read() as session:
        users = list_users(session)
    if not users:
        typer.echo("There is no user yet: bailiwick user add NAME --role admin")
    for user in users:
        state = "" if user.active else "  (may not sign in)"
        typer.echo(f"{user.name:<24}{user.role:<10}{user.rep or '':<24}{user.full_name}{state}")


def reset(name: str, database_url: str | None, *, second_factor: bool = False) -> None:
    """Print a new password for one sign-in; ends every session of the user. The second factor stays unless asked."""
    from planning.second_factor import reset_factor

    now = datetime.now(UTC)
    with opened(database_url) as database, database.write(Act(BY, f"A new password for {name}", now)) as session:
        user_id = user_named(session, name).id
        password = reset_password(session, user_id, now=now)
        if second_factor:
            reset_factor(session, user_id)
    typer.echo(f"{name} may sign in once with the password {password}")


def token(name: str, title: str, days: int, database_url: str | None) -> None:
    """Print a token for a program that works for a user."""
    from planning.access_tokens import make_api_token

    now = datetime.now(UTC)
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
        raise Refused(f"--title must be a line of 1 to {LONGEST_TITLE} characters; got {title!r}")
    with opened(database_url) as database, database.write(Act(BY, f"A token for {name}", now)) as session:
        user = user_named(session, name)
        if not user.active:
            raise Refused(f"{user.name} may not sign in: bailiwick user on {user.name}")
        viewer = Viewer(user.id, user.name, Role(user.role), user.rep_id, now.date())
        made, secret = make_api_token(session, viewer, title, days=days, now=now)
    typer.echo(f"{user.name} may use {secret} as Authorization: Bearer … until {made.expires_at:%Y-%m-%d}")
    typer.echo(f"It is shown only now; POST /api/me/tokens/{made.id}/revoke ends it before.")


def switch(name: str, *, active: bool, database_url: str | None) -> None:
    """Let somebody sign in, or end it at once."""
    act = Act(BY, f"{'Let' if active else 'Do not let'} {name} sign in", datetime.now(UTC))
    with opened(database_url) as database, database.write(act) as session:
        user: UserView = user_named(session, name)
        edit_user(session, user.id, user.version, {"active": active}, by=BY, now=act.at)
        left = left_behind(session, user.id, act.at.date())
    typer.echo(f"{name} may {'sign in' if active else 'no longer sign in, and was signed out everywhere'}.")
    if not active and left.jobs:
        typer.echo(
            f"Going on to their end (bailiwick jobs cancel ID stops one): jobs {', '.join(map(str, left.jobs))}."
        )
    if not active and left.orphaned:
        held = ", ".join(one.name for one in left.territories) or "none"
        until = f" until {left.last_visit_on:%Y-%m-%d}" if left.last_visit_on else ""
        typer.echo(
            f"Nobody looks after this any more: territories {held}; {left.open_deals} open deals; "
            f"{left.tasks} tasks; {left.work_items} pieces of work; {left.visits} visits{until}."
        )


def demo_users(database_url: str) -> dict[str, str]:
    """One user per role, named like the role, each with a new password for one sign-in; the manager sees every rep."""
    now = datetime.now(UTC)
    made: dict[str, str] = {}
    with opened(database_url) as database, database.write(Act(BY, "Users of the demo", now)) as session:
        reps = [rep.id for rep in list_reps(session, everything(now.date()))]
        known = {user.name: user for user in list_users(session)}
        for role in Role:
            if role.value in known:
                made[role.value] = reset_password(session, known[role.value].id, now=now)
                continue
            sees = reps if role is Role.MANAGER else ()
            new = NewUser(role.value, role, f"The {role} of the demo", reps[0] if role is Role.REP else None, sees)
            made[role.value] = add_user(session, new, now=now)[1]
    return made


def first_user(database_url: str) -> str | None:
    """Where nobody can sign in yet: make `admin`, and return the password for the first sign-in."""
    now = datetime.now(UTC)
    with opened(database_url) as database:
        with database.read() as session:
            if any_user(session):
                return None
        with database.write(Act(BY, "The first user", now)) as session:
            return add_user(session, NewUser("admin", Role.ADMIN, "Administrator"), now=now)[1]
