"""Forgetting a person: what names them goes from the record and from its history; that it was done stays written.

The row of the person stays without a name, so that what was done with them keeps its place, as do the codes of their
roles and what they agreed to, as proof. Free text of notes and the original form of leads is nobody's to search by
program: leads that still hold an address of theirs are named in the answer. Backups hold what they held when made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, String, cast, delete, insert, or_, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Change,
    ContactPoint,
    Erasure,
    ImportRow,
    ImportRun,
    KeptAnswer,
    Lead,
    LeadContact,
    Person,
    PersonKey,
)
from planning.edits import edit_row
from planning.exports import forget_all_exports
from planning.record_errors import MissingError

person, point, change, erased = table_of(Person), table_of(ContactPoint), table_of(Change), table_of(Erasure)
merged, sender = table_of(PersonKey), table_of(LeadContact)
staged, run, kept, lead = table_of(ImportRow), table_of(ImportRun), table_of(KeptAnswer), table_of(Lead)

GONE = "(erased)"
BLANK: dict[str, dict[str, Any]] = {
    "person": {"name": GONE, "key": "", "note": "", "external_id": None},
    "contact_point": {"value": GONE, "key": ""},
    "person_key": {"external_id": None, "said": {}},
    "lead_contact": {"key": ""},
    "visit_document": {"lat": None, "lon": None, "accuracy_m": None},
}
"""By table, the columns that name somebody, and what they hold afterwards."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: ways to reach the person, and rows of the ledger; `leads` still hold one of the addresses."""

    contacts: int
    changes: int
    leads: tuple[int, ...]


def erase_person(session: Session, person_id: int, version: int) -> Forgotten:
    """Forget a person, inside an act.

    Raises:
        MissingError: there is no such person.
        StaleError: somebody changed the person since `version`.
    """
    found = session.execute(select(person).where(person.c.id == person_id)).first()
    if found is None:
        raise MissingError(f"There is no person {person_id}.")
    keys = session.execute(select(merged).where(merged.c.person_id == person_id)).all()
    were = [person_id, *(row.was_id for row in keys)]  # those who were merged into this person are forgotten as well
    words = [found.name, found.note, found.external_id or ""]
    words += [word for row in keys for word in (row.external_id or "", *row.said.values())]
    words += session.scalars(select(point.c.value).where(point.c.person_id == person_id))
    points = ever(session, point.c.person_id, were)
    words += earlier(session, points)
    erase = {"person": were, "contact_point": points, "person_key": ever(session, merged.c.was_id, were)}
    erase["lead_contact"] = sent_by(session, points)
    batch = {"batch_id": session.info["batch_id"]}
    rows = [{"table_name": table, "row_id": one} | batch for table, ids in erase.items() for one in ids]
    session.execute(insert(erased), rows)
    session.execute(delete(point).where(point.c.person_id == person_id))
    blanked = BLANK["person_key"] | {"version": merged.c.version + 1}
    session.execute(update(merged).where(merged.c.person_id == person_id).values(blanked))
    unreached = update(sender).where(sender.c.id.in_(erase["lead_contact"]))
    session.execute(unreached.values(BLANK["lead_contact"] | {"version": sender.c.version + 1}))
    edit_row(session, person, person_id, version, BLANK["person"])
    changes = sum(blank(session, table, ids) for table, ids in erase.items())
    forget_staged(session, were, words)
    forget_all_exports(session)
    return Forgotten(len(points), changes, leads_with(session, words))


def ever(session: Session, column: Column[Any], were: Sequence[int]) -> list[int]:
    """The ids of all rows whose column ever held one of these ids; the ledger knows those that are gone."""
    table = column.table
    theirs = [side[column.name].as_integer().in_(were) for side in (change.c.before, change.c.after)]
    told = select(change.c.row_id).where(change.c.table_name == table.name, or_(*theirs))
    there = select(table.c.id).where(column.in_(were))
    return sorted({*session.scalars(told), *session.scalars(there)})


def sent_by(session: Session, points: Sequence[int]) -> list[int]:
    """Ways to reach the sender of a lead that are, or were, also ways to reach the person."""
    sql = select(change.c.before, change.c.after).where(change.c.table_name == "contact_point")
    keys = {side["key"] for row in session.execute(sql.where(change.c.row_id.in_(points))) for side in row if side}
    return list(session.scalars(select(sender.c.id).where(sender.c.key.in_(sorted(keys - {""})))))


def earlier(session: Session, points: Iterable[int]) -> list[str]:
    """What the ledger says that these ways to reach somebody were."""
    sql = select(change.c.before, change.c.after).where(change.c.table_name == "contact_point")
    rows = session.execute(sql.where(change.c.row_id.in_(list(points))))
    return [side["value"] for row in rows for side in row if side]


def blank(session: Session, table: str, ids: Iterable[int]) -> int:
    """Take what names somebody out of the ledger of these rows; returns how many of its rows there are."""
    own = (change.c.table_name == table, change.c.row_id.in_(list(ids)))
    rows = session.execute(select(change.c.id, change.c.before, change.c.after).where(*own)).all()
    for row in rows:
        sides = {"before": row.before, "after": row.after}
        values = {
            name: side | {column: word for column, word in BLANK[table].items() if column in side}
            for name, side in sides.items()
            if side is not None
        }
        session.execute(update(change).where(change.c.id == row.id).values(values))
    return len(rows)


def forget_staged(session: Session, were: Sequence[int], words: Iterable[str]) -> None:
    """Empty the rows of imports that made or changed the person, and forget kept answers that hold their addresses."""
    people = select(run.c.id).where(run.c.kind == "people")
    own = (staged.c.run_id.in_(people), staged.c.record_id.in_(were))
    touched = run.c.id.in_(select(staged.c.run_id).where(*own))
    session.execute(update(run).where(touched).values(version=run.c.version + 1))
    empty: dict[str, Any] = {"writes": {}, "candidates": [], "reasons": [], "external_id": ""}
    session.execute(update(staged).where(*own).values(empty))
    for word in set(filter(None, words)):
        session.execute(delete(kept).where(kept.c.body.contains(word, autoescape=True)))


def leads_with(session: Session, words: Iterable[str]) -> tuple[int, ...]:
    """Leads whose original form holds an address or number of the person, as far as it stands there word for word."""
    found: set[int] = set()
    text = cast(lead.c.payload, String)
    for word in {one for one in words if "@" in one or sum(map(str.isdigit, one)) >= 6}:
        found.update(session.scalars(select(lead.c.id).where(text.contains(word, autoescape=True))))
    return tuple(sorted(found))
