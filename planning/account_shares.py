"""Accounts that several reps share: who has which part of one, from which day on."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccountShare
from planning.dated_shares import divide, divided_on

share = table_of(AccountShare)


def set_shares(session: Session, account_id: int, shares: Mapping[int, float], *, since: date) -> None:
    """Divide an account among reps from `since` on; nothing in `shares`: it is the territory's holder's again.

    Errors as of `dated_shares.divide`.
    """
    divide(session, share, "account_id", account_id, shares, since)


def shares_on(session: Session, account_ids: Iterable[int], day: date) -> dict[int, dict[int, float]]:
    """The shares by rep of those accounts that are shared on a day."""
    return divided_on(session, share, "account_id", account_ids, day)


def all_shares(session: Session) -> dict[int, list[tuple[date, date | None, int, float]]]:
    """Every share ever, by account: from, until before, rep, part."""
    found: dict[int, list[tuple[date, date | None, int, float]]] = {}
    for row in session.execute(select(share).order_by(share.c.id)):
        found.setdefault(row.account_id, []).append((row.valid_from, row.valid_to, row.rep_id, row.share))
    return found
