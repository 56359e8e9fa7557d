"""Ids that other systems gave: each is used once in the whole record, whoever may see what has it.

They tell an import what it knows already, so one per territory would make two of one client. Whoever gives one that is
taken is told that, and neither what has it nor whose it is; what they see themselves they find by the id.
"""

from sqlalchemy import Table, select
from sqlmodel import Session

from planning.record_errors import RefusedError


def require_free_id(session: Session, what: str, external_id: str | None, *tables: Table) -> None:
    """Go on only with an id that no row of these tables has; `what` names their rows, such as people.

    Raises:
        RefusedError: it is taken.
    """
    if external_id is None:
        return
    for table in tables:
        if session.execute(select(table.c.id).where(table.c.external_id == external_id).limit(1)).first() is not None:
            raise RefusedError(taken_id(what, external_id))


def taken_id(what: str, external_id: str) -> str:
    """What is said of an id that is taken."""
    return f"The id {external_id!r} is taken: ids of {what} are used once in the whole record. Give another one."
