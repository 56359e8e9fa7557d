"""Which accounts a user sees, as a condition whose text is the same for many users: queries that have it are kept."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, true
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from planning.viewer import Viewer, assignment, days_of, ids_seen, sight_of, some_forces, ways


@dataclass(frozen=True, slots=True)
class SightKind:
    """All that the text of `seen_by` depends on: how many plans there are, and places for ids by name."""

    forces: int
    places: tuple[tuple[str, int], ...]


def sight_told(session: Session, viewer: Viewer) -> tuple[SightKind | None, dict[str, Any]]:
    """The kind of what a user sees, None for everything; and the values of the parameters that `seen_by` makes."""
    if viewer.sees_all:
        return None, {}
    dialect, forces = dialect_of(session), sight_of(session, viewer).forces
    ids = ids_seen(session, viewer)
    values = {"seen_on": viewer.day} | days_of(forces)
    for name, some in ids.items():
        values |= told(name, some, dialect)
    return SightKind(len(forces), tuple((name, places_for(some, dialect)) for name, some in ids.items())), values


def seen_by(account_id: ColumnElement[int], kind: SightKind | None, dialect: str) -> ColumnElement[bool]:
    """`may_see_accounts`, for a user whose sight comes later."""
    if kind is None:
        return true()
    places = dict(kind.places)
    day = bindparam("seen_on", type_=assignment.c.valid_from.type)

    def among_those(name: str, column: ColumnElement[int]) -> ColumnElement[bool] | None:
        return among(column, name, dialect, places[name]) if places[name] else None

    return ways(account_id, among_those, some_forces(kind.forces), day)
