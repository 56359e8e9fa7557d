"""Code lists: which values a classifier takes. A list that has no codes takes any text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Code
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all

code = table_of(Code)

LISTS = (
    *("segment", "industry", "person_role", "consent_purpose", "outcome", "lead_source", "loss_reason", "asset_kind"),
    "task_kind",
)
"""The lists that the record itself asks; others may be kept too."""


@dataclass(frozen=True, slots=True)
class CodeView:
    """One value of a list; an inactive one stays where it is and can no longer be chosen."""

    id: int
    list_name: str
    code: str
    label: str
    position: int
    active: bool
    version: int


def list_codes(session: Session, list_name: str | None = None) -> tuple[CodeView, ...]:
    """Every code, or those of one list, in their order."""
    sql = select(code).order_by(code.c.list_name, code.c.position, code.c.id)
    if list_name is not None:
        sql = sql.where(code.c.list_name == list_name)
    return tuple(CodeView(*row) for row in session.execute(sql))


def get_code(session: Session, code_id: int) -> CodeView:
    """One code.

    Raises:
        MissingError: there is none with this id.
    """
    row = session.execute(select(code).where(code.c.id == code_id)).first()
    if row is None:
        raise MissingError(f"There is no code {code_id}.")
    return CodeView(*row)


def add_code(session: Session, list_name: str, value: str, label: str, position: int) -> int:
    """Add a value to a list; returns its id.

    Raises:
        RefusedError: the list has it already.
    """
    if session.execute(select(code.c.id).where(code.c.list_name == list_name, code.c.code == value)).first():
        raise RefusedError(f"The list {list_name} has the code {value!r} already.")
    row = {"list_name": list_name, "code": value, "label": label, "position": position, "active": True, "version": 1}
    (made,) = insert_all(session, Code, [row])
    return made


def edit_code(session: Session, code_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change label, position or use of a code; see `edit_row`."""
    edit_row(session, code, code_id, version, values)
