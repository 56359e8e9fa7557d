"""Dividing one thing among reps from a day on: an account's hours, the credit for a sale."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlmodel import Session

from balancing.workload import check_shares
from crm.columns import table_of
from crm.tables import Rep
from planning.plans_in_force import covers
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import BATCH

rep = table_of(Rep)


def divide(session: Session, table: Table, key: str, owner_id: int, shares: Mapping[int, float], since: date) -> None:
    """Write the shares by rep of row `owner_id` of the table that column `key` of `table` refers to.

    What was valid until then ends on `since`; no shares: it is not divided any more.

    Raises:
        MissingError: no such row or rep.
        RefusedError: a later division is there already.
        balancing.InvalidWork: the shares do not add up to 1.
    """
    owner = next(iter(table.c[key].foreign_keys)).column
    if session.execute(select(owner).where(owner == owner_id).with_for_update()).first() is None:
        raise MissingError(f"There is no {owner.table.name} {owner_id}.")
    found = set(session.scalars(select(rep.c.id).where(rep.c.id.in_(list(shares)))))
    if missing := sorted(set(shares) - found):
        raise MissingError(f"There is no rep {missing[0]}.")
    if shares:
        check_shares({str(rep_id): part for rep_id, part in shares.items()})
    own = table.c[key] == owner_id
    later = session.scalar(select(table.c.valid_from).where(own, table.c.valid_from > since))
    if later is not None:
        name = owner.table.name.capitalize()
        raise RefusedError(f"{name} {owner_id} is divided anew from {later} on; that comes after {since}.")
    still_open = update(table).where(own, table.c.valid_to.is_(None))
    session.execute(still_open.values(valid_to=since, version=table.c.version + 1))
    rows = [{key: owner_id, "rep_id": of, "share": part, "valid_from": since} for of, part in sorted(shares.items())]
    if rows:
        session.execute(insert(table), [row | {"version": 1} for row in rows])


def divided_on(
    session: Session, table: Table, key: str, ids: Iterable[int], day: date | ColumnElement[date]
) -> dict[int, dict[int, float]]:
    """The shares by rep of those rows that are divided on a day."""
    wanted = sorted(set(ids))
    column, found = table.c[key], dict[int, dict[int, float]]()
    for start in range(0, len(wanted), BATCH):
        sql = select(column, table.c.rep_id, table.c.share).where(column.in_(wanted[start : start + BATCH]))
        for owner_id, rep_id, part in session.execute(sql.where(covers(table, day)).order_by(table.c.rep_id)):
            found.setdefault(owner_id, {})[rep_id] = part
    return found
