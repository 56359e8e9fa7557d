"""Merging two people who are one, as `planning.merge` does it with accounts: one stays, nothing is lost.

The person who goes is removed in the same act that moves roles, ways to reach them, consents and what was done with
them, so undoing the act brings both back exactly. What the row held is kept (`PersonKey`): files go on finding the
person by the old id, and a file that still says the same changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Person, PersonKey
from geo.address_fold import fold
from planning.edits import edit_row
from planning.merge import held
from planning.merge_rows import OF_PEOPLE, move_rows
from planning.people import get_person
from planning.record_errors import RefusedError
from planning.record_rows import BATCH
from planning.viewer import Viewer

person, key = table_of(Person), table_of(PersonKey)

TAKEN = ("name", "note")
"""Fields that may be taken from the other person instead; a name that is not shown any more is kept as what it said."""


@dataclass(frozen=True, slots=True)
class MergePerson:
    """Who goes, at which version they were read, and which fields are taken from them."""

    other_id: int
    other_version: int
    take: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedPerson:
    """What a merge did: rows that changed hands by table."""

    person_id: int
    other_id: int
    moved: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OldPersonKey:
    """The id in files of a person who was merged into person `person_id`; `said` as in `PersonKey`."""

    external_id: str
    person_id: int
    said: Mapping[str, Any]


def merge_people(session: Session, viewer: Viewer, person_id: int, version: int, merge: MergePerson) -> MergedPerson:
    """Make the other person part of this one, within the act of `session`.

    Roles at accounts that the viewer does not see move along: a person is one for everybody.

    Raises:
        MissingError: one of them is not there for the viewer.
        StaleError: one of them was changed since they were read.
        RefusedError: a person and themselves, or no such field.
    """
    other_id = merge.other_id
    if person_id == other_id:
        raise RefusedError("A person cannot be merged with themselves.")
    if unknown := set(merge.take) - set(TAKEN):
        raise RefusedError(f"take: expected fields of {', '.join(TAKEN)}; got {sorted(unknown)[0]!r}.")
    for one in (person_id, other_id):
        get_person(session, viewer, one)
    stays = held(session, person, person_id, version)
    goes = held(session, person, other_id, merge.other_version)
    edit_row(session, person, person_id, version, filled(stays, goes, merge.take))
    row = {
        "person_id": person_id,
        "external_id": goes["external_id"],
        "was_id": other_id,
        "said": {name: goes[name] for name in TAKEN},
        "version": 1,
    }
    session.execute(insert(key), [row])
    moved, _ = move_rows(session, person_id, other_id, OF_PEOPLE)
    session.execute(delete(person).where(person.c.id == other_id))
    return MergedPerson(person_id, other_id, moved)


def filled(stays: Mapping[str, Any], goes: Mapping[str, Any], take: Iterable[str]) -> dict[str, Any]:
    """What changes in the person who stays: what is taken from the other, and both notes where both have one."""
    new = {name: goes[name] for name in take}
    if "note" not in new and goes["note"] and goes["note"] not in stays["note"]:
        new["note"] = "\n".join(filter(None, (stays["note"], goes["note"])))
    if "name" in new:
        new["key"] = fold(new["name"])
    return {name: value for name, value in new.items() if value != stays[name]}


def old_person_keys(session: Session, external_ids: Iterable[str]) -> dict[str, OldPersonKey]:
    """Those of the ids in files that belong to merged people."""
    columns = key.c.external_id, key.c.person_id, key.c.said
    return {
        row.external_id: OldPersonKey(*row)
        for batch in batched(dict.fromkeys(external_ids), BATCH)
        for row in session.execute(select(*columns).where(key.c.external_id.in_(batch)))
    }
