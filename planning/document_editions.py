"""The forms of documents as the record keeps them: edition after edition, each in use or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Code, DocumentForm, DocumentKind
from planning.document_forms import Definition, read_definition
from planning.edits import edit_row
from planning.record_errors import FaultyError, MissingError, RefusedError
from planning.record_rows import insert_all

form, code = table_of(DocumentForm), table_of(Code)


@dataclass(frozen=True, slots=True)
class FormView:
    """An edition of a form."""

    id: int
    name: str
    edition: int
    kind: str
    definition: Mapping[str, Any]
    active: bool
    made_at: datetime
    made_by: str
    version: int


def keep_form(
    session: Session, name: str, kind: DocumentKind, data: Mapping[str, Any], *, by: str, now: datetime
) -> int:
    """A new edition of the form of this name; returns its id.

    Raises:
        FaultyError: with every fault.
        RefusedError: the form is of another kind.
    """
    try:
        read_definition(data)
    except FaultyError as error:
        raise error.below("definition") from None
    last = session.execute(select(form).where(form.c.name == name).order_by(form.c.edition.desc()).limit(1)).first()
    if last is not None and last.kind != kind:
        raise RefusedError(f"The form {name!r} is of kind {last.kind}: give another name to one of kind {kind}.")
    row = {"name": name, "edition": last.edition + 1 if last else 1, "kind": kind, "definition": dict(data)}
    (made,) = insert_all(session, DocumentForm, [row | {"active": True, "made_at": now, "made_by": by, "version": 1}])
    return made


def list_forms(session: Session) -> tuple[FormView, ...]:
    """All editions, by name, the newest first."""
    rows = session.execute(select(form).order_by(form.c.name, form.c.edition.desc())).mappings()
    return tuple(FormView(**row) for row in rows)


def get_form(session: Session, form_id: int) -> FormView:
    """One edition.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(form).where(form.c.id == form_id)).mappings().first()
    if row is None:
        raise MissingError(f"There is no document form {form_id}.")
    return FormView(**row)


def edit_form(session: Session, form_id: int, version: int, *, active: bool) -> None:
    """Say whether documents may be written by an edition; see `edit_row`."""
    edit_row(session, form, form_id, version, {"active": active})


def form_in_use(session: Session, name: str) -> FormView:
    """The edition by which documents are written now.

    Raises:
        RefusedError: there is none.
    """
    sql = select(form).where(form.c.name == name, form.c.active).order_by(form.c.edition.desc()).limit(1)
    row = session.execute(sql).mappings().first()
    if row is None:
        names = session.scalars(select(form.c.name).where(form.c.active).distinct().order_by(form.c.name))
        raise RefusedError(
            f"There is no form {name!r} to write a document by; there are: {', '.join(names) or 'none'}."
        )
    return FormView(**row)


def codes_for(session: Session, definition: Definition) -> dict[str, list[str]]:
    """The codes that may be chosen, of the lists that have any."""
    sql = select(code.c.list_name, code.c.code, code.c.active).where(code.c.list_name.in_(definition.lists()))
    found: dict[str, list[str]] = {}
    for list_name, value, active in session.execute(sql.order_by(code.c.position, code.c.id)):
        found.setdefault(list_name, []).extend([value] if active else [])
    return found
