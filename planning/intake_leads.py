"""Taking in leads that come from outside: what is no lead is dropped, what came before is not taken twice.

Whom a lead is about is looked for among open leads, people and accounts, and the territory it lies in by its account,
its place or its postcode. Whoever sends one is told nothing of all this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, text
from sqlmodel import Session

from crm.act import Act, entered
from crm.columns import table_of
from crm.database import Database
from crm.tables import (
    Account,
    AccountName,
    AccountPerson,
    ContactKind,
    ContactPoint,
    Lead,
    LeadContact,
    LeadState,
)
from geo.address_fold import fold
from planning.contact_points import contact_key
from planning.duplicates import alike, judged, names_of, near_accounts, sites_of
from planning.families import valid
from planning.intake_places import Owner, owner_of
from planning.intakes import OpenIntake, count, stamp_word
from planning.leads import OPEN
from planning.merge_sites import same_places
from planning.record_rows import insert_all

lead, contact, account = table_of(Lead), table_of(LeadContact), table_of(Account)
point, role, name_table = table_of(ContactPoint), table_of(AccountPerson), table_of(AccountName)

PLAIN = 0.9
"""Score (see `planning.duplicates.judged`) from which an account found by name and place is the one that is meant."""
ALIKE = 0.8
SAME_WITHIN = timedelta(days=7)
"""What comes again word for word within that time is no new lead while the first one is open."""
LOCK = 7_202_611_220_300
"""With the id of a form, the key of PostgreSQL's advisory lock under which its leads come in one after the other."""
TRAP = "fax"
"""The field that people do not see and programs fill in."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent; lat and lon (WGS84 degrees) where the form knows them. `more` holds all other fields."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    line: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    message: str = ""
    trigger: str = ""
    page: str = ""
    more: Mapping[str, str] | None = None

    def payload(self) -> dict[str, Any]:
        """All that was said, as it is kept; a field of ours is what was looked at, whatever `more` says of its name."""
        names = (name for name in self.__slots__ if name not in ("more", "trigger"))
        said = {name: value for name in names if (value := getattr(self, name)) not in ("", None)}
        more = {name: value for name, value in (self.more or {}).items() if name not in self.__slots__}
        return said | more

    def ways(self) -> tuple[tuple[ContactKind, str], ...]:
        """The ways to reach them."""
        ways = ((ContactKind.EMAIL, self.email), (ContactKind.PHONE, self.phone))
        found = ((kind, contact_key(kind, value)) for kind, value in ways if value)
        return tuple((kind, key) for kind, key in found if key.strip("+"))


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a lead is about, as far as that is plain, whose it was before, and how that was found."""

    account_id: int | None = None
    rep_id: int | None = None
    why: str = ""


def take_in(
    database: Database, open_: OpenIntake, sent: Sent, *, stamp: str, request_id: str, trap: str, now: datetime
) -> None:
    """Take in what was sent through a form: a new lead, or nothing where it is none or came before.

    `request_id` is the sender's own name for it, `trap` what stood in the field that people do not see.

    Raises:
        planning.intakes.BadStampError: the stamp is not good.
    """
    word = stamp_word(open_, stamp, now) if stamp or open_.needs_stamp else request_id
    external_id = f"intake-{open_.id}-{word}" if word else None
    with database.write() as session:
        one_after_the_other(session, open_)
        if trap.strip():
            return count(session, open_.key_id, "refused", now=now)
        if came_before(session, external_id, sent, now):
            return count(session, open_.key_id, "repeated", now=now)
        meant = meant_by(session, sent, now)
        owner = owner_of(session, meant.account_id, sent, open_.sales_force, now.date())
        count(session, open_.key_id, "taken", now=now)
        why = ", ".join(filter(None, (open_.name, meant.why, owner.why)))
        with entered(session, Act(f"intake {open_.name}", why, now)):
            keep(session, open_, sent, external_id, meant, owner, now)


