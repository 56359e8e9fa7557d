"""People from a file: who they are, where they work, how to reach them and what they agreed to.

A person is recognised by id, else by a way to reach them and their name, else by their name at the same account; a
way to reach them under another name (a shared mailbox) is for somebody to look at. What a file says is added: it takes
no role, contact or consent away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccountPerson, Consent, ConsentState, ContactKind, ContactPoint, Person, RowState
from geo.address_fold import fold
from planning.contact_points import contact_key
from planning.import_decision import (
    Decision,
    Reason,
    Values,
    changes,
    differing,
    reason,
    rejected_row,
    review,
    settle,
)
from planning.import_fields import Rows, Said, Setting
from planning.import_references import find_accounts, find_codes
from planning.merge_people import OldPersonKey, old_person_keys
from planning.record_rows import BATCH

person, role = table_of(Person), table_of(AccountPerson)
point, consent = table_of(ContactPoint), table_of(Consent)


CONTACTS = {"email": ContactKind.EMAIL, "phone": ContactKind.PHONE, "mobile": ContactKind.MOBILE}
PURPOSE = "contact"
"""What a consent is for where the file does not say."""


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """People of the record who may be meant by the rows of a file."""

    by_id: Mapping[int, Mapping[str, Any]]
    by_external_id: Mapping[str, int]
    by_contact: Mapping[tuple[str, str], tuple[int, ...]]
    by_name_at: Mapping[tuple[str, int], tuple[int, ...]]
    roles: Mapping[int, set[tuple[int, str]]]
    contacts: Mapping[int, set[tuple[str, str]]]
    consents: Mapping[int, Mapping[str, str]]
    merged: Mapping[str, OldPersonKey]
    """By the ids in files that people had who were merged into others."""


def decide(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do."""
    named = [named_row(row) for row in rows.rows]
    said = [row for row in named if row is not None]
    decisions = [rejected_row(row) for row in rows.rejected]
    decisions += [
        Decision(RowState.REJECT, row.line, "", {}, {}, (reason("name", "", "expected a name"),))
        for row, kept in zip(rows.rows, named, strict=True)
        if kept is None
    ]
    accounts = find_accounts(
        session, [row.values["account"] for row in said if "account" in row.values], make=setting.make_accounts
    )
    roles = find_codes(session, "person_role", [row.values["role"] for row in said if "role" in row.values])
    purposes = find_codes(session, "consent_purpose", [purpose(row) for row in said if "consent" in row.values])
    known = load(session, said, {one for found in accounts.values() for one in found.ids if isinstance(one, int)})
    together = Together()
    for row in said:
        found: dict[str, Any] = {"account": accounts[row.values["account"]]} if "account" in row.values else {}
        if "role" in row.values:
            found["role"] = roles[row.values["role"]]
        if "consent" in row.values:
            found["consent_purpose"] = purposes[purpose(row)]
        made = settle(row, row.values.get("id", ""), found, lambda one: plan(one, known, setting))
        decisions.append(together.join(row, made))
    return decisions


def purpose(row: Said) -> str:
    """What a consent is for."""
    return str(row.values.get("consent_purpose", PURPOSE))


def named_row(row: Said) -> Said | None:
    """The row with a whole name, None where there is none."""
    parts = (row.values.get("first_name", ""), row.values.get("last_name", ""))
    name = row.values.get("name") or " ".join(part for part in parts if part)
    return replace(row, values={**row.values, "name": name}) if name else None


