"""What each row of a file would do to the record: create an account, change one, nothing, or be rejected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crm.tables import AccountState, RowState
from geo.located import Level, Located
from planning.site_places import NO_PLACE, PLACE_COLUMNS, moved_doubt, place_values

if TYPE_CHECKING:
    from planning.account_table import AccountRow, Rejected

Values = dict[str, Any]

ADDRESS = ("line", "city", "postcode", "region", "country")
NEW_SITE: Mapping[str, Any] = {
    **dict.fromkeys(ADDRESS, ""),
    **NO_PLACE,
    "why": "",
    "visits_per_year": 0.0,
    "service_s": 0,
    "last_visit_on": None,
    "opening_hours": "",
}
NEW_ACCOUNT: Mapping[str, Any] = {
    "name": "",
    "state": AccountState.ACTIVE,
    "segment": "",
    "value": None,
    "potential": None,
}


@dataclass(frozen=True, slots=True)
class Known:
    """An account of the record and its first site, by column."""

    account: Mapping[str, Any]
    site: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a row would do: the values to write, and a reason for each field that changes or is wrong."""

    state: RowState
    line: int | None
    external_id: str
    account: Values
    site: Values
    reasons: tuple[Mapping[str, str], ...] = ()
    known: Known | None = None


def decide(row: "AccountRow", known: Known | None) -> Decision:
    """Compare a row with the account that has its id; a cell that is empty in the file changes nothing.

    A place that a person has set stays, whatever the file says.
    """
    account, site = account_values(row), site_values(row)
    if known is None:
        account = {**NEW_ACCOUNT, "name": row.id, **account}
        why = {"field": "id", "given": row.id, "note": "no account has this id yet"}
        return Decision(RowState.CREATE, row.row, row.id, account, {**NEW_SITE, **site}, (why,))
    if known.site:
        site = place_aside(site, known.site)
    if known.account["state"] == AccountState.CLOSED:
        account["state"] = AccountState.ACTIVE
    new_account, new_site = differing(account, known.account), differing(site, known.site or NEW_SITE)
    reasons = (*changes(new_account, known.account), *changes(new_site, known.site or NEW_SITE))
    state = RowState.UPDATE if new_account or new_site else RowState.UNCHANGED
    return Decision(state, row.row, row.id, new_account, new_site, reasons, known)


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


def account_values(row: "AccountRow") -> Values:
    """What the row says of the firm; a row without a name bears its id instead, which says nothing."""
    name = "" if row.name == row.id else row.name
    said = {"name": name, "segment": row.segment, "value": row.value, "potential": row.potential}
    return {name: value for name, value in said.items() if value not in ("", None)}


def site_values(row: "AccountRow") -> Values:
    """What the row says of its place."""
    said: Values = {}
    if row.address:
        said |= {name: getattr(row.address, name) for name in ADDRESS}
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


def changes(new: Mapping[str, Any], known: Mapping[str, Any]) -> list[dict[str, str]]:
    """A reason per field that changes: what it was and what it will be; of a place only where it is."""
    silent = set(PLACE_COLUMNS) - {"lat", "lon", "level", "doubts"}
    return [
        {"field": name, "given": text(value), "note": f"was {text(known[name])}"}
        for name, value in new.items()
        if name not in silent
    ]


def text(value: Any) -> str:
    """A value for a person."""
    if value is None or value == "":
        return "nothing"
    return value.isoformat() if isinstance(value, date) else str(value)


def rejected(row: "Rejected") -> Decision:
    """A row that cannot be used, as the reader says."""
    reason = {"field": row.field, "given": row.given, "note": f"expected {row.expected}"}
    return Decision(RowState.REJECT, row.row, "", {}, {}, (reason,))


def gone(external_id: str, known: Known) -> Decision:
    """An account that a file of all accounts no longer has."""
    reason = {"field": "id", "given": "nothing", "note": "the account is in the record but no longer in the file"}
    closed = {"state": AccountState.CLOSED}
    return Decision(RowState.CLOSE, None, external_id, closed, {}, (reason,), known)
