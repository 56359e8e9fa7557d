"""What each row of a file of accounts would do to the record: create one, change one, close one, or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, RowState
from geo.located import Level, Located
from planning.account_keys import old_keys
from planning.account_table import AccountRow, AccountTable, Rejected
from planning.account_wishes import NO_WISHES
from planning.errors import TableError
from planning.files import read_accounts
from planning.import_decision import Decision, Values, changes, reason
from planning.import_defaults import ADDRESS, NEW_ACCOUNT, NEW_SITE
from planning.import_fields import Setting
from planning.import_known_accounts import Known, known_accounts
from planning.import_visit_types import site_types
from planning.kept_wishes import wishes_as_json
from planning.no_visits import with_none_said
from planning.site_places import PLACE_COLUMNS, moved_doubt, place_values

account = table_of(Account)

SILENT = tuple(sorted(set(PLACE_COLUMNS) - {"lat", "lon", "level", "doubts"}))
"""Of a place only where it is and what is doubtful about it is told as a change."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of accounts that has been read."""

    table: AccountTable
    remarks: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return self.table.source

    @property
    def rows_read(self) -> int:
        return self.table.rows_read

    @property
    def recognised(self) -> dict[str, str]:
        return {item.field: item.column for item in self.table.recognised}

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.table.notes, *self.remarks)


def read(path: Path, setting: Setting) -> File:
    """The accounts of a file.

    Raises:
        TableError: it cannot be used, has more rows than are allowed, or constants were given, which accounts have not.
    """
    if setting.constants:
        raise TableError(f"Accounts take no fields for all rows, got {', '.join(setting.constants)}")
    table = named(read_accounts(path, columns=setting.columns, anywhere=True))
    if setting.most_rows is not None and table.rows_read > setting.most_rows:
        raise TableError(
            f"{table.source} has {table.rows_read:,} rows, more than the limit of {setting.most_rows:,}: split it"
        )
    if setting.whole and (rows := faulty(table)):
        remark = f"No account is closed: {rows} rejected rows may belong to accounts that seem to be missing."
        return File(table, (remark,))
    return File(table)


def named(table: AccountTable) -> AccountTable:
    """The same with names for ids where the file has no ids: the number of a row says nothing to the next file."""
    if any(item.field == "id" for item in table.recognised):
        return table
    first: dict[str, int] = {}
    accounts, rejected = [], list(table.rejected)
    for row in table.accounts:
        name = "" if row.name == row.id else row.name
        if not name or first.setdefault(name, row.row) != row.row:
            again = (
                f"a name used once, or a column of ids; row {first[name]} has it already" if name else "an id or a name"
            )
            rejected.append(Rejected(row.row, "id", name, again))
        else:
            accounts.append(replace(row, id=name))
    notes = tuple(note for note in table.notes if not note.startswith("No id column"))
    return replace(
        table,
        accounts=tuple(accounts),
        rejected=tuple(sorted(rejected, key=lambda row: row.row)),
        notes=(*notes, "No id column: the names are the ids."),
    )


def decide_all(session: Session, file: File, setting: Setting) -> list[Decision]:
    """What each row would do. With `setting.whole` the file lists all accounts: those it no longer has are closed,
    unless rows of it were rejected (an account may be missing only because its row is wrong).
    """
    table = file.table
    known = known_accounts(session, [row.id for row in table.accounts])
    types = site_types(session, table.accounts, setting)
    decisions = [types.judged(row, decide(types.coded(row), known.get(row.id))) for row in table.accounts]
    decisions += [rejected(row) for row in table.rejected]
    if setting.whole and not faulty(table):
        decisions += gone_accounts(session, table)
    return decisions


def faulty(table: AccountTable) -> int:
    """How many rows were rejected that may belong to accounts which seem to be missing."""
    return sum(row.field != "id" for row in table.rejected)


def gone_accounts(session: Session, table: AccountTable) -> Iterator[Decision]:
    """The accounts to close."""
    in_file = {row.id for row in table.accounts}
    merged = {old.account_id for old in old_keys(session, in_file).values()}
    live = select(account).where(account.c.state != AccountState.CLOSED).order_by(account.c.id)
    for row in session.execute(live).mappings():
        if row["external_id"] not in in_file and row["id"] not in merged:
            yield gone(row["external_id"], Known({str(name): value for name, value in row.items()}, None))


def decided(
    state: RowState,
    line: int | None,
    external_id: str,
    own: Values,
    place: Values,
    reasons: tuple[Mapping[str, str], ...],
    known: Known | None = None,
) -> Decision:
    """A decision about an account and its site."""
    writes = {name: values for name, values in (("account", own), ("site", place)) if values}
    if known is None:
        return Decision(state, line, external_id, writes, {}, reasons)
    targets = {"account": (known.account["id"], known.account["version"])}
    if known.site:
        targets["site"] = known.site["id"], known.site["version"]
    key = known.account["id"]
    return Decision(state, line, external_id, writes, targets, reasons, key, key)


