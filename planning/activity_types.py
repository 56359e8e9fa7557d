"""Types of activities and visits as data: adding them, changing them, ending them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.tables import ActivityKind, ActivityType
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.record_errors import FaultyError, MissingError, RefusedError
from planning.record_rows import insert_all
from planning.type_rules import TypeView, kind_of_work, said, type_of, view

VISITS = (ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.PHONE_CALL)
"""Channels that can stand for a visit that falls due."""


def get_type(session: Session, type_id: int) -> TypeView:
    """One type.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(kind_of_work).where(kind_of_work.c.id == type_id)).first()
    if row is None:
        raise MissingError(f"There is no type of activity {type_id}.")
    return view(row._mapping)


def add_type(session: Session, values: Mapping[str, Any]) -> int:
    """Add a type; returns its id. `values` are columns of `ActivityType`.

    Raises:
        RefusedError: there is one with this code.
        FaultyError: an outcome that is not in its list, days the wrong way round, or a channel that no visit has.
    """
    if type_of(session, values["code"]) is not None:
        raise RefusedError(f"There is a type of activity {values['code']!r} already.")
    channel = ActivityKind(values["channel"])
    counts = values.get("counts_as_visit")
    if counts and channel not in VISITS:
        raise FaultyError([("counts_as_visit", f"false: {said(channel)} stands for no visit; got true")])
    check(session, values)
    row = {"duration_s": None, "colour": "", "position": 0, "valid_from": None, "valid_to": None, **values}
    row |= {"counts_as_visit": channel in VISITS[:2] if counts is None else counts}
    row |= {"workload_weight": values.get("workload_weight", 1.0), "outcomes": list(values.get("outcomes", ()))}
    (made,) = insert_all(session, ActivityType, [row | {"version": 1}])
    return made


def edit_type(session: Session, type_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change what a type is called, how long it takes, what may come of it, or on which days it may be chosen.

    Raises:
        MissingError, StaleError: see `edit_row`.
        FaultyError: as for a new one.
    """
    before = get_type(session, type_id)
    check(session, {name: getattr(before, name) for name in ("valid_from", "valid_to")} | dict(values))
    edit_row(session, kind_of_work, type_id, version, values)


def check(session: Session, values: Mapping[str, Any]) -> None:
    """Refuse outcomes that there are not, and days the wrong way round."""
    for number, outcome in enumerate(values.get("outcomes") or ()):
        try:
            require_code(session, "outcome", outcome)
        except RefusedError as error:
            raise FaultyError([(f"outcomes.{number}", f"a code of the list outcome: {error}")]) from None
    first, end = values.get("valid_from"), values.get("valid_to")
    if first is not None and end is not None and end < first:
        raise FaultyError([("valid_to", f"{first} or a later day; got {end}")])
