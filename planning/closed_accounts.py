"""Accounts that are none any more: what happened there is still noted, nothing new is begun."""

from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Change, ChangeBatch
from planning.record_errors import RefusedError

account, change, batch = table_of(Account), table_of(Change), table_of(ChangeBatch)


def require_open(session: Session, account_id: int, what: str) -> None:
    """Go on only with an account that is not closed; `what` it would get.

    Raises:
        RefusedError: which one is closed, and since when.
    """
    found = session.execute(select(account.c.name, account.c.state).where(account.c.id == account_id)).first()
    if found is None or found.state != AccountState.CLOSED:
        return
    day = closed_since(session, account_id)
    since = f" since {day}" if day else ""
    raise RefusedError(f"Account {account_id} ({found.name}) is closed{since}: open it before it gets {what}.")


def closed_since(session: Session, account_id: int) -> date | None:
    """The day (UTC) on which a closed account was closed last; None where the ledger does not tell."""
    own = change.c.table_name == "account", change.c.row_id == account_id
    state = {side: column["state"].as_string() for side, column in (("was", change.c.before), ("is", change.c.after))}
    sql = (
        select(batch.c.at)
        .join(change, change.c.batch_id == batch.c.id)
        .where(*own, state["is"] == AccountState.CLOSED.value)
        .where(or_(change.c.before.is_(None), state["was"] != AccountState.CLOSED.value))
        .order_by(change.c.id.desc())
    )
    at = session.scalar(sql.limit(1))
    return at.date() if at else None
