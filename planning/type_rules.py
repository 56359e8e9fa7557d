"""What types of activities allow: which may be chosen on a day, what may come of them, what they say of work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ActivityKind, ActivityType, Site
from planning.record_errors import FaultyError
from planning.record_rows import BATCH

kind_of_work, site = table_of(ActivityType), table_of(Site)


@dataclass(frozen=True, slots=True)
class TypeView:
    """A type of activity; see `crm.tables.ActivityType`."""

    id: int
    code: str
    label: str
    channel: str
    duration_s: int | None
    counts_as_visit: bool
    workload_weight: float
    outcomes: tuple[str, ...]
    colour: str
    position: int
    valid_from: date | None
    valid_to: date | None
    version: int

    def on(self, day: date) -> bool:
        """Whether it may be chosen for something of that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


def list_types(
    session: Session, *, on: date | None = None, channel: ActivityKind | None = None
) -> tuple[TypeView, ...]:
    """All types in their order, or those of a channel, or those that may be chosen on a day."""
    sql = select(kind_of_work).order_by(kind_of_work.c.position, kind_of_work.c.id)
    if channel is not None:
        sql = sql.where(kind_of_work.c.channel == channel)
    found = (view(row._mapping) for row in session.execute(sql))
    return tuple(one for one in found if on is None or one.on(on))


def view(row: Mapping[Any, Any]) -> TypeView:
    """A row of the table."""
    return TypeView(**{**row, "outcomes": tuple(row["outcomes"])})


def type_of(session: Session, code: str) -> TypeView | None:
    """The type with a code."""
    row = session.execute(select(kind_of_work).where(kind_of_work.c.code == code)).first()
    return None if row is None else view(row._mapping)


def said(channel: str) -> str:
    """A channel in a sentence."""
    return str(channel).replace("_", " ")


def known_type(session: Session, code: str, *, field: str = "type") -> TypeView:
    """The type with a code, whatever its channel and days.

    Raises:
        FaultyError: there is none; the message names those there are.
    """
    found = type_of(session, code)
    if found is None:
        there = ", ".join(one.code for one in list_types(session)) or "there is none yet"
        raise FaultyError([(field, f"a type of activity ({there}); got {code!r}, which there is not")])
    return found


def require_type(session: Session, code: str, channel: str, day: date, *, field: str = "type") -> TypeView:
    """The type with a code, if it may be chosen for something of this channel on this day.

    Raises:
        FaultyError: it may not; the message names the field, what was given, and what there is.
    """
    found = type_of(session, code)
    if found is not None and found.channel == channel and found.on(day):
        return found
    there = ", ".join(one.code for one in list_types(session, on=day, channel=ActivityKind(channel)))
    expected = f"a type of {said(channel)} that may be chosen on {day} ({there or 'there is none'})"
    if found is None:
        why = "which there is not"
    elif found.channel != channel:
        why = f"which is a type of {said(found.channel)}"
    else:
        early = found.valid_from is not None and day < found.valid_from
        why = f"which begins on {found.valid_from}" if early else f"which ended on {found.valid_to}"
    raise FaultyError([(field, f"{expected}; got {code!r}, {why}")])


def require_outcome(found: TypeView | None, outcome: str, *, field: str = "outcome") -> None:
    """Go on only with an outcome that a type permits; None, and a type that names none, permit all.

    Raises:
        FaultyError: which there are.
    """
    if found is not None and found.outcomes and outcome and outcome not in found.outcomes:
        raise FaultyError([(field, f"one of {', '.join(found.outcomes)} for the type {found.code}; got {outcome!r}")])


def may_be_planned(found: TypeView, day: date) -> bool:
    """Whether the visits that fall due at a site may be planned as of this type from a day on."""
    return found.channel == ActivityKind.VISIT and found.counts_as_visit and found.on(day)


def satisfies(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """A condition on the type of a visit: it counts toward the visits that fall due. One without a type does."""
    beside = select(kind_of_work.c.code).where(kind_of_work.c.counts_as_visit.is_(False))
    return or_(column.is_(None), column.not_in(beside))


def types_of_sites(session: Session, ids: Collection[int], day: date) -> dict[int, str]:
    """The types of visits to be planned at these sites for a day, by site; sites without one are left out."""
    found: dict[int, str] = {}
    there = {one.code for one in list_types(session, on=day, channel=ActivityKind.VISIT)}
    for part in batched(sorted(set(ids)) if there else (), BATCH):
        sql = select(site.c.id, site.c.visit_type).where(site.c.id.in_(part), site.c.visit_type.in_(there))
        found |= {row.id: row.visit_type for row in session.execute(sql)}
    return found


def length_s(own: ColumnElement[Any], column: ColumnElement[Any]) -> ColumnElement[int]:
    """Seconds that a visit takes: `own` of the site, else those of the type `column`; 0 where nobody says."""
    usual = select(kind_of_work.c.duration_s).where(kind_of_work.c.code == column).scalar_subquery()
    return func.coalesce(func.nullif(own, 0), usual, 0)
