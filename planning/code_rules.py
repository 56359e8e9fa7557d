"""What code lists allow: a value has to be an active code of its list, where that has codes at all."""

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Code
from planning.record_errors import RefusedError

code = table_of(Code)


def require_code(session: Session, list_name: str, value: str) -> None:
    """Go on only with a value that may be chosen: an active code of the list, or anything where the list is empty.

    Raises:
        RefusedError: which values there are.
    """
    if not value:
        return
    sql = select(code.c.code, code.c.active).where(code.c.list_name == list_name)
    known = {row.code: row.active for row in session.execute(sql.order_by(code.c.position, code.c.id))}
    if known and not known.get(value, False):
        choice = ", ".join(name for name, active in known.items() if active)
        raise RefusedError(f"{value!r} is not in the list {list_name}; it has: {choice}.")
