"""People at clients as they are shown: their roles that the viewer may see, how to reach them, what they agreed to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, Consent, ContactPoint, Person
from planning.families import valid
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
    """A way to reach a person, from one day until the day before another."""

    kind: str
    value: str
    preferred: bool
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The last word of a person on a purpose: of one `channel`, or of all that nothing was said of since (None)."""

    purpose: str
    state: str
    said_at: datetime
    source: str
    channel: str | None


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


def views(session: Session, viewer: Viewer, ids: Sequence[int], on: date | None = None) -> tuple[PersonView, ...]:
    """These people, in order of their ids, with every way to reach them, or those of the day `on`."""
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
    counting = [] if on is None else valid(point, on)
    for row in session.execute(select(point).where(point.c.person_id.in_(ids), *counting).order_by(point.c.id)):
        way = ContactView(row.kind, row.value, row.preferred, row.valid_from, row.valid_to)
        points.setdefault(row.person_id, []).append(way)
    said: dict[int, list[Any]] = {}
    for row in session.execute(select(consent).where(consent.c.person_id.in_(ids)).order_by(consent.c.id)):
        said.setdefault(row.person_id, []).append(row)
    rows = session.execute(select(person).where(person.c.id.in_(ids)).order_by(person.c.id))
    return tuple(
        PersonView(
            *(row.id, row.external_id, row.name, row.note, row.version),
            tuple(roles.get(row.id, ())),
            tuple(points.get(row.id, ())),
            tuple(
                ConsentView(word.purpose, word.state, word.said_at, word.source, word.channel)
                for word in last_words(said.get(row.id, ()))
            ),
        )
        for row in rows
    )


def last_words(said: Iterable[Any]) -> list[Any]:
    """Of what a person said to purposes, the oldest first, what still counts; a word on all channels ends the rest."""
    last: dict[tuple[str, str | None], Any] = {}
    for word in said:
        if word.channel is None:
            last = {key: other for key, other in last.items() if key[0] != word.purpose}
        last[word.purpose, word.channel] = word
    return list(last.values())
