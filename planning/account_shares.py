"""Accounts that several reps share: who has which part of one, from which day on."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import insert, select, update
from sqlmodel import Session

from balancing.workload import check_shares
from crm.columns import table_of
from crm.tables import Account, AccountShare, Rep
from planning.plans_in_force import covers
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import BATCH

share, account, rep = table_of(AccountShare), table_of(Account), table_of(Rep)


def set_shares(session: Session, account_id: int, shares: Mapping[int, float], *, since: date) -> None:
    """Divide an account among reps from `since` on; nothing in `shares`: it is the territory's holder's again.

    Raises:
        MissingError: no such account or rep.
        RefusedError: a later division is there already.
        balancing.InvalidWork: the shares do not add up to 1.
    """
    if session.execute(select(account.c.id).where(account.c.id == account_id).with_for_update()).first() is None:
        raise MissingError(f"There is no account {account_id}.")
    found = set(session.scalars(select(rep.c.id).where(rep.c.id.in_(list(shares)))))
    if missing := sorted(set(shares) - found):
        raise MissingError(f"There is no rep {missing[0]}.")
    if shares:
        check_shares({str(rep_id): part for rep_id, part in shares.items()})
    own = share.c.account_id == account_id
    if (later := session.scalar(select(share.c.valid_from).where(own, share.c.valid_from > since))) is not None:
        raise RefusedError(f"Account {account_id} is divided anew from {later} on; that comes after {since}.")
    still_open = update(share).where(own, share.c.valid_to.is_(None))
    session.execute(still_open.values(valid_to=since, version=share.c.version + 1))
    rows = [
        {"account_id": account_id, "rep_id": rep_id, "share": part, "valid_from": since}
        for rep_id, part in sorted(shares.items())
    ]
    if rows:
        session.execute(insert(share), rows)


def shares_on(session: Session, account_ids: Iterable[int], day: date) -> dict[int, dict[int, float]]:
    """The shares by rep of those accounts that are shared on a day."""
    wanted = sorted(set(account_ids))
    found: dict[int, dict[int, float]] = {}
    for start in range(0, len(wanted), BATCH):
        some = share.c.account_id.in_(wanted[start : start + BATCH])
        for row in session.execute(select(share).where(some, covers(share, day)).order_by(share.c.rep_id)):
            found.setdefault(row.account_id, {})[row.rep_id] = row.share
    return found


def all_shares(session: Session) -> dict[int, list[tuple[date, date | None, int, float]]]:
    """Every share ever, by account: from, until before, rep, part."""
    found: dict[int, list[tuple[date, date | None, int, float]]] = {}
    for row in session.execute(select(share).order_by(share.c.id)):
        found.setdefault(row.account_id, []).append((row.valid_from, row.valid_to, row.rep_id, row.share))
    return found
