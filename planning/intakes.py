"""Forms outside from which leads come, and their keys: making them, and telling a good key and stamp from a bad one.

A key stands openly in the page with the form, so it opens nothing but the taking in of leads. A stamp is asked for when
the form is shown and comes back with it: it says when that was, is signed, and counts for one lead.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import IntakeKey, LeadIntake
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.sign_in import NotSignedInError, digest

intake, key_table = table_of(LeadIntake), table_of(IntakeKey)

STAMP_LASTS = timedelta(hours=24)


class BadStampError(ValueError):
    """A stamp that is missing, forged, too old or too fresh; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class IntakeKeyView:
    """A key, without what opens anything; the numbers count what came with it."""

    id: int
    title: str
    created_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    taken: int
    repeated: int
    refused: int


@dataclass(frozen=True, slots=True)
class IntakeView:
    """A form and its keys; see `LeadIntake`."""

    id: int
    name: str
    source: str
    trigger: str
    sales_force: str
    needs_stamp: bool
    least_s: int
    active: bool
    created_at: datetime
    version: int
    keys: tuple[IntakeKeyView, ...]


@dataclass(frozen=True, slots=True)
class OpenIntake:
    """A form that takes leads in, as its key opened it."""

    id: int
    key_id: int
    name: str
    source: str
    trigger: str
    sales_force: str
    needs_stamp: bool
    least_s: int
    secret: str


def list_intakes(session: Session) -> tuple[IntakeView, ...]:
    """All forms, by name."""
    keys: dict[int, list[IntakeKeyView]] = {}
    own = key_table.c
    shown = (own.id, own.title, own.created_at, own.revoked_at, own.used_at, own.taken, own.repeated, own.refused)
    for intake_id, *row in session.execute(select(own.intake_id, *shown).order_by(own.id)):
        keys.setdefault(intake_id, []).append(IntakeKeyView(*row))
    rows = session.execute(select(intake).order_by(intake.c.name)).mappings()
    return tuple(IntakeView(**row, keys=tuple(keys.get(row["id"], ()))) for row in rows)


def get_intake(session: Session, intake_id: int) -> IntakeView:
    """One form.

    Raises:
        MissingError: there is none with this id.
    """
    found = next((one for one in list_intakes(session) if one.id == intake_id), None)
    if found is None:
        raise MissingError(f"There is no intake {intake_id}.")
    return found


def add_intake(session: Session, values: Mapping[str, Any], *, now: datetime) -> int:
    """Make a form; returns its id.

    Raises:
        RefusedError: the name is taken, or the source is not in its list.
    """
    require_code(session, "lead_source", values["source"])
    check_name(session, values["name"])
    blank = {"sales_force": "", "needs_stamp": True, "least_s": 2, "active": True}
    (made,) = insert_all(session, LeadIntake, [blank | dict(values) | {"created_at": now, "version": 1}])
    return made


def edit_intake(session: Session, intake_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change a form; see `edit_row`.

    Raises:
        RefusedError: the name is taken, or the source is not in its list.
    """
    if "source" in values:
        require_code(session, "lead_source", values["source"])
    if "name" in values:
        check_name(session, values["name"], but=intake_id)
    edit_row(session, intake, intake_id, version, values)


def check_name(session: Session, name: str, but: int = 0) -> None:
    """Go on only with a name that no other form has.

    Raises:
        RefusedError: one has it.
    """
    if session.execute(select(intake.c.id).where(intake.c.name == name, intake.c.id != but)).first():
        raise RefusedError(f"There is an intake {name!r} already.")


def add_key(session: Session, intake_id: int, title: str, *, now: datetime) -> str:
    """A new key for a form; what is returned can never be read again.

    Raises:
        MissingError: there is no such form.
    """
    get_intake(session, intake_id)
    made = f"bwi_{secrets.token_urlsafe(24)}"
    row = {"intake_id": intake_id, "digest": digest(made), "secret": secrets.token_hex(32), "title": title}
    counts = {"taken": 0, "repeated": 0, "refused": 0}
    session.execute(insert(key_table), [row | counts | {"created_at": now}])
    return made


def revoke_key(session: Session, intake_id: int, key_id: int, *, now: datetime) -> None:
    """End a key at once; one that has ended stays as it is.

    Raises:
        MissingError: the form has no such key.
    """
    own = (key_table.c.id == key_id, key_table.c.intake_id == intake_id)
    if session.execute(select(key_table.c.id).where(*own)).first() is None:
        raise MissingError(f"Intake {intake_id} has no key {key_id}.")
    session.execute(update(key_table).where(*own, key_table.c.revoked_at.is_(None)).values(revoked_at=now))


def opened_by(session: Session, key: str) -> OpenIntake:
    """The form that a key opens.

    Raises:
        NotSignedInError: none; a key that ended, a form that is closed and a key that never was are told alike.
    """
    own = intake.c
    sql = (
        select(own.id, key_table.c.id, own.name, own.source, own.trigger, own.sales_force, own.needs_stamp)
        .add_columns(own.least_s, key_table.c.secret)
        .join(key_table, key_table.c.intake_id == own.id)
        .where(key_table.c.digest == digest(key), key_table.c.revoked_at.is_(None), own.active)
    )
    row = session.execute(sql).first()
    if row is None:
        raise NotSignedInError("This key is not, or no longer, good.")
    return OpenIntake(*row)


def make_stamp(open_: OpenIntake, now: datetime) -> str:
    """A stamp for one lead: when it was made, a word of chance, and the signature of both."""
    said = f"{int(now.timestamp() * 1000):x}.{secrets.token_hex(8)}"
    return f"{said}.{signature(open_, said)}"


def stamp_word(open_: OpenIntake, stamp: str, now: datetime) -> str:
    """The word of chance of a good stamp: two leads with one word are one.

    Raises:
        BadStampError: it is not good.
    """
    said, _, signed = stamp.rpartition(".")
    made_ms, _, word = said.partition(".")
    if not hmac.compare_digest(signed.encode(), signature(open_, said).encode()):
        raise BadStampError("Expected a stamp of this server, made with this key: ask for one when the form is shown.")
    age = now - datetime.fromtimestamp(int(made_ms, 16) / 1000, UTC)
    if age > STAMP_LASTS:
        raise BadStampError("Expected a stamp of the last 24 hours: ask for another one.")
    if age < timedelta(seconds=open_.least_s):
        raise BadStampError(f"Expected a stamp that is {open_.least_s} s old at least: send it again a little later.")
    return word


def signature(open_: OpenIntake, said: str) -> str:
    """Of what a stamp says."""
    return hmac.new(bytes.fromhex(open_.secret), said.encode(), sha256).hexdigest()[:32]


def count(session: Session, key_id: int, what: str, *, now: datetime) -> None:
    """Note that a key was used, and what came of it: taken, repeated or refused."""
    column = key_table.c[what]
    session.execute(update(key_table).where(key_table.c.id == key_id).values({what: column + 1, "used_at": now}))