def decide(row: AccountRow, known: Known | None) -> Decision:
    """Compare a row with the account that has its id; a cell that is empty in the file changes nothing.

    A place that a person has set stays, whatever the file says.
    """
    account, site = account_values(row), site_values(row)
    if known is None:
        site = with_none_said(site, None)
        account = {**NEW_ACCOUNT, "name": row.id, **account}
        why = {"field": "id", "given": row.id, "note": "no account has this id yet"}
        return decided(RowState.CREATE, row.row, row.id, account, {**NEW_SITE, **site}, (why,))
    merged: tuple[Mapping[str, str], ...] = ()
    if known.said is not None:
        account = {} if known.silent else news(account, known.said["account"])
        site = news(site, known.said["site"]) if "site" in known.said else site
        merged = (reason("id", row.id, f"matched: merged into {known.account['external_id']}"),)
    if known.site:
        site = place_aside(site, known.site)
    site = with_none_said(site, known.site and known.site["wishes"])
    if known.account["state"] == AccountState.CLOSED:
        account["state"] = AccountState.ACTIVE
    new_account, new_site = differing(account, known.account), differing(site, known.site or NEW_SITE)
    reasons = (*merged, *changes(new_account, known.account), *changes(new_site, known.site or NEW_SITE, SILENT))
    state = RowState.UPDATE if new_account or new_site else RowState.UNCHANGED
    return decided(state, row.row, row.id, new_account, new_site, tuple(reasons), known)


def news(says: Values, said: Mapping[str, Any]) -> Values:
    """What a row says differently from what the merged account held; of its place all or nothing."""
    new = {
        name: value
        for name, value in says.items()
        if name in said and (value.isoformat() if isinstance(value, date) else value) != said[name]
    }
    if {"lat", "lon"} & new.keys():
        new |= {name: says[name] for name in PLACE_COLUMNS if name in says}
    return new


def place_aside(said: Values, known: Mapping[str, Any]) -> Values:
    """What the row says, without a place where a person has set one or it is the same; an old place is a doubt.

    Old is a place, pin or not, that the row does not confirm while it brings another address.
    """
    same = "lat" in said and all(said[name] == known[name] for name in ("lat", "lon", "level"))
    if known["level"] != "manual" and "lat" in said and not same:
        return said
    kept = {name: value for name, value in said.items() if name not in PLACE_COLUMNS}
    moved = any(name in said and said[name] != known[name] for name in ADDRESS)
    if moved and not same and known["lat"] is not None:
        kept["doubts"] = moved_doubt(known["line"], known["city"])
    return kept


def account_values(row: AccountRow) -> Values:
    """What the row says of the firm; a row without a name bears its id instead, which says nothing."""
    name = "" if row.name == row.id else row.name
    said = {
        **{"name": name, "segment": row.segment, "industry": row.industry},
        **{"value": row.value, "potential": row.potential},
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def site_values(row: AccountRow) -> Values:
    """What the row says of its place."""
    said: Values = {}
    if row.address:
        said |= {name: value for name in ADDRESS if (value := getattr(row.address, name))}
    if row.place:
        given = Located(row.place, Level.GIVEN, 1.0, "the file", "coordinates came with the record")
        said |= {**place_values(given), "why": ""}
    elif row.place_fault:
        said["why"] = row.place_fault
    if row.visits_per_year is not None:
        said["visits_per_year"] = row.visits_per_year
    if row.service_min is not None:
        said["service_s"] = round(row.service_min * 60)
    if row.last_visit is not None:
        said["last_visit_on"] = row.last_visit
    if row.opening_hours:
        said["opening_hours"] = row.opening_hours
    if row.wishes != NO_WISHES:
        said["wishes"] = wishes_as_json(row.wishes)
    if row.visit_type is not None:
        said["visit_type"] = row.visit_type
    return said


def differing(said: Mapping[str, Any], known: Mapping[str, Any]) -> Values:
    """The values that are not so yet; an earlier last visit is none, nor is a fault of a place that is known."""
    new = {name: value for name, value in said.items() if known[name] != value}
    last = known["last_visit_on"] if "last_visit_on" in new else None
    if last is not None and new["last_visit_on"] < last:
        del new["last_visit_on"]
    if "why" in new and "lat" not in said and known["lat"] is not None:
        del new["why"]
    return new


def rejected(row: Rejected) -> Decision:
    """A row that cannot be used, as the reader says."""
    reason = {"field": row.field, "given": row.given, "note": f"expected {row.expected}"}
    return decided(RowState.REJECT, row.row, "", {}, {}, (reason,))


def gone(external_id: str, known: Known) -> Decision:
    """An account that a file of all accounts no longer has."""
    reason = {"field": "id", "given": "nothing", "note": "the account is in the record but no longer in the file"}
    closed = {"state": AccountState.CLOSED}
    return decided(RowState.CLOSE, None, external_id, closed, {}, (reason,), known)
