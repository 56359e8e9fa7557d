"""Bringing accounts, their sites and the reps up to date: what is known is recognised, what differs is changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, insert, update
from sqlmodel import Session, select

from crm.columns import table_of
from crm.tables import Account, Record, Rep, Site
from geo.located import Level
from planning import translate
from planning.site_places import PLACE_COLUMNS, moved_doubt
from planning.translate import Row

if TYPE_CHECKING:
    from planning.result import PlannedAccount, PlanResult

BATCH = 900
"""Values named in one query; older SQLite takes 999."""


def save_accounts(session: Session, accounts: Sequence["PlannedAccount"], now: datetime) -> list[int]:
    """Insert or change the accounts; returns their ids in the same order."""
    wanted = [translate.account_row(account, now) for account in accounts]
    keep = ("name", "segment", "value")
    return upsert(session, Account, "external_id", keep, wanted)


def save_reps(session: Session, result: "PlanResult", time_zone: str) -> dict[str, int]:
    """Insert or change the reps the plan names; returns their ids by name.

    A home that was only assumed never replaces one that was given.
    """
    home = ("home_lat", "home_lon", "home_assumed")
    wanted = translate.rep_rows(result, time_zone)
    known = existing(session, Rep, "external_id", home, [row["external_id"] for row in wanted])
    for row in wanted:
        before = known.get(row["external_id"])
        if before and before["home_lat"] is not None and weaker(row, before):
            row |= {name: before[name] for name in home}
    hours = ("weekdays", "shift_start_s", "shift_end_s", "holidays")
    ids = upsert(session, Rep, "external_id", ("time_zone", *home, *hours), wanted)
    return {row["external_id"]: key for row, key in zip(wanted, ids, strict=True)}


def weaker(home: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """True for a home that is missing, or assumed where the known one was given."""
    return home["home_lat"] is None or (home["home_assumed"] and not known["home_assumed"])


def save_sites(session: Session, accounts: Sequence["PlannedAccount"], account_ids: Sequence[int]) -> list[int]:
    """Insert or change the first site of each account; returns the sites' ids in the same order.

    A pin in the record stays, unless the plan brings a pin of its own; where the address is another one now, the pin
    waits for somebody to look at it. What the plan's file does not say of last visits and opening hours stays too.
    """
    wanted = [translate.site_row(account, key) for account, key in zip(accounts, account_ids, strict=True)]
    place = (*PLACE_COLUMNS, "why")
    said = ("last_visit_on", "opening_hours")
    noted = ("line", "city", *said, *place)
    known = existing(session, Site, "account_id", noted, [row["account_id"] for row in wanted])
    for row in wanted:
        before = known.get(row["account_id"])
        if before:
            row |= {name: before[name] for name in said if not row[name]}
        if before and before["level"] == Level.MANUAL and row["level"] != Level.MANUAL:
            row |= {name: before[name] for name in place}
            if (before["line"], before["city"]) != (row["line"], row["city"]):
                row["doubts"] = moved_doubt(before["line"], before["city"])
    keep = tuple(wanted[0].keys() - {"account_id"}) if wanted else ()
    return upsert(session, Site, "account_id", keep, wanted)


def upsert(
    session: Session, table: type[Record], key: str, changing: Sequence[str], wanted: Sequence[Row]
) -> list[int]:
    """Rows of `wanted`, recognised by `key`, are inserted, or updated where one of `changing` differs.

    Returns the ids in the order of `wanted`. An update raises the row's version.
    """
    known = existing(session, table, key, changing, [row[key] for row in wanted])
    new = [row for row in wanted if row[key] not in known]
    changed = [
        {"row_id": known[row[key]]["id"]} | {f"new_{name}": row[name] for name in changing}
        for row in wanted
        if row[key] in known and any(row[name] != known[row[key]][name] for name in changing)
    ]
    if changed:
        columns = table_of(table).c
        values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in changing}
        values["version"] = columns["version"] + 1
        statement = update(table_of(table)).where(columns["id"] == bindparam("row_id")).values(values)
        session.connection().execute(statement, changed)
    ids = {row[key]: made for row, made in zip(new, insert_all(session, table, new), strict=True)}
    return [ids[row[key]] if row[key] in ids else known[row[key]]["id"] for row in wanted]


def existing(
    session: Session, table: type[Record], key: str, columns: Sequence[str], values: Iterable[Any]
) -> Mapping[Any, Mapping[str, Any]]:
    """The rows already there by `key`; of several the first one made counts."""
    named = table_of(table).c
    picked = [named[name] for name in dict.fromkeys(("id", key, *columns))]
    found: dict[Any, Mapping[str, Any]] = {}
    for batch in batched(values, BATCH):
        rows = session.execute(select(*picked).where(named[key].in_(batch)).order_by(named["id"]))
        for row in rows.mappings():
            found.setdefault(row[key], {str(name): value for name, value in row.items()})
    return found


def update_rows(session: Session, table: Table, wanted: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Set different columns in different rows, those with the same columns by one statement; versions go up."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values in wanted:
        row = {"row_id": key} | {f"new_{name}": value for name, value in values.items()}
        alike.setdefault(tuple(values), []).append(row)
    for names, rows in alike.items():
        values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        more = {"version": table.c.version + 1}
        session.connection().execute(update(table).where(table.c.id == bindparam("row_id")).values(values | more), rows)


def insert_all(session: Session, table: type[Record], rows: Sequence[Row]) -> list[int]:
    """Insert rows and return their ids in the same order."""
    if not rows:
        return []
    key = table_of(table).c["id"]
    return list(session.scalars(insert(table).returning(key, sort_by_parameter_order=True), rows))
