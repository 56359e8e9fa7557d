"""Leads from a file: what came in is kept column by column, unchanged; an account that is plainly meant is matched."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Lead, LeadState, RowState
from planning.import_decision import Decision, MadeIds, Once, Reason, reason, reject, rejected_row, settle
from planning.import_fields import Field, Rows, Said, Setting, is_day, moment, text
from planning.import_people import matching
from planning.import_references import Found, find_accounts, find_codes, find_reps

lead = table_of(Lead)

FIELDS: Mapping[str, Field] = {
    "id": Field("id | lead id | external id | key | uid | uuid | request id | ид | код | код лида | код заявки", text),
    "source": Field(
        "source | lead source | channel | origin | herkunft | quelle | kilde | источник | канал | origine "
        "| source du lead | origen | fuente",
        text,
        "where the lead comes from",
        required=True,
    ),
    "trigger": Field(
        "trigger | event | campaign | form | reason | anlass | kampagne | kampagne navn | повод | кампания | событие | "
        "campagne | campana",
        text,
    ),
    "received_at": Field(
        "received at | received | arrived at | arrived | created at | created | date | lead date | eingang "
        "| eingegangen | erstellt am | oprettet | modtaget | получен | создан | дата | дата лида | recu le "
        "| cree le | recibido | creado",
        moment,
        "a date or a moment such as 2026-05-31 14:30",
        looks=is_day,
    ),
    "account": Field(
        "account | account id | account name | customer | customer id | client | company | company name | business "
        "| firma | kunde | kundennummer | virksomhed | клиент | компания | организация | entreprise | societe "
        "| empresa | cliente",
        text,
    ),
    "rep": Field(
        "rep | sales rep | owner | sales agent | agent | seller | given to | vertreter | aussendienst | saelger | "
        "представитель | торговый представитель | ответственный | менеджер | commercial | vendedor",
        text,
        "the id or name of a rep",
    ),
}


def decide(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do."""
    decisions = [rejected_row(row) for row in rows.rejected]
    made_ids, once = MadeIds(), Once()
    said = [identified(row, made_ids) for row in rows.rows]
    known = {
        row.external_id: row for row in matching(session, lead, lead.c.external_id, [one.values["id"] for one in said])
    }
    accounts = find_accounts(
        session, [row.values["account"] for row in said if "account" in row.values], make=setting.make_accounts
    )
    reps = find_reps(session, [row.values["rep"] for row in said if "rep" in row.values])
    sources = find_codes(session, "lead_source", [row.values["source"] for row in said])
    for row in said:
        if again := once.again(row.values["id"], row.line):
            decisions.append(again)
            continue
        found: dict[str, Found[Any]] = {"source": sources[row.values["source"]]}
        if "rep" in row.values:
            found["rep"] = reps[row.values["rep"]]
        about = accounts[row.values["account"]] if "account" in row.values else None
        decisions.append(settle(row, row.values["id"], found, lambda one, of=about: plan(one, of, known, setting)))  # type: ignore[misc]
    return decisions


def identified(row: Said, made: MadeIds) -> Said:
    """The row with an id: its own, or one made from all it says."""
    if "id" in row.values:
        return row
    return replace(row, values={**row.values, "id": made.of(*(part for pair in row.cells.items() for part in pair))})


def plan(row: Said, about: Found[int] | None, known: Mapping[str, Any], setting: Setting) -> Decision:
    """What the row would do: a new lead, or a match for one that is new still; what came in never changes."""
    external = row.values["id"]
    account_id = about.ids[0] if about and about.sure and about.ids else None
    notes: tuple[Reason, ...] = ()
    if about is not None:
        how = (about.how or "matched by its id") if account_id else about.doubt or "no account of that id or name"
        notes = (reason("account", about.given, how),)
    if external in known:
        return again(row, known[external], account_id, notes)
    new = {
        "external_id": external,
        "source": row.values["source"],
        "trigger": row.values.get("trigger", "import"),
        "payload": dict(row.cells),
        "received_at": row.values.get("received_at", setting.now),
        "state": LeadState.MATCHED if account_id else LeadState.NEW,
        "account_id": account_id,
        "rep_id": row.values.get("rep"),
        "opportunity_id": None,
        "reason": "",
    }
    return Decision(RowState.CREATE, row.line, external, {"lead": new}, {}, notes, account_id=account_id)


def again(row: Said, before: Any, account_id: int | None, notes: tuple[Any, ...]) -> Decision:
    """A lead that is in the record already."""
    if dict(before.payload) != dict(row.cells):
        fields = [name for name in {**before.payload, **row.cells} if before.payload.get(name) != row.cells.get(name)]
        return reject(
            *(row.line, row.values["id"], fields[0], row.cells.get(fields[0], "")),
            f"{before.payload.get(fields[0], 'nothing')!r}: what came in with a lead never changes; give a new lead "
            "another id",
        )
    targets = {"lead": (before.id, before.version)}
    new: dict[str, Any] = {}
    if account_id and before.state == LeadState.NEW:
        new = {"account_id": account_id, "state": LeadState.MATCHED}
    rep_id = row.values.get("rep")
    if rep_id and before.rep_id is None:
        new["rep_id"] = rep_id
    state = RowState.UPDATE if new else RowState.UNCHANGED
    writes = {"lead": new} if new else {}
    return Decision(
        state,
        row.line,
        row.values["id"],
        writes,
        targets,
        notes if new else (),
        before.id,
        before.account_id or account_id,
    )
