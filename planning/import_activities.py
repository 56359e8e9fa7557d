"""What was done with clients, from a file: telephone calls, mail, visits, meetings and notes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Activity, ActivityKind, Person, RowState, Site
from geo.address_fold import fold
from planning.import_decision import Decision, MadeIds, Once, Values, changes, differing, reject, rejected_row, settle
from planning.import_fields import (
    Field,
    Rows,
    Said,
    Setting,
    day,
    is_day,
    looks_like,
    moment,
    one_of,
    seconds,
    text,
)
from planning.import_people import matching
from planning.import_references import (
    Found,
    find_accounts,
    find_codes,
    find_opportunities_by_id,
    find_reps,
    find_types,
)
from planning.record_rows import BATCH
from planning.type_rules import TypeView, satisfies
from planning.type_rules import said as in_words

activity, site, person = table_of(Activity), table_of(Site), table_of(Person)

KIND = one_of(
    {
        "phone_call": (
            "phone",
            "call",
            "telephone",
            "tel",
            "anruf",
            "telefon",
            "telefonat",
            "opkald",
            "звонок",
            "appel",
            "llamada",
        ),
        "mail": ("email", "e mail", "letter", "brief", "письмо", "почта", "courriel", "correo"),
        "visit": ("visits", "site visit", "besuch", "besog", "визит", "посещение", "visite", "visita"),
        "meeting": ("appointment", "termin", "treffen", "mode", "встреча", "reunion", "rendez vous"),
        "note": ("notes", "notiz", "remark", "заметка", "nota"),
    }
)
FIELDS: Mapping[str, Field] = {
    "id": Field("id | activity id | external id | key | uid | uuid | visit id | task id | ид | код", text),
    "account": Field(
        "account | account id | account name | customer | customer id | client | company | business id | outlet id | "
        "store id | firma | kunde | kundennummer | virksomhed | клиент | компания | организация | код клиента "
        "| entreprise | societe | empresa | cliente",
        text,
        "the id or name of an account",
        required=True,
    ),
    "kind": Field(
        "kind | type | activity type | activity | art | aktivitat | aktivitet | тип | вид | type d activite | tipo",
        KIND,
        "phone_call, mail, visit, meeting or note",
        required=True,
        looks=looks_like(KIND),
    ),
    "type": Field(
        "visit type | type of visit | activity subtype | subtype | contact type | type of contact | besuchsart "
        "| besuchstyp | besogstype | вид визита | тип визита | type de visite | tipo de visita",
        text,
        "the code or name of a type of activity",
    ),
    "at": Field(
        "at | date | moment | date time | datetime | time | day | start | started at | done at | datum | zeitpunkt "
        "| dato | tidspunkt | дата | время | дата визита | fecha | date de visite",
        moment,
        "a date or a moment such as 2026-05-31 14:30",
        required=True,
        looks=is_day,
    ),
    "duration_s": Field(
        "duration | minutes | duration min | length | dauer | dauer min | varighed | длительность | минут | duree | "
        "duracion",
        seconds,
        "minutes, or a length of time such as 1 h 30",
        looks=looks_like(seconds),
    ),
    "outcome": Field(
        "outcome | result | disposition | ergebnis | resultat | udfald | результат | исход | итог | resultado", text
    ),
    "text": Field(
        "text | note | notes | comment | comments | description | subject | summary | bemerkung | notiz "
        "| beschreibung | bemaerkning | комментарий | примечание | описание | remarque | commentaire | comentario",
        text,
    ),
    "person": Field(
        "person | contact | contact name | contact id | contact person | ansprechpartner | kontakt | контактное лицо | "
        "контакт | personne | contacto",
        text,
        "the id or name of a person at this account",
    ),
    "rep": Field(
        "rep | sales rep | owner | sales agent | agent | visitor | inspector | vertreter | aussendienst | saelger | "
        "представитель | торговый представитель | ответственный | commercial | vendedor",
        text,
        "the id or name of a rep",
    ),
    "opportunity": Field(
        "opportunity | opportunity id | deal | deal id | chance | mulighed | сделка | код сделки | opportunite | "
        "oportunidad",
        text,
        "the id of an opportunity",
    ),
    "next_contact_on": Field(
        "next contact | next contact on | next step on | follow up | follow up on | due | wiedervorlage "
        "| nachster kontakt | naeste kontakt | следующий контакт | дата следующего контакта | prochain contact "
        "| proximo contacto",
        day,
        "a date",
        looks=is_day,
    ),
}
NEEDS_OUTCOME = (ActivityKind.PHONE_CALL, ActivityKind.VISIT, ActivityKind.MEETING)


def decide(session: Session, rows: Rows, setting: Setting) -> list[Decision]:
    """What each row would do."""
    decisions = [rejected_row(row) for row in rows.rejected]
    made_ids, once = MadeIds(), Once()
    said = [identified(row, made_ids) for row in rows.rows]
    ids = [row.values["id"] for row in said]
    known = {row.external_id: row._mapping for row in matching(session, activity, activity.c.external_id, ids)}
    accounts = find_accounts(session, [row.values["account"] for row in said], make=setting.make_accounts)
    others = {
        "rep": find_reps(session, texts(said, "rep")),
        "outcome": find_codes(session, "outcome", texts(said, "outcome")),
        "type": find_types(session, texts(said, "type")),
        "opportunity": find_opportunities_by_id(session, texts(said, "opportunity")),
    }
    sites = only_sites(session, {one for found in accounts.values() for one in found.ids if isinstance(one, int)})
    people = Colleagues(session)
    for row in said:
        if again := once.again(row.values["id"], row.line):
            decisions.append(again)
            continue
        found: dict[str, Found[Any]] = {"account": accounts[row.values["account"]]}
        found |= {name: there[row.values[name]] for name, there in others.items() if name in row.values}
        decisions.append(settle(row, row.values["id"], found, lambda one: plan(one, known, sites, people, setting)))
    return decisions


def texts(said: Sequence[Said], field: str) -> list[str]:
    """What the rows say in a field."""
    return [row.values[field] for row in said if field in row.values]


def identified(row: Said, made: MadeIds) -> Said:
    """The row with an id: its own, or one made from when, where, what and its words."""
    if "id" in row.values:
        return row
    parts = [row.values.get(name) for name in ("account", "kind", "at", "person", "text", "outcome")]
    return replace(row, values={**row.values, "id": made.of(*parts)})


def only_sites(session: Session, account_ids: set[int]) -> Mapping[int, int]:
    """The site of each account that has just one."""
    found: dict[int, list[int]] = {}
    for row in matching(session, site, site.c.account_id, account_ids):
        found.setdefault(row.account_id, []).append(row.id)
    return {account_id: sites[0] for account_id, sites in found.items() if len(sites) == 1}


class Colleagues:
    """People by the account they are at, asked for when a row names one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.at: dict[int, list[Any]] = {}

    def find(self, account_id: int | str, given: str) -> list[int]:
        """Those of an account whose id or name is `given`."""
        from crm.tables import AccountPerson

        if not isinstance(account_id, int):
            return []  # an account that is still to be made
        if account_id not in self.at:
            role = table_of(AccountPerson)
            sql = select(person).join(role, role.c.person_id == person.c.id).where(role.c.account_id == account_id)
            self.at[account_id] = list({row.id: row for row in self.session.execute(sql)}.values())
        there = self.at[account_id]
        named = [row.id for row in there if row.external_id == given]
        return named or [row.id for row in there if row.key == fold(given)]


