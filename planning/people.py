"""People at clients: finding, adding and changing them; how to reach them; what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, delete, false, insert, or_, select, true
from sqlmodel import Session

from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, AccountPerson, Consent, ConsentState, ContactKind, ContactPoint, Person, PersonKey
from geo.address_fold import fold
from planning.code_rules import require_code
from planning.contact_points import NewContact, contact_key, keep_contacts
from planning.edits import edit_row
from planning.external_ids import require_free_id
from planning.people_views import PersonView, views
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, may_see_accounts, require_account

person, role, point = table_of(Person), table_of(AccountPerson), table_of(ContactPoint)
consent, account, merged = table_of(Consent), table_of(Account), table_of(PersonKey)


@dataclass(frozen=True, slots=True)
class PersonPage:
    """People in order of their ids; `after` is the id to go on from, None on the last page."""

    people: tuple[PersonView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role to keep."""

    account_id: int
    role: str = ""
    is_main: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


def may_see_people(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `person`: somebody at an account that the viewer sees."""
    if viewer.sees_all:
        return true()
    seen = select(role.c.person_id).where(may_see_accounts(session, viewer, role.c.account_id))
    return person.c.id.in_(seen)


def find_people(
    session: Session,
    viewer: Viewer,
    *,
    account_id: int | None = None,
    words: str | None = None,
    on: date | None = None,
    after: int = 0,
    limit: int,
) -> PersonPage:
    """People at an account, or whose name, number or address, past ones too, holds some words; all without either.

    `on` shows only the ways to reach them that count on a day.
    """
    sql = select(person.c.id).where(person.c.id > after)
    if account_id is None:
        sql = sql.where(may_see_people(session, viewer))
    else:  # who sees the account sees everybody at it
        require_account(session, viewer, account_id)
        sql = sql.where(person.c.id.in_(select(role.c.person_id).where(role.c.account_id == account_id)))
    if words:
        name = fold(words)
        named = person.c.key.contains(name, autoescape=True) if name else false()
        sql = sql.where(or_(named, person.c.id.in_(reached_by(words))))
    ids = list(session.scalars(sql.order_by(person.c.id).limit(limit + 1)))
    return PersonPage(views(session, viewer, ids[:limit], on), ids[limit - 1] if len(ids) > limit else None)


def first_people(
    session: Session, viewer: Viewer, account_id: int, limit: int, on: date | None = None
) -> tuple[PersonView, ...]:
    """The first people of an account that the viewer is known to see; as `find_people` has them."""
    return views(session, viewer, [row[0] for row in PEOPLE_AT.rows(session, account=account_id, limit=limit)], on)


PEOPLE_AT = Often(
    select(role.c.person_id)
    .where(role.c.account_id == bindparam("account"))
    .distinct()
    .order_by(role.c.person_id)
    .limit(bindparam("limit", type_=Integer))
)


def reached_by(words: str) -> Select[tuple[int]]:
    """The ids of people with a way to reach them that holds the words, or that is this number."""
    holds = point.c.key.contains(contact_key(ContactKind.EMAIL, words), autoescape=True)
    number = contact_key(ContactKind.PHONE, words)
    return select(point.c.person_id).where(or_(holds, point.c.key == number) if number.strip("+") else holds)


def get_person(session: Session, viewer: Viewer, person_id: int) -> PersonView:
    """One person.

    Raises:
        MissingError: there is none with this id, or none that the viewer may see.
    """
    sql = select(person.c.id).where(person.c.id == person_id, may_see_people(session, viewer))
    if session.execute(sql).first() is None:
        raise MissingError(f"There is no person {person_id}{merged_into(session, viewer, person_id)}.")
    return views(session, viewer, [person_id])[0]


def merged_into(session: Session, viewer: Viewer, person_id: int) -> str:
    """Says where a person went who was merged into one that the viewer sees; else nothing."""
    sql = select(merged.c.person_id).join(person, person.c.id == merged.c.person_id)
    became = session.scalar(sql.where(merged.c.was_id == person_id, may_see_people(session, viewer)))
    return f" any more: it was merged into person {became}" if became else ""


def add_person(
    session: Session,
    viewer: Viewer,
    name: str,
    *,
    note: str = "",
    external_id: str | None = None,
    roles: Sequence[NewRole] = (),
    contacts: Sequence[NewContact] = (),
    now: datetime,
) -> int:
    """Add a person; returns the id. Who does not see everything names an account of theirs.

    Raises:
        MissingError: an account is not there, or not for the viewer.
        RefusedError: no account, a role that is not in its list, or an id that is taken.
    """
    if not roles and not viewer.sees_all:
        raise RefusedError("Say at which account this person is: without one nobody of your team could see them.")
    require_free_id(session, "people", external_id, person, merged)
    row = {"name": name, "key": fold(name), "note": note, "external_id": external_id, "created_at": now, "version": 1}
    (made,) = insert_all(session, Person, [row])
    keep_roles(session, viewer, made, roles)
    keep_contacts(session, made, contacts)
    return made


def edit_person(
    session: Session,
    viewer: Viewer,
    person_id: int,
    version: int,
    values: Mapping[str, Any],
    *,
    roles: Sequence[NewRole] | None = None,
    contacts: Sequence[NewContact] | None = None,
) -> None:
    """Change a person; `roles` and `contacts` replace what the viewer sees of them, None leaves them.

    Raises:
        MissingError: there is no such person, or an account is not there, for the viewer.
        StaleError: somebody changed it since `version`.
    """
    get_person(session, viewer, person_id)
    named = {"key": fold(values["name"])} if "name" in values else {}
    edit_row(session, person, person_id, version, {**values, **named})
    if roles is not None:
        keep_roles(session, viewer, person_id, roles)
    if contacts is not None:
        keep_contacts(session, person_id, contacts)


def keep_roles(session: Session, viewer: Viewer, person_id: int, roles: Sequence[NewRole]) -> None:
    """Replace the roles that the viewer sees; those at accounts of others stay."""
    for wanted in roles:
        require_account(session, viewer, wanted.account_id)
        require_code(session, "person_role", wanted.role)
        if wanted.valid_from and wanted.valid_to and wanted.valid_to < wanted.valid_from:
            raise RefusedError(f"A role ends before it begins: {wanted.valid_from} to {wanted.valid_to}.")
    seen = may_see_accounts(session, viewer, role.c.account_id)
    session.execute(delete(role).where(role.c.person_id == person_id, seen))
    rows = [
        {
            "account_id": wanted.account_id,
            "person_id": person_id,
            "role": wanted.role,
            "is_main": wanted.is_main,
            "valid_from": wanted.valid_from,
            "valid_to": wanted.valid_to,
            "version": 1,
        }
        for wanted in roles
    ]
    insert_all(session, AccountPerson, rows)


def say_consent(
    session: Session,
    viewer: Viewer,
    person_id: int,
    purpose: str,
    state: ConsentState,
    source: str,
    *,
    channel: ContactKind | None = None,
    now: datetime,
) -> None:
    """Note what a person said about a purpose, by one `channel` or by every one; what was said before is kept.

    Raises:
        MissingError: there is no such person for the viewer.
        RefusedError: a purpose that is not in its list.
    """
    get_person(session, viewer, person_id)
    require_code(session, "consent_purpose", purpose)
    row = {"person_id": person_id, "purpose": purpose, "state": state, "said_at": now, "source": source}
    session.execute(insert(consent), [row | {"channel": channel}])