def one_after_the_other(session: Session, open_: OpenIntake) -> None:
    """Wait until no other lead comes in through this form; on SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK + open_.id})


def keep(
    session: Session, open_: OpenIntake, sent: Sent, external_id: str | None, meant: Meant, owner: Owner, now: datetime
) -> None:
    """Write the lead and how to reach whoever sent it."""
    row = {
        "external_id": external_id,
        "source": open_.source,
        "trigger": sent.trigger or open_.trigger,
        "payload": sent.payload(),
        "received_at": now,
        "state": LeadState.MATCHED if meant.account_id else LeadState.NEW,
        "account_id": meant.account_id,
        "rep_id": meant.rep_id or owner.rep_id,
        "opportunity_id": None,
        "reason": "",
        "version": 1,
    }
    (made,) = insert_all(session, Lead, [row])
    rows = [{"lead_id": made, "kind": kind, "key": key, "version": 1} for kind, key in sent.ways()]
    if rows:
        session.execute(insert(contact), rows)


def came_before(session: Session, external_id: str | None, sent: Sent, now: datetime) -> bool:
    """True for what was taken in under the same name, or word for word lately from the same sender."""
    named = lead.c.external_id == external_id
    if external_id and session.execute(select(lead.c.id).where(named)).first():
        return True
    same = [row for row in open_leads(session, sent) if row.received_at >= now - SAME_WITHIN]
    return any(row.payload == sent.payload() for row in same)


def open_leads(session: Session, sent: Sent) -> list[Any]:
    """Open leads of the same sender, the newest first."""
    keys = [key for _, key in sent.ways()]
    if not keys:
        return []
    theirs = select(contact.c.lead_id).where(contact.c.key.in_(keys))
    sql = select(lead).where(lead.c.id.in_(theirs), lead.c.state.in_(OPEN))
    return list(session.execute(sql.order_by(lead.c.id.desc()).limit(50)))


def meant_by(session: Session, sent: Sent, now: datetime) -> Meant:
    """Whom a lead is about, where it is plain; else somebody has to look."""
    before = next((row for row in open_leads(session, sent) if row.account_id or row.rep_id), None)
    if before is not None:
        return Meant(before.account_id, before.rep_id, f"the sender of lead {before.id}")
    found = by_person(session, sent, now)
    if found is not None:
        return Meant(found, None, f"account {found} by who is reached there")
    found = by_place(session, sent)
    return Meant(found, None, f"account {found} by name and place") if found is not None else Meant()


def by_person(session: Session, sent: Sent, now: datetime) -> int | None:
    """The account of somebody who is reached the same way; of several the one that is called as the sender says."""
    keys = [key for _, key in sent.ways()]
    if not keys:
        return None
    still = or_(role.c.valid_to.is_(None), role.c.valid_to > now.date())
    people = select(point.c.person_id).where(point.c.key.in_(keys), *valid(point, now.date()))
    sql = select(role.c.account_id).where(role.c.person_id.in_(people), still).distinct().limit(20)
    ids: list[int] = sorted(session.scalars(sql))
    if len(ids) == 1:
        return ids[0]
    names = names_of(session, ids) if sent.company else {}
    called = [one for one, all_ in names.items() if max(alike(sent.company, name) for name in all_) >= PLAIN]
    return called[0] if len(called) == 1 else None


def by_place(session: Session, sent: Sent) -> int | None:
    """The account with the sender's company name at the sender's place, if it is plainly one."""
    if not sent.company:
        return None
    here = {"id": 0, "line": sent.line, "city": sent.city, "lat": sent.lat, "lon": sent.lon}
    near = near_accounts(session, [here])
    ids = sorted({*near, *called(session, sent.company)})
    names, sites = names_of(session, ids), sites_of(session, ids)
    found = []
    for one in ids:
        likeness = max(alike(sent.company, name) for name in names[one])
        same = bool(same_places(sites[one], [here]))
        score, _ = judged(likeness, near.get(one), same, None, False)
        if likeness >= ALIKE and score >= PLAIN:
            found.append(one)
    return found[0] if len(found) == 1 else None


def called(session: Session, company: str) -> Sequence[int]:
    """Accounts that are or were called just so."""
    shown = session.scalars(select(account.c.id).where(account.c.name == company).limit(100))
    other = select(name_table.c.account_id).where(name_table.c.key == fold(company))
    return [*shown, *session.scalars(other.limit(100))]