def plan(
    row: Said, known: Mapping[str, Any], sites: Mapping[int, int], people: Colleagues, setting: Setting
) -> Decision:
    """What the row would do."""
    external, values = row.values["id"], row.values
    if values["kind"] in NEEDS_OUTCOME and "outcome" not in values:
        what = str(values["kind"]).replace("_", " ")
        return reject(row.line, external, "outcome", "", f"what came of the {what}; it may be set for all rows")
    if fault := unfit(row.line, external, values):
        return fault
    said: Values = {
        "account_id": values["account"],
        "kind": values["kind"],
        "at": values["at"],
        **{name: values[name] for name in ("duration_s", "outcome", "text", "next_contact_on") if name in values},
        **({"type": values["type"].code} if "type" in values else {}),
        **{f"{name}_id": values[name] for name in ("rep", "opportunity") if name in values},
    }
    if values["account"] in sites:
        said["site_id"] = sites[values["account"]]
    if "person" in values:
        there = people.find(values["account"], values["person"])
        if len(there) != 1:
            which = "one person" if there else "the id or name of a person"
            return reject(row.line, external, "person", values["person"], f"{which} at this account")
        said["person_id"] = there[0]
    if external not in known:
        empty = dict.fromkeys(name for name in activity.columns.keys() if name not in ("id", "version"))  # noqa: SIM118
        new = {**empty, "outcome": "", "text": "", "made_by": setting.by, **said, "external_id": external}
        return Decision(RowState.CREATE, row.line, external, {"activity": new}, {}, account_id=values["account"])
    before = known[external]
    new = differing(said, before)
    targets = {"activity": (before["id"], before["version"])}
    writes = {"activity": new} if new else {}
    state = RowState.UPDATE if new else RowState.UNCHANGED
    why = tuple(changes(new, before))
    return Decision(state, row.line, external, writes, targets, why, before["id"], before["account_id"])


def unfit(line: int, external: str, values: Mapping[str, Any]) -> Decision | None:
    """Why a row cannot have its type: one of another kind, of another time, or one that permits no such outcome."""
    found: TypeView | None = values.get("type")
    if found is None:
        return None
    if found.channel != values["kind"]:
        return reject(line, external, "type", found.code, f"a type of {in_words(values['kind'])}, as the kind says")
    if not found.on(values["at"].date()):
        first, end = found.valid_from or "the beginning", found.valid_to or "now"
        return reject(line, external, "type", found.code, f"a type of its day; it is one from {first} until {end}")
    if found.outcomes and values.get("outcome") and values["outcome"] not in found.outcomes:
        return reject(
            line, external, "outcome", values["outcome"], f"one of {', '.join(found.outcomes)} for {found.code}"
        )
    return None


def finish(session: Session, ids: Sequence[int]) -> None:
    """Note at each site when it was last visited, where these visits are later than what is known."""
    from planning.record_rows import update_rows

    last: dict[int, Any] = {}
    for batch in batched(ids, BATCH):
        sql = (
            select(activity.c.site_id, func.max(activity.c.at))
            .where(activity.c.id.in_(batch), activity.c.kind == ActivityKind.VISIT, activity.c.site_id.is_not(None))
            .where(satisfies(activity.c.type))
            .group_by(activity.c.site_id)
        )
        for site_id, at in session.execute(sql):
            last[site_id] = max(last.get(site_id, at), at)
    wanted = []
    for row in matching(session, site, site.c.id, last):
        visited_on = last[row.id].date()
        if row.last_visit_on is None or row.last_visit_on < visited_on:
            wanted.append((row.id, {"last_visit_on": visited_on}))
    update_rows(session, site, wanted)