def load(session: Session, said: list[Said], account_ids: Iterable[int]) -> KnownPeople:
    """Everybody who has an id, a way to be reached or an account of these rows."""
    ids: set[int] = set()
    wanted = [row.values["id"] for row in said if "id" in row.values]
    ids.update(row.id for row in matching(session, person, person.c.external_id, wanted))
    merged = old_person_keys(session, wanted)
    ids.update(old.person_id for old in merged.values())
    keys = [key for row in said for _, key in contacts_of(row)]
    ids.update(row.person_id for row in matching(session, point, point.c.key, keys))
    ids.update(row.person_id for row in matching(session, role, role.c.account_id, account_ids))
    people = {row.id: row._asdict() for row in matching(session, person, person.c.id, ids)}
    by_contact: dict[tuple[str, str], tuple[int, ...]] = {}
    contacts: dict[int, set[tuple[str, str]]] = {}
    for row in matching(session, point, point.c.person_id, ids):
        by_contact[row.kind, row.key] = (*by_contact.get((row.kind, row.key), ()), row.person_id)
        contacts.setdefault(row.person_id, set()).add((row.kind, row.key))
    by_name: dict[tuple[str, int], tuple[int, ...]] = {}
    roles: dict[int, set[tuple[int, str]]] = {}
    for row in matching(session, role, role.c.person_id, ids):
        key = people[row.person_id]["key"], row.account_id
        by_name[key] = tuple(dict.fromkeys((*by_name.get(key, ()), row.person_id)))
        if row.valid_to is None:
            roles.setdefault(row.person_id, set()).add((row.account_id, row.role))
    consents: dict[int, dict[str, str]] = {}
    for row in sorted(matching(session, consent, consent.c.person_id, ids), key=lambda row: row.id):
        if row.channel is None:  # a file speaks of every channel
            consents.setdefault(row.person_id, {})[row.purpose] = row.state
    external = {row["external_id"]: key for key, row in people.items() if row["external_id"] is not None}
    return KnownPeople(people, external, by_contact, by_name, roles, contacts, consents, merged)


def matching(session: Session, table: Table, column: ColumnElement[Any], values: Iterable[Any]) -> list[Any]:
    """The rows whose column is one of many values."""
    return [
        row
        for batch in batched(dict.fromkeys(values), BATCH)
        for row in session.execute(select(table).where(column.in_(batch)).order_by(table.c.id))
    ]


def contacts_of(row: Said) -> list[tuple[str, str]]:
    """The ways to reach a person that a row names, as kind and key."""
    return [(kind, contact_key(kind, row.values[name])) for name, kind in CONTACTS.items() if name in row.values]


def plan(row: Said, known: KnownPeople, setting: Setting) -> Decision:
    """Decide whom the row means, and what it would do."""
    external = row.values.get("id", "")
    if external in known.by_external_id:
        return write(row, known.by_external_id[external], known, setting, ())
    if old := known.merged.get(external):
        now = f"{known.by_id[old.person_id]['name']} ({old.person_id})"
        return write(row, old.person_id, known, setting, (reason("id", external, f"matched: merged into {now}"),))
    key = fold(row.values["name"])
    reached = dict.fromkeys(one for way in contacts_of(row) for one in known.by_contact.get(way, ()))
    same = [one for one in reached if known.by_id[one]["key"] == key]
    there = known.by_name_at.get((key, row.values.get("account", 0)), ())
    likely = [one for one in (same or there) if free(known, one, external)]
    how = "the same way to reach somebody of this name" if same else "somebody of this name at this account"
    if len(likely) == 1:
        return write(row, likely[0], known, setting, (reason("name", row.values["name"], f"matched: {how}"),))
    doubtful = likely or [one for one in reached if free(known, one, external)]
    if not doubtful:
        return write(row, None, known, setting, ())
    why = f"{len(likely)} people fit: {how}" if likely else "somebody of another name is reached the same way"
    ways = [write(row, one, known, setting, ()) for one in (*doubtful, None)]
    return review(row.line, external, ways, (reason("name", row.values["name"], why),))


def free(known: KnownPeople, person_id: int, external: str) -> bool:
    """True unless both have ids of their own, which then differ."""
    return not external or known.by_id[person_id]["external_id"] is None


