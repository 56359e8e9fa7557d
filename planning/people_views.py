"""People at clients as they are shown: their roles that the viewer may see, how to reach them, what they agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, Consent, ContactPoint, Person
from planning.viewer import Viewer, may_see_accounts

person, role, point = table_of(Person), table_of(AccountPerson), table_of(ContactPoint)
consent, account = table_of(Consent), table_of(Account)


@dataclass(frozen=True, slots=True)
class RoleView:
    """What a person does at an account, from one day until the day before another."""

    account_id: int
    account: str
    role: str
    is_main: bool
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """A way to reach a person."""

    kind: str
    value: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The last word of a person on a purpose."""

    purpose: str
    state: str
    said_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with what the viewer may see of their roles."""

    id: int
    external_id: str | None
    name: str
    note: str
    version: int
    roles: tuple[RoleView, ...]
    contacts: tuple[ContactView, ...]
    consents: tuple[ConsentView, ...]


def views(session: Session, viewer: Viewer, ids: Sequence[int]) -> tuple[PersonView, ...]:
    """These people, in order of their ids."""
    if not ids:
        return ()
    roles: dict[int, list[RoleView]] = {}
    sql = (
        select(role, account.c.name.label("account"))
        .join(account, account.c.id == role.c.account_id)
        .where(role.c.person_id.in_(ids), may_see_accounts(session, viewer, role.c.account_id))
        .order_by(role.c.id)
    )
    for row in session.execute(sql):
        shown = RoleView(row.account_id, row.account, row.role, row.is_main, row.valid_from, row.valid_to)
        roles.setdefault(row.person_id, []).append(shown)
    points: dict[int, list[ContactView]] = {}
    for row in session.execute(select(point).where(point.c.person_id.in_(ids)).order_by(point.c.id)):
        points.setdefault(row.person_id, []).append(ContactView(row.kind, row.value, row.preferred))
    said: dict[int, dict[str, ConsentView]] = {}
    for row in session.execute(select(consent).where(consent.c.person_id.in_(ids)).order_by(consent.c.id)):
        said.setdefault(row.person_id, {})[row.purpose] = ConsentView(row.purpose, row.state, row.said_at, row.source)
    rows = session.execute(select(person).where(person.c.id.in_(ids)).order_by(person.c.id))
    return tuple(
        PersonView(
            *(row.id, row.external_id, row.name, row.note, row.version),
            tuple(roles.get(row.id, ())),
            tuple(points.get(row.id, ())),
            tuple(said.get(row.id, {}).values()),
        )
        for row in rows
    )
