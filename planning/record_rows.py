"""Bringing accounts, their sites and the reps up to date: what is known is recognised, what differs is changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, func, insert, text, update
from sqlmodel import Session, select

from crm.bulk import Pack, packed_inserts, packed_updates, packs_well, write_packs
from crm.columns import table_of
from crm.tables import Account, AccountNeed, Record, Rep, Site
from geo.located import Level
from planning import translate
from planning.account_keys import BATCH as BATCH
from planning.account_keys import old_keys
from planning.record_errors import RefusedError
from planning.site_places import PLACE_COLUMNS, moved_doubt
from planning.translate import Row

if TYPE_CHECKING:
    from planning.result import PlannedAccount, PlanResult

VEHICLE = ("vehicle_capacity", "depot_lat", "depot_lon", "reload_s", "starts_at_depot")


def save_accounts(session: Session, accounts: Sequence["PlannedAccount"], now: datetime) -> list[int]:
    """Insert or change the accounts; returns their ids in the same order.

    What the plan's file does not say of them stays, and so does all of an account that another was merged into where
    the file names it by the id of that one.
    """
    merged = old_keys(session, [account.id for account in accounts])
    wanted = [translate.account_row(account, now) for account in accounts if account.id not in merged]
    said = ("segment", "industry", "value", "potential")
    known = existing(session, Account, "external_id", said, [row["external_id"] for row in wanted])
    for row in wanted:
        if before := known.get(row["external_id"]):
            row |= {name: before[name] for name in said if row[name] in ("", None)}
    made = iter(upsert(session, Account, "external_id", ("name", *said), wanted))
    ids = [merged[account.id].account_id if account.id in merged else next(made) for account in accounts]
    save_needs(session, {key: account.skills for key, account in zip(ids, accounts, strict=True) if account.skills})
    return ids


def save_needs(session: Session, skills: Mapping[int, Iterable[str]]) -> None:
    """Add the skills that accounts need of their reps and that are not there yet; none is taken away."""
    table = table_of(AccountNeed)
    known: dict[int, set[str]] = {}
    for batch in batched(skills, BATCH):
        sql = select(table.c.account_id, table.c.skill).where(table.c.account_id.in_(batch))
        for key, name in session.execute(sql):
            known.setdefault(key, set()).add(name.casefold())
    rows = [
        {"account_id": key, "skill": name, "level": 0.0, "version": 1}
        for key, names in skills.items()
        for name in sorted(names)
        if name.casefold() not in known.get(key, ())
    ]
    insert_all(session, AccountNeed, rows)


def save_reps(session: Session, result: "PlanResult", time_zone: str) -> dict[str, int]:
    """Insert or change the reps the plan names; returns their ids by name.

    A home that was only assumed never replaces one that was given; who has no vehicle in the plan keeps the one known.
    """
    home = ("home_lat", "home_lon", "home_assumed")
    wanted = translate.rep_rows(result, time_zone)
    known = existing(session, Rep, "external_id", (*home, *VEHICLE), [row["external_id"] for row in wanted])
    for row in wanted:
        before = known.get(row["external_id"])
        if before and before["home_lat"] is not None and weaker(row, before):
            row |= {name: before[name] for name in home}
        if before and row["vehicle_capacity"] is None:
            row |= {name: before[name] for name in VEHICLE}
    hours = ("weekdays", "shift_start_s", "shift_end_s", "holidays")
    ids = upsert(session, Rep, "external_id", ("time_zone", *home, *hours, *VEHICLE), wanted)
    return {row["external_id"]: key for row, key in zip(wanted, ids, strict=True)}


def weaker(home: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """True for a home that is missing, or assumed where the known one was given."""
    return home["home_lat"] is None or (home["home_assumed"] and not known["home_assumed"])


def save_sites(session: Session, accounts: Sequence["PlannedAccount"], account_ids: Sequence[int]) -> list[int]:
    """Insert or change the first site of each account; returns the sites' ids in the same order.

    A pin in the record stays, unless the plan brings a pin of its own; where the address is another one now, the pin
    waits for somebody to look at it. What the plan's file does not say of last visits, opening hours and
    wishes stays too.
    """
    wanted = [translate.site_row(account, key) for account, key in zip(accounts, account_ids, strict=True)]
    sites = known_sites(session, accounts, account_ids)
    for row, before in zip(wanted, sites, strict=True):
        if before is not None:
            keep_known(row, before)
    changed = [
        (before["id"], {name: value for name, value in row.items() if name != "account_id"})
        for row, before in zip(wanted, sites, strict=True)
        if before is not None and any(before[name] != value for name, value in row.items())
    ]
    update_rows(session, table_of(Site), changed)
    new = [row for row, before in zip(wanted, sites, strict=True) if before is None]
    made = iter(insert_all(session, Site, new))
    return [next(made) if before is None else before["id"] for before in sites]


def known_sites(
    session: Session, accounts: Sequence["PlannedAccount"], account_ids: Sequence[int]
) -> list[Mapping[str, Any] | None]:
    """The site each account of a plan has in the record: its first one, or the one it had before it was merged.

    Raises:
        RefusedError: two accounts of the file are one place in the record.
    """
    columns = tuple(column.name for column in table_of(Site).columns)
    merged = old_keys(session, [account.id for account in accounts])
    first = existing(session, Site, "account_id", columns, account_ids)
    own = existing(session, Site, "id", columns, [key.site_id for key in merged.values() if key.site_id])
    found = [
        own.get(merged[account.id].site_id) if account.id in merged else first.get(key)
        for account, key in zip(accounts, account_ids, strict=True)
    ]
    taken: dict[int, str] = {}
    for account, row in zip(accounts, found, strict=True):
        if row is not None and (other := taken.setdefault(row["id"], account.id)) != account.id:
            raise RefusedError(
                f"Accounts {other} and {account.id} of the file were merged in the record and have one place there: "
                f"leave {account.id if account.id in merged else other} out of the file."
            )
    return found


def keep_known(row: Row, before: Mapping[str, Any]) -> None:
    """Put into a row of a plan what stays as the record has it."""
    row |= {name: before[name] for name in ("last_visit_on", "opening_hours", "wishes") if not row[name]}
    if before["level"] == Level.MANUAL and row["level"] != Level.MANUAL:
        row |= {name: before[name] for name in (*PLACE_COLUMNS, "why")}
        if (before["line"], before["city"]) != (row["line"], row["city"]):
            row["doubts"] = moved_doubt(before["line"], before["city"])


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
    if packs_well(session.get_bind().dialect, wanted):
        write_packs(session, packed_updates(session.get_bind().dialect, table, wanted))
        return
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
    if packs_well(session.get_bind().dialect, rows) and "id" not in rows[0]:
        return numbered(session, table_of(table), rows)
    return list(session.scalars(insert(table).returning(key, sort_by_parameter_order=True), rows))


def numbered(session: Session, table: Table, rows: Sequence[Row]) -> list[int]:
    """The same on SQLite for many rows: who writes there is alone, so ids can be given beforehand.

    Asking for them row by row takes three times as long, and everybody else waits meanwhile.
    """
    packs = packed_inserts(session.get_bind().dialect, table, rows, ("id",))
    return insert_numbered(session, table, packs, len(rows))


def insert_numbered(session: Session, table: Table, packs: Sequence[Pack], number: int) -> list[int]:
    """Insert so many rows that were packed for `id` to be known later; returns their ids in order."""
    session.flush()
    last = text("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = :name), 0)")
    given = int(session.execute(last, {"name": table.name}).scalar_one())
    before = max(given, session.scalar(select(func.max(table.c.id))) or 0)
    ids = list(range(before + 1, before + 1 + number))
    write_packs(session, packs, ids)
    return ids
