"""Who may sign in: adding users, changing what they may do and see, ending it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccessToken, Account, FamilyGrant, Password, Record, Rep, RepGrant, Role, User
from planning.edits import edit_row
from planning.exports import forget_all_exports
from planning.jobs import cancel_waiting
from planning.passwords import digest_of, one_time_password
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all

user, password, token = table_of(User), table_of(Password), table_of(AccessToken)
grant, family, rep, account = table_of(RepGrant), table_of(FamilyGrant), table_of(Rep), table_of(Account)

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
OURS = "bailiwick"
"""What the program does by itself is done under this name; who had it would see and stop jobs of the command line."""


@dataclass(frozen=True, slots=True)
class UserView:
    """A user; `one_time`: the password is to be changed.

    `sees_reps` are the ids of the reps whose view was granted, `sees_families` of accounts that head a family.
    """

    id: int
    name: str
    full_name: str
    role: str
    rep_id: int | None
    rep: str | None
    active: bool
    one_time: bool
    created_at: datetime
    version: int
    sees_reps: tuple[int, ...] = ()
    sees_families: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody who shall be able to sign in. `sees_reps` are ids of reps, `sees_families` of accounts."""

    name: str
    role: Role
    full_name: str = ""
    rep_id: int | None = None
    sees_reps: Sequence[int] = ()
    sees_families: Sequence[int] = ()


def list_users(session: Session) -> tuple[UserView, ...]:
    """Every user, by name."""
    return tuple(views(session))


def get_user(session: Session, user_id: int) -> UserView:
    """One user.

    Raises:
        MissingError: there is none with this id.
    """
    found = [view for view in views(session) if view.id == user_id]
    if not found:
        raise MissingError(f"There is no user {user_id}.")
    return found[0]


def user_named(session: Session, name: str) -> UserView:
    """One user, by sign-in name.

    Raises:
        MissingError: nobody has this name.
    """
    found = [view for view in views(session) if view.name == name.strip().casefold()]
    if not found:
        raise MissingError(f"There is no user {name!r}.")
    return found[0]


def views(session: Session) -> list[UserView]:
    """All users as values."""
    reps, families = granted(session, grant, "rep_id"), granted(session, family, "account_id")
    sql = (
        select(
            *(user.c.id, user.c.name, user.c.full_name, user.c.role, user.c.rep_id, rep.c.name.label("rep")),
            *(
                user.c.active,
                func.coalesce(password.c.one_time, False).label("one_time"),
                user.c.created_at,
                user.c.version,
            ),
        )
        .select_from(user)
        .outerjoin(password, password.c.user_id == user.c.id)
        .outerjoin(rep, rep.c.id == user.c.rep_id)
        .order_by(user.c.name)
    )
    return [
        UserView(**row, sees_reps=tuple(reps.get(row["id"], ())), sees_families=tuple(families.get(row["id"], ())))
        for row in session.execute(sql).mappings()
    ]


def granted(session: Session, table: Table, column: str) -> dict[int, list[int]]:
    """What was granted in a table, by user."""
    found: dict[int, list[int]] = {}
    for owner, seen in session.execute(select(table.c.user_id, table.c[column]).order_by(table.c[column])):
        found.setdefault(owner, []).append(seen)
    return found


def any_user(session: Session) -> bool:
    """True when somebody may sign in."""
    return session.execute(select(user.c.id).where(user.c.active).limit(1)).first() is not None


def add_user(session: Session, new: NewUser, *, now: datetime) -> tuple[int, str]:
    """Add a user; returns the id and a password for the first sign-in, which is kept nowhere.

    Raises:
        RefusedError: a name that is taken or not possible, or a rep that is not there.
    """
    name = new.name.strip().casefold()
    if not NAME.fullmatch(name):
        raise RefusedError(f"A sign-in name is made of a–z, 0–9 and . _ @ + -, at most 100; got {new.name!r}.")
    if name == OURS:
        raise RefusedError(f"{OURS!r} is the program's own name; take another.")
    if session.execute(select(user.c.id).where(user.c.name == name)).first():
        raise RefusedError(f"There is a user {name!r} already; names are not given twice.")
    require_reps(session, [*new.sees_reps, *([new.rep_id] if new.rep_id is not None else [])])
    values = {"name": name, "full_name": new.full_name, "role": new.role, "rep_id": new.rep_id, "created_at": now}
    (user_id,) = insert_all(session, User, [values | {"active": True, "version": 1}])
    set_grants(session, user_id, new.sees_reps)
    set_families(session, user_id, new.sees_families)
    return user_id, reset_password(session, user_id, now=now)


