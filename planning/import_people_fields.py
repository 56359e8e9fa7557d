"""The fields of a file of people: how their columns are called, and what a value must be."""

import re
from collections.abc import Mapping

from planning.import_fields import Field, Sense, looks_like, text, yes
from planning.table_raw import Cell

CALLABLE = "a telephone number, at least three digits"


def address(cell: Cell, sense: Sense) -> str | None:
    """An e-mail address as written, as far as mail could be sent there at all."""
    found = text(cell, sense)
    return found if found and re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", found) else None


def callable_number(cell: Cell, sense: Sense) -> str | None:
    """A telephone number as written, extension and words beside it included."""
    found = text(cell, sense)
    return found if found and sum(map(str.isdigit, found)) >= 3 else None


FIELDS: Mapping[str, Field] = {
    "id": Field(
        "id | person id | contact id | external id | key | uid | uuid | personen id | kontakt id | код контакта | код",
        text,
    ),
    "name": Field(
        "name | full name | person | contact | contact name | contact person | ansprechpartner | kontakt | "
        "kontaktperson | navn | фио | контактное лицо | контакт | nom complet | personne | nombre completo | contacto",
        text,
        "a name",
    ),
    "first_name": Field("first name | given name | forename | vorname | fornavn | имя | prenom | nombre", text),
    "last_name": Field(
        "last name | surname | family name | nachname | familienname | efternavn | фамилия | nom | nom de famille | "
        "apellido | apellidos",
        text,
    ),
    "account": Field(
        "account | account id | account name | customer | customer id | client | company | business id | firm "
        "| firma | kunde | kundennummer | virksomhed | клиент | компания | организация | контрагент | код клиента "
        "| entreprise | societe | empresa | cliente",
        text,
        "the id or name of an account",
    ),
    "role": Field(
        "role | job title | title | position | function | funktion | rolle | stilling | должность | роль | fonction | "
        "poste | cargo | puesto",
        text,
    ),
    "is_main": Field(
        "main | main contact | primary | primary contact | hauptansprechpartner | hovedkontakt | основной | principal",
        yes,
        "yes or no",
        looks=looks_like(yes),
    ),
    "email": Field(
        "email | e mail | mail | email address | e mail adresse | mailadresse | почта | эл почта | электронная почта | "
        "courriel | correo | correo electronico",
        address,
        "an address like anna@example.org",
    ),
    "phone": Field(
        "phone | telephone | phone number | tel | telefon | telefonnummer | телефон | telephone fixe | telefono",
        callable_number,
        CALLABLE,
    ),
    "mobile": Field(
        "mobile | mobile phone | cell | cell phone | handy | mobil | mobiltelefon | mobilnummer | мобильный | "
        "мобильный телефон | portable | movil",
        callable_number,
        CALLABLE,
    ),
    "note": Field(
        "note | notes | comment | comments | bemerkung | notiz | bemaerkning | примечание | remarque | nota", text
    ),
    "consent_purpose": Field("consent purpose | purpose | zweck | formal | цель согласия | finalite | finalidad", text),
    "consent": Field(
        "consent | opt in | newsletter | einwilligung | samtykke | согласие | consentement | consentimiento",
        yes,
        "yes or no",
        looks=looks_like(yes),
    ),
    "consent_source": Field("consent source | source of consent | herkunft der einwilligung | источник согласия", text),
}