def write(row: Said, person_id: int | None, known: KnownPeople, setting: Setting, how: tuple[Reason, ...]) -> Decision:
    """What the row would write to a person of the record, or a new one."""
    external, name = row.values.get("id", ""), row.values["name"]
    said: Values = {
        "name": name,
        "key": fold(name),
        "note": row.values.get("note", ""),
        "external_id": external or None,
    }
    hung = hangs(row, person_id, known, setting)
    account_id = row.values.get("account")
    if person_id is None:
        new = {"person": said, **hung}
        return Decision(
            RowState.CREATE, row.line, external, new, {}, how, account_id=account_id, label=f"a new person, {name}"
        )
    before = known.by_id[person_id]
    if old := known.merged.get(external):  # brings only what it says differently since it was merged
        said = {name: said[name] for name in ("name", "note") if said[name] not in ("", old.said[name])}
        said |= {"key": fold(said["name"])} if "name" in said else {}
    new = differing(said, before)
    reasons = (*how, *changes(new, before, silent=("key",)), *(added(table, rows) for table, rows in hung.items()))
    writes = ({"person": new} if new else {}) | hung
    state = RowState.UPDATE if writes else RowState.UNCHANGED
    targets = {"person": (person_id, before["version"])}
    return Decision(
        state,
        row.line,
        external,
        writes,
        targets,
        reasons,
        person_id,
        account_id,
        label=f"{before['name']} ({person_id})",
    )


def added(table: str, rows: list[Values]) -> Reason:
    """What hangs on a person and is new."""
    noun = {"account_person": "role", "contact_point": "contact", "consent": "consent"}[table]
    given = ", ".join(str(row.get("value") or row.get("role") or row.get("purpose") or "") for row in rows)
    return reason(noun, given, "added")


def hangs(row: Said, person_id: int | None, known: KnownPeople, setting: Setting) -> dict[str, list[Values]]:
    """Roles, contacts and consents that are not there yet."""
    key = person_id or 0
    hung: dict[str, list[Values]] = {}
    account_id, what = row.values.get("account"), row.values.get("role", "")
    held = known.roles.get(key, set())
    if account_id and ((account_id, what) not in held if what else account_id not in [at for at, _ in held]):
        main = row.values.get("is_main", False)
        hung["account_person"] = [{"account_id": account_id, "role": what, "is_main": main}]
    points = [
        {"kind": kind, "value": row.values[name], "key": contact_key(kind, row.values[name]), "preferred": False}
        for name, kind in CONTACTS.items()
        if name in row.values
    ]
    if new := [item for item in points if (item["kind"], item["key"]) not in known.contacts.get(key, ())]:
        hung["contact_point"] = new
    if "consent" in row.values:
        state = ConsentState.GIVEN if row.values["consent"] else ConsentState.WITHDRAWN
        if known.consents.get(key, {}).get(purpose(row)) != state:
            source = row.values.get("consent_source", "import")
            hung["consent"] = [{"purpose": purpose(row), "state": state, "said_at": setting.now, "source": source}]
    return hung


class Together:
    """Joins rows of one file that are about the same person: the later ones bring further roles and contacts."""

    def __init__(self) -> None:
        self.first: dict[Any, Decision] = {}

    def join(self, row: Said, made: Decision) -> Decision:
        """The decision for a row, folded into the one of an earlier row of the same person where there is one."""
        if made.state in (RowState.REJECT, RowState.REVIEW):
            return made
        key = made.record_id or made.external_id or (fold(row.values["name"]), *sorted(contacts_of(row)))
        before = self.first.setdefault(key, made)
        if before is made or (made.record_id is None and not made.external_id and not contacts_of(row)):
            return made
        hung = before.writes
        assert isinstance(hung, dict)
        for table in ("account_person", "contact_point", "consent"):
            for item in made.writes.get(table, ()):
                if item not in hung.get(table, ()):
                    hung.setdefault(table, []).append(item)
        note = reason("name", row.values["name"], f"the same person as in row {before.line}, whose roles it adds to")
        return replace(made, state=RowState.UNCHANGED, writes={}, reasons=(note,))
