"""Leads from a file: what accounts have, and besides when they came, what they are and what they ask of the rep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from balancing.errors import InvalidLead
from balancing.lead import Lead
from geo.geocoder import Geocoder
from planning.account_dates import parse_date
from planning.account_numbers import parse_number
from planning.account_rows import accounts_of
from planning.account_table import DEFAULT_SERVICE_MIN, AccountRow, AccountTable
from planning.columns import header_score, recognise
from planning.columns_words import ACCOUNT_FIELDS
from planning.errors import TableError
from planning.options import MIN_LEVEL
from planning.placing import Placing, place_accounts
from planning.table_raw import Cell, is_empty, text_of
from planning.table_read import read_table

LEAD_FIELDS: Mapping[str, str] = {
    "arrived_at": """
        arrived at | arrived | arrival | created at | created | created on | received | received at | engage date |
        lead date | eingang | eingegangen | erstellt | erstellt am | oprettet | modtaget | поступил | создан | дата лида
        | дата создания | cree le | recu le | creado | recibido | fecha de creacion
    """,
    "type": """
        type | lead type | channel type | outlet type | kind | format | typ | art | kundentyp | type de client | tipo |
        тип | тип клиента | формат
    """,
    "industry": ACCOUNT_FIELDS["industry"] + " | sector | branch",
    "size": """
        size | employees | headcount | number of employees | staff | grosse | mitarbeiter | mitarbeiterzahl |
        medarbejdere | размер | сотрудников | число сотрудников | effectif | taille | empleados | tamano
    """,
}


@dataclass(frozen=True, slots=True)
class LeadTable:
    """The leads of a file, their names by id, and what is to be said about the file."""

    leads: tuple[Lead, ...]
    names: Mapping[str, str]
    table: AccountTable
    notes: tuple[str, ...]


def read_leads(path: Path, *, arrived_at: datetime, geocoders: Sequence[Geocoder] = ()) -> LeadTable:
    """The leads of any table that accounts can be read from.

    Leads without a moment come one second after the other from `arrived_at` on, in the order of the file; dates without
    a time mean midnight UTC. Skills may carry the least level: "cooling:3; english".

    Raises:
        TableError: the file as a whole cannot be used, or a field of a lead; row, field, given and expected are named.
    """
    table = read_table(path, header_score({**ACCOUNT_FIELDS, **LEAD_FIELDS}, {}))
    if not table.rows:
        raise TableError(f"{table.source} has no leads in it")
    accounts = accounts_of(table, recognise(table, ACCOUNT_FIELDS, {}))
    own = recognise(table, LEAD_FIELDS, {}).index
    cells = {row.number: row.cells for row in table.rows}
    placings = place_accounts(accounts.accounts, geocoders, MIN_LEVEL)
    leads = []
    for number, (account, placing) in enumerate(zip(accounts.accounts, placings, strict=True)):
        extra = {field: cells[account.row][at] for field, at in own.items()}
        place = placing.located.place if placing.usable else None
        try:
            leads.append(
                Lead(
                    id=account.id,
                    arrived_at=moment(extra.get("arrived_at"), arrived_at + timedelta(seconds=number)),
                    place=place,
                    type=text_of(extra.get("type")) or account.segment,
                    industry=text_of(extra.get("industry")),
                    size=amount(extra.get("size")),
                    value=account.value or 0.0,
                    work_min=DEFAULT_SERVICE_MIN if account.service_min is None else account.service_min,
                    needs=skill_levels(account.skills),
                    given_to=account.current_rep or "",
                )
            )
        except ValueError as error:
            raise TableError(f"{table.source}, row {account.row}: {error}") from error
    names = {account.id: account.name for account in accounts.accounts}
    return LeadTable(tuple(leads), names, accounts, remarks(accounts.accounts, leads, placings))


def moment(cell: Cell, otherwise: datetime) -> datetime:
    """When a lead came.

    Raises:
        InvalidLead: something else than a date or a moment.
    """
    if is_empty(cell):
        return otherwise
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=UTC)
    try:
        exact = datetime.fromisoformat(text_of(cell))
        return exact if exact.tzinfo else exact.replace(tzinfo=UTC)
    except ValueError:
        day = parse_date(cell)
    if day is None:
        given = f"given {text_of(cell)!r}, expected a date or a moment such as 2026-05-31T14:30"
        raise InvalidLead(f"arrived_at: {given}")
    return datetime.combine(day, time(), UTC)


def amount(cell: Cell) -> float | None:
    """A size, None where nothing is said.

    Raises:
        InvalidLead: not a number of 0 or more.
    """
    if is_empty(cell):
        return None
    number = parse_number(cell)
    if number is None or number < 0:
        raise InvalidLead(f"size: given {text_of(cell)!r}, expected a number of 0 or more")
    return number


def skill_levels(words: Iterable[str]) -> dict[str, float]:
    """Skills with their levels from words such as "cooling:3"; a bare word means level 1.

    Raises:
        InvalidLead: what stands behind the colon is no number of 0 or more.
    """
    levels = {}
    for word in sorted(words):
        name, colon, level = word.partition(":")
        number = parse_number(level) if colon else 1.0
        if not name.strip() or number is None or number < 0:
            raise InvalidLead(f"skills: given {word!r}, expected a skill, or a skill and its level such as cooling:3")
        levels[name.strip()] = number
    return levels


def remarks(accounts: Sequence[AccountRow], leads: Sequence[Lead], placings: Sequence[Placing]) -> tuple[str, ...]:
    """What was assumed, and what is not known."""
    said = []
    if without := sum(account.service_min is None for account in accounts):
        said.append(f"{without} leads without minutes: {DEFAULT_SERVICE_MIN:g} minutes of work assumed.")
    if nowhere := sum(lead.place is None for lead in leads):
        said.append(f"{nowhere} leads have no usable place: they lie in no territory and near nobody.")
    coarse = sum(not placing.usable and placing.located.place is not None for placing in placings)
    if coarse:
        said.append(
            f"Of {coarse} of them only the town or the postcode is known: give lat and lon; `bailiwick geocode` finds "
            "them with a region's addresses or a service."
        )
    return tuple(said)