def edit_user(
    session: Session, user_id: int, version: int, values: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Change what a user may do or see.

    Somebody made inactive is signed out everywhere at once, and their jobs that nobody works on yet are cancelled.

    Raises:
        MissingError: there is no such user.
        StaleError: somebody changed it since `version`.
        RefusedError: a rep that is not there, or nobody would be left to administer.
    """
    own = {name: value for name, value in values.items() if name not in ("sees_reps", "sees_families")}
    before = get_user(session, user_id)
    require_reps(session, [*values.get("sees_reps", ()), *([own["rep_id"]] if own.get("rep_id") is not None else [])])
    edit_row(session, user, user_id, version, own)
    if "sees_reps" in values:
        set_grants(session, user_id, values["sees_reps"])
    if "sees_families" in values:
        set_families(session, user_id, values["sees_families"])
    if own.get("active") is False:
        session.execute(delete(token).where(token.c.user_id == user_id))
        name = get_user(session, user_id).name
        forget_all_exports(session, name)
        cancel_waiting(session, name, by=by, now=now)
    admins = select(user.c.id).where(user.c.role == Role.ADMIN, user.c.active)
    if before.active and before.role == Role.ADMIN and session.execute(admins).first() is None:
        raise RefusedError("Nobody would be left who may administer users: make somebody else an admin first.")


def reset_password(session: Session, user_id: int, *, now: datetime) -> str:
    """Give a user a new password for one sign-in, and end every session and token; returns it.

    Raises:
        MissingError: there is no such user.
    """
    get_user(session, user_id)
    made = one_time_password()
    session.execute(delete(token).where(token.c.user_id == user_id))
    values = {"hash": digest_of(made), "one_time": True, "changed_at": now}
    changed: Any = session.execute(update(password).where(password.c.user_id == user_id).values(values))
    if changed.rowcount == 0:
        session.execute(insert(password).values(user_id=user_id, **values))
    return made


def set_grants(session: Session, user_id: int, reps: Sequence[int]) -> None:
    """Let the user see what exactly these reps see."""
    replace(session, RepGrant, "rep_id", user_id, reps)


def set_families(session: Session, user_id: int, heads: Sequence[int]) -> None:
    """Let the user see exactly the families of these accounts.

    Raises:
        RefusedError: the first account that is not there.
    """
    known = set(session.scalars(select(account.c.id).where(account.c.id.in_(heads))))
    for account_id in heads:
        if account_id not in known:
            raise RefusedError(f"There is no account {account_id}.")
    replace(session, FamilyGrant, "account_id", user_id, heads)


def replace(session: Session, model: type[Record], column: str, user_id: int, wanted: Sequence[int]) -> None:
    """Keep exactly the wanted grants of a user."""
    table = table_of(model)
    own = table.c.user_id == user_id
    known = set(session.scalars(select(table.c[column]).where(own)))
    if gone := known - set(wanted):
        session.execute(delete(table).where(own, table.c[column].in_(gone)))
    new = [{"user_id": user_id, column: item, "version": 1} for item in sorted(set(wanted) - known)]
    insert_all(session, model, new)


def require_reps(session: Session, ids: Sequence[int]) -> None:
    """Go on only when all these reps are there.

    Raises:
        RefusedError: the first that is not.
    """
    known = set(session.scalars(select(rep.c.id).where(rep.c.id.in_(ids))))
    for rep_id in ids:
        if rep_id not in known:
            raise RefusedError(f"There is no rep {rep_id}.")
